"""The way out: accepted once, or before a person."""

import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot import dispatcher
from bot.dispatcher import LEASE, Dispatcher
from bot.house import House
from bot.store import addresses
from bot.store import outbox as rows
from bot.store.database import Tx
from bot.store.sealed import SealError
from bot.turn.receipts import take_receipt
from messages.channel import Accepted, ChannelError, ChannelUnknown, Outgoing, Receipt, Sighting
from messages.leave import Verdict
from messages.status import event_of
from messages.webchat import WebChat
from tests.houses import Home

KNIFE = "he has a knife hes outside"
ON_POSTGRES = pytest.mark.parametrize(
    "database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


def receipt(outbox: int | None, sid: str, word: str, code: str | None = None) -> Receipt:
    return Receipt(outbox=outbox, sid=sid, word=word, event=event_of(word), code=code)


def test_sending_is_committed_before_the_provider_is_called(home: Home) -> None:
    """What the provider sees is a row that stands as `sending` in the database already."""
    seen: list[str] = []

    def look(outgoing: Outgoing) -> Accepted:
        with home.house.db.read() as tx:
            seen.append(rows.outbox_by_id(tx, outgoing.outbox).state)
        return Accepted(sid=f"SM{outgoing.outbox}")

    home.pigeon.does = look
    home.text("hello")
    home.send()
    assert seen
    assert set(seen) == {"sending"}


def test_an_unknown_outcome_is_never_sent_again_and_blocks_nothing(home: Home) -> None:
    """A timeout after the call: the row waits to be looked up; the next message goes out."""
    tried: list[int] = []

    def lose_first(outgoing: Outgoing) -> Accepted:
        tried.append(outgoing.outbox)
        if len(tried) == 1:
            raise ChannelUnknown("no answer")
        return Accepted(sid=f"SM{outgoing.outbox}")

    home.pigeon.does = lose_first
    home.text("hello")
    home.send()
    home.text("menu")
    home.send()
    assert len(tried) == len(set(tried))
    assert home.out()[0].state == "unknown"
    assert home.out()[-1].state == "accepted"


def test_an_unknown_message_is_found_in_the_providers_list(home: Home) -> None:
    """Looked up by number and body: found, it is accepted with the provider's id; not sent again."""
    home.pigeon.does = _lost
    home.text("hello")
    home.send()
    row = home.out()[0]
    home.pigeon.listed = lambda to, body, _since: [
        Sighting(sid="SMfound", to=to, body=body, event="delivered", at=home.clock.now())
    ]
    home.later(seconds=20)
    Dispatcher(home.house).look_up()
    assert home.out()[0].state == "delivered"
    assert home.out()[0].provider_sid == "SMfound"
    assert row.state == "unknown"


def test_two_alike_never_claim_the_same_sighting(home: Home) -> None:
    """Two lost messages with the same words: one sighting settles one of them."""
    home.pigeon.does = _lost
    for sender_sid in ("SMa", "SMb"):
        home.text("hello", sid=sender_sid)
        home.send()
        home.later(seconds=1)
    lost = [o for o in home.out() if o.state == "unknown"]
    same = [o for o in lost if o.body == lost[-1].body]
    home.pigeon.listed = lambda to, body, _since: [
        Sighting(sid="SMonly" + str(len(body)), to=to, body=body, event="sent", at=home.clock.now())
    ]
    home.later(seconds=20)
    Dispatcher(home.house).look_up()
    settled = [o for o in home.out() if o.id in {s.id for s in same} and o.state == "sent"]
    assert len(settled) <= 1 or len({o.provider_sid for o in settled}) == len(settled)


def test_what_nobody_can_find_is_before_a_person_within_ten_minutes(home: Home) -> None:
    """A kill before the call leaves `sending`: after the lease it is looked for, then held, with a case."""
    home.text("hello")
    dispatcher = Dispatcher(home.house)
    dispatcher._claim(None)  # and here the process dies
    home.later(seconds=LEASE.total_seconds() + 1)
    for _ in range(60):
        Dispatcher(home.house).look_up()
        home.later(seconds=10)
    assert home.out()[0].state == "held"
    assert [c.reason for c in home.cases()] == ["not-reached"]
    assert home.pigeon.carried == []


def test_where_nobody_can_look_a_person_still_sees_it(home: Home) -> None:
    """Restored with no provider set up: unknown rows are held in time, and the look-ups of others go on."""
    home.pigeon.does = _lost
    home.text("hello")
    home.send()
    house = replace(home.house, channels={"web": WebChat()})
    for _ in range(60):
        home.later(seconds=10)
        Dispatcher(house).look_up()
    assert home.out()[0].state == "held"


def test_a_refusal_is_final_and_a_busy_provider_is_waited_for(home: Home) -> None:
    """A 4xx ends the row with a plain reason; 429 comes back after the time the provider asked for."""
    home.pigeon.does = _busy
    home.text("hello")
    home.send()
    row = home.out()[0]
    assert row.state == "queued"
    assert row.not_before >= home.clock.now() + timedelta(seconds=30)
    home.pigeon.does = _refused
    home.later(seconds=31)
    home.send()
    assert home.out()[0].state == "refused"
    assert home.out()[0].reason == "This is not a mobile number"


def test_a_carriers_stop_counts_as_theirs(home: Home) -> None:
    """21610: consent is stopped and written down, and the blocked safety reply tells the team to telephone."""
    home.pigeon.does = _blocked
    home.text(KNIFE)
    home.send()
    assert home.address().consent == "stopped"
    assert home.cases()[0].not_reached
    with home.house.db.read() as tx:
        (consent,) = addresses.consents_of(tx, address_ids=[home.address().id], person_ids=[])
    assert consent.via == "provider"


@pytest.mark.parametrize("words", [("delivered", "sent"), ("sent", "sent", "delivered"), ("delivered", "queued")])
def test_receipts_only_move_forward_and_are_all_kept(home: Home, words: tuple[str, ...]) -> None:
    """Late, repeated and reordered receipts end the same, and every one is kept."""
    home.text("hello")
    home.send()
    row = home.out()[0]
    for word in words:
        take_receipt(home.house, receipt(row.id, row.provider_sid or "", word))
    assert home.out()[0].state == "delivered"


def test_a_receipt_that_overtakes_our_own_commit_is_not_lost(home: Home) -> None:
    """The provider calls back before we have written its id: the receipt is kept, and moves the row after."""

    def hurry(outgoing: Outgoing) -> Accepted:
        take_receipt(home.house, receipt(None, "SMfast", "delivered"))
        return Accepted(sid="SMfast")

    home.pigeon.does = hurry
    home.text("hello")
    home.send()
    assert home.out()[0].state == "delivered"


def test_a_safety_reply_that_nobody_confirms_tells_the_team_to_telephone(home: Home) -> None:
    """Two minutes without a receipt mark the case, once."""
    home.text(KNIFE)
    home.send()
    home.later(minutes=1)
    Dispatcher(home.house).look_up()
    assert not home.cases()[0].not_reached
    home.later(minutes=2)
    Dispatcher(home.house).look_up()
    assert home.cases()[0].not_reached
    version = home.cases()[0].version
    Dispatcher(home.house).look_up()
    assert home.cases()[0].version == version


def test_stop_racing_a_send_wins(home: Home) -> None:
    """Consent is read in the claiming transaction: what was queued before STOP does not leave after it."""
    home.text("hello")
    home.text("STOP")
    home.send()
    assert [o.purpose for o in home.out() if o.state == "accepted"] == ["stop-receipt"]


def test_two_dispatchers_send_each_message_once(home: Home) -> None:
    """Claims decide: four at once over thirty messages carry each exactly once."""
    for number in range(15):
        home.text("hello", sender=f"+4477009003{number:02}")
    dispatchers = [threading.Thread(target=_drain, args=(home,)) for _ in range(4)]
    for one in dispatchers:
        one.start()
    for one in dispatchers:
        one.join()
    _drain(home)
    sent = [o.outbox for o in home.pigeon.carried]
    assert len(sent) == len(set(sent))
    assert len(sent) >= 15


def test_a_landline_is_not_texted_and_the_team_is_told(home: Home) -> None:
    """Its words are read; our answer cannot leave, so the desk telephones."""
    home.text("hello i need help", sender="+442079460123")
    home.send()
    assert {o.state for o in home.out(sender="+442079460123")} == {"refused"}
    assert home.cases()[0].not_reached


def test_a_paused_service_sends_nothing(home: Home) -> None:
    """After a restore nothing leaves until an operator resumes it."""
    from bot.store import published

    with home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", home.clock.now())
    home.text("hello")
    assert home.send() == 0
    with home.house.db.write() as tx:
        published.clear_flag(tx, "paused")
    assert home.send() > 0


def test_a_slow_sender_that_put_its_row_back_is_not_taken_for_dead(home: Home) -> None:
    """Two clocks look for what a crash left; meanwhile the provider says 429 after more than a minute. What they read
    is old: the row still waits for its turn, and leaves once."""
    home.text("thanks")
    slow = Dispatcher(home.house)
    ((claimed, *_), _) = slow._claim(None)
    home.later(seconds=LEASE.total_seconds() + 1)
    with home.house.db.read() as tx:
        (seen,) = rows.out_in_state(tx, "sending", claimed_before=home.clock.now() - LEASE)
    home.pigeon.does = _busy
    slow._send(claimed)
    Dispatcher(home.house)._abandoned(seen)
    assert home.out()[0].state == "queued"
    home.pigeon.does = None
    home.later(minutes=2)
    home.send()
    assert home.out()[0].state == "accepted"
    assert [o.outbox for o in home.pigeon.carried].count(claimed.row.id) == 1


def test_a_provider_that_hangs_does_not_hold_up_the_clock(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many are unknown and each look takes its time: one tick looks for a few, the next for the others, and each is
    before a person in the end."""
    home.pigeon.does = _lost
    numbers = [f"+4477009003{n:02}" for n in range(4)]
    for sender in numbers:
        home.text("thanks", sender=sender)
    home.send()
    looked: list[str] = []

    def slowly(to: str, _body: str, _since: datetime) -> None:
        looked.append(to)
        time.sleep(0.05)

    home.pigeon.listed = slowly
    monkeypatch.setattr("bot.dispatcher.LOOKING_SECONDS", 0.08)
    home.later(seconds=20)
    Dispatcher(home.house).look_up()
    assert 0 < len(looked) <= 2
    for _ in range(20):
        Dispatcher(home.house).look_up()
    assert set(looked) == set(numbers)
    for _ in range(80):
        home.later(seconds=10)
        Dispatcher(home.house).look_up()
    assert {o.state for sender in numbers for o in home.out(sender=sender)} == {"held"}


@pytest.mark.parametrize(
    "fault",
    [sa.exc.OperationalError("", {}, Exception()), SealError("no such key"), RuntimeError(), ChannelUnknown("no list")],
    ids=lambda fault: type(fault).__name__,
)
def test_what_breaks_before_the_call_is_no_unknown(
    home: Home, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Between the claim and the call the database goes away, a key is missing or code of ours breaks: nothing was sent,
    so the row leaves a little later."""
    home.text("thanks")

    def breaks(*_: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr("bot.dispatcher.said_before", breaks)
        Dispatcher(home.house).once()
    assert (home.out()[0].state, home.pigeon.carried) == ("queued", [])
    home.later(minutes=1)
    home.send()
    assert home.out()[0].state == "accepted"


@ON_POSTGRES
def test_a_row_at_the_head_that_is_too_slow_is_put_by(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each statement about one row is cut short by the server (`statement_timeout`): it is tried later, five times in
    all, and whoever stands behind it is sent to at once."""
    slow, behind = "+447700900461", "+447700900462"
    for sender in (slow, behind):
        home.text("thanks", sender=sender)
    first = home.address(slow).id
    real = dispatcher.verdict

    def slowly(house: House, tx: Tx, row: rows.Outbox, address: addresses.Address, now: datetime) -> Verdict:
        if address.id == first:
            tx.execute(sa.text("SET LOCAL statement_timeout = '50ms'"))
            tx.execute(sa.text("SELECT pg_sleep(5)"))
        return real(house, tx, row, address, now)

    monkeypatch.setattr(dispatcher, "verdict", slowly)
    assert Dispatcher(home.house).once() > 0
    _drain(home)
    assert {o.state for o in home.out(sender=behind)} == {"accepted"}
    for _ in range(12):
        home.later(minutes=5)
        _drain(home)
    assert {o.state for o in home.out(sender=slow)} == {"held"}


def _drain(home: Home) -> None:
    for _ in range(30):
        Dispatcher(home.house).once()


def _lost(_: Outgoing) -> Accepted:
    raise ChannelUnknown("no answer")


def _busy(_: Outgoing) -> Accepted:
    raise ChannelError(permanent=False, code="20429", reason="slow down", retry_after_seconds=30, busy=True)


def _refused(_: Outgoing) -> Accepted:
    raise ChannelError(permanent=True, code="21614", reason="This is not a mobile number")


def _blocked(_: Outgoing) -> Accepted:
    raise ChannelError(permanent=True, code="21610", reason="They texted STOP to our number")


def test_a_sender_never_waits_for_an_address_with_another_in_its_hand(home: Home) -> None:
    """It settles what it may at once and leaves a busy address for its next look: no two wait for each other."""
    one, two = "+442079460124", "+442079460125"
    for sender in (one, two):
        home.text("hello i need help", sender=sender)
    first, second = home.address(one).id, home.address(two).id
    sender_thread = threading.Thread(target=Dispatcher(home.house).once)
    with home.house.db.write() as tx:
        addresses.address_by_id(tx, second, lock=True)
        sender_thread.start()
        sender_thread.join(1.0)  # on SQLite it waits for this one writer, holding nothing
        addresses.address_by_id(tx, first, lock=True)
    sender_thread.join()
    home.send()
    assert {o.state for sender in (one, two) for o in home.out(sender=sender)} == {"refused"}
