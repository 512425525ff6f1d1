"""What a rehearsal is told and what it tells: people and what becomes of them in, the ledger that would be out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from scheduler.calendar import Level
from scheduler.confirmed import TELEPHONE_FIRST
from scheduler.merge import IN_ONE_TEXT
from scheduler.programme import Enrolment, PlannedTouch, Programme
from scheduler.quiet import SafeWindow

Outcome = Literal["sent", "answered", "no-reply", "undelivered", "unknown", "missed", "suppressed"]
LONGEST_REASON = 200  # characters, as the ledger keeps them


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is texted. Those who share a `number` share its consent, its safety, its conversation and its cap; None: they
    have none."""

    ref: str
    number: str | None
    safe_to_text: bool = True
    safe_windows: tuple[SafeWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A worker tells of a person on a programme, at this instant; for a child where it counts from birth.

    Which plan it is about is asked then (`which_plan`): a new one, or one that stands, whose day it may move.
    """

    person: str
    programme: Programme
    plan: Enrolment
    at: datetime
    child: str | None = None
    told_on: date | None = None  # when a worker last was told that the number is theirs; None: at the placing
    line: int = 0  # of the sheet

    @property
    def about(self) -> str | None:
        """The child, however the name is written."""
        return None if self.child is None else self.child.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A placing that `thrive enrol` would refuse at its moment; the reason begins with its column."""

    placed: Placed
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """A person texts us."""

    at: datetime
    person: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """Something else becomes of a person, told by staff or by the network; only what is set changes."""

    at: datetime
    person: str
    social_care_open: bool | None = None
    safe_to_text: bool | None = None
    undelivered: bool = False  # the last text to them did not arrive


Happening = Wrote | Became


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """PAUSE until a day, LESS than one in so many days; neither: back on."""

    until: date | None = None
    every_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the conversation made of their words. `closed`: why the check-in that was asked counts as answered."""

    closed: str | None = None
    score: int | None = None
    consent: Literal["given", "stopped"] | None = None
    wish: Wish | None = None
    raised: tuple[Level, ...] = ()  # cases brought before the team


# (flow that waits for an answer or None, words, the last score, now) -> what follows
Hear = Callable[[str | None, str, int | None, datetime], Heard]
# A check-in was sent or reminded: what the family will write of themselves, if anything
Answers = Callable[["Line", datetime], Iterable[Wrote]]


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of the ledger, as `thrive ledger` tells it, with what the desk's load is counted from."""

    person: str
    programme: str
    touch: str
    occurrence: int
    child: str | None
    due_at: datetime
    decided_at: datetime
    outcome: Outcome
    reason: str
    enrolled_on: date
    flow: str = ""
    reminded_at: datetime | None = None
    answered_at: datetime | None = None  # of "telephone first": when it was known again to be their number
    listed_at: datetime | None = None  # put on the team's weekly list; a later answer takes them off
    next_at: datetime | None = None
    planned: PlannedTouch | None = None
    joined: list["Line"] = field(default_factory=list)  # brothers' and sisters', said in its text: they end with it
    said_by: "Line | None" = None  # the text that said this one too

    def end(self, outcome: Outcome, reason: str) -> None:
        """Also of what its text said besides; the team is told once."""
        self.outcome, self.reason = outcome, reason
        for other in self.joined:
            other.outcome, other.reason = outcome, f"{IN_ONE_TEXT} {reason}"[:LONGEST_REASON]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A case came before the team. `programme`: of the check-in that brought it, where one did."""

    at: datetime
    level: Level
    programme: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What was rehearsed. `waiting`: by programme, how many enrolments had a touch due and not yet decided at its end.
    `enrolled`: how many plans began in it. `steps`: how often a rule was asked."""

    ledger: Sequence[Line]
    raised: Sequence[Raised]
    waiting: Mapping[str, int]
    steps: int
    enrolled: int = 0
    refused: Sequence[Refused] = ()

    @property
    def to_telephone(self) -> tuple[str, ...]:
        """To whom nothing is texted at its end until somebody has telephoned, each once."""
        waiting = (line.person for line in self.ledger if line.touch == TELEPHONE_FIRST and line.answered_at is None)
        return tuple(dict.fromkeys(waiting))

    def of(self, programme: str) -> "Year":
        """What of it is this programme's. The others were lived beside it: one cap is over all of them."""
        return Year(
            ledger=[line for line in self.ledger if line.programme == programme],
            raised=[raised for raised in self.raised if raised.programme == programme],
            waiting={name: count for name, count in self.waiting.items() if name == programme},
            steps=self.steps, enrolled=self.enrolled, refused=self.refused,
        )  # fmt: skip
