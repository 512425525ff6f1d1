"""What was queued for the one who had the number before: it goes to nobody, and says why."""

from datetime import timedelta

import pytest

from bot.casework import work
from bot.casework.accounts import SignedIn, add_account
from bot.dispatcher import Dispatcher
from bot.store import addresses, staff
from bot.store.touches import PARKED
from bot.turn import timers, touches
from messages.channel import Accepted, ChannelError, Outgoing
from messages.leave import NOT_THEIRS
from tests.houses import Home
from tests.turn.families import enrol, four_weeks_ago, row, touches_of

A = "+447700900481"
WRONG = "wrong number"
KNIFE = "he has a knife hes outside"


def worker(home: Home) -> SignedIn:
    add_account(home.house, email="ann@example.org", name="Ann", role="practitioner", password="correct horse battery")
    with home.house.db.read() as tx:
        found = staff.find_staff(tx, "ann@example.org")
    assert found is not None
    return SignedIn(staff=found, token="t")


def test_a_text_queued_before_wrong_number_goes_to_nobody(home: Home) -> None:
    """An answer and a check-in wait to leave; whoever has the number says that it is not theirs: only the answer to
    that leaves, the others are refused with the reason, and the ledger says why the check-in was not sent."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    touches.decide_due(home.house, home.clock.now())
    home.text("thanks", sender=A)
    home.later(seconds=30)
    home.text(WRONG, sender=A)
    home.send()
    sent = [o for o in home.out(sender=A) if o.state == "accepted"]
    kept = [o for o in home.out(sender=A) if o.state == "refused"]
    assert [o.text_id for o in sent] == ["wrong-person"]
    assert len(kept) >= 2
    assert {o.reason for o in kept} == {NOT_THEIRS}
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.reason) == ("suppressed", NOT_THEIRS)


def test_a_workers_reply_that_was_queued_is_told_to_its_case(home: Home) -> None:
    """It was for somebody else: the worker sees that it did not arrive, and telephones."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("please call me", sender=A)
    home.send()
    by = worker(home)
    (case,) = home.cases()
    work.claim(home.house, work.Form(ref=case.ref, version=case.version, by=by, form_id="f1"))
    (case,) = home.cases()
    work.reply(
        home.house, work.Form(ref=case.ref, version=case.version, by=by, form_id="f2"), "Hello Zo, about Kit's school."
    )
    home.later(seconds=5)
    home.text(WRONG, sender=A)
    home.send()
    assert not [o for o in home.pigeon.carried if "Kit" in o.body]
    (reply,) = [o for o in home.out(sender=A) if o.purpose == "staff-reply"]
    assert (reply.state, reply.reason) == ("refused", NOT_THEIRS)
    told = next(c for c in home.cases() if c.ref == case.ref)
    assert told.not_reached


def test_one_that_comes_back_after_the_number_was_released_goes_to_nobody(home: Home) -> None:
    """The provider had asked us to wait when they wrote: its next try is refused by when it was written."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("thanks", sender=A)

    def busy(_: Outgoing) -> Accepted:
        home.later(seconds=1)
        home.text(WRONG, sender=A)
        raise ChannelError(permanent=False, code="20429", reason="slow down", retry_after_seconds=1, busy=True)

    home.pigeon.does = busy
    Dispatcher(home.house).once()
    home.pigeon.does = None
    home.later(seconds=10)
    home.send()
    assert [o.text_id for o in home.out(sender=A) if o.state == "accepted"] == ["wrong-person"]
    assert home.out(sender=A)[0].reason == NOT_THEIRS


def test_a_reply_to_danger_follows_the_phone(home: Home) -> None:
    """It answers words from this very phone and names nobody: it is not taken back."""
    home.text(KNIFE, sender=A)
    home.later(seconds=5)
    home.text(WRONG, sender=A)
    home.send()
    assert "safety" in {o.purpose for o in home.out(sender=A) if o.state == "accepted"}


def test_what_is_written_to_them_afterwards_leaves(home: Home) -> None:
    """The new holder writes, and is answered as anybody is."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("thanks", sender=A)
    home.later(seconds=5)
    home.text(WRONG, sender=A)
    home.later(minutes=5)
    assert home.talk("food bank near SW11 1AA", sender=A)


def parked(home: Home) -> int:
    """A check-in that is due while they are in conversation; its touch."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("hello", sender=A)
    home.send()
    home.later(minutes=29)
    with home.house.db.write() as tx:  # the address says half an hour has passed; the talk itself says it has not
        addresses.change_address(tx, home.address(A).id, last_in_at=home.clock.now() - timedelta(hours=1))
    touches.decide_due(home.house, home.clock.now())
    (touch,) = touches_of(home, "P1")
    return touch.id


def test_a_check_in_that_waits_is_not_said_to_be_sent(home: Home) -> None:
    """The ledger says that it waits for their conversation; once it went, when; and silence counts from then."""
    parked(home)
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.reason) == (PARKED, "Not sent yet: they are in conversation with us.")
    home.later(minutes=31)
    timers.fire_due(home.house, home.clock.now())
    home.send()
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.decided_at) == ("sent", home.clock.now())
    assert [o for o in home.out(sender=A) if o.purpose == "check-in" and o.state == "accepted"]
    home.text("8", sender=A)
    assert [t.outcome for t in touches_of(home, "P1")] == ["answered"]


def test_one_that_waited_is_reminded_and_ends_in_silence(home: Home) -> None:
    """Nobody answers: one reminder, then no reply, as for any other."""
    parked(home)
    home.later(minutes=31)
    timers.fire_due(home.house, home.clock.now())
    home.send()
    for _ in range(16):
        home.later(days=1)
        touches.follow_up_due(home.house, home.clock.now())
        home.send()
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.listed) == ("no-reply", True)
    assert touch.reminded_at is not None


@pytest.mark.parametrize(
    ("words", "reason"),
    [("STOP", "They stopped our texts before it could be sent."), (WRONG, NOT_THEIRS)],
)
def test_one_that_never_went_says_why(home: Home, words: str, reason: str) -> None:
    """They stop us, or the number is not theirs, while it waits: never sent, and the ledger knows."""
    parked(home)
    home.text(words, sender=A)
    home.send()
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.reason) == ("suppressed", reason)
    assert not [o for o in home.out(sender=A) if o.purpose == "check-in"]


def test_one_whose_time_passes_while_they_talk_is_missed(home: Home) -> None:
    """They go on talking with us until its window closes."""
    parked(home)
    home.later(days=20)
    home.text("hello", sender=A)
    timers.fire_due(home.house, home.clock.now())
    (touch,) = touches_of(home, "P1")
    assert touch.outcome == "missed"
