"""Where the shell asks the time. The core is always told it.

Three clocks keep one protocol: the machine's, a demo's that a person may move forward, and a file's that tests drive
from outside the process. None ever goes backwards while the process lives.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant, aware, UTC."""


def local_date(at: datetime) -> date:
    """The date in Europe/London of an aware instant."""
    return at.astimezone(LONDON).date()


def midnight(on: date) -> datetime:
    """The first instant of a day in Europe/London."""
    return datetime.combine(on, time(0), tzinfo=LONDON)


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """The machine's clock plus the seconds written in a file, so that a restart keeps the shift.

    The demo's clock can be moved forward from its phone; tests move theirs by writing the same file.
    """

    path: Path

    def shift(self) -> timedelta:
        try:
            return timedelta(seconds=float(self.path.read_text(encoding="ascii")))
        except FileNotFoundError:
            return timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift()

    def move(self, by: timedelta) -> None:
        """Move forward. Raises ValueError for a move back: a sent message cannot be unsent."""
        if by < timedelta(0):
            raise ValueError("the clock only moves forward")
        shift = self.shift() + by
        fresh = self.path.with_suffix(".new")
        fresh.write_text(repr(shift.total_seconds()), encoding="ascii")
        fresh.replace(self.path)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands where it is put: for tests and for commands given a date."""

    at: datetime

    def now(self) -> datetime:
        return self.at
