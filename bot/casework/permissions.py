"""Who may do what. Roles hold named permissions; every desk address names the one it needs."""

from collections.abc import Mapping
from typing import Final, Literal

Permission = Literal[
    "cases.read",
    "cases.claim",
    "cases.reply",
    "cases.note",
    "cases.close",
    "people.read",
    "people.search",
    "people.enrol",
    "people.tell",
    "list.read",
    "list.take-off",
    "ledger.read",
    "alerts.acknowledge",
    "contacts.manage",
    "audit.read",
    "conversations.read",
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
    "team.away",
    "team.manage",
    "users.manage",
    "own.session",
]
Role = Literal["practitioner", "manager", "editor", "business-support", "auditor", "administrator"]

_DESK: Final[frozenset[Permission]] = frozenset(
    {
        "cases.read", "cases.claim", "cases.reply", "cases.note", "cases.close", "people.read", "people.search",
        "people.tell", "list.read", "list.take-off", "ledger.read", "alerts.acknowledge", "conversations.read",
        "reviews.mark", "flows.read", "flows.simulate", "directory.read", "team.away", "log.read",
        "log.write", "own.session",
    }
)  # fmt: skip

ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    "practitioner": _DESK,
    "manager": _DESK
    | {
        "people.enrol",
        "team.manage",
        "directory.edit",
        "directory.approve",
        "audit.read",
        "contacts.manage",
        "reviews.read",
        "reviews.words",
        "reviews.handle",
    },
    # Mends the content: reads what staff marked and its words, and no case or conversation.
    "editor": frozenset(
        {
            "reviews.read",
            "reviews.words",
            "reviews.handle",
            "flows.read",
            "flows.simulate",
            "directory.read",
            "directory.edit",
            "directory.approve",
            "own.session",
        }
    ),
    "business-support": frozenset({"people.enrol", "list.read", "directory.read", "directory.edit", "own.session"}),
    "auditor": frozenset({"audit.read", "ledger.read", "reviews.read", "own.session"}),
    # Runs the service and reads no family's words. Who is on duty is no family's.
    "administrator": frozenset({"users.manage", "audit.read", "contacts.manage", "own.session"}),
}


def may(role: str, permission: Permission) -> bool:
    """False for a role that nobody knows."""
    return permission in ROLES.get(role, frozenset())  # type: ignore[call-overload]  # any text may come from a row
