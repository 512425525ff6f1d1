"""A programme is a plan of touches; an enrolment puts one person on it. Here it becomes dates.

The dataclasses are the shape of `content/programmes/*.yaml`: pydantic checks the file over `Programme` itself, and a
fault found here (a ValueError) names its touch.
"""

import calendar
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

from scheduler.localtime import Span, end_of_day, instant

OnNoReply = Literal["list", "nothing"]
TouchKey = tuple[str, int]  # touch id and occurrence: with the enrolment, unique for ever

# Read by pydantic, wherever a content file is checked over these shapes: a misspelt key is a fault, never passed over.
NO_OTHER_KEYS: Mapping[str, str] = {"extra": "forbid"}

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """So long after the event; before it, where negative. Parts add up, months first.

    A month on from the 31st is the last day of a shorter month.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    months: int | None = None
    weeks: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        if self.months is None and self.weeks is None and self.days is None:
            msg = "an offset needs months, weeks or days"
            raise ValueError(msg)

    def after(self, on: date) -> date:
        month = on.year * 12 + on.month - 1 + (self.months or 0)
        year, month = divmod(month, 12)
        last_day = calendar.monthrange(year, month + 1)[1]
        moved = date(year, month + 1, min(on.day, last_day))
        return moved + timedelta(weeks=self.weeks or 0, days=self.days or 0)


Rule = Offset  # rules of another kind, such as a date of the school year, join here as a union


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One moment to be in touch. `when` gives its date; it may still go for `late_days` after that.

    Unanswered, it is reminded once after `remind_after` working days (0: never), and `give_up_after` working days
    later it ends as no reply; `on_no_reply: list` then puts the family on the team's weekly list.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    id: str
    when: Rule
    flow: str
    late_days: int = 14
    remind_after: int = 3
    give_up_after: int = 4
    on_no_reply: OnNoReply = "list"

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            msg = f"touch {self.id!r}: an id is small letters, digits and single hyphens"
            raise ValueError(msg)
        if self.late_days < 0 or self.give_up_after < 1 or self.remind_after < 0:
            msg = f"touch {self.id}: late_days and remind_after are 0 or more, give_up_after 1 or more"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A plan of touches after one kind of event. Of two touches due together, the higher `priority` goes first."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    id: str
    title: str
    event: str  # what starts it, in the team's words: "early help closed"
    touches: tuple[Touch, ...]
    priority: int = 50

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            msg = f"programme {self.id!r}: an id is small letters, digits and single hyphens"
            raise ValueError(msg)
        if not self.touches:
            msg = f"programme {self.id}: no touches"
            raise ValueError(msg)
        ids = [touch.id for touch in self.touches]
        twice = sorted({touch for touch in ids if ids.count(touch) > 1})
        if twice:
            msg = f"programme {self.id}: touch id used twice: {', '.join(twice)}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One person on one programme: when its event was, and the local date on which they were put on it."""

    event_on: date
    enrolled_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTouch:
    """A touch with its dates. `key` says which one it is: when an event is corrected the dates move, the key stays."""

    programme: str
    touch: Touch
    occurrence: int = 1
    due_on: date
    last_on: date
    priority: int

    @property
    def key(self) -> TouchKey:
        return self.touch.id, self.occurrence

    @property
    def window(self) -> Span:
        """The first instant at which it may go, and the first at which it is too late."""
        return instant(self.due_on), end_of_day(self.last_on)


def planned(programme: Programme, enrolment: Enrolment) -> tuple[PlannedTouch, ...]:
    """Every touch of this enrolment by date; also those already past, so that each ends in the ledger."""
    touches = []
    for touch in programme.touches:
        due_on = touch.when.after(enrolment.event_on)
        touches.append(
            PlannedTouch(
                programme=programme.id,
                touch=touch,
                due_on=due_on,
                last_on=due_on + timedelta(days=touch.late_days),
                priority=programme.priority,
            )
        )
    return tuple(sorted(touches, key=lambda touch: touch.due_on))


def next_touch_after(programme: Programme, enrolment: Enrolment, settled: Collection[TouchKey]) -> PlannedTouch | None:
    """The earliest touch not among the settled (decided for good: sent, missed or suppressed), or None.

    By key and not by date: a corrected event neither repeats a touch nor loses one.
    """
    return next((touch for touch in planned(programme, enrolment) if touch.key not in settled), None)
