"""Where a referral stands, what may follow, and what is due when: from its steps and the working calendar alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import WorkingCalendar
from scheduler.pathway import FOLLOWS, ORDER, Clocks, Due, Standing, Step, Taken, late_since, standing

MONDAY = date(2026, 11, 23)
CHRISTMAS = WorkingCalendar(
    holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}),
    closures=frozenset({date(2026, 12, 29), date(2026, 12, 30)}),
)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 12, 31))


def after(*steps: Step, received_on: date = MONDAY, on: date = MONDAY) -> Standing:
    return standing(received_on, [Taken(step=step, on=on) for step in steps], Clocks(), CHRISTMAS)


@pytest.mark.parametrize(
    ("steps", "next_step", "due"),
    [
        ((), "triaged", Due(step="triaged", on=date(2026, 11, 24))),
        (("triaged",), "assigned", Due(step="help-secured", on=date(2026, 12, 7))),
        (("triaged", "assigned"), "help-secured", Due(step="help-secured", on=date(2026, 12, 7))),
        (("triaged", "assigned", "help-secured"), "engaged", Due(step="reviewed", on=date(2026, 12, 21), week=4)),
        (("triaged", "assigned", "help-secured", "engaged", "reviewed"), "reviewed",
         Due(step="reviewed", on=date(2027, 1, 18), week=8)),
        (("triaged", "assigned", "help-secured", "engaged", *(["reviewed"] * 3)), "closed", None),
        (("triaged", "passed"), "taken", Due(step="taken", on=date(2026, 11, 24))),
        (("triaged", "passed", "returned"), "assigned", Due(step="help-secured", on=date(2026, 12, 7))),
        (("triaged", "passed", "taken"), None, None),
        (("closed",), None, None),
    ],
)  # fmt: skip
def test_what_comes_next_and_by_when(steps: tuple[Step, ...], next_step: Step | None, due: Due | None) -> None:
    """Claim: the whole way, line by line; the first look has one working day, help ten, the front door one."""
    found = after(*steps)
    assert (found.next_step, found.due) == (next_step, due)


def test_closed_days_are_no_working_days() -> None:
    """Claim: what came on Christmas Eve is looked at when the team is back; ten days are ten of its own."""
    eve = date(2026, 12, 24)
    assert after(received_on=eve).due == Due(step="triaged", on=date(2026, 12, 31))
    assert after("triaged", received_on=eve).due == Due(step="help-secured", on=date(2027, 1, 13))
    secured = after("triaged", "assigned", "help-secured", on=date(2026, 11, 27))
    assert secured.due == Due(step="reviewed", on=date(2026, 12, 31), week=4)  # Christmas Day, and the days after


@given(st.lists(st.sampled_from(sorted(FOLLOWS)), max_size=14))
def test_no_walk_through_the_table_goes_back_or_past_its_end(wished: list[Step]) -> None:
    """Claim: taking only what may be taken, the stage never falls but when the front door gives it back to where it
    stood; with the front door nothing closes it but their yes; what is closed has no step, clock or way on."""
    taken: list[Taken] = []
    seen = standing(MONDAY, taken, Clocks(), CHRISTMAS)
    before = seen.stage
    for step in wished:
        if step not in seen.may:
            continue
        taken.append(Taken(step=step, on=MONDAY))
        now = standing(MONDAY, taken, Clocks(), CHRISTMAS)
        if step == "passed":
            before = seen.stage
        if step == "returned":
            assert now.stage == before
        elif "passed" not in {seen.stage, now.stage}:
            assert ORDER.index(now.stage) >= ORDER.index(seen.stage)
        if seen.stage == "passed" and now.stage == "closed":
            assert step == "taken"
        if now.stage == "closed":
            assert (now.may, now.next_step, now.due) == ((), None, None)
        else:
            assert now.next_step in now.may
        assert sum(one.step == "reviewed" for one in taken) <= 3
        seen = now


@given(today=DAYS, received_on=DAYS, days=st.integers(1, 12))
def test_one_day_parts_what_is_late_from_what_is_not(today: date, received_on: date, days: int) -> None:
    """Claim: by this one day a list tells, without a look at each, whose first look is late."""
    clocks = Clocks(first_look_days=days)
    due = standing(received_on, (), clocks, CHRISTMAS).due
    assert due is not None
    assert due.is_late(today) == (received_on <= late_since(today, clocks, CHRISTMAS))


@given(received_on=DAYS, later=st.integers(0, 30))
def test_who_comes_later_is_due_no_sooner(received_on: date, later: int) -> None:
    """Claim: each clock is monotone, and ends on a working day."""
    first, second = (
        after("triaged", received_on=day).due for day in (received_on, received_on + timedelta(days=later))
    )
    assert first is not None
    assert second is not None
    assert first.on <= second.on
    assert CHRISTMAS.is_working_day(first.on)
