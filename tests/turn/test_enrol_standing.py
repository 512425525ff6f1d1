"""A sheet whose rows stand already is looked at, and what is to be written is written: nobody waits for the rest."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from bot.people.enrol import FEWEST, LOOKED, enrol_sheet
from bot.store import people, staff
from bot.store.database import Database
from bot.store.people import HouseholdRow
from tests.houses import Home
from tests.turn.families import HEADING, four_weeks_ago, row

MANY = LOOKED + 40


def lines(home: Home, *, last_name: dict[int, str] | None = None) -> list[str]:
    on = four_weeks_ago(home)
    named = last_name or {}
    rows = (row(f"S{n}", f"+447{400_000_000 + n}", on, household=f"SH{n}") for n in range(MANY))
    return [HEADING, *(one.replace(",,", f",{named.get(n, '')},", 1) for n, one in enumerate(rows))]


@contextmanager
def written(database: Database) -> Iterator[list[str]]:
    """The tables that are written to, by statement."""
    tables: list[str] = []

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def _note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(("INSERT INTO ", "UPDATE ")):
            tables.append(statement.removeprefix("INSERT INTO ").removeprefix("UPDATE ").split()[0])

    try:
        yield tables
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", _note)


def test_rows_that_stand_write_nothing(home: Home) -> None:
    """Of the same sheet once more only the audit's line is written: by the first few rows, and when all is done."""
    with written(home.house.db) as first:
        assert enrol_sheet(home.house, lines(home)).added == MANY
    with written(home.house.db) as again:
        report = enrol_sheet(home.house, lines(home))
    assert (report.unchanged, report.added, report.changed) == (MANY, 0, 0)
    assert again == ["audit", "audit"]
    assert set(first) > {"audit", "person", "enrolment"}


def test_the_audit_counts_what_was_only_looked_at(home: Home) -> None:
    """The line of an import that changed nothing tells all of its rows."""
    enrol_sheet(home.house, lines(home))
    enrol_sheet(home.house, lines(home))
    with home.house.db.read() as tx:
        told = [line.detail for line in staff.audit_rows(tx) if line.action == "people.enrol"]
    assert sorted(told) == [
        f"the command, so far: 0 added, 0 changed, {MANY} unchanged",
        f"the command, so far: {MANY} added, 0 changed, 0 unchanged",
    ]


def test_a_changed_row_among_those_that_stand_is_written(home: Home) -> None:
    """Wherever it is: among the first, among those looked at together, and the last."""
    enrol_sheet(home.house, lines(home))
    changed = {1: "Early", FEWEST + 20: "Middle", MANY - 1: "Late"}
    report = enrol_sheet(home.house, lines(home, last_name=changed))
    assert (report.changed, report.unchanged) == (3, MANY - 3)
    with home.house.db.read() as tx:
        for n, name in changed.items():
            found = people.find_person_by_source(tx, f"S{n}")
            assert found is not None
            assert found.last_name == name


def test_a_household_made_before_names_were_kept_is_named_by_the_next_sheet(home: Home) -> None:
    """Nothing else of its rows is to be written, and they are far behind the first."""
    enrol_sheet(home.house, lines(home))
    table = HouseholdRow.__table__
    with home.house.db.write() as tx:
        tx.execute(sa.update(table).where(table.c.id > FEWEST + 5).values(name=None))
    enrol_sheet(home.house, lines(home))
    with home.house.db.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).where(table.c.name.is_(None))).scalar_one() == 0
