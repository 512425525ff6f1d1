"""The way in: once, durable, danger first, whatever of ours breaks."""

import threading

import pytest

from bot.store import inbox as rows
from bot.turn import receive as receiving
from tests.houses import Home
from tests.stored import stored_in

KNIFE = "he has a knife hes outside"


def test_the_same_message_twice_is_one_reply_and_one_case(home: Home) -> None:
    """The provider's id decides: a webhook sent again, at once or next week, does nothing twice."""
    assert home.text(KNIFE, sid="SMsame")
    assert not home.text(KNIFE, sid="SMsame")
    home.later(days=7)
    assert not home.text(KNIFE, sid="SMsame")
    assert len([o for o in home.out() if o.purpose == "safety"]) == 1
    assert len(home.cases()) == 1


def test_the_same_message_on_two_connections_at_once_is_taken_once(home: Home) -> None:
    """Four threads post one webhook together: one is fresh, and one case is raised."""
    taken: list[bool] = []
    start = threading.Barrier(4)

    def post() -> None:
        start.wait()
        taken.append(home.text(KNIFE, sid="SMrace"))

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False, False, False, True]
    assert len(home.cases()) == 1


def test_danger_is_answered_first_and_raises_an_urgent_case(home: Home) -> None:
    """The safety reply is the first thing said, with 999 in it, and the case holds the words and why."""
    home.text(KNIFE)
    said = home.out()
    assert said[0].purpose == "safety"
    assert "999" in said[0].body
    (case,) = home.cases()
    assert (case.level, case.kind, case.reason, case.words) == ("urgent", "escalation", "danger", KNIFE)
    assert "knife" in case.because
    assert said[0].case_id == case.id


def test_danger_split_over_two_texts_is_seen(home: Home) -> None:
    """Two texts within two minutes are screened as one."""
    home.text("he has a")
    home.later(seconds=20)
    home.text("knife and hes outside")
    assert home.cases()[0].level == "urgent"


def test_repeated_danger_updates_the_open_case(home: Home) -> None:
    """One open case a person: it grows, and is not doubled."""
    home.text(KNIFE)
    home.later(minutes=5)
    home.text("he is breaking the door down with the knife")
    (case,) = home.cases()
    assert "breaking the door" in case.words


@pytest.mark.parametrize("body", ["", "👍🏽👨‍👩‍👧", "x" * 1600, "🙏" * 400, "\u202eabc", "?", "1"])
def test_any_text_has_a_kind_answer(home: Home, body: str) -> None:
    """Empty, emoji only, very long, strange: each is kept and answered."""
    home.text(body)
    assert home.out()
    with home.house.db.read() as tx:
        (kept,) = rows.inbox_of(tx, [home.address().id])
    assert (kept.body, kept.state) == (body, "done")


def test_two_texts_in_the_same_second_are_both_answered_in_order(home: Home) -> None:
    """Nothing of the second overtakes the first."""
    home.text("hello")
    home.text("food bank near SW11 1AA")
    home.send()
    to_them = [o.body for o in home.pigeon.carried]
    assert len(to_them) >= 2
    assert [o.body for o in home.out()] == to_them


class Broken(Exception):
    pass


def _break(*_: object) -> None:
    raise Broken


def test_a_step_that_raises_swallows_no_disclosure(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own bug: the words, the safety reply and the case are committed; mended, the row is answered, once."""
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", _break)
        home.text(KNIFE)
    (said,) = home.out()
    assert said.purpose == "safety"
    assert home.cases()[0].level == "urgent"
    home.later(seconds=6)
    assert receiving.retry_stuck(home.house, home.clock.now()) == 1
    assert len([o for o in home.out() if o.purpose == "safety"]) == 1
    assert len(home.cases()) == 1
    with home.house.db.read() as tx:
        assert rows.inbox_of(tx, [home.address().id])[0].state == "done"


def test_what_can_never_be_stepped_ends_before_a_person(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five tries, then a case with the words, and the family is told that a person will read them."""
    monkeypatch.setattr(receiving, "step", _break)
    home.text("is there a playgroup near me")
    for _ in range(receiving.TRIES):
        home.later(minutes=20)
        receiving.retry_stuck(home.house, home.clock.now())
    (case,) = home.cases()
    assert (case.reason, case.words) == ("stuck", "is there a playgroup near me")
    assert len(home.out()) == 1
    assert receiving.retry_stuck(home.house, home.clock.now()) == 0


def test_a_message_that_cannot_even_be_screened_is_before_a_person_at_once(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether there is danger in it, so a person reads it now."""
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "_screen", _break)
        home.text(KNIFE)
    (case,) = home.cases()
    assert (case.reason, case.words) == ("unread", KNIFE)
    home.later(minutes=1)
    receiving.retry_stuck(home.house, home.clock.now())
    assert "urgent" in {c.level for c in home.cases()}


def test_what_is_stored_shows_no_planted_word(furnished_url: str, home: Home) -> None:
    """Names, numbers and words are sealed: a stolen file, or a look past the code at every table, shows none."""
    home.text("my son Zebedee Quillfeather is flibbertigibbet, SW18 1YX", sender="+447700900777")
    home.text("REFER", sender="+447700900777")
    home.text("he plays the xylophone well", sender="+447700900777")
    home.talk(KNIFE + " says Quillfeather", sender="+447700900777")
    planted = ("Zebedee", "Quillfeather", "flibbertigibbet", "xylophone", "7700900777", "SW18 1YX")
    home.house.db.close()
    stored = stored_in(furnished_url)
    assert b"outbox" in stored
    for word in planted:
        assert word.encode() not in stored
        assert word.encode().hex().encode() not in stored
