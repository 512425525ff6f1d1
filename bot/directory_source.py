"""The directory's files: the postcodes and the sample directory that ship with the service, and feeds to import."""

import csv
import gzip
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from bot.feed_http import AddressRefused, Fetcher, FetchFault
from bot.feed_reading import Fetched, NotAFeed
from bot.feed_reading import read_address as fetch_address
from directory.older import outpost_id
from directory.oruk import read_oruk
from directory.places import AreaRow, Places, PointRow
from directory.report import Read, Report, compare
from directory.service import Service
from directory.sheet import read_sheet
from directory.sheet_mapping import SheetMapping, mapped

DATA = Path(__file__).resolve().parent.parent / "directory" / "data"
SAMPLE_SHEETS = ("libraries.csv", "food_banks.csv", "national.csv", "samples.csv")


class FeedError(ValueError):
    """The feed as a whole cannot be read; says which file and why."""


def load_places(*, london: bool = True) -> Places:
    """Every postcode, sector and outcode that ships. Without the rest of `london` it loads five times faster."""
    return Places(
        home=_points("postcodes_home.csv.gz"),
        further=_points("postcodes_london.csv.gz") if london else (),
        sectors=_areas("sectors.csv.gz"),
        outcodes=_areas("outcodes.csv.gz"),
    )


def load_sample(places: Places | None = None) -> list[Service]:
    """The sample directory: real libraries, food banks and national services, and samples marked as such.

    Raises FeedError where a row of it cannot be taken: it ships with the service, so that is our own fault.
    """
    places = places or load_places(london=False)
    services: list[Service] = []
    for name in SAMPLE_SHEETS:
        read = read_sheet(_text(DATA / name), needs=None, source=name.removesuffix(".csv"), places=places)
        if read.refused:
            problem = f"{name}: " + "; ".join(f"{line.where} {line.name}: {line.reason}" for line in read.refused)
            raise FeedError(problem)
        services.extend(read.services)
    return services


def load_family_hubs() -> list[dict[str, Any]]:
    """The Department for Education's Family Hubs categories: `id`, `name`, and the `parent_id` of a heading or null."""
    rows: list[dict[str, Any]] = json.loads(_text(DATA / "dfe_family_hubs_taxonomy.json"))
    return rows


def read_feed(
    path: Path,
    *,
    needs: Collection[str] | None = None,
    places: Places | None = None,
    before: Iterable[Service] = (),
    on: date | None = None,
) -> tuple[list[Service], Report]:
    """The services of a file, Open Referral UK JSON or our CSV, and what taking them in does to the ones `before`.

    `needs` are the ids to check against (None: not checked). Raises FeedError where the file is neither, and OSError
    where it cannot be opened.
    """
    read = read_file(path, needs=needs, places=places, on=on)
    return list(read.services), compare(read, before)


def read_file(
    path: Path, *, needs: Collection[str] | None = None, places: Places | None = None, on: date | None = None,
    mapping: SheetMapping | None = None,
) -> Read:  # fmt: skip
    """The file as read; its name is the source. `mapping` says how a sheet with other columns is read as ours.

    Raises as `read_feed` does.
    """
    text = _text(path)
    try:
        if text.lstrip("\ufeff \r\n\t")[:1] in {"[", "{"}:
            data = json.loads(text.removeprefix("\ufeff"))
            return read_oruk(data, needs=needs, source=path.name, places=places, on=on)
        ours = mapped(text, mapping) if mapping else text
        return read_sheet(ours, needs=needs, source=path.name, places=places)
    except (ValueError, csv.Error, RecursionError) as error:
        problem = f"{path.name}: {error}"
        raise FeedError(problem) from error


def source_of(address: str) -> str:
    """By what name entries of an address are known: the same for a feed's base, its list and any page of it."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path.rstrip('/').removesuffix('/services')}"[:120]


def read_address(
    address: str, *, needs: Collection[str] | None = None, places: Places | None = None, on: date | None = None,
    changed_since: datetime | None = None, fetcher: Fetcher | None = None,
) -> tuple[Read, Fetched]:  # fmt: skip
    """What stands at an address, as read and as it came. Raises FeedError where it cannot be had, or not to its end."""
    source = source_of(address)
    try:
        with fetcher or Fetcher() as fetch:
            came = fetch_address(fetch, address, changed_since=changed_since)
        if came.text is not None:
            return read_sheet(came.text, needs=needs, source=source, places=places), came
        read = read_oruk(list(came.records), needs=needs, source=source, places=places, on=on)
    except (AddressRefused, FetchFault, NotAFeed) as fault:
        raise FeedError(str(fault)) from fault
    except (ValueError, csv.Error, RecursionError) as fault:
        problem = f"{source}: {fault}"
        raise FeedError(problem) from fault
    # What could not be had is still listed, also as an entry of Outpost, which is known by an id that we make.
    listed = came.listed | {outpost_id(source, line.id) for line in came.refused}
    read = replace(read, refused=(*came.refused, *read.refused))
    return read, replace(came, listed=listed)


def _text(path: Path) -> str:
    """UTF-8, or the Windows-1252 that a spreadsheet saves."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _points(name: str) -> Iterator[PointRow]:
    with _opened(name) as file:
        for postcode, lad, lat, lon in _rows(file):
            yield postcode, lad, float(lat), float(lon)


def _areas(name: str) -> Iterator[AreaRow]:
    with _opened(name) as file:
        for area, lat, lon, metres, lad in _rows(file):
            yield area, float(lat), float(lon), float(metres), lad


def _rows(file: TextIO) -> Iterator[list[str]]:
    rows = csv.reader(file)
    next(rows)
    return rows


def _opened(name: str) -> TextIO:
    return gzip.open(DATA / name, "rt", encoding="ascii", newline="")
