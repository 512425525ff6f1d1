"""An alert that does not arrive, or of which nobody knows, moves on; a safety reply that did not arrive is one."""

import threading

import pytest
import sqlalchemy as sa

from bot.dispatcher import Dispatcher
from bot.store import outbox as rows
from bot.turn.receipts import take_receipt
from messages.channel import Accepted, ChannelError, ChannelUnknown, Outgoing, Receipt
from messages.status import event_of
from tests.alerts.conftest import DEPUTY, DUTY, EDT, FAMILY, MANAGER, SUNDAY_NIGHT, URGENT, Watch


def refuse(outgoing: Outgoing) -> Accepted:
    raise ChannelError(permanent=True, code="21211", reason="The provider refused the number")


def lose(outgoing: Outgoing) -> Accepted:
    raise ChannelUnknown("No answer")


@pytest.mark.parametrize("way", ["sms", "email"])
def test_a_refused_message_moves_on_at_once(watch: Watch, way: str) -> None:
    """Text or email: the next is told with the next tick, not after five minutes; each rung once."""
    (watch.home.pigeon if way == "sms" else watch.mail).does = lambda o: (
        refuse(o) if o.to in {DUTY, "duty.worker@larkmere.example"} else _carry(watch, way, o)
    )
    watch.home.text(URGENT)
    watch.tick()
    told = [(a.told, a.channel, a.state) for a in watch.alerts()]
    assert told[:2] == [("Duty worker", "sms", "refused" if way == "sms" else "accepted"),
                        ("Duty worker", "email", "refused" if way == "email" else "accepted")]  # fmt: skip
    assert [who for who, _, _ in told[2:]] == ["Deputy", "Deputy"]


def _carry(watch: Watch, way: str, outgoing: Outgoing) -> Accepted:
    pigeon = watch.home.pigeon if way == "sms" else watch.mail
    pigeon.carried.append(outgoing)
    return Accepted(sid=f"SM{len(pigeon.carried):032x}" if way == "sms" else None)


def test_an_undelivered_text_moves_on_at_once(watch: Watch) -> None:
    """The network's word, minutes before the deputy's turn."""
    watch.home.text(URGENT)
    watch.tick()
    text = next(a for a in watch.alerts() if a.channel == "sms")
    told = Receipt(outbox=text.outbox_id, sid=_sid(watch, text.outbox_id), word="undelivered",
                   event=event_of("undelivered"), code="30003")  # fmt: skip
    take_receipt(watch.home.house, told)
    watch.tick(seconds=2)
    assert watch.texted == [DUTY, DEPUTY]
    assert not watch.home.cases()[0].not_reached  # an alert of ours is no message to the family


def _sid(watch: Watch, outbox_id: int | None) -> str:
    with watch.home.house.db.read() as tx:
        return str(tx.execute(sa.select(rows.outbox.c.provider_sid).where(rows.outbox.c.id == outbox_id)).scalar_one())


def test_nobody_knows_within_two_minutes_moves_on(watch: Watch) -> None:
    """A call without an answer is looked up and never sent again; the next is told meanwhile."""
    watch.mail.does = lose
    watch.home.text(URGENT)
    watch.tick()
    assert watch.texted == [DUTY]
    watch.tick(minutes=1, seconds=59)
    assert watch.texted == [DUTY]
    watch.tick(seconds=1)
    assert watch.texted == [DUTY, DEPUTY]
    for _ in range(4):
        watch.tick(minutes=5)
    states = {a.told: a.state for a in watch.alerts() if a.channel == "email"}
    assert states["Duty worker"] == "held"


@pytest.mark.parametrize("by_email", [False, True])
def test_a_crash_between_claim_and_call(watch: Watch, by_email: bool) -> None:
    """The row stands as being sent: it is never sent again by us, and the next is told."""
    watch.home.text(URGENT)
    watch.climb()
    died = Dispatcher(watch.home.house, by_email=by_email)
    claimed: list[str] = []
    while not claimed:  # the family's reply is claimed first, and dies with it
        claimed = [one.to for one in died._claim(None)[0] if one.row.purpose in {"staff-alert", "staff-email"}]
    watch.tick(minutes=2)
    assert (watch.texted, watch.emailed) == (
        ([DUTY, DEPUTY], ["deputy"]) if by_email else ([DEPUTY], ["duty.worker", "deputy"])
    )


def test_every_delivery_failed_is_red_at_once(watch: Watch) -> None:
    """Nobody can be reached at all: the whole ladder is tried within ticks, and the desk says so."""
    watch.home.pigeon.does = watch.mail.does = refuse
    watch.home.text(URGENT)
    for _ in range(5):
        watch.tick(seconds=2)
    assert [a.told for a in watch.alerts() if a.channel == "sms"] == [
        "Duty worker", "Deputy", "Team manager", "Emergency duty team",
    ]  # fmt: skip
    assert watch.red() == [watch.ref]


def test_a_mail_server_that_refuses_all_hastens_the_ladder_and_is_not_nobody_reached(watch: Watch) -> None:
    """Each refused email passes on, so all are texted within ticks; red only once the last had their minutes."""
    watch.mail.does = refuse
    watch.home.text(URGENT)
    for _ in range(5):
        watch.tick(seconds=2)
    assert watch.texted == [DUTY, DEPUTY, MANAGER, EDT]
    assert watch.red() == []
    watch.tick(minutes=10)
    assert watch.red() == [watch.ref]


@pytest.mark.parametrize("how", ["refused", "unconfirmed"])
def test_a_safety_reply_that_did_not_arrive_alerts_at_once(watch: Watch, how: str) -> None:
    """Blocked, or unconfirmed for two minutes: of a concern on a Sunday night somebody is told, by any clock."""
    watch.home.clock.at = SUNDAY_NIGHT
    watch.silent = True
    if how == "refused":
        watch.home.pigeon.does = lambda o: refuse(o) if o.to == FAMILY else _carry(watch, "sms", o)
    watch.home.text("i am scared of my partner he controls everything i do")
    watch.tick()
    if how == "unconfirmed":
        assert watch.texted == []
        watch.tick(minutes=2, seconds=1)
    assert watch.texted == [DUTY]
    assert watch.home.cases()[0].not_reached
    assert watch.climbs()[-1].why == "not-reached"
    watch.tick(minutes=5)
    assert watch.texted == [DUTY, DEPUTY]


def test_a_mail_server_that_hangs_keeps_no_family_waiting(watch: Watch) -> None:
    """While a letter hangs, families' messages and staff texts leave."""
    hanging, let_go = threading.Event(), threading.Event()

    def hang(outgoing: Outgoing) -> Accepted:
        hanging.set()
        let_go.wait(20)
        return Accepted(sid=None)

    watch.mail.does = hang
    watch.home.text(URGENT)
    watch.climb()
    thread = threading.Thread(target=Dispatcher(watch.home.house, by_email=True).once)
    thread.start()
    try:
        assert hanging.wait(10)
        watch.home.send()
        assert watch.texted == [DUTY]
        assert watch.home.talk("menu")
        assert {row.state for row in watch.home.out()} == {"accepted"}
    finally:
        let_go.set()
        thread.join()
