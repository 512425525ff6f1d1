"""What a local service is, in the Open Referral UK 3.0 shape, and its form as a stored document."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal, cast, get_args

Accepting = Literal["open", "waiting-list", "full", "unknown"]
Status = Literal["active", "inactive", "defunct", "temporarily closed"]  # Open Referral UK's own four words
Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]  # RFC 5545 weekdays, as Open Referral UK writes `byday`

ACCEPTING: tuple[Accepting, ...] = get_args(Accepting)
STATUSES: tuple[Status, ...] = get_args(Status)
DAYS: tuple[Day, ...] = get_args(Day)

# ONS codes of places wider than any council: a service there is offered whatever the postcode within them.
NATIONAL = frozenset({"K02000001", "K03000001", "K04000001", "E92000001", "S92000003", "W92000004", "N92000002"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    id: str
    name: str
    url: str | None = None
    description: str = ""
    charity: str | None = None  # its number in the Charity Commission's register, or Scotland's or Northern Ireland's


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One weekly opening, local time, `HH:MM`."""

    day: Day
    opens: str
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A venue. Degrees, WGS 84. A venue with no point is never measured from."""

    id: str
    name: str = ""
    address: str = ""
    postcode: str | None = None
    lat: float | None = None
    lon: float | None = None
    hours: tuple[Opening, ...] = ()
    hours_note: str = ""
    accessibility: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """`code` is an ONS code: a local authority district, or a nation ("K02000001" is the United Kingdom)."""

    code: str | None
    name: str

    @property
    def national(self) -> bool:
        return self.code in NATIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One entry of the directory.

    `needs` are ids of needs.yaml, what the service is most about first: search weighs them in that order.
    `min_age` and `max_age` are whole or part years of the child or young person it is for; both null where it is
    for parents or for all ages. A whole `max_age` lasts until the next birthday: 4 fits a child of 4 years 11 months.
    `refer` is how to get in touch or be referred, in words. `assured_on` is the day somebody last checked it.
    """

    id: str
    name: str
    organisation: Organisation
    description: str = ""
    url: str | None = None
    phone: str | None = None
    email: str | None = None
    needs: tuple[str, ...] = ()
    min_age: float | None = None
    max_age: float | None = None
    cost: str | None = None
    languages: tuple[str, ...] = ()  # ISO 639-1
    accessibility: tuple[str, ...] = ()
    refer: str = ""
    locations: tuple[Location, ...] = ()
    hours: tuple[Opening, ...] = ()  # of what needs no venue: a telephone line, a web chat
    hours_note: str = ""
    service_areas: tuple[ServiceArea, ...] = ()
    council_only: bool = False
    accepting: Accepting = "unknown"
    accepting_on: date | None = None  # the day on which somebody said so: room comes and goes faster than the rest
    status: Status = "active"
    assured_on: date | None = None
    modified_at: datetime | None = None  # aware, UTC: the feed's own last change
    source: str = ""
    sample: bool = False

    @property
    def national(self) -> bool:
        return any(area.national for area in self.service_areas)

    @property
    def free(self) -> bool:
        return self.cost is not None and self.cost.strip().lower().startswith("free")


def ages_in_words(service: Service) -> str | None:
    """ "0 to 4 years", "5 years and over", "up to 18 months"; None where it is for all ages."""
    low, high = service.min_age, service.max_age
    if low is None and high is None:
        return None
    if high is None:
        return f"{_age(low or 0)} and over"
    if not low:
        return f"0 to {_number(high)} years" if high == int(high) else f"up to {_age(high)}"
    if low == int(low) and high == int(high):
        return f"{_number(low)} to {_number(high)} years" if low != high else f"{_number(low)} years"
    return f"{_age(low)} to {_age(high)}"


def _number(years: float) -> str:
    return f"{years:g}"


def _age(years: float) -> str:
    if years == int(years):
        return f"{years:g} years"
    months = round(years * 12)
    return f"{months} months" if months < 36 or months % 12 else f"{months // 12} years"


def contact_in_words(service: Service) -> str:
    """How to get in touch, telephone first: "Telephone 0808 800 2222, www.familylives.org.uk"."""
    parts = []
    if service.phone:
        parts.append(f"Telephone {service.phone}")
    if service.url:
        parts.append(service.url.removeprefix("https://").removeprefix("http://").rstrip("/"))
    if service.email and not service.phone:
        parts.append(service.email)
    return ", ".join(parts) or service.refer


def to_document(service: Service) -> dict[str, Any]:
    """The service as plain JSON values: the form the store keeps. `from_document` gives back an equal service."""
    document = asdict(service)
    document["assured_on"] = service.assured_on.isoformat() if service.assured_on else None
    document["accepting_on"] = service.accepting_on.isoformat() if service.accepting_on else None
    document["modified_at"] = service.modified_at.isoformat() if service.modified_at else None
    return document


def from_document(document: Mapping[str, Any]) -> Service:
    """The service a document holds. Raises KeyError, TypeError or ValueError where it is not one of ours."""
    fields = dict(document)
    fields["organisation"] = Organisation(**fields["organisation"])
    fields["locations"] = tuple(_location(item) for item in fields.get("locations", ()))
    fields["service_areas"] = tuple(ServiceArea(**item) for item in fields.get("service_areas", ()))
    fields["hours"] = _openings(fields.get("hours", ()))
    for name in ("needs", "languages", "accessibility"):
        fields[name] = tuple(fields.get(name, ()))
    assured, modified = fields.get("assured_on"), fields.get("modified_at")
    said = fields.get("accepting_on")
    fields["accepting_on"] = date.fromisoformat(said) if said else None
    fields["assured_on"] = date.fromisoformat(assured) if assured else None
    fields["modified_at"] = datetime.fromisoformat(modified) if modified else None
    service = Service(**fields)
    if service.accepting not in ACCEPTING or service.status not in STATUSES:
        problem = f"service {service.id}: accepting {service.accepting!r}, status {service.status!r}"
        raise ValueError(problem)
    return service


def to_text(service: Service) -> str:
    """The document as the store keeps it: equal services have equal texts."""
    return json.dumps(to_document(service), ensure_ascii=False, sort_keys=True)


def from_text(text: str) -> Service:
    """The service that `to_text` wrote. Raises what `from_document` raises, and ValueError where it is no JSON."""
    return from_document(json.loads(text))


def _location(item: Mapping[str, Any]) -> Location:
    fields = dict(item)
    fields["hours"] = _openings(item["hours"])
    fields["accessibility"] = tuple(item["accessibility"])
    return Location(**fields)


def _openings(items: Iterable[Mapping[str, Any]]) -> tuple[Opening, ...]:
    return tuple(Opening(day=cast("Day", item["day"]), opens=item["opens"], closes=item["closes"]) for item in items)
