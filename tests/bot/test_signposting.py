"""The practice messages as families send them, no need given: read, searched and answered by what ships."""

import json
from functools import cache
from typing import Any

import pytest

from bot.content import compile_content, read_content
from bot.finding import DirectoryFinder
from bot.settings import ROOT
from directory.ages import read_age
from directory.search import Results, Snapshot, fits_age
from flows.facts import Search
from tests.directory.samples import DATA, needs, places, sample

# Recorded floor: a service for the right need among the first three, of 60. 92 % is what is asked. 59 today: a youth
# club asked for in Somali in four words is not understood, and finds nothing rather than something silly.
FLOOR = 58


@cache
def answers() -> list[tuple[dict[str, Any], Results]]:
    here = finder()
    lines = [json.loads(line) for line in (DATA / "signpost.jsonl").read_text(encoding="utf-8").splitlines() if line]
    return [
        (line, here.results(Search(text=line["text"], postcode=line["postcode"], age=line["child_age"])))
        for line in lines
    ]


ASIDE = ROOT / "tests/flows/understanding/data/held-asks.jsonl"
AT = ("SW18 2PU", "SW11 1AA", "SW17 0PS", "SW4 7AA", "SW15 2PG", "SW12 9BQ", "SW9 8PR", "SW18", "SW17 8", "RH10 1HT")


def finder() -> DirectoryFinder:
    compiled = compile_content(read_content(ROOT / "content"))
    snapshot = Snapshot(sample(), labels=needs(), home=frozenset({compiled.council.area}))
    return DirectoryFinder(snapshot=snapshot, places=places(), lexicon=compiled.lexicon)


@cache
def aside() -> list[tuple[dict[str, Any], Results]]:
    """Lines that no phrase was written from, each from one of ten places and at the age that its words give."""
    kept = [json.loads(line) for line in ASIDE.read_text("utf-8").splitlines() if line]
    lines = [line | {"child_age": read_age(line["text"])} for line in kept if line["needs"]]
    here = finder()
    return [
        (line, here.results(Search(text=line["text"], postcode=AT[number % len(AT)], age=line["child_age"])))
        for number, line in enumerate(lines)
    ]


def right(line: dict[str, Any], found: Results) -> bool:
    return any(set(result.service.needs) & set(line["needs"]) for result in found.results)


def test_the_right_need_is_among_the_first_three() -> None:
    """Claim: the floor holds with understanding, places and search as they are, from the words alone."""
    missed = [line["id"] for line, found in answers() if not right(line, found)]
    assert len(answers()) - len(missed) >= FLOOR, missed


def test_the_right_need_is_among_the_first_three_of_lines_kept_aside() -> None:
    """Claim: 92 % of a larger set that nothing was written from, 332 lines, from the words alone."""
    hits = sum(right(line, found) for line, found in aside())
    assert hits >= 0.92 * len(aside()), f"{hits} of {len(aside())}"


@pytest.mark.parametrize("claim", ["area", "age"])
def test_age_and_area_are_never_wrong(claim: str) -> None:
    """Claim: nothing is shown for another age, out of reach, or over a border that it keeps; of either set."""
    for asked, found in [*answers(), *aside()]:
        here = found.place.lad_code if found.place else None
        for result in found.results:
            service = result.service
            covered = service.national or any(area.code == here for area in service.service_areas)
            if claim == "age":
                assert fits_age(service, asked["child_age"]), (asked["id"], service.name)
            elif service.council_only:
                assert any(area.code == here for area in service.service_areas), (asked["id"], service.name)
            else:
                assert covered or result.distance_km is not None or result.near, (asked["id"], service.name)


def test_far_away_only_what_serves_there() -> None:
    """Claim: for a postcode of another city there is a national service, or nothing."""
    far = [found for line, found in answers() if not (found.place and (found.place.lad_code or "").startswith("E09"))]
    for found in far:
        assert all(result.service.national and result.distance_km is None for result in found.results)


def test_a_word_of_what_is_wrong_is_no_wish_for_a_name() -> None:
    """Claim: what answers the first need comes before a name that happens to share a word with the worry."""
    found = finder().results(Search(text="my 4yr old is not talking much yet", postcode="SW18 2PU"))
    assert all("child-development" in result.service.needs for result in found.results[:2]), found.results
