"""Who is enrolled first has the first turn: an enrolment's number follows its row, however a sheet is parted."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import local_date
from bot.people.batch import Taken
from bot.people.enrol import take_in
from bot.store.keeping import enrolment
from bot.store.people import person
from messages.addresses import read_mobile
from scheduler.enrolment_sheet import COLUMNS, EnrolmentRow, SheetRow
from scheduler.sheet_memory import SheetMemory, read_beside
from tests.houses import Home

# A household with two children and another family between their rows; a number that nobody has confirmed for a year
# waits for a telephone call; one event that happened again takes the place of the one before.
SHEET = (
    ("P1", "key-transitions", "Kit", 28, 20), ("P2", "after-early-help", "", 28, 400), ("P3", "new-school", "", 28, 20),
    ("P1", "key-transitions", "Ola", 28, 20), ("P3", "after-early-help", "", 60, 60), ("P4", "separation", "", 28, 28),
    ("P3", "after-early-help", "", 20, 20), ("P2", "separation", "", 28, 400), ("P1", "separation", "", 28, 20),
)  # fmt: skip


def _rows(home: Home) -> list[EnrolmentRow]:
    today, memory = local_date(home.clock.now()), SheetMemory()
    programmes = home.house.live.of(home.house.db).compiled.programmes
    found = []
    for line, (who, programme, child, event, told) in enumerate(SHEET, 2):
        cells = dict.fromkeys(COLUMNS, "") | {
            "reference": who, "first_name": "Ana", "mobile": f"0770090055{who[1]}", "programme": programme,
            "child_first_name": child, "child_born": "2023-05" if child else "", "told_by": "Sam",
            "safe_to_text": "yes", "event_on": (today - timedelta(days=event)).isoformat(),
            "told_on": (today - timedelta(days=told)).isoformat(),
        }  # fmt: skip
        row = read_beside(SheetRow(line=line, cells=cells), memory, programmes, read_mobile, today)
        assert isinstance(row, EnrolmentRow), row
        found.append(row)
    return found


def _take(home: Home, rows: Sequence[EnrolmentRow]) -> list[Taken]:
    return home.house.db.attempt(lambda tx: take_in(home.house, tx, rows))


@pytest.mark.parametrize("together", [1, 2, 4, len(SHEET)])
def test_the_order_of_the_rows_is_the_order_of_the_enrolments(home: Home, together: int) -> None:
    """One row a transaction, some, or all of them at once: the same numbers to the same enrolments. How many there are
    depends on how fast the machine is, and the turns under a daily cap must not."""
    rows = _rows(home)
    taken = [one for at in range(0, len(rows), together) for one in _take(home, rows[at : at + together])]
    assert [one.outcome for one in taken] == ["added"] * len(SHEET)
    refs = {one.ref: one.reference for one in taken}
    columns = (person.c.ref, enrolment.c.programme, enrolment.c.event_on)
    with home.house.db.read() as tx:
        found: list[tuple[str, str, date]] = [
            (refs[ref], programme, event_on)
            for ref, programme, event_on in tx.execute(
                sa.select(*columns).join(person, person.c.id == enrolment.c.person_id).order_by(enrolment.c.id)
            )
        ]
    assert found == [(row.reference, row.programme, row.event_on) for row in rows]
