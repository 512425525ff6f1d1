"""A young person's own row rehearses what is theirs, from the age the council sets."""

from datetime import date

from bot.rehearsal.families import read_families
from scheduler.enrolment_sheet import COLUMNS
from scheduler.programme import Programme, Touch, planned
from scheduler.when import Age, Reached

BIRTH = Programme(
    id="growing-up", title="Growing up", event="month of birth", event_is="birth-month",
    touches=(
        Touch(id="parents", when=Age(age=Reached(years=17)), flow="hello"),
        Touch(id="sixteen", when=Age(age=Reached(years=16)), flow="hello", to=("parent", "young-person")),
        Touch(id="seventeen", when=Age(age=Reached(years=17)), flow="hello", to=("parent", "young-person")),
    ),
)  # fmt: skip


def test_a_young_person_is_sent_only_what_is_theirs() -> None:
    """The parent gets all three; the young person those for them, and from seventeen where the council says so."""
    row = {"first_name": "Kit", "programme": "growing-up", "event_on": "2010-10-01", "told_on": "2026-09-01",
           "told_by": "Sam", "safe_to_text": "yes", "child_born": "2010-10", "household": "H"}  # fmt: skip
    rows = [
        {**row, "reference": "P", "mobile": "07700 900441", "child_first_name": "Kit"},
        {**row, "reference": "Y", "mobile": "07700 900442", "relation": "young person"},
    ]
    lines = [",".join(COLUMNS), *(",".join(one.get(name, "") for name in COLUMNS) for one in rows)]
    found = read_families(lines, {"growing-up": BIRTH}, date(2026, 9, 1), date(2027, 8, 31), 17)
    assert found.refused == []
    touches = {one.person: [t.touch.id for t in planned(BIRTH, one.plan)] for one in found.placed}
    assert touches == {"P": ["sixteen", "parents", "seventeen"], "Y": ["seventeen"]}
