"""Receipts that come before we know the provider's id: whoever learns it takes them in."""

import threading
from datetime import timedelta

import sqlalchemy as sa

from bot.dispatcher import LEASE, Dispatcher
from bot.store import receipts
from bot.turn.receipts import take_receipt, taken
from messages.channel import Accepted, ChannelUnknown, Outgoing, Receipt, Sighting
from messages.status import event_of
from tests.houses import Home

SID = "SM" + "e" * 32


def told(word: str, outbox: int | None = None) -> Receipt:
    return Receipt(outbox=outbox, sid=SID, word=word, event=event_of(word), code=None)


def untied(home: Home) -> int:
    with home.house.db.read() as tx:
        waits = sa.select(sa.func.count()).select_from(receipts.receipt)
        return int(tx.execute(waits.where(receipts.receipt.c.outbox_id.is_(None))).scalar_one())


def test_a_row_found_in_the_providers_list_takes_in_the_receipts_that_came_before(home: Home) -> None:
    """The answer is lost, a receipt without our own id has come, and the list still says "sent": delivered it is."""

    def lost(_: Outgoing) -> Accepted:
        take_receipt(home.house, told("delivered"))
        raise ChannelUnknown("no answer")

    home.pigeon.does = lost
    home.text("thanks")
    Dispatcher(home.house).once()
    assert (home.out()[0].state, untied(home)) == ("unknown", 1)
    home.pigeon.listed = lambda to, body, _: [Sighting(sid=SID, to=to, body=body, event="sent", at=home.clock.at)]
    home.clock.at += LEASE + timedelta(minutes=1)
    Dispatcher(home.house).look_up()
    assert (home.out()[0].state, home.out()[0].provider_sid, untied(home)) == ("delivered", SID, 0)


def test_a_receipt_with_our_id_takes_in_those_that_came_without_it(home: Home) -> None:
    """The answer never comes: one receipt without our own id, then one with it. The furthest word stands."""

    def lost(outgoing: Outgoing) -> Accepted:
        take_receipt(home.house, told("delivered"))
        take_receipt(home.house, told("sent", outgoing.outbox))
        raise ChannelUnknown("no answer")

    home.pigeon.does = lost
    home.text("thanks")
    Dispatcher(home.house).once()
    assert (home.out()[0].state, untied(home)) == ("delivered", 0)


def test_a_receipt_and_the_answer_written_at_one_instant_both_count(home: Home) -> None:
    """A receipt's transaction that found no row is still open while the sender writes the id: neither is lost."""
    called = threading.Event()

    def quick(_: Outgoing) -> Accepted:
        called.set()
        return Accepted(sid=SID)

    home.pigeon.does = quick
    home.text("thanks")
    sender = threading.Thread(target=Dispatcher(home.house).once)
    with home.house.db.write() as tx:
        taken(tx, told("delivered"), home.clock.at)
        sender.start()
        # On SQLite the sender waits for the one writer even to claim; elsewhere it is let on to its last write.
        called.wait(timeout=0.2 if home.house.db.is_sqlite else 10)
        sender.join(timeout=0.3)
        assert sender.is_alive()
    sender.join(timeout=20)
    assert not sender.is_alive()
    assert (home.out()[0].state, untied(home)) == ("delivered", 0)
