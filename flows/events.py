"""What happened. Past tense, frozen; each resumes a session through `step`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.effects import Value
from flows.understanding.types import Screening

CHECK_IN_VALUES = ("worker", "given_listings")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """The family wrote. `text` is clean (no NUL, no controls); `screening` ran first, apart from the step.

    `note` is what came beside the words, in plain English for staff.
    """

    text: str
    screening: Screening
    pictures: int = 0  # media attached: kept as a note, never fetched
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """`step_no` is the step that set it: a timer of an earlier step is stale and does nothing."""

    name: str
    step_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInDue:
    """A touch was decided and its flow opens. `touch` comes back in RecordScore and CloseTouch.

    `values`, by the names of CHECK_IN_VALUES: `worker`, a first name that the family agreed to see; `given_listings`,
    the ids of the services they were told of, parted by commas.
    """

    flow: str
    touch: int
    values: Mapping[str, Value] = field(default_factory=dict)
    not_after: datetime | None = None  # parked past this, it is missed; None leaves a day


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInReminded:
    """The check-in had no answer for the programme's days: say it once more."""

    touch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReplied:
    """A worker wrote from the desk; the bot goes quiet while they talk."""

    staff: str


Event = MessageReceived | TimerFired | CheckInDue | CheckInReminded | StaffReplied
