"""The answer to danger: chosen by a table, first of all, and the same whatever else breaks."""

from itertools import product

import pytest

from flows.effects import RaiseEscalation, Say, SetMark
from flows.safety import REPLIES, WATCHED, reply_id, respond_to_danger
from flows.understanding.types import Screening
from messages.sms import segments
from tests.flows.practice import assets, facts

SPEAKERS = (None, "child", "parent", "young-person", "bystander", "worker", "harmer")
RISKS = ("urgent", "concern")
TEXTS = sorted({*WATCHED.values(), *(text for table in REPLIES.values() for text in table.values())})


@pytest.mark.parametrize(("risk", "speaker", "watched"), list(product(RISKS, SPEAKERS, (True, False))))
def test_every_danger_has_a_reply_and_a_case(risk, speaker, watched) -> None:  # type: ignore[no-untyped-def]
    """Claim: the reply comes first with the moment a person looks; the case carries the words and why."""
    screening = Screening(risk=risk, because=("knife",), speaker=speaker, watched=watched)
    say, case, *marks = respond_to_danger(screening, facts(), "he has a knife")
    assert isinstance(say, Say)
    assert (say.purpose, say.values) == ("safety", {"look_by": facts().look_by[risk]})
    assert isinstance(case, RaiseEscalation)
    assert (case.level, case.reason, case.words, case.because) == (risk, "danger", "he has a knife", ("knife",))
    assert case.speaker == speaker
    assert marks == ([SetMark(mark="watched"), SetMark(mark="unsafe")] if watched else [])
    assert assets().wording.has(say.text)


def test_no_danger_no_answer() -> None:
    """Claim: nothing is said and nobody is called where the words show no danger."""
    assert respond_to_danger(Screening(), facts(), "hello") == ()


@pytest.mark.parametrize("mark", ["watched", "unsafe"])
def test_a_phone_marked_before_gets_the_careful_words(mark: str) -> None:
    """Claim: what was learnt of the phone earlier holds for this reply too."""
    assert reply_id(Screening(risk="urgent"), frozenset({mark})) == "safety.watched"


@pytest.mark.parametrize("text", TEXTS)
def test_each_reply_fits_two_texts_and_says_when(text: str) -> None:
    """Claim: two segments at most, 999 in each, and the moment a person will look."""
    words = assets().wording.render(text, {"look_by": facts().look_by["routine"]})
    assert segments(words) <= 2, words
    assert "999" in words
    assert "Monday 23 November" in words


def test_the_watched_reply_names_nothing() -> None:
    """Claim: on a watched phone no harm and no helpline is named; 55 is."""
    words = assets().wording.render("safety.watched", {}).casefold()
    assert "55" in words
    for told in ("abuse", "violence", "hurt", "hit", "helpline", "samaritans", "childline", "nspcc", "0808", "team"):
        assert told not in words
