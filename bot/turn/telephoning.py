"""Who is telephoned before anything is texted to them: an enrolment that waits for that, once in the ledger and on the
team's list with the reason, and that goes on by itself where they write from the number meanwhile."""

from datetime import datetime

from bot.store import enrolling, keeping, touches
from bot.store.database import Tx
from scheduler.confirmed import TELEPHONE_FIRST


def wait_for_call(tx: Tx, enrolment_id: int, reason: str, now: datetime) -> None:
    """It stands under "Telephone first" until `called`. What was told of it before is not told again."""
    keeping.change_enrolment(tx, enrolment_id, state=keeping.HELD)
    before = sum(touch.touch == TELEPHONE_FIRST for touch in touches.touches_of(tx, [enrolment_id]))
    touches.decide_touch(
        tx, enrolment_id=enrolment_id, touch=TELEPHONE_FIRST, occurrence=before + 1, address_id=None, due_at=now,
        decided_at=now, outcome="suppressed", reason=reason, listed=True, settled_at=now,
    )  # fmt: skip


def called(tx: Tx, enrolment_id: int) -> None:
    """It is known to be their number: nobody has to telephone any more."""
    keeping.change_enrolment(tx, enrolment_id, state="active")
    enrolling.take_off_lists(tx, enrolment_id, TELEPHONE_FIRST)
