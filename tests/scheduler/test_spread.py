"""A day's check-ins shared out over its hours, the same on every machine; and term time."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import WorkingCalendar
from scheduler.decide import ContactRules, Missed, Send, TouchFacts, Wait, decide
from scheduler.localtime import DAY, instant, local, local_date
from scheduler.programme import Enrolment, Offset, PlannedTouch, Programme, Touch, planned
from scheduler.quiet import ContactHours, next_sending
from scheduler.spread import next_room, slot_at, slots, turn_in_line
from scheduler.terms import Holiday, SchoolHolidays

EASTER = frozenset({date(2027, 3, 26), date(2027, 3, 29)})
HOURS = ContactHours(calendar=WorkingCalendar(holidays=EASTER, closures=frozenset({date(2027, 4, 14)})))
DAYS = st.dates(date(2026, 10, 1), date(2027, 12, 31))
CAPS = st.integers(1, 500)


def a_touch(
    due_on: date, *, late_days: int = 14, priority: int = 50, term_time: bool = False, name: str = "a"
) -> PlannedTouch:
    touch = Touch(id=name, when=Offset(days=0), flow="check-in", late_days=late_days, term_time=term_time)
    programme = Programme(id="p", title="P", event="it happened", touches=(touch,), priority=priority)
    return planned(programme, Enrolment(event_on=due_on, enrolled_on=due_on))[0]


@given(on=DAYS, cap=CAPS)
def test_the_hours_share_the_whole_cap_evenly(on: date, cap: int) -> None:
    """A sending day's shares add up to the cap and differ by one at most; another day has none."""
    found = slots(HOURS, on, cap)
    sends = bool(HOURS.spans(on))
    assert sum(slot.room for slot in found) == (cap if sends else 0)
    assert max((s.room for s in found), default=0) - min((s.room for s in found), default=0) <= 1


@given(on=DAYS)
def test_sent_when_someone_is_there_to_read_the_answers(on: date) -> None:
    """Monday to Thursday, 10 to 15 o'clock, on no closed day and on no day before one."""
    for slot in slots(HOURS, on, 100):
        begins, ends = local(slot.starts), local(slot.ends)
        assert begins.weekday() <= 3
        assert time(10) <= begins.time() < ends.time() <= time(15)
        assert not HOURS.calendar.is_closed_by_date(on)
        assert not HOURS.calendar.is_closed_by_date(on + DAY)


@given(on=DAYS, minutes=st.integers(0, 24 * 60 - 1), cap=CAPS)
def test_the_next_room_is_later_and_is_a_slot_with_room(on: date, minutes: int, cap: int) -> None:
    """Whoever is told to wait until then finds room unless others took it."""
    now = instant(on) + timedelta(minutes=minutes)
    at = next_room(now, HOURS, cap)
    found = slot_at(at, HOURS, cap)
    assert at > now
    assert found is not None
    assert found.starts == at
    assert found.room
    assert next_sending(at, HOURS) == at


def lived(
    touches: list[PlannedTouch], cap: int, down_until: datetime | None = None, every: timedelta = timedelta(hours=1)
) -> tuple[list[tuple[datetime, int]], dict[int, str]]:
    """What a clock does with these: (when, which) of those sent, in order, and the reason of each that was missed."""
    rules = ContactRules(hours=HOURS, daily_cap=cap)
    first = min(touch.due_on for touch in touches)
    facts = {n: TouchFacts(enrolled_on=first, consent="given") for n in range(len(touches))}
    next_at = {n: touch.window[0] for n, touch in enumerate(touches)}
    counted: dict[datetime, int] = {}
    sent: list[tuple[datetime, int]] = []
    missed: dict[int, str] = {}
    now = down_until or instant(first)
    while next_at:
        due = sorted((n for n, at in next_at.items() if at <= now), key=lambda n: turn_in_line(touches[n], n))
        for n in due:
            slot = slot_at(now, HOURS, cap)
            taken = 0 if slot is None else counted.get(slot.starts, 0)
            decision = decide(touches[n], replace(facts[n], sent_in_hour=taken), rules, now)
            if isinstance(decision, Wait):
                assert decision.until > now
                next_at[n] = decision.until
                facts[n] = replace(facts[n], waited_for=decision.reason, waited_until=decision.until)
                continue
            del next_at[n]
            if isinstance(decision, Send):
                assert slot is not None
                counted[slot.starts] = taken + 1
                sent.append((now, n))
            else:
                assert isinstance(decision, Missed)
                missed[n] = decision.reason
        now += every
    return sent, missed


COHORT = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([30, 50, 70]), st.integers(0, 10)), min_size=1, max_size=40
)


