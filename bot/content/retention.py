"""How long each kind of record is kept: the council's own periods, each with where it is from. Nothing that has no
period is ever removed.

No law and no guidance gives these periods. UK GDPR, article 5(1)(e), asks that nothing be kept longer than it is
needed; the Information Commissioner names no time and leaves it to whoever keeps the records to justify one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import ClassVar, Final, Literal, get_args

from bot.content.documents import Notes

# In the order in which they are looked at: what a case keeps is free when the case is gone.
Kept = Literal["referrals", "cases", "enrolments", "contacts", "messages", "people", "audit", "sign_ins"]
KINDS: Final[tuple[Kept, ...]] = get_args(Kept)
# From when each is counted, as the docs and the commands say it.
COUNTED_FROM: Final[Mapping[Kept, str]] = MappingProxyType(
    {
        "messages": "the day each was written, at a number or chat with no case that still stands",
        "enrolments": "the last check-in of one that has ended",
        "referrals": "the day it was closed",
        "cases": "the day it was closed",
        "contacts": "the day of the contact, when every review of it is done",
        "people": "the day somebody was made known, when nothing else of them is left",
        "audit": "the day it was sealed",
        "sign_ins": "the end of a session, or a sign-in that failed",
    }
)
EVER: Final = "ever"
_PERIOD: Final = re.compile(r"(\d{1,4}) (day|week|month|year)s?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`number` of `unit`; with no unit, for ever."""

    number: int = 0
    unit: str = ""

    @classmethod
    def read(cls, text: str) -> "Period":
        """From "24 months". Raises ValueError."""
        words = " ".join(text.casefold().split())
        if words == EVER:
            return cls()
        found = _PERIOD.fullmatch(words)
        if found is None or not int(found[1]):
            raise ValueError(f'"{text}" is no period: write it as "30 days", "24 months", "6 years", or "ever"')
        return cls(number=int(found[1]), unit=found[2])

    def first_kept(self, today: date) -> date | None:
        """What is from before this day is past its time; None where nothing ever is."""
        if not self.unit:
            return None
        if self.unit in {"day", "week"}:
            return today - timedelta(days=self.number * (7 if self.unit == "week" else 1))
        months = today.year * 12 + today.month - 1 - self.number * (12 if self.unit == "year" else 1)
        year, month = divmod(months, 12)
        return _day(max(year, 1), month + 1, today.day)

    def __str__(self) -> str:
        return f"{self.number} {self.unit}{'' if self.number == 1 else 's'}" if self.unit else EVER


def _day(year: int, month: int, on: int) -> date:
    """That day, or the last of a month that is shorter."""
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(on, last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    period: Period
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Kinds that are not named are kept for ever."""

    kinds: tuple[tuple[Kept, Keep], ...] = ()

    def of(self, kind: Kept) -> Keep | None:
        return next((keep for one, keep in self.kinds if one == kind), None)

    @property
    def missing(self) -> tuple[Kept, ...]:
        return tuple(kind for kind in KINDS if self.of(kind) is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenKeep:
    """As the file has it."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    keep: str
    source: str


def read_retention(file: str, written: Mapping[str, WrittenKeep], notes: Notes) -> Retention:
    """What is wrong is noted."""
    kinds: dict[Kept, Keep] = {}
    for name, told in written.items():
        kind = next((one for one in KINDS if one == name), None)
        if kind is None:
            notes.fault(file, ("retention", name), f"kinds are {', '.join(KINDS)}")
            continue
        if not told.source.strip():
            notes.fault(file, ("retention", name, "source"), "say where the period is from")
        try:
            kinds[kind] = Keep(period=Period.read(told.keep), source=told.source.strip())
        except ValueError as fault:
            notes.fault(file, ("retention", name, "keep"), str(fault))
    return Retention(kinds=tuple(kinds.items()))
