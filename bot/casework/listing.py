"""What a list showed is kept in the audit: by reference, so that "who saw this family?" has an answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.casework.accounts import SignedIn
from bot.store import staff
from bot.store.database import Tx

_REFS_A_ROW: Final = 20  # of eight letters each, within the audit's 200


def audit_list(tx: Tx, by: SignedIn, at: datetime, *, action: str, target: str, refs: Sequence[str]) -> None:
    """One row for each twenty references; one where none was shown."""
    shown = list(dict.fromkeys(refs))
    for start in range(0, max(len(shown), 1), _REFS_A_ROW):
        detail = " ".join(shown[start : start + _REFS_A_ROW])
        staff.add_audit(tx, at=at, staff_id=by.staff.id, action=action, target=target, detail=detail)
