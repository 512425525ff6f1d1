"""The directory as others read it: valid whatever an entry holds, ordered, found by what the standard names."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.feed import SAMPLE, Feed
from directory.feed_query import MOST_PER_PAGE, PLACES, SERVICES, TAXONOMY_TERMS, BadQuery, Query, envelope, read_query
from directory.oruk import read_oruk
from directory.service import Service
from directory.taxonomies import HUBS_OF_NEED
from tests.directory.samples import known, needs, places, sample
from tests.directory.standard import faults
from tests.directory.strategies import services as any_service

AT = datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC)
WHOLE = Query(per_page=MOST_PER_PAGE)


@cache
def feed() -> Feed:
    changed = {service.id: AT + timedelta(minutes=number) for number, service in enumerate(sample())}
    return Feed(sample(), taxonomies=known(), scope="E09000032", changed=changed, places=places())


def pages(name: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """Every page of a list, as a harvester walks it."""
    page: dict[str, Any] = {"last_page": False}
    number = 1
    while not page["last_page"]:
        page = getattr(feed(), name)(Query(page=number, per_page=MOST_PER_PAGE, **asked))
        number += 1
        yield page


def contents(name: str, **asked: Any) -> list[dict[str, Any]]:
    return [record for page in pages(name, **asked) for record in page["contents"]]


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("services", "service"),
        ("organizations", "organization"),
        ("service_at_locations", "service_at_location"),
        ("taxonomies", "taxonomy"),
        ("taxonomy_terms", "taxonomy_term"),
    ],
)
def test_the_whole_sample_is_valid(plural: str, one: str) -> None:
    """Claim: each page of each list, and each entry of it by its id, keeps to the standard's schemas."""
    ids = []
    for page in pages(plural):
        assert faults(f"{one}_list", page) == []
        ids += [record["id"] for record in page["contents"]]
    assert ids
    assert len(set(ids)) == len(ids) == page["total_items"]
    for key in ids:
        found = feed().organization(key, Query()) if one == "organization" else getattr(feed(), one)(key)
        assert found["id"] == key
        assert faults(one, found) == []


def test_full_lists_are_valid_too() -> None:
    """Claim: nested records asked for in a list are those of the single address, and valid."""
    for name, schema in (("services", "service_list"), ("service_at_locations", "service_at_location_list")):
        for page in pages(name, full=True):
            assert faults(schema, page) == []
    whole = {record["id"]: record for record in contents("services", full=True)}
    assert len(whole) == len(sample())
    assert all(feed().service(key) == record for key, record in whole.items())
    for organisation in contents("organizations", full_service=True):
        for service in organisation["services"]:
            assert service.items() <= whole[service["id"]].items()
            assert service["id"] in whole


awkward = st.sampled_from(
    ["https://x.example.org/caf\u00e9", "https://x.example.org/a b|c", "https://x.example.org/[1]%zz", "HTTP://X.EXAMPLE",
     "https://b\u00fccher.example/", "https://a:b:c/", "https://x.example/#a#b", "no address"]
)  # fmt: skip


@settings(max_examples=60)
@given(any_service(), st.none() | awkward, st.none() | st.sampled_from(["a@b.example", "ring us"]))
def test_any_entry_is_valid(service: Service, url: str | None, email: str | None) -> None:
    """Claim: whatever stands in an entry, what is told of it is valid, in short and whole."""
    service = replace(service, url=url, email=email, organisation=replace(service.organisation, url=url))
    one = Feed([service], taxonomies=known(), scope="E09000032")
    for name in ("service", "organization", "service_at_location", "taxonomy", "taxonomy_term"):
        plural = "taxonomies" if name == "taxonomy" else f"{name}s"
        for full in (False, True):
            assert faults(f"{name}_list", getattr(one, plural)(Query(full=full))) == []
    (listed,) = one.services(Query())["contents"]
    assert faults("service", one.service(listed["id"])) == []


