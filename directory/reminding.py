"""When an organisation is asked to look at its entries, and when they sink. Pure: instants are passed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Act = Literal["ask", "remind", "sink", "rest", "wait"]
REMINDERS: Final = 3
BETWEEN: Final = timedelta(days=7)  # a letter, and time to answer it
LINK_LASTS: Final = timedelta(days=30)  # longer than a whole round, so that no letter of it leads nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How far the letters to one organisation are. `due`: how many of its entries nobody has checked for too long."""

    due: int
    asked_at: datetime | None
    reminders: int
    next_at: datetime | None


def what_now(asked: Asked, now: datetime) -> Act:
    """`ask` begins a round; `remind` is one of three; then `sink`, once. `rest`: all is answered, the round ends."""
    if not asked.due:
        return "wait" if asked.asked_at is None else "rest"
    if asked.asked_at is None:
        return "ask"
    if asked.next_at is None or now < asked.next_at:
        return "wait"
    return "remind" if asked.reminders < REMINDERS else "sink"
