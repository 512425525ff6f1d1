"""Open Referral UK 3.0 (HSDS-UK) JSON to services: https://openreferraluk.org. The way out is in `oruk_export`.

Records of 1.0 and of Outpost are turned into it first, in `older`.

Fields of ours that the standard has no place for carry the prefix `thrive_`, as other feeds prefix theirs.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast

from directory.cleaning import Cleaner
from directory.older import to_three
from directory.places import Places
from directory.report import Line, Read
from directory.service import (
    ACCEPTING,
    STATUSES,
    Accepting,
    Location,
    Opening,
    Organisation,
    Service,
    ServiceArea,
    Status,
)
from directory.taxonomies import ACCESS_TAXONOMY, NEEDS_TAXONOMY

CHARITY_SCHEMES = ("GB-CHC", "GB-SC", "GB-NIC")
AREA_URI = "http://statistics.data.gov.uk/id/statistical-geography/"
_ONS_CODE = re.compile(r"\b[EKNSW]\d{8}\b")
# A feed that keeps what has closed often says so in the name alone: "CLOSED - Old Library", "Youth hut (closed)".
_CLOSED = re.compile(
    r"^\W*(?:(?:permanently|now) )?closed\s*[-:\u2013\u2014]|\((?:(?:permanently|now) )?closed\)|^\W*closed\W*$"
    r"|[-:\u2013\u2014]\s*(?:(?:permanently|now) )?closed\W*$",
    re.IGNORECASE,
)
Locate = Callable[[str], tuple[float, float, str] | None]


def read_oruk(
    data: Any, *, needs: Collection[str] | None, source: str, places: Places | None = None, on: date | None = None
) -> Read:
    """The services in a list, an API page (`contents`), or one service.

    `needs` are the ids of needs.yaml: a need of ours that is not among them is dropped and reported (None: not
    checked). `source` names the feed where a record does not name its own. `places` give a point to a venue that has
    only a postcode. `on` is today (None: what is shown between two days is taken as it stands).
    Raises ValueError where the data is none of the three shapes. A bad record never stops the others.
    """
    records = _records(data)
    services: dict[str, Service] = {}
    repaired, refused = [], []
    for number, record in enumerate(records, start=1):
        where = f"record {number}"
        if not isinstance(record, Mapping):
            refused.append(Line(id="", name="", where=where, reason=f"not an object but {type(record).__name__}"))
            continue
        line_id, name = str(record.get("thrive_id") or record.get("id") or ""), str(record.get("name") or "")
        clean = Cleaner()
        reader = _Reader(clean, needs, source, places)
        try:
            service = reader.service(to_three(record, clean, source=source, on=on))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            refused.append(Line(id=line_id, name=name, where=where, reason=f"cannot be read: {error}"))
            continue
        if service.id in services:
            refused.append(Line(id=line_id, name=name, where=where, reason="the same id stands earlier in the feed"))
            continue
        services[service.id] = service
        if clean.repairs:
            repaired.append(Line(id=service.id, name=service.name, where=where, reason="; ".join(clean.repairs)))
    return Read(services=tuple(services.values()), repaired=tuple(repaired), refused=tuple(refused))


def _records(data: Any) -> Sequence[Any]:
    if isinstance(data, list):
        return data
    if isinstance(data, Mapping):
        for key in ("contents", "content"):
            if isinstance(data.get(key), list):
                return cast("list[Any]", data[key])
        if "id" in data or "name" in data:
            return [data]
    problem = "not Open Referral UK: expected a list of services, a page with `contents`, or one service"
    raise ValueError(problem)


class _Reader:
    """One record. Structure it cannot read is a ValueError; values it can mend are noted."""

    def __init__(self, clean: Cleaner, needs: Collection[str] | None, source: str, places: Places | None) -> None:
        self.clean = clean
        self.needs = needs
        self.source = source
        self.places = places

    def service(self, record: Mapping[str, Any]) -> Service:
        clean = self.clean
        service_id, name = (
            clean.text(record.get("thrive_id") or record.get("id"), "id"),
            clean.text(record.get("name"), "name"),
        )
        if not service_id or not name:
            raise ValueError("no id" if not service_id else "no name")
        low, high = self._ages(record)
        phone, email = self._contact(record)
        schedules = self._hours(record)
        locations = self._locations(record, schedules)
        hours, notes = schedules.get(None, ([], [])) if len(locations) != 1 else ([], [])
        return Service(
            id=service_id,
            name=name,
            organisation=self._organisation(record),
            description=clean.text(record.get("description"), "description"),
            url=self._url(record.get("url"), "url"),
            phone=phone,
            email=email,
            needs=self._needs(record),
            min_age=low,
            max_age=high,
            cost=self._cost(record),
            languages=self._languages(record),
            accessibility=self._terms(record, ACCESS_TAXONOMY),
            refer=clean.text(record.get("thrive_refer"), "thrive_refer"),
            locations=locations,
            hours=tuple(hours),
            hours_note="; ".join(notes),
            service_areas=self._areas(record),
            council_only=bool(record.get("thrive_council_only", False)),
            accepting=self._accepting(record),
            accepting_on=clean.day(record.get("thrive_accepting_on"), "thrive_accepting_on"),
            status=self._status(record, name, locations),
            assured_on=clean.day(record.get("assured_date"), "assured_date"),
            modified_at=clean.instant(record.get("last_modified"), "last_modified"),
            source=clean.text(record.get("thrive_source"), "thrive_source") or self.source,
            sample=bool(record.get("thrive_sample", False)),
        )

    def _organisation(self, record: Mapping[str, Any]) -> Organisation:
        given = record.get("organization") or {}
        name = self.clean.text(given.get("name"), "organization")
        if not name:
            self.clean.note("no organisation named: the service's own name is used")
            name = self.clean.text(record.get("name"), "name")
        return Organisation(
            id=str(given.get("thrive_id") or given.get("id") or record.get("organization_id") or record["id"]),
            name=name,
            url=self._url(given.get("website") or given.get("url") or given.get("uri"), "organization website"),
            description=self.clean.text(given.get("description"), "organization description"),
            charity=self._charity(given),
        )

    def _charity(self, given: Mapping[str, Any]) -> str | None:
        """By https://org-id.guide: GB-CHC is England and Wales, GB-SC Scotland, GB-NIC Northern Ireland."""
        for item in given.get("organization_identifiers") or []:
            if str(item.get("identifier_scheme") or "").upper() in CHARITY_SCHEMES:
                return self.clean.maybe(item.get("identifier"), "charity number")
        return None

    def _url(self, value: Any, name: str) -> str | None:
        url = self.clean.text(value, name)
        if not url:
            return None
        if re.match(r"https?://[^\s/]+", url, re.IGNORECASE):
            return url
        if re.match(r"[\w-]+(\.[\w-]+)+(/\S*)?$", url):
            self.clean.note(f"{name}: https:// added")
            return f"https://{url}"
        self.clean.note(f"{name}: {url!r} is not a web address: left out")
        return None

    def _ages(self, record: Mapping[str, Any]) -> tuple[float | None, float | None]:
        low = self.clean.age(record.get("minimum_age"), "minimum_age")
        high = self.clean.age(record.get("maximum_age"), "maximum_age")
        if low is not None and high is not None and low > high:
            self.clean.note(f"ages {low:g} to {high:g} are the wrong way round: swapped")
            return high, low
        return low, high

    def _contact(self, record: Mapping[str, Any]) -> tuple[str | None, str | None]:
        numbers = [phone.get("number") for phone in record.get("phones") or []]
        for contact in record.get("contacts") or []:
            numbers += [phone.get("number") for phone in contact.get("phones") or []]
        phones = [text for number in numbers if (text := self.clean.text(number, "phone"))]
        return (" or ".join(dict.fromkeys(phones)) or None), self.clean.maybe(record.get("email"), "email")

    def _needs(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        needs = self._terms(record, NEEDS_TAXONOMY)
        unknown = [need for need in needs if self.needs is not None and need not in self.needs]
        if unknown:
            self.clean.note(f"unknown needs left out: {', '.join(unknown)}")
        return tuple(dict.fromkeys(need for need in needs if need not in unknown))

    def _terms(self, record: Mapping[str, Any], taxonomy: str) -> tuple[str, ...]:
        terms = [attribute.get("taxonomy_term") or {} for attribute in record.get("attributes") or []]
        named = [term for term in terms if term.get("taxonomy") == taxonomy]
        return tuple(self.clean.text(term.get("code") or term.get("name"), taxonomy) for term in named)

    def _cost(self, record: Mapping[str, Any]) -> str | None:
        if fees := self.clean.maybe(record.get("fees"), "fees"):
            return fees
        parts = []
        for option in record.get("cost_options") or []:
            amount = option.get("amount")
            words = [self.clean.text(option.get(key), key) for key in ("option", "amount_description")]
            price = "free" if amount == 0 else f"£{amount:g}" if isinstance(amount, int | float) else ""
            parts.append(" ".join(part for part in (words[0], price, words[1]) if part))
        return "; ".join(part for part in parts if part) or None

    def _languages(self, record: Mapping[str, Any]) -> tuple[str, ...]:
        codes = []
        for language in record.get("languages") or []:
            code = self.clean.text(language.get("code"), "language").lower()
            if re.fullmatch(r"[a-z]{2,3}", code):
                codes.append(code)
        return tuple(dict.fromkeys(codes))

    def _areas(self, record: Mapping[str, Any]) -> tuple[ServiceArea, ...]:
        areas = []
        for area in record.get("service_areas") or []:
            values = [str(area.get(key) or "") for key in ("uri", "extent", "service_area", "name")]
            code = next((found[0] for value in values if (found := _ONS_CODE.search(value))), None)
            name = self.clean.text(area.get("name") or area.get("service_area"), "service area")
            areas.append(ServiceArea(code=code, name=name or code or ""))
        return tuple(areas)

    def _accepting(self, record: Mapping[str, Any]) -> Accepting:
        given = record.get("thrive_accepting", "unknown")
        if given in ACCEPTING:
            return cast("Accepting", given)
        self.clean.note(f"thrive_accepting: {given!r} is unknown")
        return "unknown"

    def _status(self, record: Mapping[str, Any], name: str, locations: tuple[Location, ...]) -> Status:
        given = str(record.get("status") or "active").strip().lower()
        if given not in STATUSES:
            problem = f"status {given!r} is none of {', '.join(STATUSES)}"
            raise ValueError(problem)
        gone = bool(record.get("service_at_locations")) and not locations
        if given == "active" and (gone or _CLOSED.search(name)):
            self.clean.note("it says that it is closed: not shown until its source says otherwise")
            return "temporarily closed"
        return given

    def _locations(
        self, record: Mapping[str, Any], hours: Mapping[Any, tuple[list[Opening], list[str]]]
    ) -> tuple[Location, ...]:
        """Hours that hang on no venue are those of the only one, where there is one."""
        spread = [item.get("id") for item in record.get("service_at_locations") or []]
        locations = []
        for place in record.get("service_at_locations") or []:
            given = place.get("location") or {}
            if _CLOSED.search(str(given.get("name") or "")):
                self.clean.note(f"venue {given['name']!r} says that it is closed: left out")
                continue
            own, notes = hours.get(place.get("id"), ([], []))
            if len(spread) == 1 and None in hours:
                own, notes = own + hours[None][0], notes + hours[None][1]
            locations.append(self._location(place, given, tuple(own), "; ".join(notes)))
        return tuple(locations)

    def _location(
        self, place: Mapping[str, Any], given: Mapping[str, Any], hours: tuple[Opening, ...], note: str
    ) -> Location:
        clean = self.clean
        addresses = given.get("addresses") or [{}]
        lines = [clean.text(addresses[0].get(key), "address") for key in ("address_1", "city")]
        postcode = clean.maybe(addresses[0].get("postal_code"), "postcode")
        lat, lon = clean.degrees(given.get("latitude"), given.get("longitude"))
        if lat is None and postcode and self.places and (point := self.places.point(postcode)):
            lat, lon = point[0], point[1]
            clean.note("point taken from the postcode")
        access = [clean.text(item.get("description"), "accessibility") for item in given.get("accessibility") or []]
        return Location(
            id=str(given.get("thrive_id") or given.get("id") or place.get("location_id") or place.get("id")),
            name=clean.text(given.get("name"), "location"),
            address=", ".join(line for line in lines if line),
            postcode=postcode,
            lat=lat,
            lon=lon,
            hours=hours,
            hours_note=note,
            accessibility=tuple(item for item in access if item),
        )

    def _hours(self, record: Mapping[str, Any]) -> dict[Any, tuple[list[Opening], list[str]]]:
        """Openings and notes by the service_at_location they hang on; under None those of the whole service."""
        found: dict[Any, tuple[list[Opening], list[str]]] = {}
        schedules = [(None, schedule) for schedule in record.get("schedules") or []]
        for place in record.get("service_at_locations") or []:
            schedules += [(place.get("id"), schedule) for schedule in place.get("schedules") or []]
        for hung_on, schedule in schedules:
            hours, notes = found.setdefault(schedule.get("service_at_location_id") or hung_on, ([], []))
            weekly, opens, closes = _weekly(schedule), schedule.get("opens_at"), schedule.get("closes_at")
            for day in map(str.strip, str(schedule.get("byday") or "").split(",")):
                if day and weekly and (opens or closes):
                    # "1MO" of a month is told in words; a weekday may come as one: "Monday".
                    opening = self.clean.opening(day if day.isalpha() else day[-2:], opens, closes)
                    hours.extend([opening] if opening else [])
                elif day and (opens or closes):
                    self.clean.note(f"hours {day} {opens}-{closes} are not of every week: told in words")
                    notes.append(f"{day} {opens or ''}-{closes or ''}, not every week: ask when")
            note = self.clean.text(schedule.get("description"), "schedule")
            if note:
                notes.append(note)
        return found


def _weekly(schedule: Mapping[str, Any]) -> bool:
    """Whether it is of every week: RFC 5545's FREQ and INTERVAL, as the standard has them. Unsaid, it is."""
    often = str(schedule.get("freq") or "WEEKLY").upper()
    return often in {"WEEKLY", "DAILY"} and schedule.get("interval") in {None, "", 0, 1, "1"}
