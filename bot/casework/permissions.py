"""Who may do what. Roles hold named permissions; every desk address names the one it needs."""

from collections.abc import Mapping
from typing import Final, Literal

Permission = Literal[
    "cases.read",
    "cases.claim",
    "cases.reply",
    "cases.note",
    "cases.close",
    "cases.document",
    "cases.export",
    "counts.read",
    "cases.restrict",
    "people.read",
    "people.search",
    "people.enrol",
    "people.tell",
    "people.merge",
    "people.export",
    "people.erase",
    "list.read",
    "list.take-off",
    "ledger.read",
    "alerts.acknowledge",
    "contacts.manage",
    "audit.read",
    "conversations.read",
    "numbers.safety",
    "reviews.mark",
    "reviews.read",
    "reviews.words",
    "reviews.handle",
    "flows.read",
    "flows.simulate",
    "directory.read",
    "directory.edit",
    "directory.approve",
    "log.read",
    "log.write",
    "feedback.answer",
    "team.away",
    "team.manage",
    "users.manage",
    "own.session",
]
Role = Literal["practitioner", "manager", "editor", "business-support", "auditor", "administrator"]

# What a family can be told: conversations, and the directory as it stands.
_TOLD: Final[frozenset[Permission]] = frozenset({"flows.read", "flows.simulate", "directory.read"})
_DIRECTORY: Final[frozenset[Permission]] = frozenset({"directory.edit", "directory.approve"})
_REVIEWS: Final[frozenset[Permission]] = frozenset({"reviews.read", "reviews.words", "reviews.handle"})
_SHEETS: Final[frozenset[Permission]] = frozenset({"cases.export"})
_MANAGES: Final[frozenset[Permission]] = frozenset(
    {"cases.restrict", "people.enrol", "people.export", "people.erase", "team.manage", "audit.read", "contacts.manage"}
)
_DESK: Final[frozenset[Permission]] = _TOLD | {
    "cases.read", "cases.claim", "cases.reply", "cases.note", "cases.close", "cases.document", "people.read",
    "people.search", "people.tell", "people.merge", "list.read", "list.take-off", "ledger.read", "alerts.acknowledge",
    "conversations.read", "numbers.safety", "counts.read", "reviews.mark", "team.away", "log.read", "log.write",
    "feedback.answer", "own.session",
}  # fmt: skip

ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    "practitioner": _DESK,
    "manager": _DESK | _DIRECTORY | _REVIEWS | _MANAGES | _SHEETS,
    # Mends the content: reads what staff marked and its words, and no case or conversation.
    "editor": _TOLD | _DIRECTORY | _REVIEWS | {"own.session"},
    "business-support": frozenset({"people.enrol", "list.read", "directory.read", "directory.edit", "own.session"}),
    "auditor": frozenset({"audit.read", "counts.read", "ledger.read", "reviews.read", "own.session"}),
    # Runs the service and reads no family's words. Who is on duty is no family's.
    "administrator": frozenset({"users.manage", "audit.read", "contacts.manage", "own.session"}),
}


def may(role: str, permission: Permission) -> bool:
    """False for a role that nobody knows."""
    return permission in ROLES.get(role, frozenset())  # type: ignore[call-overload]  # any text may come from a row
