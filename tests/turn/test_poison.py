"""A row that breaks before any provider is called: tried five times, then before a person; it blocks nobody."""

import base64
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.dispatcher import LEASE, Dispatcher
from bot.store import addresses, casework, conversations, inbox, outbox, touches
from bot.store.sealed import Keyring
from bot.turn import receive as receiving
from bot.turn import timers
from bot.turn.receipts import take_receipt
from messages.channel import Accepted, ChannelUnknown, Outgoing, Receipt
from messages.retry import BACKOFF
from tests.houses import KEY, Home
from tests.turn.families import enrol, four_weeks_ago, row, touches_of

A, B = "+447700900471", "+447700900472"
KNIFE = "he has a knife hes outside"
LOST = Keyring.parse(f"lost:{base64.b64encode(bytes(range(1, 33))).decode()}", KEY)


def lose_key(home: Home, table: str, column: str, number: int) -> None:
    """What stands there was sealed under a key that nobody has any more."""
    blob = LOST.seal(f"{table}.{column}", "gone")
    with home.house.db.write() as tx:
        tx.execute(sa.text(f"UPDATE {table} SET {column} = :b WHERE id = :i"), {"b": blob, "i": number})


def out(home: Home, number: int) -> outbox.Outbox:
    with home.house.db.write() as tx:
        found = outbox.find_outbox(tx, outbox_id=number)
    assert found is not None
    return found


def ids_to(home: Home, sender: str) -> list[int]:
    """Without opening anything."""
    with home.house.db.read() as tx:
        told = sa.select(addresses.address.c.id).where(
            addresses.address.c.fingerprint == home.house.db.keys.index("sms", sender)
        )
        asked = sa.select(outbox.outbox.c.id).where(outbox.outbox.c.address_id.in_(told)).order_by(outbox.outbox.c.id)
        return [int(r[0]) for r in tx.execute(asked)]


def wait_it_out(home: Home) -> int:
    """Let every wait pass, one after the other; how many tries there were."""
    tries = 0
    for wait in (timedelta(0), *BACKOFF, timedelta(minutes=10)):
        home.clock.at += wait
        tries += bool(Dispatcher(home.house).once())
        home.send()
    return tries


def test_a_message_whose_key_is_lost_blocks_nobody_and_ends_before_a_person(home: Home) -> None:
    """Others leave past it at once; it is tried five times, then held, and the case says why in plain words."""
    home.text("hello", sender=A)
    broken, *rest = ids_to(home, A)
    lose_key(home, "outbox", "body", broken)
    home.text("hello", sender=B)
    home.send()
    assert {o.state for o in home.out(sender=B)} == {"accepted"}
    assert (out(home, broken).state, out(home, broken).attempts) == ("queued", 1)
    wait_it_out(home)
    assert (out(home, broken).state, out(home, broken).attempts) == ("held", 5)
    assert [out(home, number).state for number in rest] == ["accepted"] * len(rest)
    (case,) = home.cases()
    assert (case.reason, case.not_reached, case.address_id) == ("not-reached", True, home.address(A).id)
    with home.house.db.read() as tx:
        (event,) = casework.events_of(tx, [case.id])
    assert "Tried 5 times: Its words or its number cannot be opened: the key" in str(event.detail)
    assert home.out(sender=A)[0].body.startswith("(These words cannot be opened")


def test_a_number_whose_key_is_lost_is_before_a_person_too(home: Home) -> None:
    """Nobody can be told whose it was: the case names the message, and stands alone, so that its page opens."""
    home.text("hello", sender=A)
    lose_key(home, "address", "value", home.address(A).id)
    home.text("hello", sender=B)
    home.send()
    assert {o.state for o in home.out(sender=B)} == {"accepted"}
    for _ in range(2):
        wait_it_out(home)
        home.later(hours=1)
    assert {out(home, number).state for number in ids_to(home, A)} == {"held"}
    assert {case.address_id for case in home.cases()} == {None}
    with home.house.db.read() as tx:
        told = [str(e.detail) for e in casework.events_of(tx, [case.id for case in home.cases()])]
    assert all("cannot be opened" in words for words in told)


