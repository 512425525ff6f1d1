"""Which plan of a person a row of an enrolment sheet is about, and what it says of it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.same_event import Told
from scheduler.which_plan import which_plan, why_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    event_on: date
    told_on: date
    corrected_on: date | None = None
    going_on: bool = True


def plan(event_on: str, told_on: str, *, put_right: str | None = None, going_on: bool = True) -> Plan:
    corrected_on = None if put_right is None else date.fromisoformat(put_right)
    return Plan(
        event_on=date.fromisoformat(event_on), told_on=date.fromisoformat(told_on), corrected_on=corrected_on,
        going_on=going_on,
    )  # fmt: skip


MARCH = plan("2027-03-01", "2027-03-02")
OVER = plan("2027-03-01", "2027-03-02", going_on=False)
PUT_RIGHT = plan("2027-03-01", "2027-03-02", put_right="2027-03-10")
APRIL = plan("2027-04-05", "2027-04-06")


@pytest.mark.parametrize(
    ("alike", "event_on", "told_on", "says", "of"),
    [
        ([], "2027-03-01", "2027-03-02", "new", None),
        ([OVER], "2027-02-28", "2027-03-04", "new", None),
        ([MARCH], "2027-03-01", "2027-03-09", "same", MARCH),
        ([OVER, APRIL], "2027-03-01", "2027-05-01", "same", OVER),  # also of one that is over
        ([MARCH], "2027-02-28", "2027-03-04", "moved", MARCH),
        ([MARCH], "2027-02-20", "2027-03-01", "older", MARCH),
        ([PUT_RIGHT], "2027-02-28", "2027-03-10", "older", PUT_RIGHT),  # staff were told otherwise that day
        ([PUT_RIGHT], "2027-02-28", "2027-03-11", "moved", PUT_RIGHT),
        ([MARCH], "2027-04-05", "2027-04-06", "again", MARCH),
        ([plan("2027-06-01", "2027-04-01")], "2026-10-01", "2027-04-02", "before", plan("2027-06-01", "2027-04-01")),
    ],
)  # fmt: skip
def test_what_a_row_says(alike: list[Plan], event_on: str, told_on: str, says: str, of: Plan | None) -> None:
    told = Told(event_on=date.fromisoformat(event_on), told_on=date.fromisoformat(told_on))
    assert which_plan(alike, told, from_birth=False) == (says, of)


def test_a_child_has_one_event() -> None:
    """From birth it is the plan about this child, over or not, whatever its month is said to be."""
    told = Told(event_on=date(2022, 4, 1), told_on=date(2027, 5, 1))
    assert which_plan([OVER], told, from_birth=True) == ("same", OVER)
    assert which_plan([], told, from_birth=True) == ("new", None)


def test_a_row_that_is_refused_says_which_plan_goes_on() -> None:
    assert "the plan that counts from 1 March 2027 goes on" in why_before(MARCH)


DAYS = st.integers(0, 800).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
PLANS = st.builds(Plan, event_on=DAYS, told_on=DAYS, corrected_on=st.none() | DAYS, going_on=st.booleans())


@given(
    alike=st.lists(PLANS, max_size=4, unique_by=lambda one: one.event_on),
    told=st.builds(Told, event_on=DAYS, told_on=DAYS),
)
def test_only_what_goes_on_is_changed(alike: list[Plan], told: Told) -> None:
    """What is moved, or has its place taken, goes on and counts from another day; nothing is said only by who
    was told before, or by the day on which somebody put it right."""
    says, of = which_plan(alike, told, from_birth=False)
    assert (of is None) == (says == "new")
    if of is None or says == "same":
        return
    assert of.going_on
    assert of.event_on != told.event_on
    if says == "older":
        assert told.told_on < of.told_on or (of.corrected_on is not None and told.told_on <= of.corrected_on)
    else:
        assert told.told_on >= of.told_on
