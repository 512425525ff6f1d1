"""Hearing a message: whatever arrives has words, a language, and a place for every rule that stands in it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.understanding import CompiledLexicon
from flows.understanding.listening import Heard, Listener
from flows.understanding.reader import LONGEST

ODD = [
    *(
        "",
        " ",
        "\n\n",
        "\x00",
        "…!?!?",
        "\U0001f44d",
        "\U0001f3f3\ufe0f\u200d\U0001f308" * 40,
        "1\u20e3",
        "\u0301" * 50,
    ),
    *(
        "\U0001f62d he hit me \U0001f62d",
        "\ud83d",
        "he hit\udc00 me",
        "\u202ehe hit me",
        "he hit me " * 300,
        "e" * 2000,
    ),
    *("\u1369", "²", "ڈر لگتا ہے", "İSTANBUL", "\ufb01nd food"),
]


@pytest.fixture(scope="session")
def listener(lexicon: CompiledLexicon) -> Listener:
    return lexicon.listener


def _holds(heard: Heard) -> None:
    words = heard.words
    assert len(words.words) == len(words.spans) == len(words.hard)
    assert all(words.words)
    assert all(0 <= start < end <= len(words.text) for start, end in words.spans)
    assert all(0 <= start < end <= len(words.words) for hit in heard.hits for start, end in hit.spans)
    assert all(0 <= place < len(words.words) for _, place in heard.signs)


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_nothing_that_can_be_typed_is_refused(lexicon: CompiledLexicon, text: str) -> None:
    """Empty, emoji, half a pair of surrogates, marks without letters, 3,000 characters: each is heard and answered."""
    _holds(lexicon.listener.hear(text))
    found = lexicon.understand(text)
    assert found.risk in ("none", "concern", "urgent")
    assert lexicon.screen([text]).risk == found.risk
    assert lexicon.intent_kind(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
def test_whatever_is_heard_has_its_place(listener: Listener, text: str) -> None:
    """Every word is somewhere in the text, and every finding somewhere in the words."""
    _holds(listener.hear(text))


def test_a_sign_is_kind_and_level_where_the_rule_stands(listener: Listener) -> None:
    """What the model weighs of the rules: what kind of danger, how grave, from which word on."""
    heard = listener.hear("sorry to ask, my husband hit me last night")
    assert heard.words.said(*heard.hits[0].spans[0]) == "my husband hit me"
    places = {place for _, place in heard.signs}
    assert ("kviolence concern", heard.hits[0].spans[0][0]) in heard.signs
    assert ("lconcern", heard.hits[0].spans[0][0]) in heard.signs
    assert min(places) >= heard.words.words.index("my")


def test_nothing_found_has_no_sign(listener: Listener) -> None:
    """An everyday message gives the model words alone."""
    assert listener.hear("what time does the library open").signs == []


def test_short_forms_open_in_their_place(listener: Listener) -> None:
    """ "hes" is two words that stand at one, "want 2" is "want to", and "2" alone stays an answer."""
    words, _ = listener.reader.read("hes here")
    assert words.words == ["he", "is", "here"]
    assert words.spans[0] == words.spans[1] == (0, 3)
    assert listener.reader.read("i want 2 go")[0].words == ["i", "want", "to", "go"]
    assert listener.reader.read("2")[0].words == ["2"]


def test_a_longer_text_is_heard_to_two_thousand(listener: Listener) -> None:
    """Of one window; who listens to a longer text gives it in windows."""
    heard = listener.hear("x" * LONGEST + " knife")
    assert "knife" not in heard.words.words


def test_threads_hear_what_one_hears(listener: Listener) -> None:
    """The listener keeps nothing between messages: four threads at once find the same."""
    texts = ["he hit me", "my son wont sleep", "nie mamy co jeść", "i want 2 die", "hes got a knife", ""] * 8
    alone = [(heard.words.words, heard.guess, heard.hits) for heard in map(listener.hear, texts)]
    with ThreadPoolExecutor(4) as pool:
        assert [(heard.words.words, heard.guess, heard.hits) for heard in pool.map(listener.hear, texts)] == alone
