"""Inbound text is cleaned of what would break us, and loses nothing that a family can read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.clean import MOST_CHARACTERS, ONE_TEXT_CHARACTERS, SIGNED_CHARACTERS, clean


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("he\x00lp", "help"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\u2028b\x85c", "a\nb\nc"),
        ("tab\there", "tab here"),
        ("bell\x07 and \x9b escape\x1b[31m", "bell and  escape[31m"),
        ("cafe\u0301", "caf\u00e9"),
        ("  spaced  ", "spaced"),
        ("kn\u200bife", "knife"),
        ("\u202ereversed\u202c", "reversed"),
    ],
)
def test_text_is_made_plain(given_text: str, expected: str) -> None:
    """NUL, controls and hidden characters go, line ends agree, accents are composed."""
    assert clean(given_text) == expected


def test_halves_of_a_pair_are_joined_and_lone_ones_dropped() -> None:
    """An emoji that came as two surrogates is one character again; a lone half cannot be stored and goes."""
    assert clean("ok \ud83d\ude00") == "ok \U0001f600"
    assert clean("ok \ud83d!") == "ok !"
    assert clean("\udc00") == ""


@pytest.mark.parametrize(
    "blank",
    ["", "   ", "\n\r\n", "\u200b\u200d", "\ufe0f", "\u3164", "\u2800\u00a0", "\x00\x01", "\u200e", "\U000e0067"],
)
def test_a_text_with_nothing_to_see_is_empty(blank: str) -> None:
    """Invisible characters alone are no message."""
    assert clean(blank) == ""


@pytest.mark.parametrize(
    "kept",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family joined by zero-width joiners
        "\u2764\ufe0f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian with a zero-width non-joiner
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
        "\u0ba8\u0bbf",
        "\u0627\u064f",
        "?",
    ],
)
def test_scripts_and_emoji_stay_whole(kept: str) -> None:
    """What another language or an emoji is made of is kept as it came."""
    assert clean(kept) == kept


def test_a_whole_text_is_never_cut() -> None:
    """1,600 characters come through whole, a longer one up to the bound, and then it is cut."""
    assert clean("x" * ONE_TEXT_CHARACTERS) == "x" * ONE_TEXT_CHARACTERS
    assert clean("y" * (MOST_CHARACTERS - 1)) == "y" * (MOST_CHARACTERS - 1)
    assert len(clean("z" * 50_000)) == MOST_CHARACTERS
    assert len(clean("z" * 50_000, SIGNED_CHARACTERS)) == 50_000


@given(st.text(alphabet=st.characters(), max_size=200))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    """Any text at all, lone surrogates included, cleans to one that UTF-8 holds and that is already clean."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")


@given(st.text(alphabet=st.characters(categories=("L", "N", "P"), exclude_characters="\u115f\u1160\u3164\uffa0")))
def test_words_are_never_lost(text: str) -> None:
    """Letters, digits and punctuation all come through, in order."""
    assert clean(text) == unicodedata.normalize("NFC", text)
