"""A private word: on a phone that others read, what is private waits until whoever writes has said it."""

from collections.abc import Callable

import pytest

from bot.casework import number_safety, work
from bot.casework.accounts import SignedIn, add_account
from bot.casework.number_safety import Faults, Told
from bot.expiring import expire_stale
from bot.refs import ref_of
from bot.store import inbox, staff
from bot.store.outbox import Outbox
from bot.turn import receive as receiving
from bot.turn.apply import WORD_SAID
from messages.leave import NO_WORD, WINDOW_CLOSED
from tests.houses import ON_SQLITE, Home
from tests.turn.families import check_in, enrol, follow_up, four_weeks_ago, listed, row, touches_of

HER = "+447700900431"
ASKED = "text your word first"


@pytest.fixture
def worker(home: Home) -> SignedIn:
    add_account(home.house, email="ann@example.org", name="Ann", role="practitioner", password="correct horse battery")
    with home.house.db.read() as tx:
        found = staff.find_staff(tx, "ann@example.org")
    assert found is not None
    return SignedIn(staff=found, token="t")


def agreed(home: Home, by: SignedIn, **more: object) -> None:
    told = {"safe": "safe", "shared": True, "watched": False, "word": "Blue Kettle", **more}
    number_safety.change(home.house, by, ref_of(home.address(HER).id), Told(**told))  # type: ignore[arg-type]


def test_a_check_in_waits_for_the_word(home: Home, worker: SignedIn) -> None:
    """Nothing goes to the shared phone until the word is texted; then it goes at once, and can be answered."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    check_in(home)
    assert [o.body for o in home.pigeon.carried] == []
    assert ASKED in home.talk("9", sender=HER).lower()  # whoever that was, it answered nothing
    assert "0 to 10" in home.talk("blue kettle!", sender=HER)
    assert [t.outcome for t in touches_of(home, "P1")] == ["sent"]
    home.talk("9", sender=HER)
    assert [t.outcome for t in touches_of(home, "P1")] == ["answered"]


@pytest.mark.parametrize(
    ("days", "end"), [(2, Home.send), (21, lambda home: expire_stale(home.house, home.clock.now()))]
)
def test_what_nobody_said_the_word_for_ends_with_why(
    home: Home, worker: SignedIn, days: int, end: Callable[[Home], object]
) -> None:
    """Two days later the check-in is not sent, the ledger says what it waited for, also where it ends behind a backlog,
    and it stands on the list by which somebody telephones."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    check_in(home)
    home.later(days=days)
    end(home)
    assert [o.body for o in home.pigeon.carried] == []
    assert [(touch.outcome, touch.reason) for touch in touches_of(home, "P1")] == [("missed", NO_WORD)]
    assert [touch.reason for touch in listed(home)] == [NO_WORD]


@ON_SQLITE
def test_a_check_in_outlasts_whoever_has_the_phone(home: Home, worker: SignedIn) -> None:
    """A menu and a thank you, texted by anybody, lose nothing: it goes with the word, and its number is kept."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    check_in(home)
    assert "What would help?" not in home.talk("MENU", sender=HER)
    home.talk("thanks", sender=HER)
    assert "0 to 10" in home.talk("blue kettle", sender=HER)
    home.talk("9", sender=HER)
    assert [t.outcome for t in touches_of(home, "P1")] == ["answered"]


@ON_SQLITE
@pytest.mark.parametrize("end", [Home.send, lambda home: expire_stale(home.house, home.clock.now())])
def test_what_was_late_at_an_open_phone_is_no_lack_of_the_word(
    home: Home, worker: SignedIn, end: Callable[[Home], object]
) -> None:
    """Where the phone is no longer shared, its word is not what a check-in waited for."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    check_in(home)
    agreed(home, worker, shared=False, word="")
    home.later(weeks=3)
    end(home)
    assert [(touch.outcome, touch.reason) for touch in touches_of(home, "P1")] == [("missed", WINDOW_CLOSED)]
    assert listed(home) == []


