"""Services to Open Referral UK 3.0 (HSDS-UK) JSON: what `directory.oruk` reads back to equal services."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from directory.oruk import ACCESS_TAXONOMY, AREA_URI, NEEDS_TAXONOMY
from directory.service import Location, Opening, Service, ServiceArea

_OURS = UUID("6f0a54c2-6d0e-5c0b-9a53-0d7a4e3f6f11")  # every id we have to make is of this namespace: always the same


def to_oruk(service: Service, *, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One full service record. Absent values are left out, as the standard's examples do; ids are stable.

    `labels` name the needs for readers elsewhere; the need's own id travels as the term's `code`.
    """
    record: dict[str, Any] = {
        "id": service.id,
        "name": service.name,
        "description": service.description,
        "status": service.status,
        "organization_id": service.organisation.id,
        "organization": _organisation(service),
        "thrive_accepting": service.accepting,
        "thrive_council_only": service.council_only,
        "thrive_sample": service.sample,
    }
    values = {
        "url": service.url,
        "email": service.email,
        "fees": service.cost,
        "minimum_age": service.min_age,
        "maximum_age": service.max_age,
        "assured_date": service.assured_on.isoformat() if service.assured_on else None,
        "last_modified": service.modified_at.isoformat() if service.modified_at else None,
        "thrive_refer": service.refer or None,
        "thrive_source": service.source or None,
    }
    record.update({name: value for name, value in values.items() if value is not None})
    lists = {
        "contacts": _contacts(service),
        "service_areas": [_area(service, area, number) for number, area in enumerate(service.service_areas)],
        "languages": [{"id": made_id(service.id, "language", code), "code": code} for code in service.languages],
        "attributes": _attributes(service, labels or {}),
        "service_at_locations": [_at_location(service, venue) for venue in service.locations],
        "schedules": _schedules(service, None, service.hours, service.hours_note)
        + [
            schedule
            for venue in service.locations
            for schedule in _schedules(service, _at_id(service, venue), venue.hours, venue.hours_note)
        ],
    }
    record.update({name: items for name, items in lists.items() if items})
    return record


def made_id(*parts: str) -> str:
    return str(uuid5(_OURS, "\x1f".join(parts)))


def _organisation(service: Service) -> dict[str, Any]:
    organisation = service.organisation
    record = {"id": organisation.id, "name": organisation.name, "description": organisation.description}
    if organisation.url:
        record["website"] = organisation.url
    return record


def _contacts(service: Service) -> list[dict[str, Any]]:
    if not service.phone:
        return []
    phone = {"id": made_id(service.id, "phone"), "number": service.phone}
    return [{"id": made_id(service.id, "contact"), "service_id": service.id, "phones": [phone]}]


def _area(service: Service, area: ServiceArea, number: int) -> dict[str, Any]:
    record = {"id": made_id(service.id, "area", str(number)), "service_id": service.id, "name": area.name}
    if area.code:
        record |= {"extent": area.code, "extent_type": "ons", "uri": AREA_URI + area.code}
    return record


def _attributes(service: Service, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    terms = [(NEEDS_TAXONOMY, need, labels.get(need, need)) for need in service.needs]
    terms += [(ACCESS_TAXONOMY, words, words) for words in service.accessibility]
    return [
        {
            "id": made_id(service.id, "attribute", taxonomy, code, str(number)),
            "link_id": service.id,
            "link_type": "service",
            "taxonomy_term": {
                "id": made_id("term", taxonomy, code),
                "code": code,
                "name": name,
                "description": name,
                "taxonomy": taxonomy,
            },
        }
        for number, (taxonomy, code, name) in enumerate(terms)
    ]


def _at_location(service: Service, venue: Location) -> dict[str, Any]:
    location: dict[str, Any] = {"id": venue.id, "location_type": "physical", "name": venue.name}
    if venue.lat is not None and venue.lon is not None:
        location |= {"latitude": venue.lat, "longitude": venue.lon}
    if venue.address or venue.postcode:
        location["addresses"] = [
            {
                "id": made_id(venue.id, "address"),
                "address_1": venue.address,
                "city": "",
                "state_province": "",
                "postal_code": venue.postcode or "",
                "country": "GB",
                "address_type": "physical",
            }
        ]
    if venue.accessibility:
        location["accessibility"] = [
            {"id": made_id(venue.id, "access", str(number)), "location_id": venue.id, "description": words}
            for number, words in enumerate(venue.accessibility)
        ]
    return {"id": _at_id(service, venue), "service_id": service.id, "location_id": venue.id, "location": location}


def _schedules(service: Service, hung_on: str | None, hours: tuple[Opening, ...], note: str) -> list[dict[str, Any]]:
    common = {"service_id": service.id} | ({"service_at_location_id": hung_on} if hung_on else {})
    records: list[dict[str, Any]] = [
        {
            "id": made_id(service.id, hung_on or "", "opening", str(number)),
            **common,
            "freq": "WEEKLY",
            "byday": hour.day,
            "opens_at": hour.opens,
            "closes_at": hour.closes,
        }
        for number, hour in enumerate(hours)
    ]
    if note:
        records.append({"id": made_id(service.id, hung_on or "", "note"), **common, "description": note})
    return records


def _at_id(service: Service, venue: Location) -> str:
    return made_id(service.id, venue.id, "at")
