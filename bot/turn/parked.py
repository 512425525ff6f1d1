"""A check-in that waits for a conversation to end: the ledger says that it waits, and then what became of it."""

from typing import Final

from bot.store import addresses, touches
from bot.store import outbox as rows
from bot.turn.context import Turn
from flows.session import Parked
from messages.leave import NOT_THEIRS

WAITS: Final = "Not sent yet: they are in conversation with us."
WENT: Final = "Sent once their conversation had ended."
STOPPED: Final = "They stopped our texts before it could be sent."
OVERTAKEN: Final = "Not sent: it waited for their conversation to end, and that went another way."


def tell_parked(turn: Turn, before: Parked | None, after: Parked | None) -> None:
    """Compare what waited before a step with what waits after it. A reminder's touch was sent long ago."""
    was, waits = _check_in(before), _check_in(after)
    if was == waits:
        return
    if was is not None:
        _ended(turn, was)
    if waits is not None:
        touches.park_touch(turn.tx, waits, WAITS)


def _check_in(parked: Parked | None) -> int | None:
    return None if parked is None or parked.reminder else parked.touch


def _ended(turn: Turn, touch_id: int) -> None:
    if rows.said_for_touch(turn.tx, touch_id):
        # It was sent now, not when its day came: the waits for an answer are counted from here.
        touches.unpark_touch(
            turn.tx, touch_id, outcome="sent", reason=WENT, decided_at=turn.now, next_at=turn.now
        )  # fmt: skip
        return
    address = addresses.address_by_id(turn.tx, turn.address.id)
    outcome, reason = "missed", OVERTAKEN
    if address.released_at == turn.now:
        outcome, reason = "suppressed", NOT_THEIRS
    elif address.consent == "stopped":
        outcome, reason = "suppressed", STOPPED
    touches.unpark_touch(turn.tx, touch_id, outcome=outcome, reason=reason)
