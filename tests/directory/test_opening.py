"""When a service is open: by the clock in London, around midnight, bank holidays and both changes of the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.opening import AHEAD_DAYS, OpenNow, hours_of, open_now
from directory.service import DAYS, Location, Opening, Organisation, Service

LONDON = ZoneInfo("Europe/London")
OFFICE = tuple(Opening(day=day, opens="09:00", closes="17:00") for day in DAYS[:5])
CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 28)})  # England's; the second is the substitute for the 26th


def wall(text: str) -> datetime:
    """A wall time in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def at(text: str) -> datetime:
    """The same as an instant."""
    return wall(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "kind", "when"),
    [
        ("2026-11-23 11:00", "open", "2026-11-23 17:00"),
        ("2026-11-23 09:00", "open", "2026-11-23 17:00"),
        ("2026-11-23 08:59", "later", "2026-11-23 09:00"),
        ("2026-11-23 17:00", "another-day", "2026-11-24 09:00"),
        ("2026-11-27 18:00", "another-day", "2026-11-30 09:00"),
        ("2026-07-20 16:30", "open", "2026-07-20 17:00"),  # summer time: 15:30 UTC
        ("2026-12-25 10:00", "holiday", None),
        ("2026-12-24 18:00", "another-day", "2026-12-29 09:00"),  # over Christmas, a weekend and a bank holiday
        ("2026-12-25 18:00", "another-day", "2026-12-29 09:00"),  # by then it would be closed on any Friday
        ("2026-12-26 10:00", "another-day", "2026-12-29 09:00"),  # a Saturday: closed, whatever the calendar says
    ],
)
def test_office_hours(now: str, kind: str, when: str | None) -> None:
    """Claim: open until, later today, or the next day that is no bank holiday; a bank holiday promises nothing."""
    told = open_now(OFFICE, at(now), CHRISTMAS)
    assert told == OpenNow(kind=kind, at=wall(when) if when else None)  # type: ignore[arg-type]


def test_two_sessions_a_day() -> None:
    """Claim: between two sessions of a day the second is named; sessions that touch are one."""
    split = (Opening(day="MO", opens="09:30", closes="11:30"), Opening(day="MO", opens="13:00", closes="15:00"))
    assert open_now(split, at("2026-11-23 12:00")) == OpenNow(kind="later", at=wall("2026-11-23 13:00"))
    touching = (Opening(day="MO", opens="09:00", closes="12:00"), Opening(day="MO", opens="12:00", closes="15:00"))
    assert open_now(touching, at("2026-11-23 10:00")) == OpenNow(kind="open", at=wall("2026-11-23 15:00"))


@pytest.mark.parametrize("closes", ["24:00", "00:00", "23:59"])
def test_day_and_night(closes: str) -> None:
    """Claim: hours that never end are day and night, bank holidays too, however midnight is written."""
    always = tuple(Opening(day=day, opens="00:00", closes=closes) for day in DAYS)
    for now in ("2026-12-25 10:00", "2026-11-23 00:00", "2026-11-23 23:59"):
        assert open_now(always, at(now), CHRISTMAS) == OpenNow(kind="always")


def test_past_midnight() -> None:
    """Claim: hours that end the next morning are open after midnight too."""
    late = (Opening(day="FR", opens="20:00", closes="02:00"),)
    assert open_now(late, at("2026-11-28 01:00")) == OpenNow(kind="open", at=wall("2026-11-28 02:00"))
    assert open_now(late, at("2026-11-28 02:00")) == OpenNow(kind="another-day", at=wall("2026-12-04 20:00"))


def test_the_clock_changes() -> None:
    """Claim: hours are London's wall time on both sides of a change of the clock."""
    sundays = (Opening(day="SU", opens="10:00", closes="12:00"),)
    for day in ("2026-03-29", "2026-10-25"):
        assert open_now(sundays, at(f"{day} 09:59")) == OpenNow(kind="later", at=wall(f"{day} 10:00"))
        assert open_now(sundays, at(f"{day} 11:59")) == OpenNow(kind="open", at=wall(f"{day} 12:00"))


def test_no_hours_is_nothing() -> None:
    """Claim: an entry without weekly hours is said nothing of; a naive instant is refused."""
    assert open_now((), at("2026-11-23 11:00")) is None
    with pytest.raises(ValueError, match="zone"):
        open_now(OFFICE, datetime.fromisoformat("2026-11-23 11:00"))


def test_the_hours_of_an_entry() -> None:
    """Claim: the venues' hours where all keep the same, the line's where there is none, else none at all."""

    def entry(*venues: tuple[Opening, ...]) -> Service:
        places = tuple(Location(id=str(number), hours=hours) for number, hours in enumerate(venues))
        return Service(
            id="s", name="S", organisation=Organisation(id="o", name="O"), hours=OFFICE[:1], hours_note="or so",
            locations=places,
        )  # fmt: skip

    assert hours_of(entry()) == (OFFICE[:1], "or so")
    assert hours_of(entry(OFFICE)) == (OFFICE, "")
    assert hours_of(entry(OFFICE, OFFICE)) == (OFFICE, "")
    assert hours_of(entry(OFFICE, OFFICE[:2])) == ((), "")
    assert hours_of(entry((), ())) == (OFFICE[:1], "or so")
    assert hours_of(entry(OFFICE, ())) == ((), "")


openings = st.builds(
    Opening,
    day=st.sampled_from(DAYS),
    opens=st.sampled_from(["00:00", "08:30", "10:00", "22:00"]),
    closes=st.sampled_from(["02:00", "12:00", "17:00", "23:59", "24:00"]),
)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: at("2026-01-01 00:00") + timedelta(minutes=minutes))


@given(st.lists(openings, min_size=1, max_size=6), moments, st.sets(st.integers(0, 20), max_size=4))
def test_what_is_said_is_never_past(week: list[Opening], now: datetime, off: set[int]) -> None:
    """Claim: whatever the hours, a time that is named lies ahead, within the days looked at, on no bank holiday."""
    today = now.astimezone(LONDON).date()
    holidays = {today + timedelta(days=ahead) for ahead in off}
    told = open_now(week, now, holidays)
    assert told is not None or len(holidays) > 1
    if told is None or told.at is None:
        assert told is None or told.kind in {"always", "holiday"}
        return
    assert now < told.at <= now + timedelta(days=AHEAD_DAYS + 1)
    assert (told.kind == "later") == (told.kind != "open" and told.at.date() == today)
    if told.kind != "open":
        assert told.at.date() not in holidays
