"""Which plan of a person is a row of an enrolment sheet about? Asked by whoever enrols, and by a rehearsal of it."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, Protocol, TypeVar

from scheduler.localtime import in_words
from scheduler.same_event import Told, same_event

# What a row says, and of which plan:
#   new     they are on none that goes on
#   same    that one, over or not, on the day that it counts from already
#   moved   that one, on another day
#   older   that one, and nothing of its day: somebody was told otherwise since
#   again   the one whose place a new one takes
#   before  the one that goes on, and the row is refused
Says = Literal["new", "same", "moved", "older", "again", "before"]
BEFORE: Final = "event_on: the plan that counts from {day} goes on, and this event was before it"


class Kept(Protocol):
    """A plan as it is kept. `told_on`: the newest day on which a worker was told of it; `corrected_on`: when staff or
    the family put its day right. All are local dates."""

    @property
    def event_on(self) -> date: ...
    @property
    def told_on(self) -> date: ...
    @property
    def corrected_on(self) -> date | None: ...
    @property
    def going_on(self) -> bool: ...


Plan = TypeVar("Plan", bound=Kept)


def which_plan(alike: Sequence[Plan], told: Told, *, from_birth: bool) -> tuple[Says, Plan | None]:
    """What is told, and of which plan: None only where it is "new".

    `alike`: the person's plans of this programme, over or not, and where it counts `from_birth` only those about this
    child, who has one event whatever its month is said to be.
    """
    exact = next((one for one in alike if from_birth or one.event_on == told.event_on), None)
    if exact is not None:
        return "same", exact
    going_on = [one for one in alike if one.going_on]
    if not going_on:
        return "new", None
    standing = max(going_on, key=lambda one: (one.told_on, one.event_on))
    # Who was told before says nothing against what was told since.
    if told.told_on < standing.told_on:
        return "older", standing
    if same_event(Told(event_on=standing.event_on, told_on=standing.told_on), told):
        put_right = standing.corrected_on is not None and told.told_on <= standing.corrected_on
        return ("older" if put_right else "moved"), standing
    return ("again" if told.event_on > standing.event_on else "before"), standing


def why_before(plan: Kept) -> str:
    """The reason of a row that is refused since this plan goes on; it begins with the column."""
    return BEFORE.format(day=in_words(plan.event_on))


def corrected_to(event_on: date) -> str:
    """Why a plan was dated anew."""
    return f"The day it counts from was corrected to {in_words(event_on)}"


def too_late(why: str, last_on: date) -> str:
    """The ledger's reason for a touch that was over by the right dates, once they were told."""
    return f"{why}: by that it could go until {in_words(last_on)}."


def why_replaced(event_on: date) -> str:
    """The ledger's reason for what was left of a plan when the same happened again."""
    return f"It happened again on {in_words(event_on)}: the plan that counts from then takes its place."
