"""Entries that may be one and the same are found by what they share, with a score that says why."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.duplicates import OFFERED, duplicates, folded
from directory.service import Location, Organisation, Service
from tests.directory.samples import sample
from tests.directory.strategies import services

ORG = Organisation(id="o", name="Wandle Hub")


def entry(own: str, name: str, *, phone: str = "", postcode: str = "", charity: str = "", words: str = "") -> Service:
    venues = (Location(id=f"{own}-v", postcode=postcode),) if postcode else ()
    return Service(
        id=own, name=name, organisation=replace(ORG, charity=charity or None), phone=phone or None, locations=venues,
        description=words,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"name": "The Café & Hub", "phone": "020 7946 0001"},
         {"name": "Cafe and Hub (Ltd)", "phone": "+44 20 7946 0001"},
         ("the same name", "the same telephone 02079460001")),
        ({"name": "Stay and Play", "postcode": "SW18 2PU"}, {"name": "Stay & play", "postcode": "sw182pu"},
         ("the same name", "the same postcode SW182PU")),
        ({"name": "Home-Start Wandsworth", "charity": "1091234"},
         {"name": "Home Start Wandsworth", "words": "Registered charity number 1091234."},
         ("the same name", "the same charity number 1091234")),
        ({"name": "Little Talkers drop-in", "phone": "020 7946 0001", "postcode": "SW18 2PU"},
         {"name": "Little Talker drop in", "phone": "020 7946 0001", "postcode": "SW18 2PU"},
         ("nearly the same name",)),
    ],
)  # fmt: skip
def test_a_pair_says_why(one: dict[str, str], other: dict[str, str], why: tuple[str, ...]) -> None:
    """Claim: the same name under other signs with one thing shared is offered; the reasons name what is shared."""
    (found,) = duplicates([entry("1", **one), entry("2", **other)])
    assert found.score >= OFFERED
    for reason in why:
        assert reason in " ".join(found.why)
    assert duplicates([found.one, found.other], apart=[frozenset({"1", "2"})]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "Rhyme time", "phone": "020 7946 0001", "postcode": "SW18 2PU", "charity": "1091234"},
         {"name": "Homework club", "phone": "020 7946 0001", "postcode": "SW18 2PU", "charity": "1091234"}),
        ({"name": "Stay and play", "postcode": "SW18 2PU", "phone": "020 7946 0001"},
         {"name": "Stay and play", "postcode": "SW11 1AA", "phone": "020 7946 0002"}),
        ({"name": "Food bank"}, {"name": "Food bank"}),
    ],
)  # fmt: skip
def test_what_is_not_offered(one: dict[str, str], other: dict[str, str]) -> None:
    """Claim: two groups of one organisation in one hall are two; branches of one name elsewhere are two; a name alone
    is too little."""
    assert duplicates([entry("1", **one), entry("2", **other)]) == []


def test_the_sample_directory_has_none() -> None:
    """Claim: no pair of the 282 shipped entries is offered: who opens the page first is not drowned."""
    assert duplicates(sample()) == []


@given(st.lists(services(), max_size=8, unique_by=lambda s: s.id))
def test_pairs_are_told_once_whatever_the_order(found: list[Service]) -> None:
    """Claim: the same pairs and scores whichever way round the entries come, none with itself, scores in bounds."""
    there, back = duplicates(found), duplicates(found[::-1])
    told = {(frozenset({like.one.id, like.other.id}), like.score) for like in there}
    assert told == {(frozenset({like.one.id, like.other.id}), like.score) for like in back}
    assert all(like.one.id != like.other.id and OFFERED <= like.score <= 100 for like in there)
    assert len(told) == len(there)


def test_names_are_folded() -> None:
    """Claim: accents, capitals, signs and small words do not tell names apart; other alphabets keep theirs."""
    assert folded("The Café & Hub (Ltd)") == folded("CAFE and HUB") == "cafe hub"
    assert folded("Дім") == "дім"
    assert folded("The") == "the"
