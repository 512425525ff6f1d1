"""The answer to danger: chosen by a table, first of all, and the same whatever else breaks."""

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from flows.effects import RaiseEscalation, Say, SetMark
from flows.safety import reply_id, respond_to_danger
from flows.safety_replies import ABOUTS, COLUMNS, REPLIES, REPLY_IDS, STANDS_IN, WATCHED, Danger
from flows.understanding.types import Screening, Speaker
from messages.sms import segments
from tests.flows.practice import CONTENT, assets, facts

SPEAKERS = (None, *get_args(Speaker))
RISKS = ("urgent", "concern")
CELLS = list(product(RISKS, ABOUTS, SPEAKERS, (False, True)))
SHIPPED = assets().wording
LINES = frozenset({"samaritans", "childline", "nspcc", "domestic_abuse", "mens_advice", "respect", "nhs_111", "shout"})


def lines_of(text: str) -> set[str]:
    """The helplines that a text names, by key."""
    return {key for key in LINES if f"{{{key}}}" in SHIPPED.texts[text]}


def test_the_table_is_total() -> None:
    """Claim: every gravity, matter, speaker and phone has one reply; each speaker stands in one column."""
    assert set(REPLIES) == set(CELLS)
    assert sorted(map(str, (s for column in COLUMNS for s in column))) == sorted(map(str, SPEAKERS))
    assert set(REPLIES.values()) == set(REPLY_IDS) <= set(SHIPPED.texts)
    assert {id_ for id_ in SHIPPED.texts if id_.startswith("safety.")} == {*REPLY_IDS, "safety.carry-on"}


@pytest.mark.parametrize(("risk", "about", "speaker", "watched"), CELLS)
def test_every_danger_has_a_reply_and_a_case(risk, about, speaker, watched) -> None:  # type: ignore[no-untyped-def]
    """Claim: the reply comes first with the moment a person looks; the case carries the words and why."""
    screening = Screening(risk=risk, because=("knife",), speaker=speaker, watched=watched, about=about)
    say, case, *marks = respond_to_danger(screening, facts(), "he has a knife")
    assert isinstance(say, Say)
    assert (say.text, say.purpose) == (REPLIES[risk, about, speaker, watched], "safety")
    assert say.values == {"look_by": facts().look_by[risk]}
    assert isinstance(case, RaiseEscalation)
    assert (case.level, case.reason, case.words, case.because) == (risk, "danger", "he has a knife", ("knife",))
    assert case.speaker == speaker
    assert marks == ([SetMark(mark="watched"), SetMark(mark="unsafe")] if watched else [])
    assert say.text.startswith("safety.watched" if watched else f"safety.{risk}")


def test_no_danger_no_answer() -> None:
    """Claim: nothing is said and nobody is called where the words show no danger."""
    assert respond_to_danger(Screening(), facts(), "hello") == ()
    with pytest.raises(KeyError):
        reply_id(Screening(), frozenset())


@pytest.mark.parametrize(("mark", "about"), list(product(("watched", "unsafe"), ABOUTS)))
def test_a_phone_marked_before_gets_the_careful_words(mark, about) -> None:  # type: ignore[no-untyped-def]
    """Claim: what was learnt of the phone earlier holds for this reply too, whatever it is about."""
    assert reply_id(Screening(risk="urgent", about=about), frozenset({mark})) == "safety.watched"


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize(
    ("about", "speaker", "named"),
    [
        ("self-harm", None, {"nhs_111", "samaritans", "shout"}),
        ("self-harm", "parent", {"nhs_111", "samaritans"}),
        ("self-harm", "bystander", {"nhs_111", "samaritans"}),
        ("self-harm", "child", {"childline", "shout"}),
        ("self-harm", "young-person", {"childline", "shout"}),
        ("partner", None, {"domestic_abuse", "mens_advice"}),
        ("partner", "parent", {"domestic_abuse", "mens_advice"}),
        ("partner", "child", {"childline"}),
        ("partner", "harmer", {"respect"}),
        ("child", None, {"nspcc", "childline"}),
        ("child", "parent", {"nspcc", "childline"}),
        ("child", "child", {"childline"}),
        ("child", "harmer", {"nspcc"}),
        ("medical", "parent", {"nhs_111"}),
        ("medical", "child", {"childline"}),
        ("other", "child", {"childline"}),
        ("other", "harmer", {"respect"}),
    ],
)
def test_the_helpline_fits(risk, about, speaker, named) -> None:  # type: ignore[no-untyped-def]
    """Claim: each matter and speaker is given the lines that are for them, and a child is never sent to Respect."""
    lines = lines_of(REPLIES[risk, about, speaker, False])
    # Who may hurt somebody may also wish to die, and who is taken for a child may be none: 111 is for every age.
    extra = {"samaritans"} if speaker == "harmer" else {"nhs_111"}
    assert named <= lines <= named | extra


