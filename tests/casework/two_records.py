"""Ana, known twice: what the tests of merging and of taking apart begin with."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.casework import merging, parting
from bot.casework.accounts import SignedIn
from bot.casework.merging import Given
from bot.people.enrol import enrol_sheet
from bot.refs import new_ref
from bot.store import keeping, merged, people, schema, staff
from bot.store.people import Person
from tests.houses import Home
from tests.turn.families import HEADING, four_weeks_ago

HERS, SECOND = "+447700900701", "+447700900702"
WHY = "She told me both numbers are hers."


def a_row(
    home: Home, reference: str, mobile: str, *, name: str = "Ana", child: str = "", born: str = "",
    programme: str = "after-early-help", on: date | None = None, told: date | None = None, household: str = "",
) -> str:  # fmt: skip
    day = on or four_weeks_ago(home)
    event = f"{born}-01" if programme == "key-transitions" else day.isoformat()
    return (
        f"{reference},{name},Cole,{mobile},,en,SW18 2PU,{household},mother,{child},{born},{programme},{event},"
        f"{(told or day).isoformat()},Sam Worker,yes,"
    )


def enrol(home: Home, *rows: str) -> None:
    report = enrol_sheet(home.house, [HEADING, *rows])
    assert report.refused == []


def person(home: Home, reference: str) -> Person:
    with home.house.db.read() as tx:
        found = people.find_person_by_source(tx, reference)
    assert found is not None
    return found


def worker(home: Home, name: str = "Sam Okoro", role: str = "practitioner") -> SignedIn:
    with home.house.db.write() as tx:
        email = f"{name.split(maxsplit=1)[0].lower()}@council.example"
        found = staff.find_staff(tx, email)
        if found is None:
            staff.add_staff(tx, email=email, name=name, password_hash="x", role=role, now=home.clock.at)
            found = staff.find_staff(tx, email)
    assert found is not None
    return SignedIn(staff=found, token="t")


def given(home: Home, kept: Person, away: Person, by: SignedIn, **changes: Any) -> Given:
    stamp = merging.beside(home.house, kept.ref, away.ref, by).stamp
    form = {"ref": kept.ref, "other": away.ref, "facts": {}, "why": WHY, "stamp": stamp, "form_id": new_ref() * 3}
    return Given(**{**form, "by": by, **changes})


def merge(home: Home, kept: str, away: str, **changes: Any) -> SignedIn:
    by = worker(home)
    one, other = person(home, kept), person(home, away)
    merging.merge(home.house, given(home, one, other, by, **changes))
    return by


def part(home: Home, ref: str, by: SignedIn, **asked: str) -> str:
    _, found = parting.look(home.house, ref, by)
    assert found is not None
    return parting.part(home.house, ref, found.merge_id, asked, by)


def rows_of(home: Home) -> dict[str, list[dict[str, Any]]]:
    """Every row of what is of people, but for what tells when it was last changed."""
    names = ("person", "person_address", "enrolment", "cases", "consent", "score", "contact_log", "hold", "address")
    with home.house.db.read() as tx:
        found = {}
        for name in names:
            table = schema.METADATA.tables[name]
            columns = [c for c in table.c if c.name not in {"changed_at", "version", "next_at"}]
            listed = tx.execute(sa.select(*columns).order_by(*table.primary_key.columns)).mappings()
            found[name] = [dict(row) for row in listed]
    return found


def plans(home: Home, who: Person) -> list[keeping.Enrolment]:
    with home.house.db.read() as tx:
        return keeping.enrolments_of(tx, [who.id, *merged.behind(tx, [who.id])])


def going_on(home: Home, who: Person) -> list[tuple[str, int]]:
    return [(one.programme, one.child_id) for one in plans(home, who) if one.state in keeping.GOING_ON]


def two(home: Home, **second: Any) -> None:
    """Ana with her number, and Ana once more with another."""
    enrol(home, a_row(home, "P1", HERS), a_row(home, "P2", SECOND, **second))
