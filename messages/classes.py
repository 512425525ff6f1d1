"""Which messages go first, and which keep their order among themselves."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Purpose = Literal[
    "safety",
    "answer",
    "stop-receipt",
    "staff-reply",
    "promise",
    "by-request",
    "check-in",
    "reminder",
    "staff-alert",
    "staff-email",
    "provider-email",
]
MessageClass = Literal["safety", "conversation", "check-in", "email"]

CLASS_OF: Final[Mapping[Purpose, MessageClass]] = MappingProxyType(
    {
        "safety": "safety",
        # An alert tells a worker of someone in danger: behind a backlog of check-ins it would be worthless.
        "staff-alert": "safety",
        "answer": "conversation",
        "stop-receipt": "conversation",
        "staff-reply": "conversation",
        "promise": "conversation",
        "by-request": "conversation",
        "check-in": "check-in",
        "reminder": "check-in",
        # The same alert by email. Last, and carried by a sender of its own: a slow mail server delays no family.
        "staff-email": "email",
        # To an organisation of the directory, which is no family: it waits behind alerts with the other emails.
        "provider-email": "email",
    }
)

# To nobody's family: no case follows from what becomes of it.
TO_STAFF: Final[frozenset[Purpose]] = frozenset({"staff-alert", "staff-email", "provider-email"})

PRIORITY: Final[tuple[MessageClass, ...]] = ("safety", "conversation", "check-in", "email")
BY_EMAIL: Final = PRIORITY.index("email")


def class_of(purpose: Purpose) -> MessageClass:
    """The class whose messages to one person keep their order."""
    return CLASS_OF[purpose]


def priority_of(purpose: Purpose) -> int:
    """0 leaves first; a lower number overtakes a higher one."""
    return PRIORITY.index(CLASS_OF[purpose])
