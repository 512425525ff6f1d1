"""Is it the event that we are in touch about, on another day, or another event of the same kind?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

MOVES_AT_MOST: Final = timedelta(days=182)  # a yearly review is another one the year after


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The day of an event, and the day on which a worker was told of it. Both are local dates."""

    event_on: date
    told_on: date

    @property
    def lay_ahead(self) -> bool:
        return self.event_on > self.told_on


def same_event(standing: Told, told: Told) -> bool:
    """Whether what is told corrects the day of the standing event. `told` is no older than `standing`.

    What had happened by the day it was told of can only have happened on another day up to then: later, it happened
    again. What lay ahead (a meeting, the day a baby is due) can still move, or have come on another day; once it is
    over, what lies ahead is the next one.
    """
    if not standing.lay_ahead:
        return told.event_on <= standing.told_on
    if abs(told.event_on - standing.event_on) > MOVES_AT_MOST:
        return False
    return not (told.lay_ahead and standing.event_on < told.told_on)