@given(cohort=COHORT, cap=st.integers(1, 30), start=DAYS)
def test_nobody_is_lost_and_no_day_goes_over_its_cap(cohort: list[tuple[int, int, int]], cap: int, start: date) -> None:
    """Each is sent once within its window or missed with the cap's or the hour's reason, whatever falls together."""
    touches = [a_touch(start + timedelta(days=d), priority=p, late_days=late) for d, p, late in cohort]
    sent, missed = lived(touches, cap)
    assert sorted([n for _, n in sent] + list(missed)) == list(range(len(touches)))
    by_day: dict[date, int] = {}
    for at, n in sent:
        by_day[local_date(at)] = by_day.get(local_date(at), 0) + 1
        opens, closes = touches[n].window
        assert opens <= at < closes
    assert max(by_day.values(), default=0) <= cap
    for reason in missed.values():
        assert "was still waiting then." in reason


@given(cohort=COHORT, cap=st.integers(1, 30), start=DAYS)
def test_of_those_who_wait_together_the_first_in_line_goes_first(
    cohort: list[tuple[int, int, int]], cap: int, start: date
) -> None:
    """Due on one date with one window: the highest priority first, then the first enrolled; so on every machine."""
    touches = [a_touch(start, priority=p, late_days=30) for _, p, _ in cohort]
    sent, _ = lived(touches, cap)
    order = [n for _, n in sent]
    assert order == sorted(order, key=lambda n: turn_in_line(touches[n], n))


@given(cohort=COHORT, cap=st.integers(1, 30), start=DAYS, down=st.integers(0, 20 * 24))
def test_after_an_outage_nothing_goes_at_night_and_no_hour_bursts(
    cohort: list[tuple[int, int, int]], cap: int, start: date, down: int
) -> None:
    """Late but within its window it goes in a sending hour, no hour above its share; the rest is missed, each told."""
    touches = [a_touch(start + timedelta(days=d), priority=p, late_days=late) for d, p, late in cohort]
    back = instant(start) + timedelta(hours=down)
    sent, missed = lived(touches, cap, down_until=back)
    by_hour: dict[datetime, int] = {}
    for at, _ in sent:
        slot = slot_at(at, HOURS, cap)
        assert slot is not None
        by_hour[slot.starts] = by_hour.get(slot.starts, 0) + 1
        assert by_hour[slot.starts] <= slot.room
    assert len(sent) + len(missed) == len(touches)
    assert all(reason.startswith("It could go until") for reason in missed.values())


TERMS = SchoolHolidays(
    holidays=(
        Holiday(name="the Easter holiday", first=date(2027, 3, 26), last=date(2027, 4, 9)),
        Holiday(name="a training day", first=date(2027, 4, 10), last=date(2027, 4, 12)),
    ),
    source="a test",
    checked_on=date(2027, 1, 1),
)


@pytest.mark.parametrize(
    ("now", "term_time", "until"),
    [
        (instant(date(2027, 3, 30), time(11)), True, instant(date(2027, 4, 13))),
        (instant(date(2027, 3, 30), time(11)), False, None),
        (instant(date(2027, 4, 15), time(11)), True, None),
    ],
)
def test_a_touch_that_asks_for_term_time_waits_for_school(
    now: datetime, *, term_time: bool, until: datetime | None
) -> None:
    """In the holidays it waits until the first day of school; others go, and so it does in term."""
    rules = ContactRules(hours=HOURS, school_holidays=TERMS)
    touch = a_touch(date(2027, 3, 29), late_days=40, term_time=term_time)
    decision = decide(touch, TouchFacts(enrolled_on=date(2027, 1, 1), consent="given"), rules, now)
    if until is None:
        assert isinstance(decision, Send)
    else:
        told = "It goes in term time, and it is the Easter holiday until 13 April 2027."
        assert decision == Wait(until=until, reason=told)


@given(on=DAYS)
def test_school_begins_again_on_a_day_without_holiday(on: date) -> None:
    """Holidays that touch are one wait; the day in term is itself."""
    back = TERMS.back_on(on)
    assert TERMS.holiday_on(back) is None
    assert back == on if TERMS.holiday_on(on) is None else back > on


def test_holidays_need_their_source_and_the_day_it_was_checked() -> None:
    """Dates that nobody can trace are refused, and so is a holiday that ends before it begins."""
    with pytest.raises(ValueError, match="source"):
        SchoolHolidays(holidays=TERMS.holidays)
    with pytest.raises(ValueError, match="before its first"):
        Holiday(name="Easter", first=date(2027, 4, 9), last=date(2027, 3, 26))
