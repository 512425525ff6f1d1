"""The working calendar: when the team is there, and so when a person will look.

Several periods a day by weekday, bank holidays, and the council's own closures. Instants in and out are aware, UTC;
dates are Europe/London.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from scheduler.localtime import DAY, Period, Span, local_date

Level = Literal["urgent", "concern", "routine"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE_DAYS = WEEKDAYS[:5]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The hours of each weekday, in order and apart from each other; none is closed."""

    monday: tuple[Period, ...] = ()
    tuesday: tuple[Period, ...] = ()
    wednesday: tuple[Period, ...] = ()
    thursday: tuple[Period, ...] = ()
    friday: tuple[Period, ...] = ()
    saturday: tuple[Period, ...] = ()
    sunday: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        for day in WEEKDAYS:
            periods: tuple[Period, ...] = getattr(self, day)
            if any(period.overnight for period in periods):
                msg = f"{day}: hours past midnight belong to the next day"
                raise ValueError(msg)
            if any(before.ends == time() or before.ends > after.starts for before, after in pairwise(periods)):
                msg = f"{day}: periods overlap or are out of order"
                raise ValueError(msg)

    @classmethod
    def read(cls, days: Mapping[str, str]) -> "Week":
        """From `{"monday": "09:00-12:30, 13:30-17:00", "saturday": "closed"}`; a day left out is closed.

        ValueError names every fault at once, each with its day.
        """
        faults: list[str] = [f"{name}: not a day of the week" for name in days if name not in WEEKDAYS]
        read: dict[str, tuple[Period, ...]] = {}
        for name in WEEKDAYS:
            text = days.get(name, "closed").strip()
            if text.casefold() in {"closed", ""}:
                continue
            try:
                periods = tuple(Period.read(part) for part in text.split(","))
                cls(**{name: periods})
                read[name] = periods
            except ValueError as fault:
                told = str(fault)
                faults.append(told if told.startswith(name) else f"{name}: {told}")
        if faults:
            raise ValueError("; ".join(faults))
        return cls(**read)

    def on(self, day: date) -> tuple[Period, ...]:
        periods: tuple[Period, ...] = getattr(self, WEEKDAYS[day.weekday()])
        return periods

    def any(self) -> bool:
        """There are hours on some day."""
        return any(getattr(self, day) for day in WEEKDAYS)


OFFICE_WEEK = Week.read(dict.fromkeys(OFFICE_DAYS, "09:00-17:00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """How soon a person looks. Urgent counts minutes by any clock; the others count the team's hours.

    `concern_least` keeps the promise honest late in the day: a concern raised at five to five is looked at by the end
    of the day, or after this much working time, whichever is later.
    """

    urgent: timedelta = timedelta(minutes=15)
    concern_least: timedelta = timedelta(hours=2)
    routine_days: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """When the team is at work. `holidays` are bank holidays, `closures` the council's own closed days."""

    week: Week = OFFICE_WEEK
    holidays: frozenset[date] = field(default_factory=frozenset)
    closures: frozenset[date] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not self.week.any():
            msg = "the working week has no hours: a promise could never come due"
            raise ValueError(msg)

    def is_closed_by_date(self, on: date) -> bool:
        """A bank holiday or closure, whatever the weekday."""
        return on in self.holidays or on in self.closures

    def is_working_day(self, on: date) -> bool:
        return bool(self.spans(on))

    def spans(self, on: date) -> tuple[Span, ...]:
        """The open hours that begin on this local date, in order; empty when closed."""
        if self.is_closed_by_date(on):
            return ()
        return tuple((start, end) for start, end in (period.on(on) for period in self.week.on(on)) if start < end)

    def is_open(self, at: datetime) -> bool:
        return any(start <= at < end for start, end in self.spans(local_date(at)))

    def next_open(self, at: datetime) -> datetime:
        """The first open instant at or after this one."""
        return next(self._spans_after(at))[0]

    def add_working_hours(self, at: datetime, hours: timedelta) -> datetime:
        """The instant by which the team has been open this long since `at`. No hours: the next open instant."""
        if hours < timedelta():
            msg = "working hours are counted forward"
            raise ValueError(msg)
        left = hours
        for start, end in self._spans_after(at):
            if left <= end - start:
                return start + left
            left -= end - start
        raise AssertionError  # the spans of a week that has hours do not end

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """How long the team was at work from one instant to another; none where the other is not later."""
        day, last, found = local_date(start), local_date(end), timedelta()
        while day <= last:
            for opens, closes in self.spans(day):
                found += max(min(closes, end) - max(opens, start), timedelta())
            day += DAY
        return found

    def add_working_days(self, on: date, days: int) -> date:
        """The working day that many after this date (the date itself is not counted). Zero: the date, if working,
        or the next that is."""
        if days < 0:
            msg = "working days are counted forward"
            raise ValueError(msg)
        found = on
        while not self.is_working_day(found) and days == 0:
            found += DAY
        for _ in range(days):
            found += DAY
            while not self.is_working_day(found):
                found += DAY
        return found

    def closes(self, on: date) -> datetime:
        """When the team goes home on this working day. A day that is not one is refused with ValueError."""
        spans = self.spans(on)
        if not spans:
            msg = f"{on.isoformat()} is not a working day"
            raise ValueError(msg)
        return spans[-1][1]

    def look_by(self, level: Level, now: datetime, promises: Promises) -> datetime:
        """When a person will have looked at something raised now. Never sooner for a lesser level."""
        if level == "urgent":
            return now + promises.urgent
        today = local_date(now)
        this_day = local_date(self.next_open(now))
        concern = max(self.closes(this_day), self.add_working_hours(now, promises.concern_least), now + promises.urgent)
        if level == "concern":
            return concern
        return max(concern, self.closes(self.add_working_days(today, promises.routine_days)))

    def _spans_after(self, at: datetime) -> Iterator[Span]:
        """The open spans from this instant on, without end, the first one cut to begin at it."""
        day = local_date(at)
        while True:
            for start, end in self.spans(day):
                if end > at:
                    yield max(start, at), end
            day += DAY
