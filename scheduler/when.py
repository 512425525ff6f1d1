"""When a touch is due: the kinds of rule that a programme is written in, each of which makes one date.

A rule is known by its own key: `weeks`, `working_days`, `school`, `age`, `term`, `pregnancy`. The dataclasses are the
shape of `when:` in `content/programmes/*.yaml`. Where each date of law or custom comes from is in
docs/keeping-in-touch.md, with the day it was checked.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar, Literal

from scheduler.calendar import WorkingCalendar
from scheduler.schoolyear import (
    LAST_YEAR,
    BirthMonth,
    leaving_date,
    reception_closing_date,
    secondary_closing_date,
    starts_year,
    term_after_birthday,
)

# Read by pydantic, wherever a content file is checked over these shapes: a misspelt key is a fault, never passed over.
NO_OTHER_KEYS: Mapping[str, str] = {"extra": "forbid"}

# What the day is that starts a programme: any day, the first of a child's month of birth, the day a baby is due.
EventKind = Literal["day", "birth-month", "due-date"]
DAY: EventKind = "day"

Stage = Literal[
    "reception", "year-1", "year-2", "year-3", "year-4", "year-5", "year-6", "year-7", "year-8", "year-9", "year-10",
    "year-11", "year-12", "year-13",
]  # fmt: skip
STAGES: Mapping[str, int] = {"reception": 0} | {f"year-{n}": n for n in range(1, LAST_YEAR + 1)}

WHOLE_PREGNANCY = timedelta(weeks=40)  # a due date is counted so long from the first day of the last period


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What rules count from: the event, the child's facts, and the team's calendar.

    `deferred`: a summer-born child who started reception a year later. Of another child it says nothing.
    """

    event_on: date
    born: BirthMonth | None = None
    deferred: bool = False
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)

    @property
    def month(self) -> BirthMonth:
        """The child's month of birth; where only the event is told, of a programme from birth, it is that month."""
        return self.born or BirthMonth(year=self.event_on.year, month=self.event_on.month)

    @property
    def a_year_later(self) -> bool:
        # A month corrected from June to March takes a deferral with it: nobody else can be deferred.
        return self.deferred and self.month.summer_born


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """So long after the event; before it, where negative. Parts add up, months first.

    A month on from the 31st is the last day of a shorter month.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS
    counts_from: ClassVar[tuple[EventKind, ...]] = ("day", "due-date")

    months: int | None = None
    weeks: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        if self.months is None and self.weeks is None and self.days is None:
            msg = "an offset needs months, weeks or days"
            raise ValueError(msg)

    def after(self, on: date, times: int = 1) -> date:
        month = on.year * 12 + on.month - 1 + (self.months or 0) * times
        year, month = divmod(month, 12)
        last_day = calendar.monthrange(year, month + 1)[1]
        moved = date(year, month + 1, min(on.day, last_day))
        return moved + timedelta(weeks=self.weeks or 0, days=self.days or 0) * times

    def before(self, on: date) -> date:
        return self.after(on, -1)

    def on(self, start: Start) -> date:
        return self.after(start.event_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """So many of the team's working days after the event, by its own calendar; the event's day is not counted."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS
    counts_from: ClassVar[tuple[EventKind, ...]] = ("day", "due-date")

    working_days: int

    def __post_init__(self) -> None:
        if self.working_days < 1:
            msg = "working_days is 1 or more"
            raise ValueError(msg)

    def on(self, start: Start) -> date:
        return start.calendar.add_working_days(start.event_on, self.working_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolDay:
    """A day of the school year in which a child reaches a stage, and so long before or after it.

    `application` is the last day to apply on time for that stage: for reception and year 7. `start` is the
    1 September on which it begins. `leaving` is the last Friday in June at its end: for year 11.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    stage: Stage
    day: Literal["application", "start", "leaving"]  # not `on`, which other readers of YAML take for a yes
    before: Offset | None = None
    after: Offset | None = None

    def __post_init__(self) -> None:
        if self.day == "application" and self.stage not in {"reception", "year-7"}:
            msg = f"nobody applies to the council for {self.stage}: an application is for reception or year-7"
            raise ValueError(msg)
        if self.day == "leaving" and self.stage != "year-11":
            msg = f"leaving is at the end of year-11, not of {self.stage}"
            raise ValueError(msg)
        _one_side(self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """A date of the school year, from the child's month of birth."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS
    counts_from: ClassVar[tuple[EventKind, ...]] = ("birth-month",)

    school: SchoolDay

    def on(self, start: Start) -> date:
        month, later = start.month, start.a_year_later
        if self.school.day == "start":
            day = starts_year(month, STAGES[self.school.stage], deferred=later)
        elif self.school.day == "leaving":
            day = leaving_date(month, deferred=later)
        elif self.school.stage == "reception":
            day = reception_closing_date(month, deferred=later)
        else:
            day = secondary_closing_date(month, deferred=later)
        return _moved(day, self.school.before, self.school.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """An age in years and months, and so long before or after it is reached."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    years: int = 0
    months: int = 0
    before: Offset | None = None
    after: Offset | None = None

    def __post_init__(self) -> None:
        if self.years < 0 or self.months < 0 or self.years * 12 + self.months == 0:
            msg = "an age needs years or months"
            raise ValueError(msg)
        _one_side(self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """The first day on which every child born in that month has reached an age: the first of the month after.

    We know the month of birth and never ask for the day.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS
    counts_from: ClassVar[tuple[EventKind, ...]] = ("birth-month",)

    age: Reached

    def on(self, start: Start) -> date:
        return _moved(reached_on(start.month, self.age.years, self.age.months), self.age.before, self.age.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermStart:
    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    after_birthday: int  # in years
    before: Offset | None = None
    after: Offset | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.after_birthday <= 5:
            msg = "after_birthday is 1 to 5: these are the terms of childcare"
            raise ValueError(msg)
        _one_side(self.before, self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The start of the childcare term after a birthday: 1 January, 1 April or 1 September."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS
    counts_from: ClassVar[tuple[EventKind, ...]] = ("birth-month",)

    term: TermStart

    def on(self, start: Start) -> date:
        return _moved(term_after_birthday(start.month, self.term.after_birthday), self.term.before, self.term.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    week: int

    def __post_init__(self) -> None:
        if not 4 <= self.week <= 42:
            msg = "a week of pregnancy is 4 to 42"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pregnancy:
    """The day on which so many weeks of a pregnancy are over, from the day the baby is due: that is forty."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS
    counts_from: ClassVar[tuple[EventKind, ...]] = ("due-date",)

    pregnancy: Week

    def on(self, start: Start) -> date:
        return start.event_on - WHOLE_PREGNANCY + timedelta(weeks=self.pregnancy.week)


Rule = Offset | WorkingDays | School | Age | Term | Pregnancy

# The keys by which each kind is known, for telling an author what is wrong with the kind that was meant.
RULES: Mapping[str, type[Rule]] = {
    "months": Offset,
    "weeks": Offset,
    "days": Offset,
    "working_days": WorkingDays,
    "school": School,
    "age": Age,
    "term": Term,
    "pregnancy": Pregnancy,
}


def reached_on(born: BirthMonth, years: int, months: int = 0) -> date:
    """The first day on which every child born in this month is surely so old: the first of the month after."""
    year, month = divmod(born.year * 12 + born.month + years * 12 + months, 12)
    return date(year, month + 1, 1)


def _moved(day: date, before: Offset | None, after: Offset | None) -> date:
    if before is not None:
        return before.before(day)
    return day if after is None else after.after(day)


def _one_side(before: Offset | None, after: Offset | None) -> None:
    if before is not None and after is not None:
        msg = "before or after, not both"
        raise ValueError(msg)
    for name, offset in (("before", before), ("after", after)):
        if offset is not None and min(offset.months or 0, offset.weeks or 0, offset.days or 0) < 0:
            msg = f"{name}: a length of time, so not below 0"
            raise ValueError(msg)
