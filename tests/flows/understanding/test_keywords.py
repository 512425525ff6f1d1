"""STOP, START, YES, and asking to stop in one's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.understanding import CompiledLexicon, asks_to_stop, is_start, is_stop, is_yes

STOPS = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]


@pytest.mark.parametrize("text", [*STOPS, "stop.", "Stop please", "STOP!!", " stop ", "please stop", "توقف", "“Stop”"])
def test_a_form_of_stop_is_stop(lexicon: CompiledLexicon, text: str) -> None:
    """The whole message is STOP or a form of it; asking to stop holds too."""
    assert is_stop(lexicon, text)
    assert asks_to_stop(lexicon, text)


@given(st.sampled_from(STOPS), st.sampled_from(["{}", "{}.", "{}!", "{} please", "Please {}", " {} ", "{}\n"]))
def test_stop_holds_in_any_case_and_dress(lexicon: CompiledLexicon, word: str, dress: str) -> None:
    """Case, stops and politeness never lose a STOP."""
    for text in (dress.format(word), dress.format(word.lower()), dress.format(word.title())):
        assert is_stop(lexicon, text)


@pytest.mark.parametrize(
    "text",
    [
        "stop hitting me",
        "bus stop",
        "he wont stop",
        "stp",
        "the end of term",
        "quit smoking help",
        "stopped",
        "2",
        "",
        "start",
    ],
)
def test_words_around_stop_are_no_stop(lexicon: CompiledLexicon, text: str) -> None:
    """STOP inside other words, or a slip of it, is never the keyword."""
    assert not is_stop(lexicon, text)


@pytest.mark.parametrize(
    "text", ["please stop texting me", "dont message me anymore", "i dont want these texts", "take me off your list"]
)
def test_asking_to_stop_in_own_words(lexicon: CompiledLexicon, text: str) -> None:
    """Consent ends as by STOP when they ask in their own words."""
    assert asks_to_stop(lexicon, text)
    assert not is_stop(lexicon, text)


@pytest.mark.parametrize(
    "text", ["he wont stop texting me", "how do i stop him biting", "can someone call me", "stop his bullying"]
)
def test_stopping_something_else_is_no_request_to_us(lexicon: CompiledLexicon, text: str) -> None:
    """What somebody else should stop is not about our texts."""
    assert not asks_to_stop(lexicon, text)


def test_start_and_yes(lexicon: CompiledLexicon) -> None:
    """START and UNSTOP restart; YES is apart."""
    assert is_start(lexicon, "START")
    assert is_start(lexicon, "unstop!")
    assert not is_start(lexicon, "yes")
    assert is_yes(lexicon, "Yes please")
    assert is_yes(lexicon, "tak")
    assert not is_yes(lexicon, "yes he hit me")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("when is my next text", "status/when"),
        ("can you text me less", "stop/less"),
        ("mniej smsów", "stop/less"),
        ("je voudrais moins de textos", "stop/less"),
        ("pause my texts for a few weeks", "stop/pause"),
        ("HELP", "help"),
        ("menu", "menu"),
        ("i want to talk to a real person", "human"),
    ],
)
def test_finer_kinds(lexicon: CompiledLexicon, text: str, kind: str) -> None:
    """WHEN, LESS and PAUSE are told apart under their intents."""
    assert lexicon.intent_kind(text) == kind


@pytest.mark.parametrize("text", ["LEAVE ME", "LEAVE THIS", "leave me"])
def test_half_a_stop_is_asked_back(lexicon: CompiledLexicon, text: str) -> None:
    """What only the examples take for STOP ends a family's texts where they leave hardly a doubt, and else does not."""
    assert lexicon.understand(text).intent != "stop"