@pytest.mark.parametrize(("risk", "speaker"), list(product(RISKS, (None, "parent", "worker"))))
def test_what_fits_no_line_names_the_council_by_day_and_by_night(risk, speaker) -> None:  # type: ignore[no-untyped-def]
    """Claim: an adult with nowhere to sleep tonight is given the council's own numbers."""
    words = SHIPPED.texts[REPLIES[risk, "other", speaker, False]]
    assert "{phone}" in words
    assert "{out_of_hours_phone}" in words


@pytest.mark.parametrize("text", REPLY_IDS)
def test_each_reply_fits_two_texts_and_says_when(text: str) -> None:
    """Claim: two segments at most, 999 in each, and the moment a person will look."""
    words = SHIPPED.render(text, {"look_by": facts().look_by["routine"]})
    assert segments(words) <= 2, words
    assert "999" in words
    assert "Monday 23 November" in words


@pytest.mark.parametrize("text", [text for text in REPLY_IDS if text.startswith("safety.concern")])
def test_concern_begins_with_warmth(text: str) -> None:
    """Claim: thanks come before anything to do, and 999 stands last but for what follows it."""
    words = SHIPPED.texts[text]
    assert words.startswith("Thank you for ")
    assert words.index("999") > words.index("{look_by}")


def test_the_words_are_answered_in_their_language_where_none_was_chosen() -> None:
    """Claim: a language heard in the words is only passed on for an address that has chosen no other."""
    urgent = Screening(risk="urgent")

    def language(chosen: str, heard: str) -> str | None:
        say = respond_to_danger(urgent, replace(facts(), language=chosen), "x", heard)[0]
        assert isinstance(say, Say)
        return say.language

    assert language("en", "pl") == "pl"
    assert language("en", "en") is None
    assert language("ur", "pl") is None


def test_a_special_reply_that_is_missing_is_said_as_the_general_one() -> None:
    """Claim: each special text has a stand-in, of the same gravity, that needs none itself."""
    general = {REPLIES[risk, "other", s, False] for risk in RISKS for s in SPEAKERS}
    assert set(STANDS_IN) == set(REPLY_IDS) - general - set(WATCHED.values())
    assert set(STANDS_IN.values()) <= general
    for text, stand_in in STANDS_IN.items():
        assert text.split(".")[1] == stand_in.split(".")[1]
        assert text.endswith(".child") == stand_in.endswith(".child") or ".harmer" in text or ".a-child" in text


@pytest.mark.parametrize("risk", RISKS)
def test_what_a_council_signs_is_what_is_said(risk: Danger) -> None:
    """Claim: the tables of docs/safety.md are the table of the code, cell by cell."""
    document = (CONTENT.parent / "docs" / "safety.md").read_text("utf-8")
    lines = document[document.index(f"| {risk}, about |") :].splitlines()[2:7]
    signed = [[cell.strip(" `") for cell in line.strip("|").split("|")][1:] for line in lines]
    table = [[REPLIES[risk, about, column[0], False].removeprefix("safety.") for column in COLUMNS] for about in ABOUTS]
    assert signed == table
