"""Local days and hours as instants: the one place where a wall clock in London meets UTC.

Instants are aware and in UTC; dates and wall times are Europe/London. Both clock changes are settled here, so that
nothing else in the room needs to know of them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)

Span = tuple[datetime, datetime]  # from, and until but not including; both UTC

_PERIOD = re.compile(r"\s*(\d{1,2}):(\d{2})\s*(?:-|to)\s*(\d{1,2}):(\d{2})\s*")


def local(at: datetime) -> datetime:
    """The instant on London's wall clock. A naive instant is refused: it would be read in the machine's zone."""
    if at.tzinfo is None:
        msg = "an instant without a zone"
        raise ValueError(msg)
    return at.astimezone(LONDON)


@lru_cache(maxsize=1024)  # of one moment many are asked
def local_date(at: datetime) -> date:
    """The date in London at this instant."""
    return local(at).date()


@lru_cache(maxsize=8192)  # a year of days at the hours of a council: asked for again and again
def instant(on: date, at: time = time()) -> datetime:
    """The instant (UTC) of a wall time on a local date; midnight unless told.

    A time that happens twice (the hour after British Summer Time ends) is its first; a time that never happens (the
    hour skipped in spring) is the moment of the change. So a later wall time is never an earlier instant.
    """
    wall = datetime.combine(on, at, tzinfo=LONDON)
    found = wall.astimezone(UTC)
    if found.astimezone(LONDON).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    # London skips from 01:00 to 02:00 (Summer Time Order 2002): the hour it skips begins at the change itself.
    return wall.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Hours of a day, by the wall clock. `ends` at or before `starts` is on the next day: 20:00 to 08:00, or
    09:00 to 00:00 for nine until midnight; equal times are a whole day."""

    starts: time
    ends: time

    @classmethod
    def read(cls, text: str) -> "Period":
        """`09:00-17:00` or `09:00 to 17:00`; `24:00` is midnight at the end. ValueError says what is wrong."""
        found = _PERIOD.fullmatch(text)
        if found is None:
            msg = f"{text.strip()!r} is not a period such as 09:00-17:00"
            raise ValueError(msg)
        hour, minute, end_hour, end_minute = (int(part) for part in found.groups())
        if (end_hour, end_minute) == (24, 0):
            end_hour = 0
        try:
            return cls(starts=time(hour, minute), ends=time(end_hour, end_minute))
        except ValueError:
            msg = f"{text.strip()!r} has a time that no clock shows"
            raise ValueError(msg) from None

    @property
    def overnight(self) -> bool:
        """It runs past midnight, and does not merely end at it."""
        return self.ends <= self.starts and self.ends != time()

    def on(self, day: date) -> Span:
        """The period that begins on this local date. Empty (from equals until) where spring skips all of it."""
        end_day = day if self.ends > self.starts else day + DAY
        return instant(day, self.starts), instant(end_day, self.ends)

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}-{self.ends:%H:%M}"


def end_of_day(on: date) -> datetime:
    """The first instant (UTC) after this local date."""
    return instant(on + DAY)


def in_words(on: date) -> str:
    """`3 March 2027`, as a worker reads it."""
    return f"{on.day} {on:%B %Y}"
