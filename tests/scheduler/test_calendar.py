"""The working calendar keeps the team's promises, over both clock changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import OFFICE_DAYS, Promises, Week, WorkingCalendar
from scheduler.localtime import DAY, LONDON, Period, end_of_day, instant, local, local_date

SPRING = date(2027, 3, 28)
AUTUMN = date(2027, 10, 31)
EASTER = frozenset({date(2027, 3, 26), date(2027, 3, 29)})

SPLIT = Week.read({**dict.fromkeys(OFFICE_DAYS, "09:00-12:30, 13:30-17:00"), "saturday": "10:00-12:00"})
NIGHT = Week.read({"sunday": "00:00-01:30, 01:30-24:00", "wednesday": "09:00-17:00"})

# Days around each clock change and an ordinary month, minute by minute.
moments = st.one_of(
    st.datetimes(datetime(2027, 3, 20), datetime(2027, 4, 6)),  # noqa: DTZ001 (made aware below)
    st.datetimes(datetime(2027, 10, 25), datetime(2027, 11, 8)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 12, 1), datetime(2027, 1, 10)),  # noqa: DTZ001
).map(lambda at: at.replace(tzinfo=UTC))
dates = st.dates(date(2026, 1, 1), date(2028, 12, 31))
walls = st.times().map(lambda at: at.replace(microsecond=0))
calendars = st.sampled_from(
    [
        WorkingCalendar(),
        WorkingCalendar(week=SPLIT, holidays=EASTER, closures=frozenset({date(2026, 12, 29)})),
        WorkingCalendar(week=NIGHT),
    ]
)


def london(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return instant(date(year, month, day), time(hour, minute))


@given(dates, walls, walls)
def test_a_later_wall_time_is_never_an_earlier_instant(on: date, first: time, second: time) -> None:
    """Within a day, order on the clock is order in time, whatever the clock does."""
    first, second = sorted((first, second))
    assert instant(on, first) <= instant(on, second) < end_of_day(on)
    assert local_date(instant(on, first)) == on


@given(dates, walls)
def test_a_wall_time_that_exists_is_read_back(on: date, at: time) -> None:
    """An instant shows the wall time it was made of, or the end of the skipped hour."""
    shown = local(instant(on, at)).time().replace(tzinfo=None)
    skipped = on in {date(2026, 3, 29), SPRING, date(2028, 3, 26)} and at.hour == 1
    assert shown == (time(2) if skipped else at)


def test_the_two_changes_by_hand() -> None:
    """The skipped hour is the change itself; the repeated hour is its first."""
    assert instant(SPRING, time(1, 30)) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert instant(AUTUMN, time(1, 30)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert end_of_day(SPRING) - instant(SPRING) == timedelta(hours=23)
    assert end_of_day(AUTUMN) - instant(AUTUMN) == timedelta(hours=25)


def test_a_naive_instant_is_refused() -> None:
    """A time without a zone would be read in the machine's own."""
    with pytest.raises(ValueError, match="without a zone"):
        local_date(datetime(2027, 1, 1))  # noqa: DTZ001


@given(calendars, moments)
def test_next_open_is_open_and_nothing_before_it_is(calendar: WorkingCalendar, at: datetime) -> None:
    """The next open instant is open, not past, and the last second before it is closed."""
    found = calendar.next_open(at)
    assert found >= at
    assert calendar.is_open(found)
    assert (found == at) == calendar.is_open(at)
    if found > at:
        assert not calendar.is_open(max(at, found - timedelta(seconds=1)))


@given(calendars, dates)
def test_the_open_hours_of_a_day_are_apart_and_in_order(calendar: WorkingCalendar, on: date) -> None:
    """No instant is in two periods, and each lies within its own local day."""
    spans = calendar.spans(on)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(start < end for start, end in spans)
    assert all(instant(on) <= start and end <= end_of_day(on) for start, end in spans)


@given(calendars, moments, st.integers(0, 40 * 60))
def test_the_working_time_until_then_is_what_was_added(calendar: WorkingCalendar, at: datetime, minutes: int) -> None:
    """What is left of a promise is the hours that it was made with, and nothing once it has passed."""
    hours = timedelta(minutes=minutes)
    there = calendar.add_working_hours(at, hours)
    assert calendar.open_between(at, there) == hours
    assert calendar.open_between(there, at) == timedelta() or there == at


@given(calendars, moments, st.integers(0, 40 * 60), st.integers(0, 40 * 60))
def test_working_hours_add_up(calendar: WorkingCalendar, at: datetime, first: int, second: int) -> None:
    """Adding in two parts is adding at once, and the time between counts exactly the hours asked for."""
    one, two = timedelta(minutes=first), timedelta(minutes=second)
    there = calendar.add_working_hours(at, one + two)
    in_parts = calendar.add_working_hours(calendar.add_working_hours(at, one), two)
    assert in_parts == there or calendar.next_open(there) == calendar.next_open(in_parts)
    day, worked = local_date(at), timedelta()
    while day <= local_date(there):
        worked += sum(
            (max(timedelta(), min(end, there) - max(start, at)) for start, end in calendar.spans(day)), timedelta()
        )
        day += DAY
    assert worked == one + two


