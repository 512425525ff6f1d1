"""A row that breaks before any provider is called: tried a few times, then held before a person. It blocks nobody.

Nothing here opens the row's words, its number or a name: that may be what broke.
"""

from datetime import datetime

import structlog

from bot.refs import new_ref
from bot.settling import settle
from bot.store import addresses, casework, claims
from bot.store import outbox as rows
from bot.store.casework import RANK
from bot.store.database import Tx
from bot.store.outbox import Outbox
from bot.store.sealed import SealError
from messages.retry import TryAgain, after_error

log = structlog.get_logger()
UNOPENED = "Its words or its number cannot be opened: the key they were sealed with is missing"
BROKEN = "A fault of ours stopped it before it was sent"


def put_by(tx: Tx, outbox_id: int, fault: Exception, now: datetime) -> None:
    """Count a try of a queued row and let it wait; after the last it is held, with a case on the desk."""
    row = claims.unopened(tx, outbox_id)
    if row is None or not addresses.lock_unless_busy(tx, row.address_id):
        return
    tries = row.attempts + 1
    log.error("a message breaks before it is sent", outbox_id=outbox_id, fault=type(fault).__name__, attempt=tries)
    reason = UNOPENED if isinstance(fault, SealError) else BROKEN
    what = after_error(tries=tries, permanent=False, reason=reason, now=now)
    if isinstance(what, TryAgain):
        rows.change_outbox(tx, row.id, attempts=tries, not_before=what.at)
        return
    rows.change_outbox(tx, row.id, attempts=tries)
    try:
        with tx.begin_nested():
            settle(tx, row, "held", now, reason=what.reason)
    except Exception as second:  # noqa: BLE001 - what hangs on it may be broken as well: the row must end all the same
        log.error("a broken message could not be settled", outbox_id=outbox_id, fault=type(second).__name__)
        _hold_alone(tx, row, what.reason, now)


def _hold_alone(tx: Tx, row: Outbox, reason: str, now: datetime) -> None:
    """Held by itself, with a new case that rests on nothing else."""
    case_id = casework.add_case(
        tx, ref=new_ref(), kind="escalation", level="concern", rank=RANK["concern"], reason="not-reached",
        address_id=None, person_id=None, words="", because="[]", opened_at=now, look_by=now, not_reached=True,
    )  # fmt: skip
    rows.change_outbox(tx, row.id, state="held", reason=reason[:200], settled_at=now, case_id=case_id)
    told = f"Message {row.id}, {row.text_id}: {reason}"
    casework.add_case_event(tx, case_id=case_id, at=now, kind="not-reached", detail=told[:200])
