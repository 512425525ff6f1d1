"""Open Referral UK 1.0 and Outpost's shape become our services, each repair with its reason."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from directory.older import shape_of
from directory.oruk import read_oruk
from directory.report import Read
from directory.service import Opening, Service
from tests.directory.samples import needs, places

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 11, 22)
ONE: dict[str, Any] = {
    "id": "s", "name": "Group", "organization": {"id": "o", "name": "Org", "description": ""},
    "attending_access": "Drop-in", "status": "active",
}  # fmt: skip
OUTPOST: dict[str, Any] = {"id": 7, "name": "Brownies", "organisation": {"id": 3, "name": "Guides"}}


def read(record: dict[str, Any], source: str = "feed") -> Read:
    return read_oruk([record], needs=needs(), source=source, places=places(), on=TODAY)


def one(record: dict[str, Any]) -> tuple[Service, str]:
    got = read(record)
    assert got.refused == ()
    return got.services[0], "; ".join(line.reason for line in got.repaired)


def test_what_one_point_nought_calls_otherwise_is_taken() -> None:
    """Claim: addresses, access, hours at a venue and of the whole, ages of all groups, languages in words, costs and
    how to attend come over from 1.0; what is not known is told."""
    location = {
        "id": "v", "name": "Hall", "latitude": "51.45", "longitude": "-0.19",
        "physical_addresses": [{"address_1": "1 High Street", "city": "Wandsworth", "postal_code": "SW18 2PU"}],
        "accessibility_for_disabilities": [{"accessibility": "Step-free"}],
    }  # fmt: skip
    service, told = one(
        {
            **ONE,
            "service_at_locations": [
                {"id": "at", "location": location,
                 "regular_schedule": [{"byday": "MO,WE", "opens_at": "09:00:00", "closes_at": "12:00:00"}]}
            ],
            "regular_schedules": [
                {"weekday": "Friday", "opens_at": "10:00", "closes_at": "11:00"},
                {"byday": "1TU", "freq": "MONTHLY", "opens_at": "10:00", "closes_at": "11:00"},
            ],
            "eligibilitys": [{"minimum_age": 5, "maximum_age": 7}, {"minimum_age": 2, "maximum_age": 4}],
            "languages": [{"language": "Polish"}, {"language": "Klingon"}],
            "cost_options": [{"amount": 2.5, "amount_description": "a session"}],
            "contacts": [{"phones": [{"number": "020 7946 0001"}]}],
            "service_taxonomys": [{"taxonomy": {"id": "t", "name": "Play", "vocabulary": "local"}}],
        }
    )  # fmt: skip
    venue = service.locations[0]
    assert (venue.address, venue.postcode, venue.lat) == ("1 High Street, Wandsworth", "SW18 2PU", 51.45)
    assert venue.accessibility == ("Step-free",)
    assert [(hour.day, hour.opens) for hour in venue.hours] == [("MO", "09:00"), ("WE", "09:00"), ("FR", "10:00")]
    assert "not every week" in venue.hours_note
    assert (service.min_age, service.max_age, service.phone) == (2.0, 7.0, "020 7946 0001")
    assert (service.languages, service.cost, service.refer) == (
        ("pl",), "£2.5 a session", "Drop in: no appointment is needed."
    )  # fmt: skip
    assert "klingon" in told
    assert "not of every week" in told


def test_bristols_real_page_is_told_for_one_point_nought() -> None:
    """Claim: all 50 of the real page are read, none as markup or doubly encoded, how to attend among them."""
    page = json.loads((DATA / "oruk1_bristol_services_page1.json").read_text(encoding="utf-8"))
    got = read_oruk(page, needs=needs(), source="bristol", places=places())
    assert (len(got.services), got.refused) == (50, ())
    assert {shape_of(record) for record in page["content"]} == {"1.0"}
    told = [s.refer for s in got.services if s.refer]
    assert len(told) == 4
    assert sum(refer.startswith("You can refer yourself.") for refer in told) == 2


def test_outposts_real_page_is_read() -> None:
    """Claim: the 20 real records come with venue, point, hours, ages and telephone; points at 0, 0 and missing
    organisations are told; each has an id of its own that is the same at the next import and another council's is
    not."""
    page = json.loads((DATA / "outpost_bucks_services.json").read_text(encoding="utf-8"))
    got = read_oruk(page, needs=needs(), source="bucks", places=places(), on=TODAY)
    assert (len(got.services), got.refused) == (20, ())
    first = got.services[0]
    assert (first.name, first.min_age, first.max_age) == ("12th Aylesbury Brownies", 5.0, 11.0)
    assert first.locations[0].postcode == "HP21 7JF"
    assert first.locations[0].hours == (Opening(day="MO", opens="10:00", closes="17:00"),)
    assert "Autism" in first.accessibility
    assert next(s.phone for s in got.services if s.name.startswith("Aces")) == "0777 777 7777"
    told = [line.reason for line in got.repaired]
    assert sum("no organisation named" in reason for reason in told) == 10
    assert sum("point 0, 0" in reason for reason in told) == 5
    again = read_oruk(page, needs=needs(), source="bucks", places=places(), on=TODAY)
    other = read_oruk(page, needs=needs(), source="kent", places=places(), on=TODAY)
    assert again.services == got.services
    assert not {s.id for s in other.services} & {s.id for s in got.services}


def test_a_masked_address_leads_to_nobodys_door() -> None:
    """Claim: where Outpost masks an address, street, postcode, name of the place and exact point stay out, told."""
    place = {
        "id": 1, "name": "14 Rose Lane", "address_1": "***", "city": "Aylesbury", "postal_code": "HP21 7JF",
        "mask_exact_address": True, "geometry": {"type": "Point", "coordinates": [-0.790659, 51.811001]},
    }  # fmt: skip
    service, told = one({**OUTPOST, "locations": [place]})
    venue = service.locations[0]
    assert (venue.name, venue.address, venue.postcode, venue.lat, venue.lon) == ("", "Aylesbury", None, 51.81, -0.79)
    assert "masked" in told


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"visible_to": "2026-11-21"}, "inactive", "shown until"),
        ({"visible_to": "2026-11-22"}, "active", ""),
        ({"temporarily_closed": True}, "temporarily closed", ""),
        ({"free": True}, "active", ""),
    ],
)
def test_what_outpost_shows_no_more_has_ended(more: dict[str, Any], status: str, told: str) -> None:
    """Claim: past its last day a record says it has ended, as if its feed had; closed for now is not shown either."""
    service, reason = one({**OUTPOST, **more})
    assert service.status == status
    assert told in reason
    assert (service.cost == "Free") is ("free" in more)


@pytest.mark.parametrize("more", [{"discarded_at": "2026-01-01"}, {"approved": False}, {"visible_from": "2027-01-01"}])
def test_what_outpost_hides_is_refused(more: dict[str, Any]) -> None:
    """Claim: what its own directory does not show is refused with the reason."""
    (line,) = read({**OUTPOST, **more}).refused
    assert "show" in line.reason
