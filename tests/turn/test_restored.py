"""After a restore: what was said before the loss is found and not said again, and ids that were given out twice mix
nothing up."""

from datetime import timedelta

import sqlalchemy as sa

from bot.clockwork import tick
from bot.dispatcher import Dispatcher
from bot.store import copying, lost
from bot.turn.receipts import take_receipt
from messages.channel import Receipt, Sighting
from tests.houses import AT, Home
from tests.turn.families import enrol, four_weeks_ago, row, touches_of

A = "+447700900321"


def restored(home: Home, *, hours: float) -> None:
    """The backup was of `AT`; it is put in place so much later, and resumed at once."""
    home.later(hours=hours)
    with home.house.db.write() as tx:
        lost.begin_anew(tx, home.clock.at)
        tx.execute(sa.text("UPDATE flag SET value = :at WHERE name = 'restored'"), {"at": AT.isoformat()})
        lost.resume(tx)


def seen_at_the_provider(home: Home, *bodies: str, minutes: float) -> None:
    """What the provider lists to anybody: these words, delivered so long after the backup."""
    sent = [
        Sighting(sid=f"SMbefore{n}", to=A, body=body, event="delivered", at=AT + timedelta(minutes=minutes))
        for n, body in enumerate(bodies)
    ]
    home.pigeon.listed = lambda to, body, since: [s for s in sent if s.body == body and to == A and s.at >= since]


def test_a_check_in_of_the_lost_time_is_not_sent_again(home: Home) -> None:
    """Claim: decided again after the restore, its text is found at the provider, takes that message's id and end, and
    the ledger says sent."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    restored(home, hours=1)
    tick(home.house)
    due = [one.body for one in home.out()]
    seen_at_the_provider(home, *due, minutes=30)
    assert home.send() == 0
    ended = [(one.state, one.provider_sid) for one in home.out()]
    assert ended == [("delivered", f"SMbefore{n}") for n in range(len(due))]
    assert touches_of(home, "P1")[0].outcome == "sent"


def test_a_check_in_whose_time_passed_while_paused_is_missed(home: Home) -> None:
    """Claim: while paused nothing is decided; resumed after its window, the ledger says missed and nothing is sent."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    with home.house.db.write() as tx:
        lost.begin_anew(tx, AT)
    tick(home.house)
    assert touches_of(home, "P1") == []
    home.later(days=15)
    with home.house.db.write() as tx:
        assert lost.resume(tx)
    tick(home.house)
    assert [touch.outcome for touch in touches_of(home, "P1")] == ["missed"]
    assert home.send() == 0


def test_words_written_after_the_restore_are_answered(home: Home) -> None:
    """Claim: the same answer to words of today goes, though the provider lists its twin of before the loss."""
    restored(home, hours=1)
    home.later(minutes=10)
    home.text("hello")
    seen_at_the_provider(home, *[one.body for one in home.out()], minutes=30)
    assert home.send() == len(home.out()) > 0


def test_an_answer_to_words_whose_key_is_lost_leaves(home: Home) -> None:
    """Claim: whether an answer may have left before the loss is told by when the words were written, not by what they
    say: one that was not said yet leaves, though they can no longer be opened."""
    home.text("hello")
    with home.house.db.write() as tx:
        tx.execute(sa.text("UPDATE inbox SET body = :b"), {"b": b"sealed by nobody"})
    restored(home, hours=1)
    assert home.send() == len(home.out()) > 0
    assert {one.state for one in home.out()} == {"accepted"}


def test_a_late_receipt_of_a_lost_message_moves_no_new_one(home: Home) -> None:
    """Claim: its id was given out again to a message that was never tried: that one still leaves."""
    home.text("hello")
    first = home.out()[0]
    take_receipt(home.house, Receipt(outbox=first.id, sid="SMlost", word="delivered", event="delivered"))
    assert home.out()[0].state == "queued"
    assert home.send() == len(home.out())


def test_a_receipt_moves_a_row_that_waited_in_the_backup(home: Home) -> None:
    """Claim: what the backup knew as queued left after it was taken: its own receipt, by its id, says so and takes the
    provider's id, though the backup knows of no try; also once a person was asked to telephone."""
    for words in ("hello", "food bank near SW11 1AA"):
        home.text(words, sender=A)
    first, second, *_ = home.out(sender=A)
    with home.house.db.write() as tx:
        copying.open_paused(tx, home.clock.at)
    take_receipt(home.house, Receipt(outbox=first.id, sid="SMleft", word="delivered", event="delivered"))
    for _ in range(70):
        home.later(seconds=10)
        Dispatcher(home.house).look_up()
    told = {one.id: (one.state, one.provider_sid) for one in home.out(sender=A)}
    assert (told[first.id], told[second.id][0]) == (("delivered", "SMleft"), "held")
    take_receipt(home.house, Receipt(outbox=second.id, sid="SMlate", word="sent", event="sent"))
    assert home.out(sender=A)[1].state == "sent"
