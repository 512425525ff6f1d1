"""What the provider says became of a message: kept always, acted on once, in whatever order it comes."""

from bot.house import House
from bot.settling import settle
from bot.store import messages as rows
from messages.channel import Receipt


def take_receipt(house: House, receipt: Receipt) -> None:
    """Keep a receipt and move its row forward. One that overtakes our own commit waits for it."""
    now = house.clock.now()
    with house.db.write() as tx:
        row = None
        if receipt.outbox is not None:
            row = rows.find_outbox(tx, outbox_id=receipt.outbox)
        if row is None:
            row = rows.find_outbox(tx, provider_sid=receipt.sid)
        rows.add_receipt(
            tx, outbox_id=None if row is None else row.id, provider_sid=receipt.sid, status=receipt.word[:24],
            error_code=receipt.code, at=now,
        )  # fmt: skip
        if row is not None and receipt.event is not None:
            settle(tx, row, receipt.event, now, code=receipt.code, sid=receipt.sid)
