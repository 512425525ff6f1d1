"""Open Referral UK in and out: our own export is read back unchanged, and dirty feeds are mended in the open."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.opening import hours_of
from directory.oruk import read_oruk
from directory.oruk_export import to_oruk
from directory.service import Opening, Service
from tests.directory.samples import DATA, json_of, known, needs, places, sample
from tests.directory.strategies import services

RECORD: dict[str, Any] = {
    "id": "1", "name": "Group", "status": "active", "organization": {"id": "o", "name": "Org", "description": ""},
}  # fmt: skip


def read_one(**fields: Any) -> tuple[Service, str]:
    read = read_oruk(RECORD | fields, needs=needs(), source="test", places=places())
    (service,) = read.services
    return service, "; ".join(line.reason for line in read.repaired)


@settings(max_examples=60)
@given(services())
def test_export_and_import_is_the_identity(service: Service) -> None:
    """Claim: what we export and read back is equal, and nothing in it needed mending."""
    read = read_oruk([to_oruk(service)], needs={"food", "debt", "send", "dads"}, source="test")
    assert read.services == (service,)
    assert read.repaired == ()
    assert read.refused == ()


def test_the_whole_sample_comes_back() -> None:
    """Claim: the same for each entry that ships, as one API page."""
    page = {
        "total_items": len(sample()),
        "contents": [to_oruk(service, taxonomies=known(), scope="E09000032") for service in sample()],
    }
    read = read_oruk(page, needs=needs(), source="test")
    assert read.services == sample()
    assert (read.repaired, read.refused) == ((), ())


def test_hours_of_the_whole_service_hold_at_each_of_its_venues() -> None:
    """Claim: a schedule that hangs on no venue is not lost where there are several."""
    venues = [{"id": name, "location": {"id": name, "name": name}} for name in ("hall", "annexe")]
    week = [{"byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}]
    service, _ = read_one(service_at_locations=venues, schedules=week)
    assert len(service.locations) == 2
    assert hours_of(service) == ((Opening(day="MO", opens="09:00", closes="17:00"),), "")


def test_a_real_page_is_read_and_its_repairs_told() -> None:
    """Claim: Bristol's 3.0 page loses -1 ages, HTML and missing zones, each with a line that says so."""
    read = read_oruk(json_of("oruk3_bristol_services_page1.json"), needs=needs(), source="bristol")
    assert len(read.services) == 3
    assert read.refused == ()
    first = read.services[0]
    assert first.name == "1625 Independent People"
    assert (first.min_age, first.max_age) == (None, None)
    assert not any(mark in first.description for mark in ("<p>", "&nbsp;", "<h1>"))
    assert "homeless" in first.description
    assert first.modified_at == datetime(2025, 9, 2, 12, 6, 15, 654000, tzinfo=UTC)
    assert first.assured_on == date(2025, 9, 2)
    told = read.repaired[0].reason
    assert "minimum_age: -1 left out" in told
    assert "description: markup made plain" in told
    assert "last_modified: no time zone, read as UTC" in told


def test_one_service_is_read_with_its_telephones_and_areas() -> None:
    """Claim: the shape of one service works too; telephones come from its contacts."""
    (service,) = read_oruk(json_of("oruk3_bristol_service_detail.json"), needs=needs(), source="bristol").services
    assert service.phone == "0800 0354213 or Bristol Youth MAPS: 0117 332 7111"
    assert [area.name for area in service.service_areas] == ["Bristol", "South Gloucestershire"]


def test_the_older_page_is_read_and_its_doubly_encoded_text_mended() -> None:
    """Claim: 50 real 1.0 records, 44 with HTML and 28 doubly encoded, come out plain."""
    read = read_oruk(json_of("oruk1_bristol_services_page1.json"), needs=needs(), source="bristol")
    assert len(read.services) == 50
    assert not [
        service.name for service in read.services if "<p>" in service.description or "\u00c2" in service.description
    ]
    assert sum("doubly encoded" in line.reason for line in read.repaired) >= 20
    assert sum("markup" in line.reason for line in read.repaired) == 44
    twice = re.compile("[\u00c2-\u00c5\u00e2\u00f0][\u0080-\u00bf\u0152-\u2122]")
    raw = (DATA / "oruk1_bristol_services_page1.json").read_text("utf-8")
    told = [
        text for one in read.services for text in (one.name, one.description, one.refer or "", one.organisation.name)
    ]
    assert len(twice.findall(raw)) == 189
    assert [text for text in told if twice.search(text)] == []


