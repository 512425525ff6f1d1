"""The directory as a spreadsheet: one service a row, in CSV. A council's main door in and out.

Columns (only `name` and `organisation` must be filled; unknown columns are refused so that a slip is seen):

id                 leave blank for a new entry: made from organisation and name, and the same at every import
name, organisation what families see
organisation_url   its website
charity_number     of the organisation, as in the register: finds entries that are the same
description, url, phone, email
needs              ids of needs.yaml, what it is most about first, separated by ;
min_age, max_age   years of the child or young person it is for (0.5 is six months); blank for parents and all ages
cost               in words; begin with "Free" where it is free
languages          ISO 639-1 codes, separated by ;
accessibility      in words, separated by ;
refer              how to get in touch or be referred, in words
accepting          open, waiting-list, full or unknown
accepting_on       YYYY-MM-DD: the day on which somebody said so
status             active, inactive, defunct or temporarily closed; blank is active
areas              ONS codes with names, separated by ; ("E09000032 Wandsworth"; "K02000001 the UK")
council_only       yes where only people of those areas may use it
venue, address, postcode, lat, lon
hours              "Mo 09:00-17:00; Tu 09:00-12:00; note: closed in August"; of the line where there is no venue
venue_access       in words, separated by ;
assured_on         YYYY-MM-DD: the day somebody last checked the entry
source             where it came from
sample             yes for an invented entry

A service with several venues takes a row for each: the further rows repeat the id (or the organisation and name) and
fill the venue's columns.
"""

import csv
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from io import StringIO
from typing import cast

from directory.cleaning import Cleaner
from directory.oruk_export import made_id
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

COLUMNS = (
    "id", "name", "organisation", "organisation_url", "charity_number", "description", "url", "phone", "email", "needs",
    "min_age", "max_age", "cost", "languages", "accessibility", "refer", "accepting", "accepting_on", "status", "areas",
    "council_only", "venue", "address", "postcode", "lat", "lon", "hours", "venue_access", "assured_on", "source",
    "sample",
)  # fmt: skip
_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"", "no", "n", "false", "0"})
_AREA = re.compile(r"^(?P<code>[EKNSW]\d{8})?\s*(?P<name>.*)$")
_HOURS = re.compile(r"^(?P<day>[A-Za-z]{2,9})\s+(?P<opens>[\d:.]+)\s*[-\u2013]\s*(?P<closes>[\d:.]+)$")


def read_sheet(text: str, *, needs: Collection[str] | None, source: str, places: Places | None = None) -> Read:
    """The services of a CSV sheet. Raises ValueError where the header is not ours; a bad row never stops the others.

    `needs` are the ids of needs.yaml: another is left out and reported (None: not checked). `source` names the sheet
    where a row does not name its own. `places` give a point to a venue that has only a postcode.
    """
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    header = [name.strip().lower() for name in rows.fieldnames or ()]
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in ("name", "organisation") if name not in header]
    if unknown or missing:
        said = [f"unknown columns: {', '.join(unknown)}"] if unknown else []
        said += [f"missing columns: {', '.join(missing)}"] if missing else []
        raise ValueError("; ".join(said))
    services: dict[str, Service] = {}
    repaired, refused = [], []
    for number, row in enumerate(rows, start=2):
        cells = {(key or "").strip().lower(): value for key, value in row.items() if isinstance(value, str)}
        clean = Cleaner()
        where = f"row {number}"
        try:
            if None in row:
                raise ValueError("more cells than columns: is a comma missing its quotation marks?")
            service = _Row(cells, clean, needs, source, places).service()
        except ValueError as error:
            refused.append(Line(id=cells.get("id", ""), name=cells.get("name", ""), where=where, reason=str(error)))
            continue
        known = services.get(service.id)
        if known is None:
            services[service.id] = service
        elif service.locations:
            services[service.id] = replace(known, locations=known.locations + _renumbered(known, service))
        else:
            refused.append(Line(id=service.id, name=service.name, where=where, reason="stands in an earlier row"))
        if clean.repairs:
            repaired.append(Line(id=service.id, name=service.name, where=where, reason="; ".join(clean.repairs)))
    return Read(services=tuple(services.values()), repaired=tuple(repaired), refused=tuple(refused))


