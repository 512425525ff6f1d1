"""When an organisation is asked to look at its entries, and when they sink. Pure: instants are passed in."""

from dataclasses import dataclass, replace
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


def after(asked: Asked, act: Act, now: datetime) -> Asked:
    """How far they are once it is done."""
    if act == "rest":
        return replace(asked, asked_at=None, reminders=0, next_at=None)
    if act == "ask":
        return replace(asked, asked_at=now, reminders=0, next_at=now + BETWEEN)
    if act == "remind":
        return replace(asked, reminders=asked.reminders + 1, next_at=now + BETWEEN)
    return replace(asked, next_at=None) if act == "sink" else asked
