"""Floods, insults and machines that answer: a gentle limit, nothing lost, and danger, STOP and HELP always answered."""

import pytest

from bot.casework import timeline
from bot.content import Content
from bot.publishing import content
from bot.store.restricting import NOTHING
from flows.flood import AnswerLimits
from tests.houses import AMPLE, ON_SQLITE, Home, at_rate

LIMITS = AnswerLimits()
NOTE = "We have had a lot of texts from this phone."


def flood(home: Home, number: int, *, start: int = 0) -> list[str]:
    """So many texts with different words, as somebody angry or bored sends them; what each was answered."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [home.talk(f"bla {letters[at // 26 % 26]}{letters[at % 26]}") for at in range(start, start + number)]


def answered(told: list[str]) -> int:
    return sum(1 for words in told if words and NOTE not in words)


def kept(home: Home) -> list[str]:
    with home.house.db.read() as tx:
        entries = timeline.of_address(
            home.house, tx, home.address(), home.clock.now(), most=500, closed=NOTHING
        ).entries
    return [entry.words for entry in entries if entry.kind == "wrote"]


def test_forty_texts_at_once_get_thirty_answers_one_note_and_a_person(home: Home) -> None:
    """All forty are kept; one note says that a person looks; ten minutes later all is as before."""
    told = flood(home, 40)
    assert (answered(told), sum(NOTE in words for words in told)) == (30, 1)
    assert len(kept(home)) == 40
    (case,) = home.cases()
    assert case.level == "routine"
    home.later(minutes=11)
    assert "food" in home.talk("no food in the house and SW18 2PU").lower()


@ON_SQLITE
def test_a_day_has_a_limit_too(home: Home) -> None:
    """However slowly they come: a hundred answers in a day, and from the next day on each is answered again."""
    told = []
    for burst in range(5):
        told += flood(home, 25, start=burst * 25)
        home.later(minutes=20)
    assert answered(told) == LIMITS.in_a_day
    home.later(days=1)
    assert answered(flood(home, 1)) == 1


def test_danger_in_a_flood_is_always_answered_and_raises_the_case(home: Home) -> None:
    """Past the limit each word of danger has its safety reply at once, and the case that stands grows to urgent."""
    flood(home, 40)
    for words in ("he has a knife hes outside", "please he is going to kill me"):
        said = home.talk(words)
        assert "999" in said
        assert NOTE not in said
    assert [case.level for case in home.cases()] == ["urgent"]
    assert home.cases()[0].reason == "danger"
    assert home.out()[-1].purpose == "safety"


@ON_SQLITE
def test_danger_split_over_texts_of_a_flood_is_heard(home: Home) -> None:
    """What is held back is still joined with what comes next: "i want to" and "kill myself" are one sentence."""
    flood(home, 40)
    home.talk("i just want to kill")
    assert "999" in home.talk("myself tonight")


@ON_SQLITE
@pytest.mark.parametrize(("words", "heard"), [("HELP", "MENU shows"), ("STOP", "You won't get any more texts")])
def test_help_and_stop_always_act(home: Home, words: str, heard: str) -> None:
    """Past the limit, as before it."""
    flood(home, 40)
    assert heard in home.talk(words)
    if words == "STOP":
        assert home.address().consent == "stopped"
        assert "Welcome back" in home.talk("START")


@ON_SQLITE
def test_help_is_answered_however_often_it_is_said(home: Home) -> None:
    """The same words running are no machine where they are HELP."""
    assert all("MENU shows" in home.talk("HELP") for _ in range(8))


@ON_SQLITE
@pytest.mark.parametrize("word", ["STATUS", "BACK", "menu please"])
def test_our_own_words_are_no_machine(home: Home, word: str) -> None:
    """Whoever asks STATUS each quarter of an hour, or goes BACK through a referral, is answered each time."""
    assert not [said for said in (home.talk(word) for _ in range(8)) if not said or NOTE in said]


@ON_SQLITE
@pytest.mark.parametrize("words", ["human", "wrong number", "pause till september"])
def test_what_asks_something_of_us_is_done_in_a_flood(home: Home, words: str) -> None:
    """A person, a number let go, a break: each is done, and answered."""
    flood(home, 40)
    said = home.talk(words)
    assert said
    assert NOTE not in said
    if words == "pause till september":
        assert home.address().paused_until is not None


def test_two_machines_that_answer_one_another_end(home: Home) -> None:
    """Another service's answer with the time in it: three answers, one note, silence; nothing is lost."""
    told = []
    for at in range(12):
        told.append(home.talk(f"Thank you for your message received at 10:{10 + at}. I am away and will reply soon."))
        home.later(seconds=20)
    assert answered(told) == LIMITS.same_words
    assert [NOTE in words for words in told] == [False, False, False, True] + [False] * 8
    assert len(kept(home)) == 12
    assert len(home.cases()) == 1
    home.later(hours=2)
    assert answered([home.talk("no food in the house and SW18 2PU")]) == 1


@ON_SQLITE
def test_the_same_answer_to_one_question_after_another_is_no_machine(home: Home) -> None:
    """Numbers and a yes that fit what was asked are answers, however often they are the same."""
    home.talk("REFER")
    for _ in range(6):
        said = home.talk("7")
        assert NOTE not in said
    for _ in range(5):
        home.talk("MENU")
        assert NOTE not in home.talk("1")


@ON_SQLITE
def test_a_question_still_waits_when_the_flood_is_over(home: Home) -> None:
    """What was held back answered nothing: the menu that was asked is answered ten minutes later."""
    flood(home, LIMITS.in_ten_minutes - 1)
    asked = home.talk("MENU")
    assert asked
    assert not [words for words in flood(home, 5) if words and NOTE not in words]
    home.later(minutes=11)
    assert "What would help?" in home.talk("1")


@ON_SQLITE
def test_somebody_else_is_answered_meanwhile(home: Home) -> None:
    """The limit is of one number."""
    flood(home, 40)
    assert home.talk("no food, SW18 2PU", sender="+447700900322")


@ON_SQLITE
def test_a_worker_is_not_cut_off(home: Home) -> None:
    """With a case open, what is held back stands on its page with why, and raises no second case."""
    home.talk("human")
    flood(home, 45)
    (case,) = home.cases()
    with home.house.db.read() as tx:
        entries = timeline.of_case(home.house, tx, case, NOTHING).entries
    assert sum(entry.state == "many" for entry in entries if entry.kind == "wrote") >= 10


@ON_SQLITE
def test_the_limits_are_the_councils_own(home: Home) -> None:
    """What `answers` of the council's file says is what counts, from the next publication on."""
    shipped = at_rate(content.read(home.house.settings), AMPLE)
    own = {"in_ten_minutes": "15", "in_a_day": "20", "same_words": "2"}
    council = {**shipped.files["council.yaml"], "answers": own}
    content.publish(home.house, Content({**shipped.files, "council.yaml": council}), by="test")
    assert answered(flood(home, 18)) == 15
    home.later(minutes=11)
    assert answered(flood(home, 18, start=30)) == 5
