"""What a step asks the shell to do. Imperative, frozen, and complete: the shell adds no rule of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from flows.flood import Held

Level = Literal["urgent", "concern", "routine"]
Wish = Literal["pause", "less", "unpause", "back-on"]
Loss = Literal["pregnancy-lost", "child-died"]
Purpose = Literal["safety", "answer", "stop-receipt", "staff-reply", "promise", "check-in", "reminder", "staff-alert"]
Value = str | int | float | date | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer a family can pick. `value` is what the flow stores; `label` is the English source text."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One service as a family sees it. `distance_km` is null where the service is area-wide or unplaced."""

    id: str
    name: str
    organisation: str
    distance_km: float | None
    near: str | None  # "near SW18" when the postcode was not whole; null otherwise
    ages: str | None  # "0 to 4 years"; null when it is for all ages
    contact: str  # telephone, then web address: how to get in touch
    why: tuple[str, ...]
    because: tuple[str, ...] = ()  # of `why`, the need and the words: what its other fields do not say
    needs: tuple[str, ...]
    url: str | None = None
    phone: str | None = None
    cost: str | None = None
    sample: bool = False
    hours: tuple[tuple[str, str, str], ...] = ()  # weekly, local: ("MO", "09:00", "17:00")
    hours_note: str = ""
    unsure: bool = False  # nobody has checked it for too long: `checked_on` is when somebody last did, None never
    checked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Send words to the family. `text` is an id of the wording; `messages` lays it out for the channel.

    `language` is one only guessed from their words; None is the one of their address.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    listings: tuple[Listing, ...] = ()
    purpose: Purpose = "answer"
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer:
    """Wake this session at an instant. One timer a name: a new one replaces it; a stale one does nothing."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimer:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeReferral:
    """A self-referral. `kind` says how it ended; `answers` are the flow's stored answers by name.

    Answers known to the desk: going_well, worried, would_help, score (0-10), about (children: first name and
    month of birth, free text as read), first_name, postcode, contact_how, safe_times, phone, language,
    share_health, share_school, share_voluntary ("yes" or "no").
    """

    kind: Literal["full", "call-me", "unfinished"]
    ref: str
    answers: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseEscalation:
    """Bring this person before the team. One open case a person: the shell updates it where one stands.

    `reason` is a code (`danger`, `low-score`, `score-fall`, `words-of-need`, `asked-for-person`, `wrong-person`,
    `wrote-after-stop`, `my-data`, `stuck`, ...); `because` are the family's words that decided it.
    """

    level: Level
    reason: str
    words: str
    because: tuple[str, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToCase:
    """The family wrote while a worker is talking, or after STOP: their open case shows it as waiting."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConsent:
    """`kind` is `text` or `share:<partner>`. `wording` is the id of the text they agreed or refused."""

    kind: str
    given: bool
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMark:
    """A safety mark of the address: `safe`, `unsafe`, `shared`, `watched`, or `safe-times` with its words."""

    mark: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordScore:
    """A 0-10 answer (ten is good), kept with when it was given and the check-in it answered."""

    score: int
    touch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTouch:
    """The check-in ended, with the reason in plain English for the ledger. `missed`: parked past its time."""

    touch: int
    outcome: Literal["answered", "no-reply", "missed"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAddress:
    """Wrong person: nobody's any more; history sealed, staff told."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSearch:
    """What was looked for and how many were found; `found == 0` is unmet need."""

    needs: tuple[str, ...]
    area: str | None  # outcode only: never a whole postcode
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagListing:
    """A family did not get through to the services they were told of: somebody should check these in the directory.

    `listings` are their ids, one to three; which of them it was, nobody asked. `why` is `wrong` where they said that
    what we told them of one is not right.
    """

    listings: tuple[str, ...]
    why: Literal["not-reached", "wrong"] = "not-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepFeedback:
    """What would have made this better, in their words: for the team, who may answer it for everybody to read."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetWish:
    """How a family wants to be texted, in their own `words`: of this address alone.

    `pause`: we start nothing before the local date `until`. `less`: at most one check-in in `every_days`. `unpause`:
    the pause alone is over. `back-on`: both are. What they ask is still answered, and danger too.
    """

    wish: Wish
    words: str
    until: date | None = None
    every_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolOnEvent:
    """They said yes to being kept in touch with. `wording` is the text they said yes to.

    `event_on` is the day it counts from, today where None. `born` (YYYY-MM) is a child's month of birth; where it is
    for `themselves`, their own.
    """

    programme: str
    wording: str
    event_on: date | None = None
    born: str | None = None
    themselves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldBack:
    """This text is kept and was read for danger, and gets no automatic answer: the desk shows why."""

    why: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenByWord:
    """They said their private word: what waits for it goes now, while they write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndForLoss:
    """A pregnancy or a child was lost: what was planned about it ends now, before anything else is said."""

    loss: Loss


Effect = (
    Say
    | StartTimer
    | CancelTimer
    | MakeReferral
    | RaiseEscalation
    | AddToCase
    | SetConsent
    | SetLanguage
    | SetMark
    | RecordScore
    | CloseTouch
    | ReleaseAddress
    | RecordSearch
    | FlagListing
    | KeepFeedback
    | SetWish
    | EnrolOnEvent
    | HoldBack
    | OpenByWord
    | EndForLoss
)
