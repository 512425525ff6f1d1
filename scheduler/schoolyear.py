"""England's school year from a child's month of birth.

A school year runs from 1 September to 31 August, and a child belongs to the year in which they turn the age: born on
31 August, among the youngest; on 1 September, the oldest of the next year. So the month of birth is enough. Sources:
School Admissions Code 2021 (admission in the September after the fourth birthday; summer-born children, April to
August, may be admitted a year later); School Admissions Regulations 2012 (closing dates 15 January and 31 October);
School Leaving Date Order 1997 (the last Friday in June). The terms of childcare: gov.uk, "15 hours free childcare for 3
and 4-year-olds".
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

RECEPTION = 0
LAST_YEAR = 13
_SEPTEMBER = 9
_FRIDAY = 4
_SUMMER = range(4, 9)
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BirthMonth:
    """The month in which a child was born. The day is never asked for."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12 or not 1900 <= self.year <= 9000:
            msg = f"{self.year}-{self.month} is not a month of birth"
            raise ValueError(msg)

    @classmethod
    def read(cls, text: str) -> "BirthMonth":
        """From `2022-03`; anything else is a ValueError."""
        found = _MONTH.fullmatch(text.strip())
        if found is None:
            msg = f"{text!r} is not a month of birth such as 2022-03"
            raise ValueError(msg)
        return cls(year=int(found[1]), month=int(found[2]))

    @property
    def summer_born(self) -> bool:
        return self.month in _SUMMER

    def age_months(self, on: date) -> int:
        """Whole months by the calendar: the age at the end of this month. Negative before birth."""
        return (on.year - self.year) * 12 + on.month - self.month

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def starts_year(born: BirthMonth, year: int, *, deferred: bool = False) -> date:
    """The 1 September on which this child's school year begins; 0 is reception, 1 is Year 1. Schools open within days.

    `deferred`: a summer-born child who was admitted to reception a year later and stays with that year. For a child
    born in another season that is a ValueError.
    """
    if deferred and not born.summer_born:
        msg = f"born {born}: only a child born from April to August can start reception a year later"
        raise ValueError(msg)
    cohort = born.year if born.month >= _SEPTEMBER else born.year - 1
    return date(cohort + 5 + year + deferred, _SEPTEMBER, 1)


def school_year(born: BirthMonth, on: date, *, deferred: bool = False) -> int | None:
    """The school year a child of this age is in on this date: 0 is reception, up to 13; None before and after."""
    first = starts_year(born, RECEPTION, deferred=deferred)
    began = on.year if on.month >= _SEPTEMBER else on.year - 1
    year = began - first.year
    return year if RECEPTION <= year <= LAST_YEAR else None


def reception_closing_date(born: BirthMonth, *, deferred: bool = False) -> date:
    """The last day to apply on time for a reception place."""
    return date(starts_year(born, RECEPTION, deferred=deferred).year, 1, 15)


def secondary_closing_date(born: BirthMonth, *, deferred: bool = False) -> date:
    """The last day to apply on time for a Year 7 place: in the autumn of Year 6."""
    return date(starts_year(born, 6, deferred=deferred).year, 10, 31)


def leaving_date(born: BirthMonth, *, deferred: bool = False) -> date:
    """The last Friday in June of Year 11."""
    june_ends = date(starts_year(born, 11, deferred=deferred).year + 1, 6, 30)
    return june_ends - timedelta(days=(june_ends.weekday() - _FRIDAY) % 7)


def term_after_birthday(born: BirthMonth, years: int) -> date:
    """The first day of the childcare term after a birthday: 1 April for a birthday from January to March, 1 September
    from April to August, 1 January from September to December. So the month is enough."""
    year = born.year + years
    if born.month < _SUMMER.start:
        return date(year, 4, 1)
    if born.month < _SEPTEMBER:
        return date(year, _SEPTEMBER, 1)
    return date(year + 1, 1, 1)


def stage(born: BirthMonth, on: date, *, deferred: bool = False) -> str:
    """Where a child is, in a worker's words: `5 months old`, `3 years old`, `in Reception`, `in Year 2`,
    `of Year 12 age` (not all stay at school), `18 or over`; `not born yet` before."""
    year = school_year(born, on, deferred=deferred)
    months = born.age_months(on)
    if months < 0:
        return "not born yet"
    if year is None:
        if months >= 12 * 17:
            return "18 or over"
        return _age(months)
    if year == RECEPTION:
        return "in Reception"
    return f"in Year {year}" if year <= 11 else f"of Year {year} age"


def _age(months: int) -> str:
    if months < 1:
        return "newborn"
    if months < 24:
        return f"{months} month{'s' if months > 1 else ''} old"
    return f"{months // 12} years old"