def write_sheet(services: Iterable[Service]) -> str:
    """The services as CSV that `read_sheet` reads back; ids of organisations and venues are made anew there."""
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    for service in services:
        writer.writerow(_cells(service) | _venue_cells(service.locations[0] if service.locations else None))
        for venue in service.locations[1:]:
            head = {"id": service.id, "name": service.name, "organisation": service.organisation.name}
            writer.writerow(head | _venue_cells(venue))
    return out.getvalue()


def sheet_cells(service: Service) -> dict[str, str]:
    """One service's cells by column; of several venues, all in one cell, each on a line."""
    cells = _cells(service)
    for venue in service.locations:
        for name, cell in _venue_cells(venue).items():
            cells[name] = "\n".join(filter(None, (cells.get(name, ""), cell)))
    return cells


class _Row:
    def __init__(
        self,
        cells: Mapping[str, str],
        clean: Cleaner,
        needs: Collection[str] | None,
        source: str,
        places: Places | None,
    ) -> None:
        self.cells = cells
        self.clean = clean
        self.needs = needs
        self.source = source
        self.places = places

    def service(self) -> Service:
        name, organisation = self._text("name"), self._text("organisation")
        if not name or not organisation:
            raise ValueError("no name" if not name else "no organisation")
        service_id = self._text("id") or made_id("sheet", organisation.casefold(), name.casefold())
        locations = self._locations(service_id)
        hours, note = ((), "") if locations else self._hours()
        low, high = self.clean.age(self._text("min_age"), "min_age"), self.clean.age(self._text("max_age"), "max_age")
        if low is not None and high is not None and low > high:
            low, high = high, low
            self.clean.note("min_age and max_age were the wrong way round: swapped")
        return Service(
            id=service_id,
            name=name,
            organisation=Organisation(
                id=made_id("organisation", organisation.casefold()),
                name=organisation,
                url=self._maybe("organisation_url"),
                charity=self._maybe("charity_number"),
            ),
            description=self._text("description"),
            url=self._maybe("url"),
            phone=self._maybe("phone"),
            email=self._maybe("email"),
            needs=self._needs(),
            min_age=low,
            max_age=high,
            cost=self._maybe("cost"),
            languages=tuple(code.lower() for code in self._list("languages")),
            accessibility=self._list("accessibility"),
            refer=self._text("refer"),
            locations=locations,
            hours=hours,
            hours_note=note,
            service_areas=self._areas(),
            council_only=self._yes("council_only"),
            accepting=cast("Accepting", self._one_of("accepting", ACCEPTING, "unknown")),
            accepting_on=self.clean.day(self._text("accepting_on"), "accepting_on"),
            status=cast("Status", self._one_of("status", STATUSES, "active")),
            assured_on=self.clean.day(self._text("assured_on"), "assured_on"),
            source=self._text("source") or self.source,
            sample=self._yes("sample"),
        )

    def _text(self, name: str) -> str:
        return self.clean.text(self.cells.get(name), name)

    def _maybe(self, name: str) -> str | None:
        return self._text(name) or None

    def _list(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.strip() for part in self._text(name).split(";") if part.strip()))

    def _yes(self, name: str) -> bool:
        word = self._text(name).lower()
        if word not in _YES | _NO:
            problem = f"{name}: {word!r} is neither yes nor no"
            raise ValueError(problem)
        return word in _YES

    def _one_of(self, name: str, known: Sequence[str], blank: str) -> str:
        word = self._text(name).lower() or blank
        if word not in known:
            problem = f"{name}: {word!r} is none of {', '.join(known)}"
            raise ValueError(problem)
        return word

    def _needs(self) -> tuple[str, ...]:
        given = self._list("needs")
        unknown = [need for need in given if self.needs is not None and need not in self.needs]
        if unknown:
            self.clean.note(f"unknown needs left out: {', '.join(unknown)}")
        return tuple(need for need in given if need not in unknown)

    def _areas(self) -> tuple[ServiceArea, ...]:
        areas = []
        for part in self._list("areas"):
            found = _AREA.match(part)
            if found is not None:
                areas.append(ServiceArea(code=found["code"], name=found["name"] or found["code"] or part))
        return tuple(areas)

    def _locations(self, service_id: str) -> tuple[Location, ...]:
        name, address, postcode = self._text("venue"), self._text("address"), self._maybe("postcode")
        lat, lon = self.clean.degrees(self._text("lat"), self._text("lon"))
        if not (name or address or postcode or lat is not None):
            return ()
        if lat is None and postcode:
            point = self.places.point(postcode) if self.places else None
            if point is None:
                self.clean.note(f"postcode {postcode} is not known: the venue has no point on the map")
            else:
                lat, lon = point[0], point[1]
        hours, note = self._hours()
        return (
            Location(
                id=made_id(service_id, "venue", "0"),
                name=name,
                address=address,
                postcode=postcode,
                lat=lat,
                lon=lon,
                hours=hours,
                hours_note=note,
                accessibility=self._list("venue_access"),
            ),
        )

    def _hours(self) -> tuple[tuple[Opening, ...], str]:
        hours, notes = [], []
        for part in self._text("hours").split(";"):
            text = part.strip()
            found = _HOURS.match(text)
            if found is not None:
                opening = self.clean.opening(found["day"], found["opens"], found["closes"])
                hours.extend([opening] if opening else [])
            elif text:
                notes.append(text.removeprefix("note:").strip())
        return tuple(hours), "; ".join(notes)


