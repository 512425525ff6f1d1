"""A programme is a plan of touches; an enrolment puts one person on it. Here it becomes dates.

The dataclasses are the shape of `content/programmes/*.yaml`: pydantic checks the file over `Programme` itself, and a
fault found here (a ValueError) names its touch.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

from scheduler.calendar import WorkingCalendar
from scheduler.changes import Change
from scheduler.localtime import Span, end_of_day, instant
from scheduler.schoolyear import BirthMonth
from scheduler.when import DAY, NO_OTHER_KEYS, EventKind, Offset, Rule, Start, reached_on

__all__ = [
    "YOUNG_FROM_YEARS",
    "Enrolment",
    "EventKind",
    "Offset",
    "OnNoReply",
    "PlannedTouch",
    "Programme",
    "Recipient",
    "Repeat",
    "Rule",
    "Touch",
    "TouchKey",
    "next_touch_after",
    "planned",
]

OnNoReply = Literal["list", "nothing"]
Recipient = Literal["parent", "young-person"]
TouchKey = tuple[str, int]  # touch id and occurrence: with the enrolment, unique for ever

MOST_REPEATS = 60
YOUNG_FROM_YEARS = 16  # the age from which a young person is written to themselves, where the council sets no other

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The touch again, so often and so far apart. Each has its own place in the ledger: occurrence 1, 2, 3 ..."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    times: int  # in all, the first included
    every: Offset

    def __post_init__(self) -> None:
        if not 2 <= self.times <= MOST_REPEATS:
            msg = f"repeat: times is 2 to {MOST_REPEATS}, the first included"
            raise ValueError(msg)
        if min(self.every.months or 0, self.every.weeks or 0, self.every.days or 0) < 0 or not any(
            (self.every.months, self.every.weeks, self.every.days)
        ):
            msg = "repeat: every is a length of time, more than 0"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One moment to be in touch. `when` gives its date; it may still go for `late_days` after that.

    Unanswered, it is reminded once after `remind_after` working days (0: never), and `give_up_after` working days
    later it ends as no reply; `on_no_reply: list` then puts the family on the team's weekly list. `to` says whom it is
    for: each parent, the young person from the age the council sets, or both. Of two touches due together the one
    with the higher priority goes first; left out, it is the programme's.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    id: str
    when: Rule
    flow: str
    repeat: Repeat | None = None
    late_days: int = 14
    remind_after: int = 3
    give_up_after: int = 4
    on_no_reply: OnNoReply = "list"
    to: tuple[Recipient, ...] = ("parent",)
    priority: int | None = None
    term_time: bool = False  # waits for school to begin again where it falls in the holidays

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            msg = f"touch {self.id!r}: an id is small letters, digits and single hyphens"
            raise ValueError(msg)
        if self.late_days < 0 or self.give_up_after < 1 or self.remind_after < 0:
            msg = f"touch {self.id}: late_days and remind_after are 0 or more, give_up_after 1 or more"
            raise ValueError(msg)
        if not self.to or len(set(self.to)) < len(self.to):
            msg = f"touch {self.id}: to is parent, young-person or both, each once"
            raise ValueError(msg)

    def dates(self, start: Start) -> tuple[date, ...]:
        """The day each occurrence is due, the first of them first."""
        first = self.when.on(start)
        if self.repeat is None:
            return (first,)
        return tuple(self.repeat.every.after(first, n) for n in range(self.repeat.times))


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A plan of touches after one kind of event. Of two touches due together, the higher `priority` goes first."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    id: str
    title: str
    event: str  # what starts it, in the team's words: "early help closed"
    touches: tuple[Touch, ...]
    event_is: EventKind = DAY
    priority: int = 50
    ended_by: tuple[Change, ...] = ()  # facts that end it, and
    started_by: tuple[Change, ...] = ()  # that start it, when staff tell them

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

    @property
    def recipients(self) -> frozenset[Recipient]:
        """Whom any of its touches is for. Nobody else has anything to be enrolled for."""
        return frozenset(who for touch in self.touches for who in touch.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One person on one programme: when its event was, and the local date on which they were put on it.

    `born` and `deferred` are the child's, as they are known today: corrected, they move the dates and keep the keys.
    Of a programme from birth (`event_is: birth-month`), `event_on` lies in the month of birth, and stands for it
    where `born` is not told. A young person enrolled for themselves is the child; what was due before they are
    `young_from_years` is not theirs.
    """

    event_on: date
    enrolled_on: date
    born: BirthMonth | None = None
    deferred: bool = False
    recipient: Recipient = "parent"
    young_from_years: int = YOUNG_FROM_YEARS


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


def planned(
    programme: Programme, enrolment: Enrolment, calendar: WorkingCalendar | None = None
) -> tuple[PlannedTouch, ...]:
    """Every touch of this enrolment by date; also those already past, so that each ends in the ledger.

    `calendar` is the team's, for rules that count working days; left out, Monday to Friday.
    """
    start = Start(
        event_on=enrolment.event_on, born=enrolment.born, deferred=enrolment.deferred,
        calendar=calendar or _MONDAY_TO_FRIDAY,
    )  # fmt: skip
    touches = [
        PlannedTouch(
            programme=programme.id,
            touch=touch,
            occurrence=occurrence,
            due_on=due_on,
            last_on=due_on + timedelta(days=touch.late_days),
            priority=programme.priority if touch.priority is None else touch.priority,
        )
        for touch in programme.touches
        if enrolment.recipient in touch.to
        for occurrence, due_on in enumerate(touch.dates(start), 1)
    ]
    if enrolment.recipient == "young-person" and (programme.event_is == "birth-month" or enrolment.born is not None):
        theirs_from = reached_on(start.month, enrolment.young_from_years)
        touches = [touch for touch in touches if touch.due_on >= theirs_from]
    return tuple(sorted(touches, key=lambda touch: touch.due_on))


def next_touch_after(
    programme: Programme,
    enrolment: Enrolment,
    settled: Collection[TouchKey],
    calendar: WorkingCalendar | None = None,
) -> PlannedTouch | None:
    """The earliest touch not among the settled (decided for good: sent, missed or suppressed), or None.

    By key and not by date: a corrected event neither repeats a touch nor loses one.
    """
    return next((touch for touch in planned(programme, enrolment, calendar) if touch.key not in settled), None)


_MONDAY_TO_FRIDAY = WorkingCalendar()
