"""After a restore: what was already said in the time that the backup does not know is not said a second time.

What families wrote in that time is answered again, and check-ins of that time are decided again. Their messages may
have left before the loss; then the provider lists one with the same words to the same number.
"""

from datetime import timedelta
from typing import Final

from bot.house import House
from bot.store import lost, touches
from bot.store.database import Tx
from bot.store.inbox import written_at
from bot.store.lost import LostTime
from bot.store.outbox import Outbox, known_sids
from messages.channel import Accepted, Channel

# A worker's reply and an alert to staff are written once, by somebody who sees what was said before.
_SAID_AGAIN: Final = frozenset({"safety", "answer", "stop-receipt", "promise", "check-in", "reminder"})
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=2)


def said_before(house: House, channel: Channel, row: Outbox, to: str) -> Accepted | None:
    """The message that the provider took before the loss in the place of this one; None where there is none.

    Raises what `Channel.find` raises: then nobody knows yet, and nothing was sent.
    """
    with house.db.read() as tx:
        gone = lost.lost_time(tx)
        if gone is None or row.purpose not in _SAID_AGAIN or not _of_that_time(tx, row, gone):
            return None
    listed = channel.find(to, row.body, gone.since) or []
    then = [sighting for sighting in listed if sighting.at <= gone.until + _CLOCKS_DIFFER_BY]
    with house.db.read() as tx:
        taken = known_sids(tx, [sighting.sid for sighting in then])
    twin = next((sighting for sighting in then if sighting.sid not in taken), None)
    return None if twin is None else Accepted(sid=twin.sid, event=twin.event or "accepted")


def _of_that_time(tx: Tx, row: Outbox, gone: LostTime) -> bool:
    """Whether what it is about was before the restore: the check-in's hour, the words it answers, the timer's instant.

    A key says which: `in` and the family's message, or `tm` and, last, the timer's instant (`Turn.key`).
    """
    if row.touch_id is not None:
        return touches.touch_by_id(tx, row.touch_id).due_at <= gone.until
    turn = row.key.partition(":")[0]
    if turn.startswith("in") and turn[2:].isdigit():
        wrote_at = written_at(tx, int(turn[2:]))
        return wrote_at is not None and wrote_at <= gone.until
    at = turn.rpartition(".")[2]
    return turn.startswith("tm") and at.isdigit() and int(at) <= gone.until.timestamp()
