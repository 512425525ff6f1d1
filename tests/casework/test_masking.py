"""Masking who is meant: names, numbers, postcodes, streets and links go; what shows danger or need stays."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.casework.masking import mask

WORDS = frozenset(
    {
        "my",
        "son",
        "wants",
        "to",
        "die",
        "he",
        "hit",
        "me",
        "again",
        "and",
        "i",
        "am",
        "scared",
        "call",
        "us",
        "on",
        "please",
        "we",
        "live",
        "at",
        "our",
        "baby",
        "is",
        "called",
        "the",
        "in",
        "since",
        "last",
        "tuesday",
        "help",
        "yesterday",
        "she",
        "told",
        "universal",
        "credit",
        "food",
        "bank",
        "near",
        "can",
        "you",
        "it",
        "was",
    }
)


def masked(text: str, *names: str) -> str:
    return mask(text, names=names, knows=WORDS.__contains__)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Dave hit me again", "[name] hit me again"),
        ("dave hit me again", "dave hit me again"),  # small, and nobody told us of him
        ("my son kyle wants to die", "my son [name] wants to die"),
        ("my son wants to die", "my son wants to die"),
        ("our baby is called Aisha-Noor", "our baby is called [name]"),
        ("Yesterday she told me", "Yesterday she told me"),
        ("Kyle's scared. Universal Credit please", "[name]'s scared. Universal Credit please"),
        ("HELP ME NOW", "HELP ME NOW"),
        ("Mr Patel told us", "Mr [name] told us"),
        ("call 07700 900123", "call [number]"),
        ("call us on +44 (0)7700-900 123 please", "call us on [number] please"),
        ("my son is 15 and hit me 3 times in 2024", "my son is 15 and hit me 3 times in 2024"),
        ("£120 on the 23rd at 10.30", "£120 on the 23rd at 10.30"),
        ("we live at sw18 2pu", "we live at [postcode]"),
        ("we live at SW182PU, flat 2b, 14 Elm Tree Road", "we live at [postcode], [address]"),
        ("write a.b@c.example or https://x.example/y?z=1", "write [link] or [link]"),
        ("İlker hit me", "[name] hit me"),
        ("", ""),
    ],
)
def test_who_is_meant_goes_and_what_is_said_stays(text: str, left: str) -> None:
    """Claim: the table, line by line."""
    assert masked(text) == left


def test_known_names_go_however_they_are_written() -> None:
    """Claim: the names on the family's record go in any case, whole words only."""
    assert masked("ana and ANA MARIE told Annas friend, anas", "Ana", "Ana Marie") == (
        "[name] and [name] told [name] friend, anas"
    )


@given(
    digits=st.text("0123456789", min_size=5, max_size=14),
    gap=st.sampled_from(["", " ", "-", "."]),
    before=st.sampled_from(["call ", "", "on: "]),
)
def test_no_long_number_is_left(digits: str, gap: str, before: str) -> None:
    """Claim: five digits or more, parted anyhow, are gone."""
    assert not re.search(r"\d", masked(f"{before}{gap.join(digits)} please"))


@given(text=st.text(max_size=300))
def test_any_text_is_masked_without_fault_and_once(text: str) -> None:
    """Claim: nothing breaks it, and masking what is masked changes nothing more."""
    once = masked(text)
    assert masked(once) == once