def test_a_row_that_no_table_knows_blocks_nobody(home: Home) -> None:
    """Asking whether it may leave raises: the same waits, the same end, and its own line goes on after it."""
    home.text("hello", sender=A)
    broken, *rest = ids_to(home, A)
    with home.house.db.write() as tx:
        outbox.change_outbox(tx, broken, purpose="nonsense")
    home.text("hello", sender=B)
    home.send()
    assert {o.state for o in home.out(sender=B)} == {"accepted"}
    wait_it_out(home)
    assert out(home, broken).state == "held"
    assert "A fault of ours" in str(out(home, broken).reason)
    assert {out(home, number).state for number in rest} == {"accepted"}
    assert home.cases()[0].not_reached


def test_a_check_in_that_cannot_be_opened_ends_in_the_ledger(home: Home) -> None:
    """The ledger says that nobody knows, the family is on the list, and nothing left."""
    from bot.turn.touches import decide_due

    enrol(home, row("P1", A, four_weeks_ago(home)))
    decide_due(home.house, home.clock.now())
    (asked,) = [o for o in home.out(sender=A) if o.purpose == "check-in" and o.text_id.startswith("check-in")]
    lose_key(home, "outbox", "body", asked.id)
    wait_it_out(home)
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.listed) == ("unknown", True)
    assert "Tried 5 times" in touch.reason


