"""Quiet hours, safe times, and the hours when someone is there to read the answer."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import OFFICE_DAYS, Week, WorkingCalendar
from scheduler.localtime import Period, instant, local
from scheduler.quiet import QUIET, ContactHours, SafeWindow, next_sending, quiet_until

GOOD_FRIDAY, EASTER_MONDAY = date(2027, 3, 26), date(2027, 3, 29)
HOURS = ContactHours(calendar=WorkingCalendar(holidays=frozenset({GOOD_FRIDAY, EASTER_MONDAY})))

moments = st.one_of(
    st.datetimes(datetime(2027, 3, 20), datetime(2027, 4, 6)),  # noqa: DTZ001 (made aware below)
    st.datetimes(datetime(2027, 10, 25), datetime(2027, 11, 8)),  # noqa: DTZ001
).map(lambda at: at.replace(tzinfo=UTC))
periods = st.builds(Period, starts=st.times(), ends=st.times())
windows = st.builds(
    SafeWindow,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    hours=st.builds(
        lambda start, hours: Period(starts=time(start), ends=time((start + hours) % 24)),
        st.integers(0, 23),
        st.integers(1, 23),
    ),
)


def at(on: date, hour: int, minute: int = 0) -> datetime:
    return instant(on, time(hour, minute))


@given(moments, periods)
def test_quiet_hours_end(now: datetime, quiet: Period) -> None:
    """What waits for quiet hours to end waits less than two days and then is not quiet."""
    until = quiet_until(now, quiet)
    if until is not None and quiet.starts != quiet.ends:
        assert now < until <= now + timedelta(hours=25)
        assert quiet_until(until, quiet) is None


@given(moments)
def test_the_usual_quiet_hours_follow_the_wall_clock(now: datetime) -> None:
    """Eight in the evening to eight in the morning by London's clock, in both clock changes."""
    hour = local(now).hour
    until = quiet_until(now, QUIET)
    assert (until is None) == (8 <= hour < 20)
    assert until is None or local(until).time() == time(8)


def test_quiet_hours_may_be_none_and_are_seconds_exact() -> None:
    """The last second before eight in the evening is not quiet; eight is."""
    night = at(date(2027, 3, 27), 20)
    assert quiet_until(night - timedelta(seconds=1), QUIET) is None
    # The night in which the clocks go forward is an hour shorter.
    assert quiet_until(night, QUIET) == night + timedelta(hours=11)
    assert quiet_until(night, None) is None


def test_the_hour_that_happens_twice_is_quiet_once_or_twice_but_never_for_ever() -> None:
    """Quiet hours that end at half past one end at the first half past one."""
    quiet = Period.read("22:00-01:30")
    first = datetime(2027, 10, 31, 0, 15, tzinfo=UTC)
    assert quiet_until(first, quiet) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert quiet_until(first + timedelta(hours=1), quiet) is None


@given(moments, st.lists(windows, min_size=1, max_size=3).map(tuple))
def test_safe_windows_replace_quiet_hours(now: datetime, safe: tuple[SafeWindow, ...]) -> None:
    """A message leaves only inside a window that the family named, at the first moment there is."""
    until = quiet_until(now, QUIET, safe)
    found = until or now
    assert any(start <= found < end for w in safe for d in range(-1, 2) for start, end in w.spans(_day(found, d)))
    if until is not None:
        before = until - timedelta(seconds=1)
        assert not any(
            start <= before < end for w in safe for d in range(-1, 2) for start, end in w.spans(_day(now, d))
        )


def _day(now: datetime, shift: int) -> date:
    return local(now).date() + timedelta(days=shift)


