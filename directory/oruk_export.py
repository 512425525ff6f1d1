"""Services to Open Referral UK 3.0 (HSDS-UK) JSON: what `directory.oruk` reads back to equal services.

The standard wants every id to be a UUID. An id of ours that is none gives way to one made from it, the same each time,
and travels beside it as `thrive_id`.
"""

from typing import Any
from uuid import UUID

from directory.oruk import AREA_URI, CHARITY_SCHEMES
from directory.service import Location, Opening, Service, ServiceArea
from directory.taxonomies import Taxonomies, made_id

__all__ = ["at_location_id", "made_id", "public_id", "to_oruk"]

_PLAIN = Taxonomies()


def to_oruk(service: Service, *, taxonomies: Taxonomies = _PLAIN, scope: str = "") -> dict[str, Any]:
    """One full service record. Absent values are left out, as the standard's examples do; ids are stable.

    `taxonomies` name the needs for readers elsewhere; the need's own id travels as the term's `code`. `scope` keeps
    the ids we make apart from another council's: its area code.
    """
    record: dict[str, Any] = {
        **_identity("service", service.id, scope),
        "name": service.name,
        "description": service.description,
        "status": service.status,
        "organization_id": public_id("organization", service.organisation.id, scope),
        "organization": _organisation(service, scope),
        "thrive_accepting": service.accepting,
        "thrive_council_only": service.council_only,
        "thrive_sample": service.sample,
    }
    values = {
        "url": service.url,
        "email": service.email,
        "fees": service.cost,
        "minimum_age": _age(service.min_age),
        "maximum_age": _age(service.max_age),
        "assured_date": service.assured_on.isoformat() if service.assured_on else None,
        "last_modified": service.modified_at.isoformat() if service.modified_at else None,
        "thrive_accepting_on": service.accepting_on.isoformat() if service.accepting_on else None,
        "thrive_refer": service.refer or None,
        "thrive_source": service.source or None,
    }
    record.update({name: value for name, value in values.items() if value is not None})
    own: str = record["id"]
    lists = {
        "cost_options": _costs(own, service),
        "contacts": _contacts(own, service),
        "service_areas": [_area(own, area, number) for number, area in enumerate(service.service_areas)],
        "languages": [
            {"id": made_id(own, "language", code), "service_id": own, "code": code} for code in service.languages
        ],
        "attributes": _attributes(own, service, taxonomies),
        "service_at_locations": [_at_location(own, service, venue, scope) for venue in service.locations],
        "schedules": _schedules(own, None, service.hours, service.hours_note)
        + [
            schedule
            for venue in service.locations
            for schedule in _schedules(own, at_location_id(service, venue, scope), venue.hours, venue.hours_note)
        ],
    }
    record.update({name: items for name, items in lists.items() if items})
    return record


def public_id(kind: str, own: str, scope: str = "") -> str:
    """The UUID by which others know a service, organization or location of ours: its own id where that is one."""
    try:
        return own if str(UUID(own)) == own.lower() else made_id("public", scope, kind, own)
    except ValueError:
        return made_id("public", scope, kind, own)


def at_location_id(service: Service, venue: Location, scope: str = "") -> str:
    return made_id(public_id("service", service.id, scope), public_id("location", venue.id, scope), "at")


def _identity(kind: str, own: str, scope: str) -> dict[str, Any]:
    public = public_id(kind, own, scope)
    return {"id": public} if public == own else {"id": public, "thrive_id": own}


def _organisation(service: Service, scope: str) -> dict[str, Any]:
    organisation = service.organisation
    record: dict[str, Any] = {
        **_identity("organization", organisation.id, scope),
        "name": organisation.name,
        "description": organisation.description,
    }
    if organisation.url:
        record["website"] = organisation.url
    if organisation.charity:
        record["organization_identifiers"] = [
            {
                "id": made_id(record["id"], "charity"),
                "organization_id": record["id"],
                "identifier_scheme": _scheme(organisation.charity),
                "identifier_type": "Registered charity number",
                "identifier": organisation.charity,
            }
        ]
    return record


def _scheme(charity: str) -> str:
    """Scotland's numbers begin with SC, Northern Ireland's with NIC."""
    england, scotland, northern_ireland = CHARITY_SCHEMES
    upper = charity.upper()
    return scotland if upper.startswith("SC") else northern_ireland if upper.startswith("NIC") else england


def _age(years: float | None) -> float | None:
    return int(years) if years is not None and years == int(years) else years


def _costs(own: str, service: Service) -> list[dict[str, Any]]:
    """`fees` hold what a service costs, in words; that it is free is said in the standard's newer way as well."""
    if service.cost is None or service.cost.strip(" .").lower() != "free":
        return []
    return [{"id": made_id(own, "cost"), "service_id": own, "amount": 0, "amount_description": service.cost}]


def _contacts(own: str, service: Service) -> list[dict[str, Any]]:
    if not service.phone:
        return []
    phone = {"id": made_id(own, "phone"), "contact_id": made_id(own, "contact"), "number": service.phone}
    return [{"id": made_id(own, "contact"), "service_id": own, "phones": [phone]}]


def _area(own: str, area: ServiceArea, number: int) -> dict[str, Any]:
    record = {"id": made_id(own, "area", str(number)), "service_id": own, "name": area.name}
    if area.code:
        record |= {"extent": area.code, "extent_type": "ons", "uri": AREA_URI + area.code}
    return record


def _attributes(own: str, service: Service, taxonomies: Taxonomies) -> list[dict[str, Any]]:
    return [
        {
            "id": made_id(own, "attribute", term.taxonomy, term.code, str(number)),
            "link_id": own,
            "link_type": "service",
            "taxonomy_term_id": term.id,
            "taxonomy_term": term.record(),
        }
        for number, term in enumerate(taxonomies.of(service))
    ]


def _at_location(own: str, service: Service, venue: Location, scope: str) -> dict[str, Any]:
    location = _identity("location", venue.id, scope) | {"location_type": "physical", "name": venue.name}
    here: str = location["id"]
    if venue.lat is not None and venue.lon is not None:
        location |= {"latitude": venue.lat, "longitude": venue.lon}
    if venue.address or venue.postcode:
        location["addresses"] = [
            {
                "id": made_id(here, "address"),
                "location_id": here,
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
            {"id": made_id(here, "access", str(number)), "location_id": here, "description": words}
            for number, words in enumerate(venue.accessibility)
        ]
    at = at_location_id(service, venue, scope)
    return {"id": at, "service_id": own, "location_id": here, "location": location}


def _schedules(own: str, hung_on: str | None, hours: tuple[Opening, ...], note: str) -> list[dict[str, Any]]:
    common = {"service_id": own} | ({"service_at_location_id": hung_on} if hung_on else {})
    records: list[dict[str, Any]] = [
        {
            "id": made_id(own, hung_on or "", "opening", str(number)),
            **common,
            "freq": "WEEKLY",
            "byday": hour.day,
            "opens_at": hour.opens,
            "closes_at": hour.closes,
        }
        for number, hour in enumerate(hours)
    ]
    if note:
        records.append({"id": made_id(own, hung_on or "", "note"), **common, "description": note})
    return records
