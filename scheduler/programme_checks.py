"""What makes a programme wrong, or look wrong, by its dates alone: each with its touch, as an author is told it.

Every start there can be is tried: each day of two years, a leap year among them, or each month of birth of a school
year and more, with and without a year's deferral.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from scheduler.localtime import in_words
from scheduler.programme import Enrolment, PlannedTouch, Programme, Recipient, Touch, planned
from scheduler.schoolyear import BirthMonth
from scheduler.when import EventKind, Start

SHORTEST_DAYS = 7  # a week holds a day on which we send, unless the council is closed; shorter windows may hold none
LONGEST_YEARS = 26  # a touch so far from its event is a slip of the pen
_FIRST, _DAYS = date(2027, 1, 1), 731  # 2028 is a leap year
_MONTHS = [BirthMonth(year=year, month=month) for year in (2020, 2021) for month in range(1, 13)]

WORDS: Mapping[EventKind, str] = {
    "day": "a day",
    "birth-month": "a month of birth",
    "due-date": "the day a baby is due",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`touch` is its place in the file and `key` what is wrong of it. An `error` refuses the content."""

    touch: int
    key: str
    rule: str
    message: str
    severity: Literal["error", "warning"] = "warning"


def programme_errors(programme: Programme) -> tuple[Problem, ...]:
    """What no start makes sense of."""
    return tuple(_errors(programme))


def programme_warnings(programme: Programme) -> tuple[Problem, ...]:
    """What an author should weigh. Takes a moment: every start is tried. ValueError where there are errors."""
    if programme_errors(programme):
        msg = f"programme {programme.id}: its errors come first"
        raise ValueError(msg)
    return (*_short_windows(programme), *_crowded(programme))


def _errors(programme: Programme) -> Iterator[Problem]:
    for at, touch in enumerate(programme.touches):
        if programme.event_is not in touch.when.counts_from:
            wanted = " or ".join(WORDS[kind] for kind in touch.when.counts_from)
            told = f"counts from {wanted}, but the event of this programme is {WORDS[programme.event_is]} (`event_is`)"
            yield Problem(touch=at, key="when", rule="wrong-event", message=told, severity="error")
        elif _too_far(touch):
            told = f"is due over {LONGEST_YEARS} years from its event"
            yield Problem(touch=at, key="when", rule="impossible-date", message=told, severity="error")


def _too_far(touch: Touch) -> bool:
    try:
        dates = touch.dates(Start(event_on=_FIRST))
    except (OverflowError, ValueError):  # before the year 1, after the year 9999
        return True
    return any(abs(due_on - _FIRST) > timedelta(days=LONGEST_YEARS * 366) for due_on in dates)


def _short_windows(programme: Programme) -> Iterator[Problem]:
    for at, touch in enumerate(programme.touches):
        if touch.late_days < SHORTEST_DAYS:
            told = (
                f"{touch.id} may go for {touch.late_days} days: some weeks hold no day in them on which we send; "
                f"{SHORTEST_DAYS} or more"
            )
            yield Problem(touch=at, key="late_days", rule="short-window", message=told)


def _crowded(programme: Programme) -> Iterator[Problem]:
    """Of each two touches that meet, one is told with the first start for which they do."""
    seen: set[tuple[str, str]] = set()
    for start in _starts(programme):
        for before, after in pairwise(planned(programme, start)):
            pair = before.touch.id, after.touch.id
            if pair in seen or after.due_on > before.last_on:
                continue
            seen.add(pair)
            yield _met(programme, before, after, start)


def _met(programme: Programme, before: PlannedTouch, after: PlannedTouch, start: Enrolment) -> Problem:
    where = f"born {start.born}" if start.born is not None else f"event {in_words(start.event_on)}"
    at = programme.touches.index(after.touch)
    if before.due_on == after.due_on:
        told = f"{before.touch.id} and {after.touch.id} are due on the same day, {in_words(after.due_on)} ({where})"
        return Problem(touch=at, key="when", rule="same-day", message=told)
    told = (
        f"{after.touch.id} is due on {in_words(after.due_on)}, and {before.touch.id} may still go until "
        f"{in_words(before.last_on)} ({where})"
    )
    return Problem(touch=at, key="when", rule="overlap", message=told)


def _starts(programme: Programme) -> Iterator[Enrolment]:
    for recipient in _recipients(programme):
        if programme.event_is == "birth-month":
            for born in _MONTHS:
                for deferred in (False, True) if born.summer_born else (False,):
                    on = date(born.year, born.month, 1)
                    yield Enrolment(event_on=on, enrolled_on=on, born=born, deferred=deferred, recipient=recipient)
        else:
            for n in range(_DAYS):
                on = _FIRST + timedelta(days=n)
                yield Enrolment(event_on=on, enrolled_on=on, recipient=recipient)


def _recipients(programme: Programme) -> tuple[Recipient, ...]:
    """Those who get plans of their own: where both get every touch, one of them will do."""
    everybody = programme.recipients
    if programme.event_is != "birth-month" and all(set(touch.to) == everybody for touch in programme.touches):
        return (min(everybody),)
    return tuple(sorted(everybody))
