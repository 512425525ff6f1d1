"""At a phone that others read, with a private word that nobody said: what is theirs is neither told nor lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.effects import CloseTouch, OpenByWord, RecordScore
from flows.session import OPEN_QUESTIONS, Asked, Frame, Session
from tests.flows.practice import NOW, Family, facts, of, said
from tests.flows.stepping import CHECK_IN

WHATEVER = ("MENU", "thanks", "no food", "human", "we have no heating", "talking", "LANGUAGE", "HELP", "he hits me")


def locked(family: Family) -> Family:
    """An hour later, with nobody having said the word since."""
    family.passes(hours=1)
    return family.knows(locked_since=family.known.now - timedelta(minutes=30))


def says_the_word(family: Family) -> tuple[str, ...]:
    effects = family.knows(word_said=True).texts("blue kettle")
    assert of(effects, OpenByWord)
    family.knows(word_said=False, locked_since=None)
    return tuple(said(effects))


def half_told() -> Family:
    family = Family.new()
    family.texts("REFER", "we are kind")
    assert family.at == "refer.worried"
    return locked(family)


@pytest.mark.parametrize("words", WHATEVER)
def test_a_check_in_that_waits_for_the_word_is_lost_by_nothing(words: str) -> None:
    """Claim: whoever texts the menu, a need, thanks or danger meanwhile closes no check-in; with the word it is the
    question again, and a number answers it."""
    family = Family.new(locked_since=NOW)
    family.happens(CHECK_IN)
    family.passes(hours=1)
    assert of(family.texts(words), CloseTouch) == []
    says_the_word(family)
    assert family.at == "check-in.score"
    effects = family.texts("8")
    assert of(effects, RecordScore) == [RecordScore(score=8, touch=7)]
    assert [(closed.touch, closed.outcome) for closed in of(effects, CloseTouch)] == [(7, "answered")]


def test_a_need_is_looked_up_though_a_check_in_waits() -> None:
    """Claim: needs and a person are for anybody; they answer no check-in that nobody has seen."""
    for words, heard in (("we have no heating", "find"), ("can someone call me", "human")):
        family = Family.new(locked_since=NOW)
        family.happens(CHECK_IN)
        family.passes(hours=1)
        assert {text.split(".")[0] for text in said(family.texts(words))} <= {heard, "self-help", "first-contact"}


def test_the_question_of_a_conversation_of_theirs_is_put_before_a_check_in_of_before() -> None:
    """Claim: the word brings a check-in back only where nothing else of theirs is being asked."""
    family = Family.new()
    family.happens(CHECK_IN)
    family.passes(hours=1)
    family.texts("REFER", "we are kind")
    locked(family)
    assert says_the_word(family) == ("word.open", "refer.worried")
    assert family.at == "refer.worried"


@pytest.mark.parametrize(
    "way",
    [("hello", "yes"), ("hello", "2"), ("MENU", "2"), ("MENU", "1", "food, SW18 2PU", "refer me"), ("REFER", "REFER")],
)
def test_nobody_takes_up_what_they_left_half_told(way: tuple[str, ...]) -> None:
    """Claim: by no way from a locked phone is a referral gone on with, or said to be there; with the word it goes on
    where it was, with what was told."""
    family = half_told()
    left, told = family.session.left, family.session.answers
    for words in way:
        assert not {text for text in said(family.texts(words)) if text.startswith("refer") or text == "carry-on"}
        assert family.at != "menu.carry-on"
    assert family.session.left == left
    asked = says_the_word(family)
    if "refer.worried" not in asked:  # somebody else has used the phone since: REFER goes on with it
        asked = tuple(said(family.texts("REFER")))
    assert asked[-1] == "refer.worried"
    assert told.items() <= family.session.answers.items()


def test_the_menu_goes_on_where_the_word_was_asked_for() -> None:
    """Claim: whoever asked for what waits is asked for the word, and may use the menu again."""
    family = half_told()
    assert said(family.texts("MENU", "2")) == ["word.ask"]
    assert said(family.texts("MENU")) == ["menu.choose"]
    assert said(family.texts("1")) == ["find.need"]


def test_questions_to_whoever_has_the_phone_drive_no_check_in_out() -> None:
    """Claim: of more questions than are kept, the oldest that is no check-in's goes."""
    places = (("check-in", "score", 7), ("find", "where", None), ("find", "next", None), ("find", "nothing", None))
    kept = tuple(Asked(frame=Frame(flow=flow, node=node), at=NOW, touch=touch) for flow, node, touch in places)
    assert len(kept) == OPEN_QUESTIONS
    menu = replace(Session.new(), open=kept, asked_at=NOW, stack=(Frame(flow="menu", node="choose"),))
    family = Family(menu, facts())
    family.texts("talking, SW18 2PU")
    assert [(asked.frame.flow, asked.touch) for asked in family.session.open] == [
        ("check-in", 7), ("find", None), ("find", None), ("menu", None),
    ]  # fmt: skip
