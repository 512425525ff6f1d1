"""The desk's load by week, counted from a rehearsed year: what goes out, what comes back, what asks for a person."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.localtime import local_date
from scheduler.rehearsed import Line, Year

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """From this Monday. Touches in one text count once. `listed` families join the weekly list of those to think of;
    the cases come to the inbox."""

    week_from: date
    check_ins: int = 0
    reminders: int = 0
    answers: int = 0
    urgent: int = 0
    concern: int = 0
    routine: int = 0
    listed: int = 0

    @property
    def cases(self) -> int:
        return self.urgent + self.concern + self.routine


def monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def by_week(year: Year, first: date, last: date) -> tuple[Week, ...]:
    """Every week from the one of the first day to the one of the last, the quiet ones too."""
    counted: Counter[tuple[date, str]] = Counter(
        (monday(local_date(at)), what) for line in year.ledger for at, what in _moments(line)
    )
    counted.update((monday(local_date(raised.at)), raised.level) for raised in year.raised)
    weeks, week = [], monday(first)
    while week <= last:
        kinds = ("check_ins", "reminders", "answers", "urgent", "concern", "routine", "listed")
        weeks.append(Week(week_from=week, **{kind: counted[week, kind] for kind in kinds}))
        week += WEEK
    return tuple(weeks)


def _moments(line: Line) -> Iterator[tuple[datetime, str]]:
    if line.listed_at is not None:
        yield line.listed_at, "listed"
    if line.outcome in {"missed", "suppressed"} or line.said_by is not None:
        return
    yield line.decided_at, "check_ins"
    if line.reminded_at is not None:
        yield line.reminded_at, "reminders"
    if line.answered_at is not None:
        yield line.answered_at, "answers"