def _renumbered(known: Service, further: Service) -> tuple[Location, ...]:
    first = len(known.locations)
    return tuple(
        replace(venue, id=made_id(known.id, "venue", str(first + number)))
        for number, venue in enumerate(further.locations)
    )


def _cells(service: Service) -> dict[str, str]:
    areas = [f"{area.code} {area.name}" if area.code else area.name for area in service.service_areas]
    return {
        "id": service.id,
        "name": service.name,
        "organisation": service.organisation.name,
        "organisation_url": service.organisation.url or "",
        "charity_number": service.organisation.charity or "",
        "description": service.description,
        "url": service.url or "",
        "phone": service.phone or "",
        "email": service.email or "",
        "needs": "; ".join(service.needs),
        "min_age": _figure(service.min_age),
        "max_age": _figure(service.max_age),
        "cost": service.cost or "",
        "languages": "; ".join(service.languages),
        "accessibility": "; ".join(service.accessibility),
        "refer": service.refer,
        "accepting": service.accepting,
        "accepting_on": service.accepting_on.isoformat() if service.accepting_on else "",
        "status": service.status,
        "areas": "; ".join(areas),
        "hours": _hours_cell(service.hours, service.hours_note),
        "council_only": "yes" if service.council_only else "",
        "assured_on": service.assured_on.isoformat() if service.assured_on else "",
        "source": service.source,
        "sample": "yes" if service.sample else "",
    }


def _venue_cells(venue: Location | None) -> dict[str, str]:
    if venue is None:
        return {}
    return {
        "venue": venue.name,
        "address": venue.address,
        "postcode": venue.postcode or "",
        "lat": _figure(venue.lat),
        "lon": _figure(venue.lon),
        "hours": _hours_cell(venue.hours, venue.hours_note),
        "venue_access": "; ".join(venue.accessibility),
    }


def _hours_cell(hours: tuple[Opening, ...], note: str) -> str:
    openings = [f"{hour.day.title()} {hour.opens}-{hour.closes}" for hour in hours]
    return "; ".join([*openings, *([f"note: {note}"] if note else [])])


def _figure(value: float | None) -> str:
    return "" if value is None else repr(value).removesuffix(".0")