@pytest.mark.parametrize("name", ["oruk3/service_full.json", "oruk3/service_list.json"])
def test_the_standards_own_examples_are_read(name: str) -> None:
    """Claim: the examples of the standard are taken, their point in the Arctic left out."""
    read = read_oruk(json_of(name), needs=needs(), source="example")
    (service,) = read.services
    assert service.name == "Community Counselling"
    assert (service.min_age, service.max_age) == (12, 100)
    assert all(venue.lat is None for venue in service.locations)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"minimum_age": 11, "maximum_age": 4}, "wrong way round"),
        ({"minimum_age": "five"}, "not an age"),
        ({"url": "www.one.example.org"}, "https:// added"),
        ({"url": "see our page"}, "not a web address"),
        ({"assured_date": "last week"}, "not a date"),
        ({"last_modified": "soon"}, "not a time"),
        ({"thrive_accepting": "perhaps"}, "unknown"),
        ({"organization": None}, "no organisation named"),
        ({"description": "Tea &amp; toast"}, "markup"),
        ({"schedules": [{"byday": "MO", "opens_at": "17:00", "closes_at": "09:00"}]}, "left out"),
        (
            {"attributes": [{"taxonomy_term": {"taxonomy": "thrive-needs", "code": "teleporting"}}]},
            "unknown needs left out: teleporting",
        ),
    ],
)
def test_a_repair_says_what_it_was(fields: dict[str, Any], told: str) -> None:
    """Claim: each value put right is told, and the record is kept."""
    _, reasons = read_one(**fields)
    assert told in reasons


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ("a service", "not an object"),
        ({**RECORD, "id": ""}, "no id"),
        ({**RECORD, "name": " "}, "no name"),
        ({**RECORD, "status": "asleep"}, "asleep"),
        ({**RECORD, "contacts": ["call us"]}, "cannot be read"),
        ({**RECORD, "service_at_locations": 7}, "cannot be read"),
        ({**RECORD, "id": "good"}, "the same id"),
    ],
)
def test_a_refused_record_never_stops_the_others(record: Any, told: str) -> None:
    """Claim: the bad record is refused with its place and reason, the good one taken."""
    read = read_oruk([{**RECORD, "id": "good"}, record], needs=needs(), source="test")
    assert [service.id for service in read.services] == ["good"]
    (line,) = read.refused
    assert line.where == "record 2"
    assert told in line.reason


@pytest.mark.parametrize("data", [None, 7, "services", {"error": "not found"}])
def test_what_is_no_feed_at_all_is_refused(data: Any) -> None:
    """Claim: a page of something else is one clear error."""
    with pytest.raises(ValueError, match="not Open Referral UK"):
        read_oruk(data, needs=needs(), source="test")


def test_a_venue_with_only_a_postcode_gets_its_point() -> None:
    """Claim: the shipped places give a point to a venue that has none, and the report says so."""
    address = {"address_1": "1 High Street", "postal_code": "SW18 2PU"}
    service, told = read_one(service_at_locations=[{"id": "s", "location": {"id": "l", "addresses": [address]}}])
    assert service.locations[0].lat is not None
    assert "point taken from the postcode" in told


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "phones"]), inner),
    max_leaves=6,
)


@settings(max_examples=80)
@given(
    st.dictionaries(
        st.sampled_from(
            ["organization", "contacts", "service_areas", "schedules", "service_at_locations", "languages", "url",
             "attributes", "cost_options", "minimum_age", "maximum_age", "status", "description", "last_modified"]
        ),
        json_values,
        max_size=4,
    )
)  # fmt: skip
def test_no_record_however_broken_raises(fields: dict[str, Any]) -> None:
    """Claim: whatever a record holds, it is taken, mended or refused."""
    read = read_oruk([RECORD | fields], needs=needs(), source="test")
    assert len(read.services) + len(read.refused) == 1


def test_a_record_keeps_its_own_source() -> None:
    """Claim: the feed's name is used only where the record does not say where it came from."""
    service, _ = read_one()
    assert service.source == "test"
    again = read_oruk(to_oruk(replace(service, source="elsewhere")), needs=needs(), source="test").services[0]
    assert again.source == "elsewhere"


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("CLOSED - Old Library", True), ("Youth hut (permanently closed)", True), ("Closed", True),
        ("Old hall: now closed", True), ("Closed adoption group", False), ("Disclosed", False), ("Hall", False),
    ],
)  # fmt: skip
def test_what_says_that_it_is_closed_is_not_shown(name: str, closed: bool) -> None:
    """Claim: a venue whose name says that it is closed is left out; where it was the only one, or the entry itself says
    so, the entry is not shown; each is told, and nothing else is taken for closed."""
    open_one = {"id": "o", "location": {"id": "o", "name": "Open hall"}}
    venue = {"id": "v", "location": {"id": "v", "name": name}}
    both, told = read_one(service_at_locations=[open_one, venue])
    assert ([place.name for place in both.locations] == ["Open hall"]) is closed
    assert ("closed" in told, both.status) == (closed, "active")
    alone, told = read_one(service_at_locations=[venue])
    assert (alone.status, "not shown" in told) == (("temporarily closed", True) if closed else ("active", False))
    named, told = read_one(name=name)
    assert (named.status == "temporarily closed") is closed
