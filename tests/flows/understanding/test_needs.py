"""Needs and intents: what decides is quoted, and common words decide nothing."""

import pytest

from flows.understanding import CompiledLexicon


@pytest.mark.parametrize(
    "text",
    [
        "what is the capital of France",
        "please just dont",
        "my nan doesnt know",
        "he said he would do it again",
        "today",
        "please",
        "im",
        "could u help me with",
    ],
)
def test_common_words_name_no_need(lexicon: CompiledLexicon, text: str) -> None:
    """Words said of anything speak for no need."""
    assert lexicon.understand(text).needs == ()


def test_the_words_that_decided_are_telling_ones(lexicon: CompiledLexicon) -> None:
    """Staff see "food bank", never "the" or "until"."""
    found = lexicon.understand("please can you help, i need a food bank until friday with the kids")
    quoted = {word for words in found.because_needs.values() for said in words for word in said.lower().split()}
    assert found.needs[0] == "food"
    assert not quoted & {"the", "until", "with", "please", "can", "you", "a", "i", "friday"}


@pytest.mark.parametrize(
    "text",
    ["can i speak to someone", "can a person talk to me", "could someone speak with me", "i want to talk to you"],
)
def test_asking_for_a_person_is_heard(lexicon: CompiledLexicon, text: str) -> None:
    """However it is put, a person is asked for."""
    assert lexicon.understand(text).intent == "human"
