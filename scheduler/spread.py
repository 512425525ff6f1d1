"""A cohort spread: only so many check-ins a day, and each sending hour its share of them.

Many touches fall due together: a closing date of the school year, an outage that ends. Sent at once, their answers
would come at once, and nobody could read them. So the council caps the day (`contact.daily_cap`), and each hour of the
day's sending hours has a share of the cap. What an hour did not use is not added to the next: an outage that ends in
the afternoon makes no burst.

Everything here follows from the calendar, the cap and how many went in this hour, so every machine chooses the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

from scheduler.localtime import DAY, Span, local_date
from scheduler.programme import PlannedTouch
from scheduler.quiet import ContactHours

HOUR = timedelta(hours=1)
_DAYS_TO_LOOK = 400  # longer than any closure: a calendar shut for over a year sends nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """An hour of the sending hours, or the rest of one: how many check-ins may start in it."""

    starts: datetime
    ends: datetime
    room: int


@lru_cache(maxsize=1024)  # asked anew for everyone who is due in an hour
def slots(hours: ContactHours, on: date, daily_cap: int) -> tuple[Slot, ...]:
    """The sending hours of this local date with their shares, in order. The shares add up to the cap."""
    pieces = [piece for span in hours.spans(on) for piece in _hourly(span)]
    total = sum((end - start for start, end in pieces), timedelta())
    made, before, passed = [], 0, timedelta()
    for start, end in pieces:
        passed += end - start
        # Rounded up, so that what cannot be shared evenly goes early in the day.
        by_now = -((-daily_cap * passed) // total)
        made.append(Slot(starts=start, ends=end, room=by_now - before))
        before = by_now
    return tuple(made)


def slot_at(now: datetime, hours: ContactHours, daily_cap: int) -> Slot | None:
    """The slot that holds this instant, or None: a family's own safe times may lie outside our hours."""
    return next((slot for slot in slots(hours, local_date(now), daily_cap) if slot.starts <= now < slot.ends), None)


def next_room(now: datetime, hours: ContactHours, daily_cap: int) -> datetime:
    """When the next slot with room begins, later than now."""
    found = next((slot for slot in _slots_from(now, hours, daily_cap) if slot.starts > now and slot.room), None)
    return now + timedelta(days=_DAYS_TO_LOOK) if found is None else found.starts


def turn_in_line(touch: PlannedTouch, enrolment: int) -> tuple[int, date, int]:
    """Sorts those that are due: the highest priority first, of these the oldest, of these the first enrolled."""
    return -touch.priority, touch.due_on, enrolment


def _hourly(span: Span) -> Iterator[Span]:
    start, end = span
    while start < end:
        yield start, min(start + HOUR, end)
        start += HOUR


def _slots_from(now: datetime, hours: ContactHours, daily_cap: int) -> Iterator[Slot]:
    for day in islice(_days_from(local_date(now)), _DAYS_TO_LOOK):
        yield from slots(hours, day, daily_cap)


def _days_from(on: date) -> Iterator[date]:
    while True:
        yield on
        on += DAY
