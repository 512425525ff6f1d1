"""The sample directory that ships: how much there is for each need, what is invented, and whose data the rest is."""

import csv
import re
from collections import Counter

from bot.directory_source import DATA, SAMPLE_SHEETS
from directory.service import DAYS
from directory.taxonomies import HUBS_TAXONOMY
from tests.directory.samples import known, needs, places, sample

ENTRIES = 250
A_NEED = 4
# Of these the Department for Education's list of categories has no word.
NO_WORD_FOR = frozenset(
    {
        "school-attendance", "school-places", "exclusion", "learning-help", "online-safety", "crime", "jobs-training",
        "english-classes", "immigration", "lgbtq",
    }
)  # fmt: skip
DRAMA = re.compile(r"020 7946 0\d{3}")  # London numbers that Ofcom keeps for drama


def test_there_are_enough() -> None:
    """Claim: 250 entries or more, and at least four near home for each need, national services not counted."""
    assert len(sample()) >= ENTRIES
    local = Counter(need for service in sample() if not service.national for need in service.needs)
    assert {need: local[need] for need in needs() if local[need] < A_NEED} == {}
    assert set(local) <= set(needs())


def test_what_is_invented_says_so() -> None:
    """Claim: each invented entry is marked in its name and its data, with a number that rings nowhere and an address
    that nobody can own; nothing else is marked."""
    for service in sample():
        assert (
            service.sample == service.name.endswith("(sample)") == (service.source == "invented for the demonstration")
        )
        if service.sample:
            assert service.phone is not None
            assert DRAMA.fullmatch(service.phone)
            assert (service.url or "").endswith(".example.org")
            assert service.organisation.name not in {one.organisation.name for one in sample() if not one.sample}
    phones = [service.phone for service in sample() if service.sample]
    assert len(set(phones)) == len(phones)


def test_each_sample_lies_where_families_are() -> None:
    """Claim: every invented venue is at a live SW postcode; what has none says which area it serves."""
    for service in sample():
        if not service.sample:
            continue
        assert service.locations or service.service_areas
        for venue in service.locations:
            place = places().read(venue.postcode or "")
            assert place is not None
            assert (place.precision, place.read_as[:2]) == ("postcode", "SW"), service.name
            assert venue.lat is not None


def test_each_sample_tells_what_a_family_asks() -> None:
    """Claim: cost, language, access, how to be referred and when it is open stand in each; at least four of each need
    are so told."""
    told = Counter(need for service in sample() if service.sample for need in service.needs)
    assert {need: told[need] for need in needs() if told[need] < A_NEED} == {}
    for service in sample():
        if service.sample:
            assert service.accessibility or any(venue.accessibility for venue in service.locations), service.name
            hours = [*service.hours, *(opening for venue in service.locations for opening in venue.hours)]
            notes = [service.hours_note, *(venue.hours_note for venue in service.locations)]
            assert service.cost, service.name
            assert service.languages, service.name
            assert service.refer, service.name
            assert hours or any(notes), service.name
            assert all(opening.day in DAYS and opening.opens < opening.closes for opening in hours)


def test_each_entry_is_in_the_departments_words_too() -> None:
    """Claim: every entry carries a Family Hubs category, but those whose every need the Department has no word for."""
    for service in sample():
        mapped = any(term.taxonomy == HUBS_TAXONOMY for term in known().of(service))
        assert mapped == (not set(service.needs) <= NO_WORD_FOR), service.name


def test_what_is_real_says_where_it_came_from() -> None:
    """Claim: each row of a library, food bank or national service names its source, and each national one its day."""
    for name in SAMPLE_SHEETS:
        for row in csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()):
            assert row["source"].strip(), row["name"]
            if name == "national.csv":
                assert row["assured_on"], row["name"]
