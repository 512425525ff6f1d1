"""What is ours breaks: content changes beneath a talk, state that cannot be read, rows out of order. The family is
still answered, danger still seen, and everything ends."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.content import Content
from bot.dispatcher import LOOKED_AT
from bot.publishing import content as publishing
from bot.store import conversations, inbox, published, receipts
from bot.store.database import Tx
from bot.turn import receive as receiving
from bot.turn import say as saying
from bot.turn import timers
from bot.turn.receipts import take_receipt
from messages.channel import Receipt
from tests.houses import AMPLE, Home, at_rate
from tests.turn.test_allowance import queue

KNIFE = "he has a knife hes outside"
A, B = "+447700900431", "+447700900432"


def republish(home: Home, change: Callable[[dict[str, object]], None]) -> None:
    """Publish the content as it stands with its refer flow changed."""
    content = publishing.read(home.house.settings)
    files = {name: dict(held) if isinstance(held, dict) else held for name, held in content.files.items()}
    flow = dict(files["flows/refer.yaml"])
    flow["nodes"] = dict(flow["nodes"])
    change(flow["nodes"])
    files["flows/refer.yaml"] = flow
    publishing.publish(home.house, at_rate(Content(files), AMPLE), by="test")


def break_session(home: Home, sender: str, text: str) -> None:
    with home.house.db.write() as tx:
        tx.execute(
            sa.update(conversations.conversation)
            .where(conversations.conversation.c.address_id == home.address(sender).id)
            .values(session=text)
        )


def state_of(home: Home, sender: str) -> list[str]:
    with home.house.db.read() as tx:
        return [m.state for m in inbox.inbox_of(tx, [home.address(sender).id])]


def test_a_question_taken_out_of_the_content_is_still_asked_of_who_began_before(home: Home) -> None:
    """A talk keeps its flow's structure: also the text of a question that the newest content no longer has."""
    home.text("REFER", sender=A)
    home.text("he is kind", sender=A)

    def without_help(nodes: dict[str, object]) -> None:
        del nodes["would-help"]

    republish(home, without_help)
    assert "What would help" in home.talk("he hardly talks", sender=A)
    assert state_of(home, A) == ["done", "done", "done"]
    home.text("REFER", sender=B)
    home.text("he is kind", sender=B)
    assert "0 to 10" in home.talk("he hardly talks", sender=B)


def test_new_wording_reaches_a_talk_that_is_under_way(home: Home) -> None:
    """Structure is kept; words are the newest published."""
    home.text("REFER", sender=A)
    home.text("he is kind", sender=A)

    def other_words(nodes: dict[str, object]) -> None:
        asked = dict(nodes["would-help"])  # type: ignore[call-overload]
        nodes["would-help"] = {**asked, "ask": "What could make it better?"}

    republish(home, other_words)
    assert "What could make it better?" in home.talk("he hardly talks", sender=A)


def test_an_earlier_bundle_that_no_code_can_read_stops_nobody(home: Home) -> None:
    """Its own talks start afresh on the newest; everybody else notices nothing; publishing goes on."""
    home.text("REFER", sender=A)
    with home.house.db.write() as tx:
        tx.execute(sa.update(published.bundle).values(content='{"schema": 99, "files": {}}'))
    home.house.live._snapshot = None  # as in a process that starts now

    def other_words(nodes: dict[str, object]) -> None:
        del nodes["would-help"]

    republish(home, other_words)
    assert home.talk("he is kind", sender=A)
    assert home.talk("hello", sender=B)
    assert state_of(home, A)[-1] == "done"


def test_a_newest_bundle_that_cannot_be_read_leaves_the_old_one_serving(home: Home) -> None:
    """The process goes on with what it has, and does not try at each message."""
    home.text("hello", sender=A)
    with home.house.db.write() as tx:
        published.add_bundle(tx, digest="x" * 64, content='{"schema": 99}', by="test", now=home.clock.now())
        published.bump(tx, "content")
    assert home.talk("food bank near SW11 1AA", sender=A)
    assert "999" in home.talk(KNIFE, sender=B)
    assert state_of(home, A) == ["done", "done"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"v":1}', '{"v":99,"b":1,"n":3}', '{"v":1,"b":1,"n":1,"s":[["x"]]}'])
def test_a_conversation_that_cannot_be_read_starts_afresh_before_a_person(home: Home, text: str) -> None:
    """Broken or from another version: the family is answered at once, and the team told with their words."""
    home.text("REFER", sender=A)
    break_session(home, A, text)
    assert home.talk("he hardly talks", sender=A)
    assert state_of(home, A) == ["done", "done"]
    (case,) = home.cases()
    assert (case.reason, case.words) == ("stuck", "he hardly talks")
    break_session(home, A, text)
    assert "999" in home.talk(KNIFE, sender=A)
    assert home.cases()[0].level == "urgent"
    republish(home, lambda nodes: nodes.pop("would-help"))