@given(calendars, dates, st.integers(1, 30))
def test_working_days_are_counted_one_by_one(calendar: WorkingCalendar, on: date, days: int) -> None:
    """Between the date and the one found lie exactly that many working days, the found one the last."""
    found = calendar.add_working_days(on, days)
    between = [on + timedelta(days=n) for n in range(1, (found - on).days + 1)]
    assert sum(calendar.is_working_day(day) for day in between) == days
    assert calendar.is_working_day(found)


@given(calendars, moments, st.integers(0, 72 * 60))
def test_promises_keep_their_order(calendar: WorkingCalendar, now: datetime, minutes: int) -> None:
    """A graver level is never looked at later, and one raised later is never promised sooner."""
    promises = Promises()
    urgent, concern, routine = (calendar.look_by(level, now, promises) for level in ("urgent", "concern", "routine"))
    assert now < urgent <= concern <= routine
    later = now + timedelta(minutes=minutes)
    assert concern <= calendar.look_by("concern", later, promises)
    assert routine <= calendar.look_by("routine", later, promises)


@pytest.mark.parametrize(
    ("now", "concern", "routine"),
    [
        (london(2027, 3, 22, 10), london(2027, 3, 22, 17), london(2027, 3, 23, 17)),
        (london(2027, 3, 22, 16, 55), london(2027, 3, 23, 10, 55), london(2027, 3, 23, 17)),
        (london(2027, 3, 22, 18), london(2027, 3, 23, 17), london(2027, 3, 23, 17)),
        # Good Friday and Easter Monday, and the clock change between them.
        (london(2027, 3, 25, 16), london(2027, 3, 30, 10), london(2027, 3, 30, 17)),
        (london(2027, 3, 27, 3), london(2027, 3, 30, 17), london(2027, 3, 30, 17)),
    ],
)
def test_look_by(now: datetime, concern: datetime, routine: datetime) -> None:
    """Within the working day; by the end of the next working day; urgent in minutes by any clock."""
    calendar = WorkingCalendar(holidays=EASTER)
    assert calendar.look_by("urgent", now, Promises()) == now + timedelta(minutes=15)
    assert calendar.look_by("concern", now, Promises()) == concern
    assert calendar.look_by("routine", now, Promises()) == routine


def test_the_office_opens_by_the_wall_clock() -> None:
    """Nine o'clock is 09:00 UTC before the spring change and 08:00 UTC after it."""
    calendar = WorkingCalendar()
    assert calendar.next_open(datetime(2027, 3, 26, 4, tzinfo=UTC)) == datetime(2027, 3, 26, 9, tzinfo=UTC)
    assert calendar.next_open(datetime(2027, 3, 29, 4, tzinfo=UTC)) == datetime(2027, 3, 29, 8, tzinfo=UTC)


def test_no_working_day_is_refused() -> None:
    """A closed day has no closing time, counting goes forward, and a week needs hours."""
    calendar = WorkingCalendar()
    with pytest.raises(ValueError, match="2027-03-28 is not a working day"):
        calendar.closes(SPRING)
    with pytest.raises(ValueError, match="forward"):
        calendar.add_working_days(SPRING, -1)
    with pytest.raises(ValueError, match="forward"):
        calendar.add_working_hours(instant(SPRING), timedelta(hours=-1))
    with pytest.raises(ValueError, match="no hours"):
        WorkingCalendar(week=Week())
    assert calendar.add_working_days(SPRING, 0) == date(2027, 3, 29)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("9 to 5", "not a period"),
        ("09:00-25:00", "no clock shows"),
        ("22:00-06:00", "belong to the next day"),
        ("13:00-17:00, 09:00-12:00", "overlap or are out of order"),
        ("09:00-24:00, 10:00-11:00", "overlap or are out of order"),
    ],
)
def test_a_week_that_cannot_be_is_refused_with_its_day(text: str, fault: str) -> None:
    """The message names the day and what is wrong with it."""
    with pytest.raises(ValueError, match=f"tuesday: .*{fault}"):
        Week.read({"tuesday": text})


def test_all_faults_of_a_week_are_told_at_once() -> None:
    """A misspelt day and a bad period are told together."""
    with pytest.raises(ValueError, match=r"mondy: not a day of the week; friday: .*9-5"):
        Week.read({"mondy": "09:00-17:00", "friday": "9-5"})


def test_a_period_reads_and_prints() -> None:
    """Twenty-four o'clock is midnight at the end of the day."""
    whole = Period.read("00:00-24:00")
    assert str(Period.read("9:00 to 17:30")) == "09:00-17:30"
    assert whole.on(AUTUMN)[1] - whole.on(AUTUMN)[0] == timedelta(hours=25)
    assert not whole.overnight
    assert Period.read("20:00-08:00").overnight
    assert LONDON.key == "Europe/London"
