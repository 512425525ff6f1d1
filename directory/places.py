"""UK postcodes: found in what a family wrote, and placed on the map as exactly as the data allows."""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Literal

Precision = Literal["postcode", "sector", "outcode", "none"]
PointRow = tuple[str, str, float, float]  # postcode, local authority code, latitude, longitude
AreaRow = tuple[
    str, float, float, float, str
]  # sector or outcode, latitude, longitude, radius in metres, main authority

EARTH_KM = 6371.0
# Areas of the islands and Northern Ireland, of which the shipped data holds no points.
UNPLACED_AREAS = frozenset({"BT", "GY", "IM", "JE"})
# Letters that are a postcode area and also a word, so that "im 15" and "so 15 of us" are read with care.
AREA_WORDS = frozenset({"AL", "BA", "CA", "CO", "DA", "DO", "IM", "LA", "LE", "ME", "OL", "PA", "PE", "SO", "TA", "TO"})
# Ends of ordinary words and units that have the shape of the second half of a postcode.
NOT_INWARD = frozenset({"YR", "ST", "ND", "RD", "TH", "HR", "BN", "LB", "YS"})
SLIP_WORDS = frozenset(
    {"IBS", "IDS", "IFS", "ILL", "INN", "IRE", "ISH", "ITS", "OAR", "OAT", "OBS", "ODD", "OFF", "OLD", "ONE", "OPS"}
    | {"OPT", "ORB", "OTT", "OUR", "OUT", "OWN"}
)
# The Royal Mail never uses C, I, K, M, O, V in the last two letters.
_INWARD = r"[0-9OIL][ABD-HJLNP-UW-Z]{2}"
_FULL = re.compile(
    rf"(?<![A-Z0-9£$])(?P<letters>[A-Z]{{1,2}})(?P<gap>[ .-]*)(?P<digits>[0-9OIL][0-9OILA-HJKMNP-Z]?)"
    rf"(?P<space>[ .,-]*)(?P<inward>{_INWARD})(?![A-Z0-9])"
)
_PART = re.compile(
    r"(?<![A-Z0-9£$])(?P<letters>[A-Z]{1,2})(?P<gap>[ ]?)(?P<digits>[0-9]{1,2}[A-Z]?)"
    r"(?:(?P<space> ?)(?P<sector>[0-9])(?P<cut>[A-Z]?))?(?![A-Z0-9])"
)
_LETTERLESS = re.compile(r"(?<![A-Z0-9£$:.])(?P<digits>[0-9]{1,2}) ?(?P<inward>[0-9][ABD-HJLNP-UW-Z]{2})(?![A-Z0-9])")
_PLACE_BEFORE = re.compile(r"(?:\b(?:IN|NEAR|FROM|AT|AROUND|ROUND|TO|AREA|POSTCODE|LIVE|IS|IM|BY)|[,:(])\s*$")
_AMOUNT_AFTER = re.compile(r"^\s*(?:QUID|POUNDS?|P\b|K\b|%|NOTICE|MOTORWAY|VITAMINS?|BUS|TRAIN|SIZE)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a family is, as far as they said.

    `radius_km` holds 95 % of the addresses it may be: 0 for a whole postcode. With precision `none` a postcode was
    given that has no point (Northern Ireland, the islands, a new area): only what covers the country fits it.
    `start` and `end` mark the words it was read from.
    """

    read_as: str
    precision: Precision
    lat: float | None = None
    lon: float | None = None
    radius_km: float = 0.0
    lad_code: str | None = None
    start: int = 0
    end: int = 0

    @property
    def outcode(self) -> str | None:
        """The part that names a district, safe to count by: "SW18". None where nothing was read."""
        return self.read_as.split(" ", maxsplit=1)[0] or None


@dataclass(frozen=True, slots=True)
class _Area:
    lat: float
    lon: float
    radius_km: float
    lad_code: str


class Places:
    """Every postcode we can place, in about 20 bytes each. Never changes once built: share it between threads.

    `home` are the council's own postcodes and the ones around it; `further` is optional, for a wider map.
    Raises ValueError on a row that is not a postcode.
    """

    def __init__(
        self,
        *,
        home: Iterable[PointRow],
        sectors: Iterable[AreaRow],
        outcodes: Iterable[AreaRow],
        further: Iterable[PointRow] = (),
    ) -> None:
        self._sectors = {name: _area(lat, lon, metres, lad) for name, lat, lon, metres, lad in sectors}
        self._outcodes = {name: _area(lat, lon, metres, lad) for name, lat, lon, metres, lad in outcodes}
        self._areas = frozenset(_letters(name) for name in self._outcodes) | UNPLACED_AREAS
        lads: dict[str, int] = {}
        rows = []
        home_letters = set()
        for postcode, lad, lat, lon in home:
            rows.append((_pack(postcode), lads.setdefault(lad, len(lads)), lat, lon, 1))
            home_letters.add(_letters(postcode))
        for postcode, lad, lat, lon in further:
            rows.append((_pack(postcode), lads.setdefault(lad, len(lads)), lat, lon, 0))
        rows.sort()
        self._keys = array("Q", (row[0] for row in rows))
        self._lads = array("H", (row[1] for row in rows))
        self._lats = array("f", (row[2] for row in rows))
        self._lons = array("f", (row[3] for row in rows))
        self._home = bytes(row[4] for row in rows)
        self._lad_codes = tuple(lads)
        self._home_letters = tuple(sorted(home_letters))

    def __len__(self) -> int:
        return len(self._keys)

    def point(self, postcode: str) -> tuple[float, float, str] | None:
        """Latitude, longitude and authority of a whole postcode in standard form; None where it is not held."""
        at = self._find(postcode)
        if at is None:
            return None
        return round(self._lats[at], 5), round(self._lons[at], 5), self._lad_codes[self._lads[at]]

    def read(self, text: str) -> Place | None:
        """The first UK postcode in the text: whole before part, any spacing and case, O for 0 and I for 1 forgiven.

        A whole postcode we do not hold is placed by its sector, then its outcode, and says so in `precision`.
        """
        upper = text.upper()
        if len(upper) != len(text):  # a letter such as ß grows: keep positions true
            upper = "".join(char.upper() if len(char.upper()) == 1 else char for char in text)
        for read in (self._whole, self._letterless_known, self._part):
            for place in read(upper):
                return place
        return None

    def _whole(self, upper: str) -> Iterator[Place]:
        for found in _FULL.finditer(upper):
            place = self._settle(found)
            if place is not None:
                yield place

    def _settle(self, found: re.Match[str]) -> Place | None:
        letters, inward = found["letters"], found["inward"]
        outward = letters + _digits(found["digits"])
        straight = _slip(inward[0]) + inward[1:]
        standard = f"{outward} {straight}"
        if letters not in self._areas:
            return None
        known = self._find(standard) is not None
        slipped = inward != straight
        spaced_word = bool(found["gap"]) and letters in AREA_WORDS
        doubtful = spaced_word or inward[1:] in NOT_INWARD or (slipped and bool(found["space"]))
        if doubtful and (not known or (slipped and inward in SLIP_WORDS) or inward[1:] in {"YR", "TH"}):
            return None
        return self._placed(standard, found.start(), found.end())

    def _placed(self, standard: str, start: int, end: int) -> Place | None:
        """A standard-form postcode on the map, at the finest level we hold."""
        at = self._find(standard)
        if at is not None:
            return Place(
                read_as=standard,
                precision="postcode",
                lat=round(self._lats[at], 5),
                lon=round(self._lons[at], 5),
                lad_code=self._lad_codes[self._lads[at]],
                start=start,
                end=end,
            )
        outcode, inward = standard.split(" ")
        return self._sector(outcode, inward[0], start, end) or self._nowhere(standard, start, end)

    def _sector(self, outcode: str, digit: str, start: int, end: int) -> Place | None:
        sector = f"{outcode} {digit}"
        if sector in self._sectors:
            return _wide(sector, "sector", self._sectors[sector], start, end)
        if outcode in self._outcodes:
            return _wide(outcode, "outcode", self._outcodes[outcode], start, end)
        return None

    def _nowhere(self, standard: str, start: int, end: int) -> Place | None:
        if _letters(standard) in UNPLACED_AREAS and re.match(r"[A-Z]{2}[0-9]", standard):
            return Place(read_as=standard, precision="none", start=start, end=end)
        return None

    def _letterless_known(self, upper: str) -> Iterator[Place]:
        """ "18 2PU" for SW18 2PU: taken only where exactly one of the council's own postcodes ends so."""
        for found in _LETTERLESS.finditer(upper):
            if found["inward"][1:] in NOT_INWARD:
                continue
            endings = [f"{letters}{found['digits']} {found['inward']}" for letters in self._home_letters]
            known = [name for name in endings if (at := self._find(name)) is not None and self._home[at]]
            if len(known) == 1:
                place = self._placed(known[0], found.start(), found.end())
                if place is not None:
                    yield place

    def _part(self, upper: str) -> Iterator[Place]:
        for found in _PART.finditer(upper):
            place = self._partly(found, upper)
            if place is not None:
                yield place

    def _partly(self, found: re.Match[str], upper: str) -> Place | None:
        if not self._meant(found, upper):
            return None
        outcode, sector = found["letters"] + found["digits"], found["sector"]
        if outcode in self._outcodes:
            # "SW18 2 kids": the digit counts children, so only the outcode is read.
            counts = bool(sector) and found["space"] == " " and upper[found.end() :][:1] == " "
            if counts or not sector:
                return _wide(outcode, "outcode", self._outcodes[outcode], found.start(), found.end("digits"))
            return self._sector(outcode, sector, found.start(), found.end())
        return None

    def _meant(self, found: re.Match[str], upper: str) -> bool:
        """Letters and a number may be a vitamin, a motorway or a banknote: something must say it is a place."""
        letters = found["letters"]
        if letters in self._home_letters or upper.strip(" .,!?") == found[0].strip():
            return True
        if found["gap"]:
            return False
        if len(letters) == 1 or letters in AREA_WORDS:
            if _AMOUNT_AFTER.match(upper[found.end() :]):
                return False
            return bool(_PLACE_BEFORE.search(upper[: found.start()]))
        return True

    def _find(self, postcode: str) -> int | None:
        try:
            key = _pack(postcode)
        except ValueError:
            return None
        at = bisect_left(self._keys, key)
        return at if at < len(self._keys) and self._keys[at] == key else None


def distance_km(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Great-circle distance by the haversine formula."""
    rise, run = radians(to_lat - lat) / 2, radians(to_lon - lon) / 2
    chord = sin(rise) ** 2 + cos(radians(lat)) * cos(radians(to_lat)) * sin(run) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def _area(lat: float, lon: float, metres: float, lad: str) -> _Area:
    return _Area(lat, lon, metres / 1000, lad)


def _wide(name: str, precision: Precision, area: _Area, start: int, end: int) -> Place:
    return Place(
        read_as=name,
        precision=precision,
        lat=area.lat,
        lon=area.lon,
        radius_km=area.radius_km,
        lad_code=area.lad_code,
        start=start,
        end=end,
    )


def _letters(name: str) -> str:
    return name[:2] if name[1:2].isalpha() else name[:1]


def _slip(char: str) -> str:
    return {"O": "0", "I": "1", "L": "1"}.get(char, char)


def _digits(digits: str) -> str:
    """The figures of an outward code with slips put right: "IO" is 10; a letter that may end one stays."""
    if len(digits) == 1:
        return _slip(digits)
    return _slip(digits[0]) + (_slip(digits[1]) if digits[1] in "OIL" else digits[1])


def _pack(postcode: str) -> int:
    """A postcode as one integer of base 37, its space dropped: seven characters fit eight bytes."""
    key = 0
    compact = postcode.replace(" ", "")
    if not 5 <= len(compact) <= 7 or not compact.isascii():
        problem = f"not a postcode: {postcode!r}"
        raise ValueError(problem)
    for char in compact:
        if not char.isalnum():
            problem = f"not a postcode: {postcode!r}"
            raise ValueError(problem)
        key = key * 37 + int(char, 36) + 1
    return key
