"""What the provider says became of a message: kept always, acted on once, in whatever order it comes."""

from datetime import datetime

from bot.house import House
from bot.settling import locked, settle
from bot.store import addresses, receipts
from bot.store.database import Tx
from bot.store.outbox import Outbox
from messages.channel import Receipt

LARGEST_ID = 2**31 - 1  # PostgreSQL refuses to compare an id with more
_MAY_HAVE_LEFT = {"unknown", "held"}


def take_receipt(house: House, receipt: Receipt) -> None:
    """Keep a receipt and move its row forward. One that overtakes our own commit waits for it."""
    now = house.clock.now()
    house.db.attempt(lambda tx: taken(tx, receipt, now))


def taken(tx: Tx, receipt: Receipt, now: datetime) -> None:
    """The same, in a transaction of the caller's."""
    receipts.one_at_a_time(tx, [receipt.sid])
    row = _row_of(tx, receipt)
    receipts.add_receipt(
        tx, outbox_id=None if row is None else row.id, provider_sid=receipt.sid, status=receipt.word[:24],
        error_code=None if receipt.code is None else receipt.code[:16], at=now,
    )  # fmt: skip
    if row is not None and receipt.event is not None:
        settle(tx, row, receipt.event, now, code=receipt.code, sid=receipt.sid)


def _row_of(tx: Tx, receipt: Receipt) -> Outbox | None:
    """The message it is about. The id in its address counts only where nothing says that it is another's.

    After an older backup is restored, ids are given out again: a late receipt of the message that had one before
    carries another provider's id, and must not move the one that has it now; nor one that was never yet tried. A row
    that waited in the backup itself keeps its id: it is `unknown` or `held`, untried as far as the backup knows.
    """
    if receipt.outbox is not None and receipt.outbox <= LARGEST_ID:
        row = locked(tx, outbox_id=receipt.outbox)
        left = row is not None and (row.attempts > 0 or row.state in _MAY_HAVE_LEFT)
        if row is not None and left and row.provider_sid in {None, receipt.sid} and _by_text(tx, row):
            return row
    return locked(tx, provider_sid=receipt.sid)


def _by_text(tx: Tx, row: Outbox) -> bool:
    return addresses.kind_of(tx, row.address_id) in {"sms", "staff"}
