"""The directory as others read it: every list and entry of the Open Referral UK 3.0 addresses.

Records are `oruk_export`'s, less what is nobody else's business, and valid against the standard's schemas whatever an
entry holds. Lists are shallow (one-to-one fields) unless `full` is asked for. https://openreferraluk.org
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from directory.feed_query import BadQuery, Query, envelope
from directory.oruk_export import at_location_id, public_id, to_oruk
from directory.places import Place, Places, distance_km
from directory.reach import covers_nation
from directory.service import Location, Service
from directory.taxonomies import Taxonomies, Taxonomy, Term

SAMPLE = "Sample entry, invented to show the service: there is no such help. "
STANDARD = "https://openreferraluk.org/specifications/3.0/"
ABOUT = {
    "version": "HSDS-UK-3.0",
    "profile": "https://docs.openreferraluk.org/en/latest/",
    "openapi_url": STANDARD + "openapi.json",
}
_NESTED = ("cost_options", "contacts", "service_areas", "languages", "attributes", "service_at_locations", "schedules")
# RFC 3986, of the addresses that a page has
_URI_MARKS = ":/?#@!$&'()*+,;=%"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_URI = re.compile(r"https?://[\w.~%-]+(?::\d*)?(?:/[^?#]*)?(?:\?[^#]*)?(?:#[^#]*)?", re.ASCII | re.IGNORECASE)
At = tuple[Service, Location]


class Feed:
    """Built once from the services offered now, never changed, shared by threads; holds no record but the services.

    `changed` is when our entry of a service last changed, by its own id. `scope` is the council's area code.
    Lists are ordered by id. Reading one entry gives None where there is no such.
    """

    def __init__(
        self,
        services: Iterable[Service],
        *,
        taxonomies: Taxonomies,
        scope: str,
        changed: Mapping[str, datetime] | None = None,
        places: Places | None = None,
    ) -> None:
        self._taxonomies, self._scope, self._changed, self._places = taxonomies, scope, changed or {}, places
        found = {public_id("service", service.id, scope).lower(): service for service in services}
        self._services = {key: found[key] for key in sorted(found)}
        self._by_organisation: dict[str, list[Service]] = {}
        at: dict[str, At] = {}
        for service in self._services.values():
            self._by_organisation.setdefault(self._organisation_id(service), []).append(service)
            at |= {at_location_id(service, venue, scope): (service, venue) for venue in service.locations}
        self._at = {key: at[key] for key in sorted(at)}
        self._known = {taxonomy.id: taxonomy for taxonomy in taxonomies.all(self._services.values())}
        self._terms = {term.id: term for taxonomy in self._known.values() for term in taxonomy.terms}

    def services(self, query: Query) -> dict[str, Any]:
        """`minimal` gives id, name, status and last_modified alone, all services on one page."""
        items = [service for service in self._services.values() if self._wanted(service, query)]
        if query.minimal:
            return envelope(items, Query(per_page=max(1, len(items))), self._minimal)
        return envelope(items, query, self._record if query.full else self._shallow)

    def service(self, key: str) -> dict[str, Any] | None:
        service = self._services.get(key.lower())
        return None if service is None else self._record(service)

    def organizations(self, query: Query) -> dict[str, Any]:
        items = [
            offered
            for _, offered in sorted(self._by_organisation.items())
            if _has_words(query, offered[0].organisation.name, offered[0].organisation.description)
        ]
        nested = query.full or query.full_service
        return envelope(
            items, query, lambda offered: self._organisation(offered, nested=nested, full=query.full_service)
        )

    def organization(self, key: str, query: Query) -> dict[str, Any] | None:
        """With its services in short, or whole where `full_service` is asked for."""
        offered = self._by_organisation.get(key.lower())
        return None if offered is None else self._organisation(offered, nested=True, full=query.full_service)

    def service_at_locations(self, query: Query) -> dict[str, Any]:
        place = self._place(query)
        items = [
            (service, venue)
            for service, venue in self._at.values()
            if self._wanted(service, query, venue.name, venue.address) and _reached(service, (venue,), query, place)
        ]
        return envelope(items, query, lambda at: self._at_location(at, full=query.full))

    def service_at_location(self, key: str) -> dict[str, Any] | None:
        at = self._at.get(key.lower())
        return None if at is None else self._at_location(at, full=True)

    def taxonomies(self, query: Query) -> dict[str, Any]:
        items = [known for known in self._known.values() if _has_words(query, known.name, known.description)]
        return envelope(items, query, Taxonomy.record)

    def taxonomy(self, key: str) -> dict[str, Any] | None:
        known = self._known.get(key.lower())
        return None if known is None else known.record() | {"taxonomy_terms": [term.record() for term in known.terms]}

    def taxonomy_terms(self, query: Query) -> dict[str, Any]:
        """`top_only` leaves the headings, and the terms that stand under none."""
        terms = [
            term
            for taxonomy in self._known.values()
            for term in taxonomy.terms
            if query.taxonomy_id in {None, taxonomy.id}
            and query.parent_id in {None, term.parent_id}
            and not (query.top_only and term.parent)
            and _has_words(query, term.name, term.description)
        ]
        return envelope(terms, query, Term.record)

    def taxonomy_term(self, key: str) -> dict[str, Any] | None:
        term = self._terms.get(key.lower())
        return None if term is None else term.record()

    def _organisation_id(self, service: Service) -> str:
        return public_id("organization", service.organisation.id, self._scope).lower()

    def _place(self, query: Query) -> Place | None:
        if query.postcode is None:
            return None
        place = self._places.read(query.postcode) if self._places else None
        if place is None or place.lat is None:
            raise BadQuery("postcode is none that we can place")
        return place

    def _wanted(self, service: Service, query: Query, *more: str) -> bool:
        """A term means what stands under it too. Changed on the very instant counts as changed after it."""
        if query.organization_id not in {None, self._organisation_id(service)}:
            return False
        if query.modified_after is not None:
            changed = self._changed_at(service)
            if changed is not None and changed < query.modified_after:
                return False
        if query.taxonomy_term_id or query.taxonomy_id:
            terms = self._taxonomies.of(service)
            ids = {term.id for term in terms} | {term.parent_id for term in terms}
            if query.taxonomy_term_id and query.taxonomy_term_id not in ids:
                return False
            if query.taxonomy_id and not any(term.record()["taxonomy_id"] == query.taxonomy_id for term in terms):
                return False
        return _has_words(query, service.name, service.organisation.name, service.description, *more)

    def _changed_at(self, service: Service) -> datetime | None:
        """To the millisecond that the feed tells: who sends it back misses nothing and is not told the same again."""
        at = self._changed.get(service.id, service.modified_at)
        return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000) if at else None

    def _minimal(self, service: Service) -> dict[str, Any]:
        record = {"id": public_id("service", service.id, self._scope), "name": service.name, "status": service.status}
        at = self._changed_at(service)
        return record | ({"last_modified": _told(at)} if at else {})

    def _record(self, service: Service) -> dict[str, Any]:
        record = to_oruk(service, taxonomies=self._taxonomies, scope=self._scope)
        record.pop("thrive_source", None)
        if service.sample:
            record["description"] = SAMPLE + service.description
        if at := self._changed_at(service):
            record["last_modified"] = _told(at)
        _mend(record, "url")
        _mend(record["organization"], "website")
        if "@" not in record.get("email", "@"):
            del record["email"]
        return record

    def _shallow(self, service: Service) -> dict[str, Any]:
        return _without(self._record(service), *_NESTED)

    def _organisation(self, offered: list[Service], *, nested: bool, full: bool) -> dict[str, Any]:
        record: dict[str, Any] = self._record(offered[0])["organization"]
        if nested:
            services = (self._record(service) if full else self._shallow(service) for service in offered)
            record["services"] = [_without(service, "organization") for service in services]
        return record

    def _at_location(self, at: At, *, full: bool) -> dict[str, Any]:
        service, venue = at
        record = self._record(service)
        key = at_location_id(service, venue, self._scope)
        link: dict[str, Any] = next(item for item in record["service_at_locations"] if item["id"] == key)
        if not full:
            location = _without(link["location"], "addresses", "accessibility")
            return link | {"location": location, "service": _without(record, *_NESTED)}
        schedules = list(_of(record, key))
        return (
            link
            | ({"schedules": schedules} if schedules else {})
            | {"service": _without(record, "service_at_locations")}
        )


def _of(record: Mapping[str, Any], key: str) -> Iterator[Any]:
    return (item for item in record.get("schedules", ()) if item.get("service_at_location_id") == key)


def _without(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


def _told(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _mend(record: dict[str, Any], name: str) -> None:
    """Schemas want a URI, in ASCII: what one may not hold is escaped, and what is none even so is left out."""
    if name in record:
        uri = _STRAY_PERCENT.sub("%25", quote(record[name], safe=_URI_MARKS))
        record |= {name: uri}
        if not _URI.fullmatch(uri):
            del record[name]


def _has_words(query: Query, *texts: str) -> bool:
    if not query.words:
        return True
    told = "\n".join(texts).casefold()
    return all(word in told for word in query.words)


def _reached(service: Service, venues: tuple[Location, ...], query: Query, place: Place | None) -> bool:
    """Within `proximity` of the postcode where that is asked; else whether the entry's areas, if any, cover it."""
    if place is None or place.lat is None or place.lon is None:
        return True
    if query.proximity_km is not None:
        return any(
            venue.lat is not None
            and venue.lon is not None
            and distance_km(place.lat, place.lon, venue.lat, venue.lon) <= query.proximity_km
            for venue in venues
        )
    areas = {area.code for area in service.service_areas if area.code}
    return not areas or place.lad_code in areas or covers_nation(service, place)