@settings(max_examples=60)
@given(any_service())
def test_what_we_tell_can_be_taken_in_elsewhere(service: Service) -> None:
    """Claim: our feed read by our own importer gives the entry back, save what is kept or said on purpose."""
    one = Feed([service], taxonomies=known(), scope="E09000032")
    (record,) = one.services(Query(full=True))["contents"]
    read = read_oruk(record, needs=None, source="their feed")
    (taken,) = read.services
    description = (SAMPLE + service.description).strip() if service.sample else service.description
    changed = service.modified_at
    if changed:
        changed = changed.replace(microsecond=changed.microsecond // 1000 * 1000)
    assert taken == replace(service, source="their feed", description=description, modified_at=changed)
    assert (read.repaired, read.refused) == ((), ())


PUBLIC = {
    "service": "id name description status url email fees minimum_age maximum_age assured_date last_modified "
    "organization_id organization cost_options contacts service_areas languages attributes service_at_locations "
    "schedules thrive_id thrive_accepting thrive_accepting_on thrive_council_only thrive_sample thrive_refer",
    "organization": "id name description website thrive_id",
    "contacts": "id service_id phones",
    "phones": "id contact_id number",
}  # fmt: skip


def test_only_what_is_public_is_told() -> None:
    """Claim: a record holds the fields named here and no other, so that what an entry gains later stays in until
    somebody decides; where it came from is not told."""
    for record in contents("services", full=True):
        assert set(record) <= set(PUBLIC["service"].split())
        assert set(record["organization"]) <= set(PUBLIC["organization"].split())
        for contact in record.get("contacts", ()):
            assert set(contact) <= set(PUBLIC["contacts"].split())
            assert all(set(phone) <= set(PUBLIC["phones"].split()) for phone in contact["phones"])


def test_telephones_are_told_though_the_schema_forgets_them() -> None:
    """Claim: each entry with a number tells it in contacts[].phones[].number."""
    told = [
        phone["number"]
        for record in contents("services", full=True)
        for contact in record.get("contacts", ())
        for phone in contact["phones"]
    ]
    assert sorted(told) == sorted(service.phone for service in sample() if service.phone)
    assert "0800 1111" in told


def test_samples_say_so_in_their_description() -> None:
    """Claim: who reads only the standard's fields cannot take an invented service for a real one."""
    for record in contents("services"):
        assert record["description"].startswith(SAMPLE) == record["thrive_sample"]
    assert 0 < sum(service.sample for service in sample()) < len(sample())


def test_every_id_is_a_uuid_of_its_own() -> None:
    """Claim: an id of ours that is none is made into one, the same each time, and another council's differs."""
    service = replace(sample()[0], id="17", organisation=replace(sample()[0].organisation, id="us"))
    one, again, other = (
        Feed([service], taxonomies=known(), scope=scope).services(Query())["contents"][0]
        for scope in ("E09000032", "E09000032", "E09000022")
    )
    assert one == again
    assert one["thrive_id"] == other["thrive_id"] == "17"
    assert len({one["id"], other["id"], one["organization_id"], other["organization_id"]}) == 4


def test_the_list_can_be_walked() -> None:
    """Claim: the pages, of any size, hold each entry once and in the same order."""
    whole = [record["id"] for record in contents("services")]
    first, last = feed().services(Query(per_page=7)), feed().services(Query(page=-(-len(whole) // 7), per_page=7))
    walked = []
    for number in range(1, first["total_pages"] + 1):
        walked += [record["id"] for record in feed().services(Query(page=number, per_page=7))["contents"]]
    assert walked == whole == sorted(whole)
    assert (first["first_page"], first["last_page"], first["size"]) == (True, False, 7)
    assert (last["first_page"], last["last_page"], last["size"]) == (False, True, len(whole) % 7 or 7)


@given(st.integers(0, 40), st.integers(1, 12), st.integers(1, 12))
def test_the_envelope_adds_up(count: int, number: int, per_page: int) -> None:
    """Claim: sizes, pages and flags agree with each other for any list and any page of it."""
    page = envelope(range(count), Query(page=number, per_page=per_page), lambda item: {"id": item})
    assert list(page) == [
        "total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents",
    ]  # fmt: skip
    assert page["size"] == len(page["contents"]) <= per_page
    assert page["empty"] == (page["contents"] == [])
    assert page["last_page"] == (number * per_page >= count)
    if count:
        assert (page["total_pages"] - 1) * per_page < count <= page["total_pages"] * per_page


def test_changed_since() -> None:
    """Claim: what a harvester was told last, sent back, gives that entry again and none before it."""
    told = sorted(record["last_modified"] for record in contents("services"))
    assert told[0] == "2026-11-21T09:30:15.123Z"
    since = read_query({"modified_after": told[-2]}, SERVICES).modified_after
    assert sorted(record["last_modified"] for record in contents("services", modified_after=since)) == told[-2:]
    assert contents("service_at_locations", modified_after=datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_an_entry_that_never_said_when_it_changed_is_never_held_back() -> None:
    """Claim: with no time known, a harvester is told rather than left with an old copy."""
    one = Feed([replace(sample()[0], modified_at=None)], taxonomies=known(), scope="")
    assert one.services(Query(modified_after=AT))["total_items"] == 1


def test_found_by_words() -> None:
    """Claim: every word must stand in the name, the organisation or the description, in any case."""
    found = [record["name"] for record in contents("services", words=("childline",))]
    assert "Childline" in found
    assert contents("services", words=("childline", "zeppelin")) == []
    assert contents("taxonomy_terms", words=("parenting", "support"))
    assert contents("taxonomies", words=("hubs",))
    assert [record["name"] for record in contents("organizations", words=("samaritans",))] == ["Samaritans"]


def test_found_by_term_and_taxonomy_and_organisation() -> None:
    """Claim: a term gives its entries, a heading those of all its terms, in our words and in the Department's."""
    terms = {term["name"]: term["id"] for term in contents("taxonomy_terms")}
    by_need = contents("services", taxonomy_term_id=terms["Debt and money worries"])
    assert len(by_need) == sum("debt" in service.needs for service in sample())
    by_heading = contents("services", taxonomy_term_id=terms["Money and home"])
    assert {record["id"] for record in by_need} < {record["id"] for record in by_heading}
    by_hub = contents("services", taxonomy_term_id=terms["Family support"])
    assert {record["id"] for record in by_need} < {record["id"] for record in by_hub}
    hubs = next(one for one in contents("taxonomies") if one["name"].startswith("Family Hubs"))
    assert len(by_hub) < len(contents("services", taxonomy_id=hubs["id"])) < len(sample())
    own = contents("services", organization_id=by_need[0]["organization_id"])
    assert {record["organization"]["id"] for record in own} == {by_need[0]["organization_id"]}
    assert contents("services", taxonomy_term_id="unknown") == []


def test_the_terms_form_a_tree() -> None:
    """Claim: every parent is a term of the same list; the top ones have none."""
    terms = {term["id"]: term for term in contents("taxonomy_terms")}
    parents = {term["parent_id"] for term in terms.values() if "parent_id" in term}
    assert parents <= set(terms)
    top = contents("taxonomy_terms", top_only=True)
    assert parents <= {term["id"] for term in top}
    assert not [term for term in top if "parent_id" in term]
    for parent in parents:
        assert contents("taxonomy_terms", parent_id=parent)


def test_the_department_s_words_are_its_own() -> None:
    """Claim: each need that is mapped is one of ours, and is mapped to a category that the Department has."""
    assert set(HUBS_OF_NEED) <= set(needs())
    assert set(HUBS_OF_NEED.values()) <= set(known().hubs)
    assert len(known().hubs) == 49


def test_near_a_postcode() -> None:
    """Claim: metres from a postcode leave what is nearer; a postcode alone, what covers it."""
    near = contents("service_at_locations", postcode="SW18 2PU", proximity_km=1.0)
    wider = contents("service_at_locations", postcode="SW18 2PU", proximity_km=3.0)
    assert 0 < len(near) < len(wider) < len(contents("service_at_locations"))
    assert len(contents("service_at_locations", postcode="BN1 1AA")) < len(contents("service_at_locations"))
    with pytest.raises(BadQuery, match="postcode"):
        feed().service_at_locations(Query(postcode="nowhere"))


def test_the_minimal_list_is_one_page() -> None:
    """Claim: `minimal` holds every service on one page, still valid, with when it changed and little else."""
    page = feed().services(Query(minimal=True, page=3, per_page=2))
    assert page["size"] == page["total_items"] == len(sample())
    assert (page["total_pages"], page["page_number"], page["first_page"], page["last_page"]) == (1, 1, True, True)
    assert set(page["contents"][0]) == {"id", "name", "status", "last_modified"}
    assert faults("service_list", page) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"page": "9999999999"}, "page"),
        ({"per_page": "ten"}, "per_page"),
        ({"per_page": "\u0662"}, "per_page"),
        ({"modified_after": "yesterday"}, "modified_after"),
        ({"modified_after": "0001-01-01T00:00:00+14:00"}, "modified_after"),
        ({"full": "perhaps"}, "full"),
        ({"format": "ndjson"}, "format"),
        ({"search": "x" * 500}, "search"),
        ({"postcode": "SW18 2PU"}, "postcode is not offered"),
        ({"parent_id": "1"}, "parent_id is not offered"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(given: dict[str, str], told: str) -> None:
    """Claim: a parameter that cannot be read, or would be dropped silently, is refused and named."""
    with pytest.raises(BadQuery, match=told):
        read_query(given, SERVICES)


@pytest.mark.parametrize("given", [{"postcode": "SW18 2PU", "proximity": "near"}, {"proximity": "500"}])
def test_a_distance_needs_metres_and_a_postcode(given: dict[str, str]) -> None:
    """Claim: half of a distance is refused."""
    with pytest.raises(BadQuery, match="proximity"):
        read_query(given, PLACES)


def test_what_can_be_answered_is_read() -> None:
    """Claim: `text` is `search`; more per page than we give is brought down; nobody's parameters are let pass."""
    asked = read_query({"text": "Speech Therapy", "per_page": "5000", "page": "2", "utm_source": "x"}, SERVICES)
    assert asked == Query(page=2, per_page=MOST_PER_PAGE, words=("speech", "therapy"))
    assert read_query({"top_only": "TRUE", "parent_id": ""}, TAXONOMY_TERMS) == Query(top_only=True)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-21T09:00:00Z",
        "2026-11-21T10:00:00+01:00",
        "2026-11-21T10:00:00 01:00",
        "2026-11-21 09:00",
        "2026-11-21T09",
    ],
)
def test_a_time_is_read_as_it_is_sent(value: str) -> None:
    """Claim: with a zone, with one whose plus was lost on the way, and with none, which is UTC."""
    assert read_query({"modified_after": value}, SERVICES).modified_after == datetime(2026, 11, 21, 9, tzinfo=UTC)


@given(st.dictionaries(st.sampled_from(sorted(PLACES | TAXONOMY_TERMS)), st.text(max_size=30)))
def test_any_query_is_answered_or_refused(given: dict[str, str]) -> None:
    """Claim: whatever is asked, the answer is a valid page or a refusal that names what is wrong."""
    try:
        page = feed().service_at_locations(read_query(given, PLACES))
    except BadQuery:
        return
    assert faults("service_at_location_list", page) == []