def reply(home: Home, by: SignedIn, words: str) -> None:
    (case,) = home.cases()
    if case.state != "claimed":
        work.claim(home.house, work.Form(ref=case.ref, version=case.version, by=by))
        (case,) = home.cases()
    work.reply(home.house, work.Form(ref=case.ref, version=case.version, by=by), words)


@pytest.mark.parametrize("marks", [{"shared": True}, {"safe": "unsafe", "shared": False}])
def test_a_workers_reply_waits_and_keeps_no_answer_waiting(
    home: Home, worker: SignedIn, marks: dict[str, object]
) -> None:
    """Whoever writes from the phone is answered as anybody is, danger first; the reply comes with the word."""
    home.talk("human", sender=HER)
    agreed(home, worker, **marks)
    reply(home, worker, "About the refuge place: ring me on Monday.")
    assert home.send() == 0
    home.later(hours=13)  # the worker's silence is over, and the bot speaks again
    heard = home.talk("MENU", sender=HER)
    assert heard
    assert "refuge" not in heard
    assert "999" in home.talk("he has a knife hes outside", sender=HER)
    assert "refuge" in home.talk("Blue  kettle", sender=HER)


@ON_SQLITE
def test_a_worker_talking_is_heard_with_the_word_alone(home: Home, worker: SignedIn) -> None:
    """Within the worker's twelve hours too the word is what lets the reply out, and it is not told to the desk."""
    home.talk("human", sender=HER)
    agreed(home, worker)
    reply(home, worker, "About the refuge place: ring me on Monday.")
    assert "refuge" not in home.talk("hello?", sender=HER)
    assert "refuge" in home.talk("blue kettle", sender=HER)
    (case,) = home.cases()
    assert "kettle" not in case.words.casefold()


@ON_SQLITE
@pytest.mark.parametrize("asked", ["STATUS", "WHEN", "MY DATA", "BACK", "LESS", "PAUSE"])
def test_what_shows_or_changes_something_of_theirs_asks_for_the_word(home: Home, worker: SignedIn, asked: str) -> None:
    """Whoever has the phone hears one and the same thing; the word lasts while they write, and half an hour more."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    assert ASKED in home.talk(asked, sender=HER)
    home.talk("blue kettle", sender=HER)
    home.later(minutes=20)
    assert ASKED not in home.talk(asked, sender=HER)
    home.later(minutes=20)
    assert ASKED not in home.talk(asked, sender=HER)
    home.later(minutes=31)
    assert ASKED in home.talk(asked, sender=HER)


@ON_SQLITE
def test_the_word_is_kept_nowhere_but_sealed_at_the_number(home: Home, worker: SignedIn) -> None:
    """Said, it is not in what they wrote; released, it is gone; and on a phone of their own it means nothing."""
    home.talk("hello", sender=HER)
    agreed(home, worker)
    home.talk("blue kettle", sender=HER)
    with home.house.db.read() as tx:
        assert "kettle" not in " ".join(m.body for m in inbox.inbox_of(tx, [home.address(HER).id]))
    assert "kettle" not in str(home.audited())
    agreed(home, worker, shared=False, word="")
    assert home.address(HER).word == "bluekettle"
    assert "Thank you. We can talk" not in home.talk("blue kettle", sender=HER)
    home.talk("wrong number", sender=HER)
    assert home.address(HER).word is None


@ON_SQLITE
def test_stop_and_help_never_wait(home: Home, worker: SignedIn) -> None:
    """Both act without the word."""
    home.talk("hello", sender=HER)
    agreed(home, worker)
    assert "MENU shows" in home.talk("HELP", sender=HER)
    assert "any more texts" in home.talk("STOP", sender=HER)


@ON_SQLITE
@pytest.mark.parametrize("marks", [{}, {"shared": False, "watched": True}])
def test_stop_beside_a_wish_about_their_data_never_waits(
    home: Home, worker: SignedIn, marks: dict[str, object]
) -> None:
    """No more texts, said with anything else, ends consent as STOP does; the other wish is before a person."""
    home.talk("hello", sender=HER)
    agreed(home, worker, **marks)
    assert "any more texts" in home.talk("delete my data and stop texting me", sender=HER)
    assert home.address(HER).consent == "stopped"
    assert [case.reason for case in home.cases()] == ["my-data"]


@ON_SQLITE
@pytest.mark.parametrize("asked", ["STATUS", "WHEN", "MY DATA", "BACK"])
def test_a_worker_who_talks_opens_nothing(home: Home, worker: SignedIn, asked: str) -> None:
    """In the twelve hours in which a worker's words count too, what shows something of theirs waits for the word."""
    home.talk("human", sender=HER)
    agreed(home, worker)
    reply(home, worker, "I rang about the flat.")
    assert ASKED in home.talk(asked, sender=HER)


