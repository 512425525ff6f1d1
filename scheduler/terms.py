"""School holidays, as the council's schools publish them: some touches go in term time only.

They are content (`school_holidays` of the council's file) with where they were read and when, since each borough and
each school year has its own. A day beyond what is known counts as term: a check-in must not wait for a list that
somebody forgot.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Days without school, the first and the last included."""

    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            msg = f"{self.name}: its last day is before its first"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolHolidays:
    """In order of their dates. `source` and `checked_on`: where they are from and when a person last looked."""

    holidays: tuple[Holiday, ...] = ()
    source: str = ""
    checked_on: date | None = None

    def __post_init__(self) -> None:
        if self.holidays and not (self.source and self.checked_on):
            msg = "school holidays need their source and the day it was checked"
            raise ValueError(msg)

    def holiday_on(self, on: date) -> Holiday | None:
        """The holiday of this day, or None in term."""
        return next((holiday for holiday in self.holidays if holiday.first <= on <= holiday.last), None)

    def back_on(self, on: date) -> date:
        """The first day at or after this one that is in no holiday."""
        while (holiday := self.holiday_on(on)) is not None:
            on = holiday.last + timedelta(days=1)
        return on