def test_after_starting_afresh_a_timer_says_its_words_again(home: Home) -> None:
    """Steps are counted from the beginning; a key used in the talk before is not used again."""
    for _ in range(2):
        home.text("REFER", sender=A)
        home.text("he is kind", sender=A)
        break_session(home, A, "{")
        home.text("REFER", sender=A)
        home.text("he is kind", sender=A)
        home.later(days=3)
        timers.fire_due(home.house, home.clock.now())
    assert len([o for o in home.out(sender=A) if o.text_id == "refer.left"]) == 2


def _break(*_: object, **__: object) -> None:
    raise RuntimeError(KNIFE)


def test_when_even_the_safety_reply_breaks_the_words_are_kept_before_a_person(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rendering is broken, so nothing can be said: the words are durable and an urgent case is raised at once."""
    with monkeypatch.context() as patch:
        patch.setattr(saying, "for_sms", _break)
        assert home.text(KNIFE, sender=A)
    (case,) = home.cases()
    assert (case.level, case.words) == ("urgent", KNIFE)
    home.later(seconds=6)
    receiving.retry_stuck(home.house, home.clock.now())
    assert home.out(sender=A)[0].purpose == "safety"
    assert len(home.cases()) == 1


def test_a_row_that_waits_is_tried_before_what_they_write_next(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault has passed by their next text: both are answered, in order."""
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", _break)
        home.text("REFER", sender=A)
    home.text("he is kind", sender=A)
    assert state_of(home, A) == ["done", "done"]
    assert "worried about" in home.out(sender=A)[-1].body


def test_words_that_come_too_late_to_be_stepped_go_to_a_person(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something newer was answered: a yes from before must not answer a question it was never said to."""
    home.text("REFER", sender=A)
    real = receiving.step

    def break_on_yes(assets, session, event, facts):  # type: ignore[no-untyped-def]
        if getattr(event, "text", "") == "yes":
            raise RuntimeError
        return real(assets, session, event, facts)

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", break_on_yes)
        home.text("yes", sender=A)
        home.text("he is kind", sender=A)
    home.later(seconds=60)
    receiving.retry_stuck(home.house, home.clock.now())
    assert state_of(home, A) == ["done", "failed", "done"]
    (case,) = home.cases()
    assert (case.reason, case.words) == ("stuck", "yes")
    assert home.out(sender=A)[-1].text_id == "stuck"


def test_a_stop_that_broke_once_is_a_stop_though_they_wrote_since(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something newer was answered while STOP waited for another try: consent ends all the same."""
    real = receiving.step

    def break_on_stop(assets, session, event, facts):  # type: ignore[no-untyped-def]
        if getattr(event, "text", "") == "STOP":
            raise RuntimeError
        return real(assets, session, event, facts)

    home.text("hello", sender=A)
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", break_on_stop)
        home.text("STOP", sender=A)
        home.later(seconds=2)
        home.text("food bank near SW11 1AA", sender=A)
    assert state_of(home, A) == ["done", "new", "done"]
    home.later(seconds=60)
    receiving.retry_stuck(home.house, home.clock.now())
    assert state_of(home, A) == ["done", "done", "done"]
    assert home.address(A).consent == "stopped"


def test_what_was_fetched_too_late_stays_too_late_when_it_is_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fetched after something newer was answered, and broken at its first try: still a person reads it."""
    wrote_at = home.clock.now()
    home.later(minutes=6)
    home.text("REFER", sender=A)

    def raises(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "_give_up", raises)
        receiving.receive(
            home.house,
            receiving.Arrival(kind="sms", account="AC1", sid="SMold", sender=A, text="yes", listed_at=wrote_at),
        )
    assert state_of(home, A) == ["done", "new"]
    home.later(seconds=60)
    receiving.retry_stuck(home.house, home.clock.now())
    assert state_of(home, A) == ["done", "failed"]
    assert [(case.reason, case.words) for case in home.cases()] == [("stuck", "yes")]


def test_one_row_that_breaks_the_retry_holds_up_no_other(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row is tried in a transaction of its own, whatever the one before did."""
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", _break)
        home.text("hello", sender=A)
        home.text("hello", sender=B)
    real = receiving.handle

    def break_first(house, tx, message, now):  # type: ignore[no-untyped-def]
        if message.address_id == home.address(A).id:
            raise RuntimeError
        real(house, tx, message, now)

    home.later(seconds=6)
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "handle", break_first)
        receiving.retry_stuck(home.house, home.clock.now())
    assert (state_of(home, A), state_of(home, B)) == (["new"], ["done"])


def test_what_broke_later_ends_before_a_person_too(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first try fails in the step, the others in reading: after the last there is a case with the words."""
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", _break)
        home.text("is there a playgroup", sender=A)
    monkeypatch.setattr(receiving, "_screen", _break)
    for _ in range(receiving.TRIES):
        home.later(minutes=20)
        receiving.retry_stuck(home.house, home.clock.now())
    assert state_of(home, A) == ["failed"]
    assert [c.words for c in home.cases()] == ["is there a playgroup"]


def test_a_timer_that_always_breaks_ends_before_a_person(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bounded number of tries, then the desk knows that something promised did not happen."""
    home.text("REFER", sender=A)
    monkeypatch.setattr(timers, "run", _break)
    for _ in range(timers.TRIES + 2):
        home.later(days=1)
        timers.fire_due(home.house, home.clock.now())
    assert [c.reason for c in home.cases()] == ["stuck"]
    with home.house.db.read() as tx:
        assert conversations.due_timers(tx, home.clock.now()) == []


def test_a_timer_seen_before_another_took_its_id_wakes_nobody(home: Home) -> None:
    """SQLite gives a freed id to the next row: what was read as due must be what is fired."""
    home.text("hello", sender=A)
    home.text("hello", sender=B)
    a, b, now = home.address(A).id, home.address(B).id, home.clock.now()
    with home.house.db.write() as tx:
        conversations.start_timer(tx, address_id=a, name="wait", step_no=3, fire_at=now)
        (seen,) = conversations.due_timers(tx, now)
        conversations.cancel_timer(tx, address_id=a, name="wait")
        conversations.start_timer(tx, address_id=b, name="wait", step_no=3, fire_at=now)
        (other,) = conversations.due_timers(tx, now)
        _same_id(tx, other.id, seen.id)
    timers._fire(home.house, seen, now)
    timers._later(home.house, seen, now)
    with home.house.db.read() as tx:
        (still,) = conversations.due_timers(tx, now)
    assert (still.address_id, still.attempts) == (b, 0)


def _same_id(tx: Tx, old: int, new: int) -> None:
    tx.execute(sa.update(conversations.timer).where(conversations.timer.c.id == old).values(id=new))


def receipt(outbox: int | None, sid: str, code: str | None = None) -> Receipt:
    return Receipt(outbox=outbox, sid=sid, word="undelivered", event="undelivered", code=code)


def test_a_receipt_moves_only_the_message_it_is_about(home: Home) -> None:
    """Another message's id, or a chat's, in the address of a callback moves nothing; it is kept all the same."""
    home.text("hello", sender=A)
    home.send()
    home.text("hello", sender="t" * 43, kind="web")
    home.send()
    ours = home.out(sender=A)[0]
    chat = home.out(sender="t" * 43, kind="web")[0]
    take_receipt(home.house, receipt(ours.id, "SMof-an-older-backup"))
    take_receipt(home.house, receipt(chat.id, "SMof-a-text"))
    take_receipt(home.house, receipt(2**62, "SMunknown", code="3" * 400))
    assert home.out(sender=A)[0].state == "accepted"
    assert home.out(sender="t" * 43, kind="web")[0].state == "delivered"
    take_receipt(home.house, receipt(chat.id, ours.provider_sid or ""))
    assert home.out(sender=A)[0].state == "undelivered"
    with home.house.db.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(receipts.receipt)).scalar_one() == 4


def test_a_carriers_own_confirmation_of_stop_calls_nobody(home: Home) -> None:
    """The provider answered STOP itself and blocks ours: consent is stopped, and there is nobody to telephone."""
    from messages.channel import Accepted, ChannelError, Outgoing

    def blocked(_: Outgoing) -> Accepted:
        raise ChannelError(permanent=True, code="21610", reason="They texted STOP to our number")

    home.pigeon.does = blocked
    home.text("STOP", sender=A)
    home.send()
    assert home.address(A).consent == "stopped"
    assert home.cases() == []
    home.text("is there a food bank", sender=A)
    home.send()
    (case,) = home.cases()
    assert case.not_reached


def test_a_paused_service_still_answers_a_chat(home: Home) -> None:
    """After a restore no text leaves; a chat is read from our own rows, and danger in it is answered, however many
    texts were queued before it."""
    with home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", home.clock.now())
    queue(home, "safety", LOOKED_AT + 1)
    queue(home, "answer", LOOKED_AT + 1, first=500)
    home.text(KNIFE, sender="t" * 43, kind="web")
    home.text(KNIFE, sender=A)
    home.send()
    assert {o.state for o in home.out(sender="t" * 43, kind="web")} == {"delivered"}
    assert {o.state for o in home.out(sender=A)} == {"queued"}
    assert home.pigeon.carried == []


def test_broken_content_is_refused_whole_and_the_old_keeps_serving(home: Home, tmp_path: Path) -> None:
    """Every fault is told at once, with its file, line, node and key; nothing is published."""
    import shutil

    from bot.content import ContentFaults, read_content

    folder = tmp_path / "content"
    shutil.copytree(home.house.settings.content_dir, folder)
    refer, programme = folder / "flows" / "refer.yaml", folder / "programmes" / "after-early-help.yaml"
    refer.write_text(
        refer.read_text().replace("kind: number", "kind: nubmer").replace("ask: What would help?", "aks: x")
    )
    programme.write_text(programme.read_text().replace("flow: check-in", "flow: chekc-in", 1))
    with pytest.raises(ContentFaults) as told:
        read_content(folder)
    faults = {(f.file, bool(f.line), f.node) for f in told.value.faults}
    assert {("flows/refer.yaml", True, "score"), ("flows/refer.yaml", True, "would-help")} <= faults
    assert "after-early-help.yaml:" in str(told.value)
    assert home.talk("hello", sender=A)