@ON_SQLITE
@pytest.mark.parametrize("words", ["he hit me again. any news", "he hit me, when will you text me"])
def test_danger_opens_nothing(home: Home, worker: SignedIn, words: str) -> None:
    """Words of danger are answered with the safety reply, and with nothing else that they ask for."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    (said,) = {o.purpose for o in home.out(sender=HER)} if home.talk(words, sender=HER) else set()
    assert said == "safety"


@ON_SQLITE
def test_danger_puts_no_question_of_theirs(home: Home, worker: SignedIn) -> None:
    """A referral half told is neither gone on with nor put again because the words show danger; it is not lost."""
    home.talk("REFER", sender=HER)
    asked = home.talk("kind", sender=HER).splitlines()[-1]
    home.later(minutes=1)
    agreed(home, worker)
    before = len(home.out(sender=HER))
    home.talk("he pushed me again yesterday", sender=HER)
    assert {o.purpose for o in home.out(sender=HER)[before:]} == {"safety"}
    assert asked in home.talk("blue kettle", sender=HER)


@ON_SQLITE
@pytest.mark.parametrize("word", ["stop", "help", "ab", "food bank", "he has a knife", "yes", "x" * 31])
def test_a_word_that_means_something_is_refused(home: Home, worker: SignedIn, word: str) -> None:
    """A keyword, a need, words of danger, one too short or too long: nothing is changed."""
    home.talk("hello", sender=HER)
    with pytest.raises(Faults) as told:
        agreed(home, worker, word=word, safe_times="weekday mornings")
    assert set(told.value.errors) == {"word"}
    assert (home.address(HER).word, home.address(HER).shared) == (None, False)


@ON_SQLITE
def test_times_are_kept_as_they_can_be_read(home: Home, worker: SignedIn) -> None:
    """What no rule reads is refused at the desk; what is read is what WHEN and the check-ins go by."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    with pytest.raises(Faults) as told:
        agreed(home, worker, word="", shared=False, safe_times="not when he is in")
    assert set(told.value.errors) == {"safe_times"}
    agreed(home, worker, word="", shared=False, safe_times="Thursday 2pm to 4pm")
    check_in(home)
    assert home.pigeon.carried == []
    assert "Thursday" in home.talk("WHEN", sender=HER)
    assert home.audited()[-1] == ("number.safety", f"conversation:{ref_of(home.address(HER).id)}", "safe_times")


@ON_SQLITE
def test_nobody_is_asked_what_was_asked_of_them(home: Home, worker: SignedIn) -> None:
    """A referral half told is not put to whoever has the phone next, who can use the menu as anybody can; with the
    word it goes on where it was."""
    home.talk("REFER", sender=HER)
    asked = home.talk("kind", sender=HER)
    home.later(minutes=1)
    agreed(home, worker)
    assert ASKED in home.talk("he hardly talks", sender=HER)
    assert asked.splitlines()[-1] in home.talk("blue kettle", sender=HER)
    home.later(minutes=31)
    assert ASKED in home.talk("REFER", sender=HER)
    home.talk("MENU", sender=HER)
    assert "What would help?" in home.talk("1", sender=HER)


def inbox_words(home: Home) -> str:
    with home.house.db.read() as tx:
        return " ".join(m.body for m in inbox.inbox_of(tx, [home.address(HER).id]))


