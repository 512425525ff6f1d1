"""Who is told when: each rung in its turn until somebody acknowledges."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Level, WorkingCalendar
from scheduler.ladder import CaseFacts, Ladder, NextRung, Rung, next_rung
from scheduler.localtime import instant

CALENDAR = WorkingCalendar()
DUTY = Rung(tell="duty worker")
MANAGER = Rung(tell="team manager", after_minutes=15, again_minutes=10)
LATE = Rung(tell="team manager", after_minutes=7 * 60)
LADDER = Ladder(rungs={"urgent": (DUTY, MANAGER), "concern": (DUTY, LATE)})
FRIDAY_NIGHT = instant(date(2027, 3, 19), time(22))
CASE = CaseFacts(level="urgent", raised_at=FRIDAY_NIGHT)


def at(minutes: int) -> datetime:
    return FRIDAY_NIGHT + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("told", "rung", "due_at"), [(0, DUTY, at(0)), (1, MANAGER, at(15)), (2, MANAGER, at(25)), (3, MANAGER, at(35))]
)
def test_urgent_counts_minutes_by_any_clock(told: int, rung: Rung, due_at: datetime) -> None:
    """At once, then the manager after fifteen minutes, and again every ten; on a Friday night too."""
    found = next_rung(replace(CASE, told=told), LADDER, CALENDAR, at(20))
    assert found == NextRung(rung=rung, step=told, at=due_at, due=due_at <= at(20))


def test_concern_counts_open_hours() -> None:
    """Raised on Friday night: told when the team opens on Monday, the manager at four that day, then nobody more."""
    case = replace(CASE, level="concern")
    monday = date(2027, 3, 22)
    first = next_rung(case, LADDER, CALENDAR, at(5))
    second = next_rung(replace(case, told=1), LADDER, CALENDAR, at(5))
    assert first == NextRung(rung=DUTY, step=0, at=instant(monday, time(9)), due=False)
    assert second == NextRung(rung=LATE, step=1, at=instant(monday, time(16)), due=False)
    assert next_rung(replace(case, told=2), LADDER, CALENDAR, at(5)) is None


def test_nobody_is_told_once_acknowledged_or_where_no_rung_is() -> None:
    """An acknowledgement ends it at any step; a level with no rungs has none."""
    assert next_rung(replace(CASE, acknowledged=True), LADDER, CALENDAR, at(60)) is None
    assert next_rung(replace(CASE, level="routine"), LADDER, CALENDAR, at(60)) is None


@given(st.sampled_from(["urgent", "concern"]), st.integers(0, 4 * 24 * 60))
def test_after_an_outage_every_rung_is_told_in_turn(level: Level, outage_minutes: int) -> None:
    """None is passed over, steps count up by one, and times never go back."""
    now, case, told = at(outage_minutes), replace(CASE, level=level), list[NextRung]()
    while (found := next_rung(replace(case, told=len(told)), LADDER, CALENDAR, now)) is not None and found.due:
        told.append(found)
    assert [found.step for found in told] == list(range(len(told)))
    assert [found.at for found in told] == sorted(found.at for found in told)
    assert all(found.at <= now for found in told)


def test_a_ladder_out_of_order_is_refused() -> None:
    """Rungs come soonest first, only the last repeats, and minutes are not negative."""
    with pytest.raises(ValueError, match="ladder urgent: rungs are not in order"):
        Ladder(rungs={"urgent": (MANAGER, DUTY)})
    with pytest.raises(ValueError, match="only the last rung"):
        Ladder(rungs={"urgent": (MANAGER, replace(MANAGER, after_minutes=30))})
    with pytest.raises(ValueError, match="duty: after_minutes"):
        Rung(tell="duty", after_minutes=-1)
