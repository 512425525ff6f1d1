"""When a told event is the standing one on another day, and when it is the next of its kind."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.same_event import Told, same_event

DAYS = st.integers(0, 800).map(lambda n: date(2026, 1, 1) + timedelta(days=n))
TOLD = st.builds(Told, event_on=DAYS, told_on=DAYS)


def told(event_on: str, told_on: str) -> Told:
    return Told(event_on=date.fromisoformat(event_on), told_on=date.fromisoformat(told_on))


@pytest.mark.parametrize(
    ("standing", "then", "same"),
    [
        # out of school on the 1st, and it was the day before
        (("2027-03-01", "2027-03-02"), ("2027-02-28", "2027-03-04"), True),
        # out of school again five weeks later
        (("2027-03-01", "2027-03-02"), ("2027-04-05", "2027-04-06"), False),
        # a meeting that is put off, and one that was brought forward
        (("2027-06-01", "2027-04-01"), ("2027-07-01", "2027-05-20"), True),
        (("2027-06-01", "2027-04-01"), ("2027-05-25", "2027-05-26"), True),
        # the year after's
        (("2027-06-01", "2027-04-01"), ("2028-06-01", "2028-05-01"), False),
        # the day a baby was due, and the day it came
        (("2027-06-01", "2027-01-10"), ("2027-06-10", "2027-06-12"), True),
        # a meeting was held; another lies ahead
        (("2027-06-01", "2027-04-01"), ("2027-09-01", "2027-07-01"), False),
    ],
)  # fmt: skip
def test_a_correction_and_the_next_are_told_apart(standing: tuple[str, str], then: tuple[str, str], same: bool) -> None:
    assert same_event(told(*standing), told(*then)) is same


@given(standing=TOLD, then=TOLD)
def test_what_came_after_the_telling_is_never_what_was_told(standing: Told, then: Told) -> None:
    """What had happened when it was told of is never moved to a day after that telling; the same day is the same."""
    if not standing.lay_ahead and then.event_on > standing.told_on:
        assert not same_event(standing, then)
    if standing.told_on <= then.told_on and standing.event_on == then.event_on and not then.lay_ahead:
        assert same_event(standing, then)