@ON_SQLITE
def test_the_word_said_after_stop_is_read_by_nobody(home: Home, worker: SignedIn) -> None:
    """They hear how to start again; neither a case nor what they wrote has the word."""
    home.talk("hello", sender=HER)
    agreed(home, worker)
    home.talk("STOP", sender=HER)
    assert "START" in home.talk("blue kettle", sender=HER)
    assert "kettle" not in inbox_words(home)
    assert home.cases() == []


@ON_SQLITE
def test_the_word_is_read_by_nobody_where_the_service_fails(
    home: Home, worker: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be answered goes before a person; the word itself does not."""
    home.talk("hello", sender=HER)
    agreed(home, worker)

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(receiving, "step", broken)
    home.text("blue kettle", sender=HER)
    for _ in range(receiving.TRIES):
        home.later(minutes=20)
        receiving.retry_stuck(home.house, home.clock.now())
    assert [case.words for case in home.cases()] == [WORD_SAID]
    assert "kettle" not in inbox_words(home)


def test_the_word_read_long_after_it_was_written_opens_nothing(
    home: Home, worker: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where we stood still for half an hour, whoever has the phone now may be somebody else: the check-in waits on."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    check_in(home)

    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", broken)
        home.text("blue kettle", sender=HER)
    home.later(minutes=31)
    receiving.retry_stuck(home.house, home.clock.now())
    home.send()
    assert not [o for o in home.pigeon.carried if "0 to 10" in o.body]
    assert "0 to 10" in home.talk("blue kettle", sender=HER)


@ON_SQLITE
def test_what_was_answered_under_the_word_ends_with_it(home: Home, worker: SignedIn) -> None:
    """An answer that the provider took for no half hour is not sent to whoever has the phone then; the team is told."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    home.talk("blue kettle", sender=HER)
    carried = len(home.pigeon.carried)
    home.text("WHEN", sender=HER)
    home.later(minutes=31)
    home.send()
    assert home.pigeon.carried[carried:] == []
    assert [case.reason for case in home.cases()] == ["not-reached"]
    home.text("MENU", sender=HER)  # what anybody may hear may come late, as to any phone
    home.later(minutes=31)
    assert home.send() == 1


@pytest.mark.parametrize("way", ["desk", "danger"])
def test_what_was_asked_before_the_phone_was_read_by_others_is_theirs(home: Home, worker: SignedIn, way: str) -> None:
    """A word agreed long ago guards from when the phone is marked: also what was asked since the word was agreed."""
    home.talk("hello", sender=HER)
    agreed(home, worker)
    agreed(home, worker, shared=False, word="")
    home.later(days=3)
    for words in ("REFER", "kind", "SKIP"):
        home.talk(words, sender=HER)
    assert "0 to 10" in home.talk("SKIP", sender=HER)
    home.later(minutes=1)
    if way == "desk":
        agreed(home, worker, word="")
    else:
        home.talk("he hits me and he reads my phone", sender=HER)
    home.later(minutes=1)
    assert ASKED in home.talk("7", sender=HER)


def test_a_reminder_waits_two_days(home: Home, worker: SignedIn) -> None:
    """As the check-in did: said on the second day, the word brings it."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    check_in(home)
    home.talk("blue kettle", sender=HER)
    reminders: list[Outbox] = []
    while not reminders:
        follow_up(home, 1)
        reminders = [o for o in home.out(sender=HER) if o.purpose == "reminder"]
    home.later(hours=30)
    assert "0 to 10" in home.talk("blue kettle", sender=HER)


@ON_SQLITE
def test_a_reminder_that_waits_for_the_day_keeps_no_reply_waiting(home: Home, worker: SignedIn) -> None:
    """The word said at eleven at night brings the worker's reply, though a reminder was written before it."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    agreed(home, worker)
    check_in(home)
    home.talk("blue kettle", sender=HER)
    while not any(o.purpose == "reminder" for o in home.out(sender=HER)):
        follow_up(home, 1)
    home.talk("human", sender=HER)
    reply(home, worker, "About the refuge place: ring me on Monday.")
    home.later(hours=12)
    assert "refuge" in home.talk("blue kettle", sender=HER)
