"""How much an entry can still be trusted, by how long ago somebody checked it. Pure: the day is passed in.

`fresh`: shown as any other. `due`: shown, and its organisation is asked to look at it. `overdue`: comes last, with the
day it was last checked. `hidden`: not shown to families at all, and kept.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from directory.service import Service

State = Literal["fresh", "due", "overdue", "hidden"]
STATES: Final[tuple[State, ...]] = ("fresh", "due", "overdue", "hidden")

# The needs under which a wrong number may leave somebody in danger without help, where content marks none itself: the
# group `safety` of needs.yaml, and what is often asked for by those who are in a crisis.
SAFETY_NEEDS: Final = frozenset(
    {"domestic-abuse", "exploitation", "online-safety", "crime", "child-safety", "child-mental-health"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Days since the last check from which an entry is in each state."""

    due: int
    overdue: int
    hidden: int


ORDINARY: Final = Rule(due=180, overdue=365, hidden=730)
SAFETY: Final = Rule(due=90, overdue=180, hidden=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an entry's age. `came_on`: the day its present words came here, for what names no check.
    `sunk`: its organisation was reminded three times and said nothing."""

    assured_on: date | None
    came_on: date
    safety: bool
    sunk: bool = False


def is_safety(service: Service, often: frozenset[str] = SAFETY_NEEDS) -> bool:
    """`often`: the needs whose entries are checked more often."""
    return not often.isdisjoint(service.needs)


def is_newer(service: Service, before: Service) -> bool:
    """Somebody checked it after what stood before was checked."""
    return service.assured_on is not None and (before.assured_on is None or service.assured_on > before.assured_on)


def known(
    service: Service, *, came_on: date, sunk: bool = False, often: frozenset[str] = SAFETY_NEEDS
) -> Known:  # fmt: skip
    return Known(assured_on=service.assured_on, came_on=came_on, safety=is_safety(service, often), sunk=sunk)


def rule_of(entry: Known) -> Rule:
    return SAFETY if entry.safety else ORDINARY


def state_of(entry: Known, today: date) -> State:
    """The state on a day. What names no check is due from the start, and ages from the day that it came here; a check
    in the future is one of today. What sank is overdue at least."""
    rule = rule_of(entry)
    days = (today - (entry.assured_on or entry.came_on)).days
    if days >= rule.hidden:
        return "hidden"
    if days >= rule.overdue or entry.sunk:
        return "overdue"
    return "due" if days >= rule.due or entry.assured_on is None else "fresh"


def next_change_on(entry: Known, today: date) -> date | None:
    """The day from which it is in its next state if nobody checks it; None where it is hidden already."""
    rule, since = rule_of(entry), entry.assured_on or entry.came_on
    now = state_of(entry, today)
    days = {"fresh": rule.due, "due": rule.overdue, "overdue": rule.hidden}.get(now)
    return None if days is None else since + timedelta(days=days)
