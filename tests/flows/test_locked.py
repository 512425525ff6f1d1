"""At a phone that others read, with a private word that nobody said: what is theirs is neither told nor lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.effects import (
    AddToCase,
    CloseTouch,
    Effect,
    MakeReferral,
    OpenByWord,
    RecordScore,
    RecordSearch,
    SetMark,
    SetWish,
)
from flows.events import TimerFired
from flows.session import OPEN_QUESTIONS, Asked, Frame, Session
from tests.flows.practice import NOW, Family, assets, facts, of, said
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


def near(effects: Sequence[Effect]) -> list[str | None]:
    return [search.area for search in of(effects, RecordSearch)]


def test_whoever_has_the_phone_searches_near_nobody_elses_home() -> None:
    """Claim: what was told before the lock is known to no search of whoever writes next, and is known again with the
    word; what they tell of themselves holds for them."""
    family = Family.new()
    assert near(family.texts("food, SW18 2PU")) == ["SW18"]
    locked(family)
    assert said(family.texts("we have no heating"))[-1] == "find.where"
    assert near(family.texts("E1")) == ["E1"]
    assert near(family.texts("talking")) == ["E1"]
    family.texts("MENU")
    says_the_word(family)
    family.passes(hours=1)
    assert "find.where" not in said(family.texts("we have no heating"))


def test_their_need_is_nobody_elses() -> None:
    """Claim: a flow that looks for what the conversation lacks looks for nothing that was theirs."""
    family = Family.new()
    family.texts("my son is not talking, SW18 2PU")
    locked(family)
    assert near(family.texts("tonight")) == []
    assert family.session.answers.get("needs") != "child-development"
    assert family.at == "find.where"


def test_a_referral_half_told_reaches_the_team_as_they_told_it() -> None:
    """Claim: the timer sends what was told before the lock, and nothing of whoever had the phone since."""
    family = half_told()
    family.texts("MENU", "1", "food", "E1")
    (made,) = of(
        family.happens(TimerFired(name="unfinished", step_no=family.session.timers["unfinished"])), MakeReferral
    )
    assert made.answers == {"going_well": "we are kind"}


def test_what_was_told_in_a_referral_outlasts_what_others_tell() -> None:
    """Claim: with the word their answers stand, whatever was answered to the same questions in between."""
    family = half_told()
    family.texts("MENU", "1", "food", "E1", "MENU")
    says_the_word(family)
    family.texts("REFER")
    assert family.session.answers["going_well"] == "we are kind"
    assert "postcode" not in family.session.answers


def test_a_referral_begun_without_the_word_goes_on_with_it() -> None:
    """Claim: who tells us of their family first, and says the word in the middle of it, has told nothing in vain."""
    family = Family.new(locked_since=NOW)
    family.passes(minutes=1)
    family.texts("REFER", "we are kind")
    family.passes(minutes=1)
    says_the_word(family)
    family.texts("money")
    assert (family.session.answers["going_well"], family.session.answers["worried"]) == ("we are kind", "money")


def test_nobody_hears_that_a_case_stands() -> None:
    """Claim: words that mean nothing to us are answered as from any phone, and reach the case unsaid."""
    for words in ("it was him again", "ok then", "we moved house"):
        heard = [
            said(Family.new(locked_since=NOW, open_case=level).texts(words)) for level in (None, "routine", "concern")
        ]
        assert heard[0] == heard[1] == heard[2]
        effects = Family.new(locked_since=NOW, open_case="concern").texts(words)
        assert [added.words for added in of(effects, AddToCase)] == [words]


TEXTS = (
    *(
        "MENU",
        "hello there",
        "hi",
        "HELP",
        "human",
        "just call me",
        "can someone call me",
        "LANGUAGE",
        "REFER",
        "refer me",
    ),
    *("1", "2", "3", "5", "9", "yes", "no", "SKIP", "more", "thanks", "cheers", "E1", "i meant E1", "no i meant 7"),
    *(
        "food, E1",
        "we have no heating",
        "talking",
        "tonight",
        "he hardly talks",
        "is this private",
        "feedback",
        "under 18",
    ),
    *("BACK", "STATUS", "WHEN", "MY DATA", "LESS", "PAUSE", "PAUSE 2 weeks", "BACK ON", "text me less please"),
    *(
        "we moved house",
        "i had a baby",
        "your worker never rang, i want to complain",
        "keep in touch",
        "carry on",
        "...",
    ),
)
OF_THEIRS = (
    "refer.",
    "carry-on",
    "menu.carry-on",
    "added",
    "status.",
    "when.",
    "less.",
    "pause.",
    "back",
    "my-data",
    "word.open",
)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from((0, 7, 45))), max_size=9))
def test_a_locked_phone_tells_nothing_and_loses_nothing(walk: list[tuple[str, int]]) -> None:
    """Claim: whatever is texted in whatever order without the word, no text shows or changes what is theirs, and all
    that waited, was asked or was told is there when the word is said."""
    family = Family.new(open_case="concern", open_refs=("REF",), request="received", next_touch_on=NOW.date())
    family.texts("food, SW18 2PU", "REFER", "we are kind")
    family.passes(hours=1)
    family.happens(CHECK_IN)
    locked(family)
    left = family.session.left
    check_ins = tuple(f"{flow.name}." for flow in assets().flows.values() if flow.check_in)
    for words, minutes in walk:
        effects = family.texts(words)
        assert [text for text in said(effects) if text.startswith(OF_THEIRS + check_ins)] == []
        assert of(effects, CloseTouch) + of(effects, SetWish) + of(effects, OpenByWord) == []
        assert "SW18" not in near(effects)
        assert family.session.left == left
        family.passes(minutes=minutes)
    says_the_word(family)
    assert family.at == "check-in.score"
    effects = family.texts("8")
    assert of(effects, RecordScore) == [RecordScore(score=8, touch=7)]
    again = said(effects) if "refer.worried" in said(effects) else said(family.texts("REFER"))
    assert again[-1] == "refer.worried"
    assert family.session.answers["going_well"] == "we are kind"


def test_a_referral_that_goes_on_while_the_phone_is_marked_keeps_its_answers() -> None:
    """Claim: who is asked whether the phone is shared, and says so, has told the rest of it for us all the same."""
    family = Family.new()
    family.texts("food, SW18 2PU", "REFER", "we are kind")
    family.knows(locked_since=NOW)
    family.texts("money")
    assert family.session.answers["going_well"] == "we are kind"
    assert family.session.theirs is not None
    assert "needs" in family.session.theirs


def test_a_need_is_for_anybody_also_in_the_middle_of_what_was_asked_of_them() -> None:
    """Claim: where any words would answer the open question, whoever was asked for the word once, and has none, is
    helped with what they say next; a number is still nobody's answer."""
    family = half_told()
    assert said(family.texts("we have no heating")) == ["word.ask"]
    assert said(family.texts("we have no heating"))[-1] == "find.where"
    family = Family.new(locked_since=NOW)
    family.happens(CHECK_IN)
    family.passes(hours=1)
    assert [said(family.texts("9")) for _ in range(3)] == [["word.ask"]] * 3


def test_who_forgot_their_word_and_then_says_it_goes_on() -> None:
    """Claim: the word, said next, puts what was asked once more, however long that took."""
    family = half_told()
    family.texts("money")
    family.passes(hours=2)
    assert says_the_word(family) == ("word.open", "refer.worried")


def test_whoever_has_the_phone_sets_no_safe_times() -> None:
    """Claim: "when is it safe to call you", said at a locked phone, is told to the team alone."""
    for since, marks in ((NOW, []), (None, ["safe-times"])):
        family = Family.new(locked_since=since)
        family.passes(minutes=1)
        family.texts("human")
        assert family.at == "human.when"
        effects = family.texts("evenings after 7")
        assert [mark.mark for mark in of(effects, SetMark)] == marks
        assert [added.words for added in of(effects, AddToCase)] == ["evenings after 7"]