def test_what_fails_for_everybody_is_counted_against_nobody(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content that cannot be used stops the claim as a whole: no row loses a try by it."""
    home.text("hello", sender=A)

    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(home.house.live, "snapshot", broken)
        for _ in range(6):
            with pytest.raises(RuntimeError):
                Dispatcher(home.house).once()
            home.later(minutes=10)
    assert {o.attempts for o in home.out(sender=A)} == {0}
    assert home.send() > 0


def test_an_unknown_row_that_cannot_be_opened_holds_up_no_look(home: Home) -> None:
    """Its key is lost after the call: receipts still move it, the look-ups of others go on, and it is held in time."""

    def lose(_: Outgoing) -> Accepted:
        raise ChannelUnknown("no answer")

    home.pigeon.does = lose
    for sender in (A, B):
        home.text("thanks", sender=sender)
    home.send()
    (first, *_), (second, *_) = ids_to(home, A), ids_to(home, B)
    lose_key(home, "outbox", "body", first)
    for _ in range(70):
        home.later(seconds=10)
        Dispatcher(home.house).look_up()
    assert (out(home, first).state, out(home, second).state) == ("held", "held")
    take_receipt(home.house, Receipt(outbox=first, sid="SMlate", word="delivered", event="delivered"))
    assert out(home, first).state == "delivered"


def test_receipts_of_a_number_that_cannot_be_opened_are_taken(home: Home) -> None:
    """The number's key is lost after its text left: what the provider says still moves it, and its STOP is kept."""
    home.text("hello", sender=A)
    home.send()
    number, (first, *_) = home.address(A).id, ids_to(home, A)
    lose_key(home, "address", "value", number)
    sid = out(home, first).provider_sid
    assert sid is not None
    take_receipt(home.house, Receipt(outbox=first, sid=sid, word="sent", event="sent"))
    take_receipt(home.house, Receipt(outbox=first, sid=sid, word="undelivered", event="undelivered", code="21610"))
    assert out(home, first).state == "undelivered"
    with home.house.db.read() as tx:
        consent = tx.execute(
            sa.select(addresses.address.c.consent).where(addresses.address.c.id == number)
        ).scalar_one()
    assert consent == "stopped"


def test_a_crash_on_a_row_that_cannot_be_opened_is_looked_at(home: Home) -> None:
    """Claimed, then the process died and the key went with it: it does not stay `sending` for ever."""
    home.text("thanks", sender=A)
    Dispatcher(home.house)._claim(None)
    (number, *_) = ids_to(home, A)
    lose_key(home, "outbox", "body", number)
    home.later(seconds=LEASE.total_seconds() + 1)
    for _ in range(70):
        Dispatcher(home.house).look_up()
        home.later(seconds=10)
    assert out(home, number).state == "held"


def _break(*_: object, **__: object) -> None:
    raise RuntimeError


def inbox_state(home: Home, number: int) -> tuple[str, int]:
    with home.house.db.read() as tx:
        asked = sa.select(inbox.inbox.c.state, inbox.inbox.c.attempts).where(inbox.inbox.c.id == number)
        found = tx.execute(asked).one()
    return str(found[0]), int(found[1])


def test_words_that_cannot_be_opened_are_tried_five_times_and_then_before_a_person(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that waits for another try loses its key: what they write next is answered, and the tries end."""
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", _break)
        home.text("is there a playgroup", sender=A)
    lose_key(home, "inbox", "body", 1)
    assert home.talk("food bank near SW11 1AA", sender=A)
    assert home.talk(KNIFE, sender=A)
    for _ in range(10):
        home.later(minutes=20)
        receiving.retry_stuck(home.house, home.clock.now())
    assert inbox_state(home, 1) == ("failed", 5)
    assert inbox_state(home, 2)[0] == inbox_state(home, 3)[0] == "done"
    unread = [case for case in home.cases() if case.reason == "unread"]
    assert [case.words for case in unread] == [
        "(These words cannot be opened: the key they were sealed with is missing.)"
    ]
    with home.house.db.read() as tx:
        assert inbox.inbox_to_retry(tx, home.clock.now()) == []


def test_danger_is_seen_beside_words_that_cannot_be_opened(home: Home) -> None:
    """The text of a minute ago cannot be opened: this one is screened by itself, and answered."""
    home.text("he is here", sender=A)
    lose_key(home, "inbox", "body", 1)
    assert "999" in home.talk(KNIFE, sender=A)


def test_a_timer_of_a_number_that_cannot_be_opened_holds_up_no_other(home: Home) -> None:
    """It comes first at each tick: the next family's timer fires all the same, and its tries end before a person."""
    now = home.clock.now()
    for sender in (A, B):
        home.text("REFER", sender=sender)
    with home.house.db.write() as tx:
        for late, sender in ((60, A), (30, B)):
            at = now - timedelta(seconds=late)
            conversations.start_timer(tx, address_id=home.address(sender).id, name="wait", step_no=99, fire_at=at)
    theirs = home.address(A).id
    lose_key(home, "address", "value", theirs)
    assert timers.fire_due(home.house, now) == 2
    with home.house.db.read() as tx:
        assert conversations.due_timers(tx, now) == []
    for _ in range(timers.TRIES + 2):
        home.later(days=1)
        timers.fire_due(home.house, home.clock.now())
    with home.house.db.read() as tx:
        assert conversations.due_timers(tx, home.clock.now()) == []
    assert {(c.reason, c.address_id) for c in home.cases() if c.reason == "stuck"} == {("stuck", theirs)}


@pytest.mark.parametrize(("table", "column"), [("person", "first_name"), ("cases", "words")])
def test_danger_is_answered_where_what_we_know_of_them_cannot_be_opened(home: Home, table: str, column: str) -> None:
    """The name of who is at the number, or the words of their open case: the safety reply leaves, and it is urgent."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.talk("my boiler is broken and he shouts at me", sender=A)
    home.talk("please can a person call me", sender=A)
    with home.house.db.read() as tx:
        (number, *_) = [int(r[0]) for r in tx.execute(sa.text(f"SELECT id FROM {table} ORDER BY id"))]
    lose_key(home, table, column, number)
    assert "999" in home.talk(KNIFE, sender=A)
    with home.house.db.read() as tx:
        levels = [str(r[0]) for r in tx.execute(sa.select(casework.cases.c.level))]
    assert "urgent" in levels


def test_a_number_whose_key_is_lost_is_known_again_when_it_writes(home: Home) -> None:
    """We have just been told the number: the family is answered, and what it said of safe times is asked again."""
    home.text("hello", sender=A)
    number = home.address(A).id
    with home.house.db.write() as tx:
        addresses.change_address(tx, number, safe_times="after 6pm")
    for column in ("value", "safe_times"):
        lose_key(home, "address", column, number)
    assert home.talk("food bank near SW11 1AA", sender=A)
    assert (home.address(A).id, home.address(A).value) == (number, A)
    assert home.address(A).safe_times == "not known"


def test_the_ledger_of_a_paused_claim_is_not_touched(home: Home) -> None:
    """A message that waits its turn behind a broken one of its line keeps its state, and no touch is ended for it."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    from bot.turn.touches import decide_due

    decide_due(home.house, home.clock.now())
    first, *_ = ids_to(home, A)
    lose_key(home, "outbox", "body", first)
    Dispatcher(home.house).once()
    with home.house.db.read() as tx:
        assert {t.outcome for t, _ in touches.ledger(tx)} == {"sent"}
