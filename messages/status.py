"""What can become of a message, as tables. Read the tables first; the code only looks them up.

An outbox row is `queued`, is committed as `sending` before the provider is called, and ends accepted by the provider
(`accepted`, `sent`, `delivered`, `undelivered`, `failed`), `refused`, `expired`, or `held`: before a person. A call
whose answer never came is `unknown` until a receipt or the provider's list tells.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

State = Literal[
    "queued",
    "sending",
    "unknown",
    "held",
    "refused",
    "expired",
    "accepted",
    "sent",
    "failed",
    "undelivered",
    "delivered",
]

# What can happen to a row: the dispatcher's own words first, then what the provider says of it.
Event = Literal[
    "claimed",  # committed as sending, before the call
    "put-back",  # the provider certainly did not take it: it may be tried again
    "lost",  # the call's answer never came, or a backup was restored: nobody knows yet
    "refused",  # the leave table or the provider said no, for good
    "expired",  # too late to be of use
    "held",  # only a person can decide
    "accepted",
    "sent",
    "failed",  # the provider took it and could not send it on
    "undelivered",  # the network could not deliver it
    "delivered",
]

# The provider's word is the truth whenever it comes: a receipt moves even a row that a restored backup shows as
# queued (so it is not sent a second time) or that was already shown to a person. Between two receipts the later in
# this order stands, so late, repeated and reordered ones end the same.
RECEIPTS: Final[tuple[Literal["accepted", "sent", "failed", "undelivered", "delivered"], ...]] = (
    "accepted",
    "sent",
    "failed",
    "undelivered",
    "delivered",
)
_TOLD: Final[Mapping[Event, State]] = {event: event for event in RECEIPTS}

TABLE: Final[Mapping[State, Mapping[Event, State]]] = MappingProxyType(
    {
        "queued": {
            "claimed": "sending",
            "lost": "unknown",
            "refused": "refused",
            "expired": "expired",
            "held": "held",
            **_TOLD,
        },
        "sending": {"put-back": "queued", "lost": "unknown", "refused": "refused", "held": "held", **_TOLD},
        # Never claimed, put back or expired: it may be with the family already.
        "unknown": {"refused": "refused", "held": "held", **_TOLD},
        "held": {**_TOLD},
        "refused": {**_TOLD},
        "expired": {**_TOLD},
        "accepted": {"sent": "sent", "failed": "failed", "undelivered": "undelivered", "delivered": "delivered"},
        "sent": {"failed": "failed", "undelivered": "undelivered", "delivered": "delivered"},
        "failed": {"undelivered": "undelivered", "delivered": "delivered"},
        "undelivered": {"delivered": "delivered"},
        "delivered": {},
    }
)

# Where the promise "accepted once, or before a person" is kept.
ENDS: Final[frozenset[State]] = frozenset(
    {"accepted", "sent", "failed", "undelivered", "delivered", "refused", "expired", "held"}
)
# The provider has it: counted once at the provider, never to be sent again.
ACCEPTED: Final[frozenset[State]] = frozenset({"accepted", "sent", "failed", "undelivered", "delivered"})
# The family will not see it: a safety reply in one of these tells the team to telephone.
NOT_ARRIVED: Final[frozenset[State]] = frozenset({"failed", "undelivered", "refused", "expired", "held"})
# A row in one of these still waits for something; `unknown` and `sending` block nothing behind them.
OPEN: Final[frozenset[State]] = frozenset({"queued", "sending", "unknown"})

# Twilio's MessageStatus words (its Message resource, "status"). `canceled` is a scheduled message taken back; the
# words of inbound messages and words not known yet move nothing and are only kept.
TWILIO_WORDS: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "accepted": "accepted",
        "scheduled": "accepted",
        "queued": "accepted",
        "sending": "accepted",
        "sent": "sent",
        "partially_delivered": "sent",
        "delivered": "delivered",
        "read": "delivered",
        "undelivered": "undelivered",
        "failed": "failed",
        "canceled": "failed",
    }
)


def forward(current: State, event: Event) -> State:
    """The state after the event; the current one where the event comes too late or says nothing new."""
    return TABLE[current].get(event, current)


def event_of(word: str) -> Event | None:
    """The event behind a Twilio status word, in any case; None where it moves nothing."""
    return TWILIO_WORDS.get(word.strip().lower())


def confirmed(state: State) -> bool:
    """True where the network said that the phone has it."""
    return state == "delivered"
