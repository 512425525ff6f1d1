"""Finding help as the flows ask for it: understanding, places and the directory joined."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from bot.directory_source import FeedError, load_places, read_feed
from bot.finding import AnswerReaders, DirectoryFinder
from directory.search import Snapshot
from flows.facts import Finder, Readers, Search
from flows.understanding.types import Screening, Understanding
from tests.directory.samples import DATA, needs, places, sample


@dataclass(frozen=True, slots=True)
class OneNeed:
    """Understands each word it is told of as the need given; counts nothing, guesses nothing."""

    words: Mapping[str, str] = field(default_factory=lambda: {"talking": "child-development", "hungry": "food"})

    def screen(self, texts: Sequence[str]) -> Screening:
        return Screening()

    def understand(self, text: str) -> Understanding:
        return Understanding(needs=tuple(need for word, need in self.words.items() if word in text))


@cache
def finder() -> DirectoryFinder:
    return DirectoryFinder(snapshot=Snapshot(sample(), labels=needs()), places=places(), lexicon=OneNeed())


def test_a_mothers_question_is_answered() -> None:
    """Claim: three services with distance, ages, how to get in touch and why, from one sentence alone."""
    found = finder().find(Search(text="my 4yr old is not talking much yet, SW18 2PU"))
    assert (found.place.read_as, found.place.precision) == ("SW18 2PU", "postcode")
    assert len(found.listings) == 3
    assert found.more
    first = found.listings[0]
    assert first.distance_km is not None
    assert first.ages == "0 to 5 years"
    assert first.contact.startswith("Telephone 020 7946 0")
    assert first.sample
    assert "helps with child development and speech" in first.why
    assert f"{first.distance_km} km from SW18 2PU" in first.why
    assert all("child-development" in listing.needs for listing in found.listings)


def test_more_shows_others() -> None:
    """Claim: skipping what was shown brings the next, none twice."""
    first = finder().find(Search(text="not talking SW18 2PU"))
    after = finder().find(Search(text="not talking SW18 2PU", skip=3))
    assert not {listing.id for listing in first.listings} & {listing.id for listing in after.listings}


def test_what_is_given_wins_over_the_words() -> None:
    """Claim: the need, postcode and age a flow already holds are the ones searched for."""
    found = finder().find(
        Search(text="hungry in SW9 8HE", needs=("child-development",), postcode="SW18", age=12.0, limit=10)
    )
    assert (found.place.read_as, found.place.precision) == ("SW18", "outcode")
    assert all("child-development" in listing.needs for listing in found.listings)
    assert all(listing.distance_km is None for listing in found.listings)
    assert not any("Little Talkers" in listing.name for listing in found.listings)
    assert any(listing.near == "near SW18" for listing in found.listings)


def test_nothing_given_finds_nothing() -> None:
    """Claim: an unrelated message has no listings and no place, and never an error."""
    for text in ("", "   ", "what is the capital of France", "😀", "SW18 2PU"):
        found = finder().find(Search(text=text))
        assert found.listings == ()
        assert not found.more
    assert finder().find(Search(text="hello")).place.precision == "none"


def test_out_of_area_only_what_covers_the_country() -> None:
    """Claim: a family in Manchester is told of national help and never of a street in Wandsworth."""
    found = finder().find(Search(text="we are hungry M14 5RX", limit=10))
    assert found.listings
    ids = {listing.id for listing in found.listings}
    assert all(service.national for service in sample() if service.id in ids)
    assert all(listing.distance_km is None for listing in found.listings)


def test_the_practice_lines_all_have_an_answer_of_the_flows_kind() -> None:
    """Claim: with the labelled need, each practice line gets one to three listings with reasons."""
    for line in (json.loads(text) for text in (DATA / "signpost.jsonl").read_text(encoding="utf-8").splitlines()):
        asked = Search(text=line["text"], needs=tuple(line["needs"]), postcode=line["postcode"], age=line["child_age"])
        listings = finder().find(asked).listings
        assert 1 <= len(listings) <= 3
        assert all(listing.why and listing.contact for listing in listings)


def test_it_is_what_the_flows_ask_for() -> None:
    """Claim: finder and readers fulfil the engine's protocols."""
    as_finder: Finder = finder()
    as_readers: Readers = AnswerReaders(
        places=places(), phone=lambda text: "+447700900123" if "07700" in text else None
    )
    assert as_finder is finder()
    assert as_readers.postcode("we are at sw182pu") == "SW18 2PU"
    assert as_readers.postcode("no") is None
    assert as_readers.age("18 months") == 1.5
    assert as_readers.phone("07700 900123") == "+447700900123"


def test_all_of_london_is_placed() -> None:
    """Claim: with the rest of London loaded a whole postcode far from home is exact."""
    london = load_places()
    assert len(london) == 21633 + 168458
    place = london.read("M14 5RX or BR1 1AA")
    assert place is not None
    beyond = london.read("BR1 1AA")
    assert beyond is not None
    assert (beyond.precision, beyond.lad_code) == ("postcode", "E09000006")


def test_a_feed_file_is_read_by_what_it_holds(tmp_path: Path) -> None:
    """Claim: JSON and CSV are told apart by their content; the report says what would change."""
    services, report = read_feed(DATA / "oruk3_bristol_services_page1.json", needs=needs())
    assert len(services) == len(report.added) == len(report.repaired) == 3
    sheet = tmp_path / "sheet.txt"
    sheet.write_bytes("name,organisation\nCrèche,Org\n".encode("cp1252"))
    services, report = read_feed(sheet, needs=needs())
    assert services[0].name == "Crèche"
    assert read_feed(sheet, needs=needs(), before=services)[1].unchanged


@pytest.mark.parametrize("content", [b"", b"{", b"[1", b"<html>", b'{"error": 1}', b"\xff\xfe\x00", b"[" * 100_000])
def test_a_file_that_is_no_feed_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    """Claim: whatever the file holds, the error names it."""
    path = tmp_path / "feed"
    path.write_bytes(content)
    with pytest.raises(FeedError, match="feed: "):
        read_feed(path, needs=needs())