@given(moments)
def test_check_ins_go_out_when_someone_is_there(now: datetime) -> None:
    """Monday to Thursday, ten to three, never on or the day before a closure, and at the first such moment."""
    found = next_sending(now, HOURS)
    wall = local(found)
    assert found >= now
    assert wall.weekday() < 4
    assert time(10) <= wall.time() < time(15)
    assert wall.date() not in {GOOD_FRIDAY, EASTER_MONDAY, date(2027, 3, 25)}
    assert next_sending(found, HOURS) == found
    if found > now:
        assert wall.time() == time(10)
        assert next_sending(found - timedelta(seconds=1), HOURS) == found


def test_a_council_may_send_before_closures() -> None:
    """With before_closures, Maundy Thursday is a day like another."""
    hours = ContactHours(calendar=HOURS.calendar, before_closures=True)
    assert next_sending(at(date(2027, 3, 25), 9), hours) == at(date(2027, 3, 25), 10)
    assert next_sending(at(date(2027, 3, 25), 9), HOURS) == at(date(2027, 3, 30), 10)


def test_sending_hours_are_cut_to_the_open_hours() -> None:
    """Sending from eight in an office that opens at nine begins at nine."""
    hours = ContactHours(calendar=WorkingCalendar(), sending=Week.read(dict.fromkeys(OFFICE_DAYS, "08:00-18:00")))
    assert next_sending(at(date(2027, 3, 23), 7), hours) == at(date(2027, 3, 23), 9)
    assert next_sending(at(date(2027, 3, 23), 17), hours) == at(date(2027, 3, 24), 9)


def test_quiet_hours_cut_the_sending_hours() -> None:
    """An office open late sends nothing in quiet hours; what is left of the morning begins when they end."""
    late = ContactHours(
        calendar=WorkingCalendar(week=Week.read({"monday": "06:00-22:00"})),
        sending=Week.read({"monday": "06:00-22:00"}),
    )
    assert next_sending(at(date(2027, 3, 22), 6), late) == at(date(2027, 3, 22), 8)
    assert next_sending(at(date(2027, 3, 22), 20, 30), late) == at(date(2027, 3, 29), 8)


def test_hours_that_never_meet_are_refused() -> None:
    """Sending hours at the weekend of an office that is closed, or all in quiet hours, would send nothing for ever."""
    for sending, quiet in (("saturday", QUIET), ("monday", Period.read("00:00-24:00"))):
        with pytest.raises(ValueError, match="sending hour"):
            ContactHours(calendar=WorkingCalendar(), sending=Week.read({sending: "10:00-12:00"}), quiet=quiet)


def test_safe_times_that_meet_the_sending_hours_wait_for_both() -> None:
    """Safe on weekday mornings: ten o'clock on a sending day, not eight o'clock on a Friday."""
    mornings = (SafeWindow(days=frozenset(range(5)), hours=Period.read("08:00-12:00")),)
    assert next_sending(at(date(2027, 4, 1), 13), HOURS, mornings) == at(date(2027, 4, 5), 10)


def test_safe_times_that_never_meet_the_sending_hours_win() -> None:
    """Safe only after nine in the evening: that is when the text goes, quiet hours and office hours or not."""
    evenings = (SafeWindow(hours=Period.read("21:00-22:00")),)
    assert next_sending(at(date(2027, 4, 1), 13), HOURS, evenings) == at(date(2027, 4, 1), 21)
    assert next_sending(at(date(2027, 4, 1), 21, 30), HOURS, evenings) == at(date(2027, 4, 1), 21, 30)


def test_a_window_over_midnight_is_still_open_after_it() -> None:
    """Safe from eleven at night to one: half past midnight belongs to the day before."""
    nights = (SafeWindow(days=frozenset({0}), hours=Period.read("23:00-01:00")),)
    half_past = at(date(2027, 3, 23), 0, 30)
    assert quiet_until(half_past, QUIET, nights) is None
    assert next_sending(half_past, HOURS, nights) == half_past


def test_a_window_needs_weekdays() -> None:
    """No days, or an eighth day, is refused."""
    for days in (frozenset[int](), frozenset({7})):
        with pytest.raises(ValueError, match="weekdays"):
            SafeWindow(days=days, hours=QUIET)
