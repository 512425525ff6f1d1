"""What every channel is: a way to send, perhaps a way to look up what was sent, and what comes in through it.

A channel never decides whether a message may leave and never tries twice; it tells exactly what it knows of one try.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from messages.status import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to one address. `outbox` is the row's id: it comes back in the provider's receipts."""

    outbox: int
    to: str  # E.164 for SMS; the chat's own id for the web
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took it, once. `sid` is the provider's own id, None where the channel has none."""

    sid: str | None
    event: Event = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A message of ours as the provider lists it."""

    sid: str
    to: str
    body: str
    event: Event | None  # None: a status word that moves nothing
    at: datetime  # when the provider made it, aware, UTC
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message from a family. `text` is clean; pictures and sounds are counted and named, never fetched.

    `opt_out` is `STOP`, `START` or `HELP` where the provider's own keyword handling has already answered.
    """

    account: str
    sid: str
    sender: str
    to: str
    text: str
    pictures: int = 0
    media_types: tuple[str, ...] = ()
    opt_out: str | None = None
    at: datetime | None = None  # known only when it was listed; a webhook says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the provider says became of a message. Without `outbox` it is matched by `sid`."""

    outbox: int | None
    sid: str
    word: str  # the provider's own, kept as it came
    event: Event | None
    code: str | None = None


class ChannelError(Exception):
    """The provider certainly did not take the message.

    `permanent` is true where trying again cannot help. `reason` is plain English without the family's words or
    number. `code` is the provider's. `retry_after_seconds` is how long the provider asked us to wait. `busy` is true
    for a rate limit, which is no fault of the message.
    """

    def __init__(
        self,
        *,
        permanent: bool,
        code: str | None,
        reason: str,
        retry_after_seconds: float | None = None,
        busy: bool = False,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.code = code
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
        self.busy = busy


class ChannelUnknown(Exception):
    """Nobody knows whether the provider took the message. It is looked up, never sent again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Malformed(Exception):
    """A webhook without what makes it one. `reason` names the field, never its value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Channel(Protocol):
    """One way to reach a family. Safe to call from several threads."""

    def send(self, outgoing: Outgoing) -> Accepted:
        """Try once. Raises ChannelError where it was certainly not taken, ChannelUnknown where nobody knows."""

    def find(self, to: str, body: str, since: datetime) -> list[Sighting] | None:
        """Messages of ours with exactly this body to this address, made at or after `since`, oldest first.

        None where the channel cannot look. Raises ChannelError or ChannelUnknown where it can but could not now.
        """


@runtime_checkable
class Backfill(Protocol):
    """A channel that can list what families sent while we were not listening."""

    def list_inbound(self, since: datetime) -> Sequence[Inbound]:
        """Inbound at or after `since`, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledBack:
    """Where the provider posts what comes to one number of ours. An address is empty where none is set.

    `application` names what the provider asks in place of the number, whose own addresses then count for nothing.
    """

    url: str
    method: str
    fallback: str
    application: str = ""


@runtime_checkable
class AsksOfNumber(Protocol):
    """A channel whose provider can be asked how our number is set up there."""

    def called_back(self) -> Sequence[CalledBack] | None:
        """The number's set-up; empty where the account has no such number, None where it cannot be asked of."""


@runtime_checkable
class Knocks(Protocol):
    """A channel that can be tried without a message."""

    def knock(self) -> None:
        """Sign in and leave. Raises ChannelError where that cannot be done."""
