"""One text for brothers and sisters: who is joined, who is not; and which enrolments a changed fact ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.changes import CHANGES, Standing, ended_by
from scheduler.merge import Candidate, said_together
from scheduler.terms import Holiday, SchoolHolidays
from tests.scheduler.test_spread import a_touch

TODAY = date(2027, 3, 1)
NO_HOLIDAYS = SchoolHolidays()
FIRST = Candidate(enrolment=1, person=1, child=11, touch=a_touch(TODAY))
OTHER = Candidate(enrolment=2, person=1, child=12, touch=a_touch(TODAY + timedelta(days=3)))

APART = [
    replace(OTHER, person=2),  # the other parent is on their own
    replace(OTHER, child=11),  # the same child's next touch waits for its own day
    replace(OTHER, child=0),  # about no child
    replace(OTHER, enrolment=1),
    replace(OTHER, touch=a_touch(TODAY + timedelta(days=8))),
    replace(OTHER, touch=a_touch(TODAY - timedelta(days=9), late_days=8)),  # over
    replace(OTHER, touch=replace(OTHER.touch, touch=replace(OTHER.touch.touch, flow="two-year-check"))),
]


def test_another_childs_touch_of_the_same_kind_is_joined() -> None:
    """Due within the days, to the same adult, by the same conversation."""
    assert said_together(FIRST, [OTHER], TODAY, 7, NO_HOLIDAYS) == (OTHER,)


@pytest.mark.parametrize("other", APART)
def test_what_is_apart_stays_apart(other: Candidate) -> None:
    """Each by one difference."""
    assert said_together(FIRST, [other], TODAY, 7, NO_HOLIDAYS) == ()


def test_what_asks_for_term_time_is_said_in_no_holiday() -> None:
    """A brother's that waits for school to begin again is in no text of the holidays; any other is."""
    away = Holiday(name="half-term", first=TODAY, last=TODAY + timedelta(days=4))
    holidays = SchoolHolidays(holidays=(away,), source="the council", checked_on=TODAY)
    waits = replace(OTHER, touch=a_touch(TODAY + timedelta(days=3), term_time=True))
    assert said_together(FIRST, [waits], TODAY, 7, holidays) == ()
    assert said_together(FIRST, [waits], TODAY, 7, NO_HOLIDAYS) == (waits,)
    assert said_together(FIRST, [OTHER], TODAY, 7, holidays) == (OTHER,)


CANDIDATES = st.builds(
    Candidate, enrolment=st.integers(2, 99), person=st.integers(1, 2), child=st.integers(0, 4),
    touch=st.builds(a_touch, st.dates(TODAY - timedelta(days=20), TODAY + timedelta(days=20))),
)  # fmt: skip


@given(others=st.lists(CANDIDATES, max_size=8, unique_by=lambda c: c.enrolment), within=st.integers(0, 14))
def test_joined_are_always_one_adults_other_children_in_their_window(others: list[Candidate], within: int) -> None:
    """In any family, and in the same order however they are listed."""
    joined = said_together(FIRST, others, TODAY, within, NO_HOLIDAYS)
    assert joined == said_together(FIRST, reversed(others), TODAY, within, NO_HOLIDAYS)
    for other in joined:
        assert other.person == FIRST.person
        assert other.child not in {0, FIRST.child}
        assert other.touch.due_on <= TODAY + timedelta(days=within)
        assert other.touch.last_on >= TODAY


PARENT, OTHER_PARENT, ADA, BEN = 1, 2, 11, 12


@pytest.mark.parametrize(
    ("change", "child", "ended"),
    [
        ("child-died", ADA, {"ada", "ada-other", "ada-own"}),
        ("person-died", 0, {"early-help", "ada", "ben"}),
        ("moved-away", 0, {"early-help", "ada", "ben", "ada-other", "ada-own"}),
        ("early-help-opened", 0, {"early-help", "ben"}),
        ("pregnancy-lost", ADA, {"early-help"}),
        ("social-care-opened", 0, set()),
        ("social-care-closed", 0, set()),
        ("stepped-down", 0, set()),
        ("reviewed", 0, set()),
        ("birth-month-corrected", ADA, set()),
    ],
)
def test_what_each_change_ends(change: str, child: int, ended: set[str]) -> None:
    """A household of two parents and two children: which of their enrolments end, by the table."""
    household = {
        "early-help": Standing(enrolment=1, person=PARENT, child=0, named=True),
        "ada": Standing(enrolment=2, person=PARENT, child=ADA, named=False),
        "ben": Standing(enrolment=3, person=PARENT, child=BEN, named=True),
        "ada-other": Standing(enrolment=4, person=OTHER_PARENT, child=ADA, named=False),
        "ada-own": Standing(enrolment=5, person=ADA, child=0, named=False),
    }
    found = {name for name, s in household.items() if ended_by(change, s, person=PARENT, child=child)}  # type: ignore[arg-type]
    assert found == ended


def test_every_change_is_tabled_and_says_why_it_ends() -> None:
    """What ends has its reason for the ledger; a death always brings a person and holds the rest."""
    assert all(bool(c.why) == (c.ends != "none") for c in CHANGES.values())
    for change in ("child-died", "person-died"):
        assert CHANGES[change].case == "concern"  # type: ignore[index]
        assert CHANGES[change].holds == "review"  # type: ignore[index]
