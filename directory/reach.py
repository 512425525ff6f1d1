"""What is offered at a place, for the whole directory at once: columns of numbers, one row an entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Final

import numpy as np
import numpy.typing as npt

from directory.places import EARTH_KM, Place
from directory.service import Service

Flags = npt.NDArray[np.bool_]
Figures = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

REACH_KM: Final = 5.0  # half an hour by bus and foot in a town: further is not "near you"
KM_A_DEGREE: Final = 111.0  # north to south
_NATIONS: Final = {"E": "E92000001", "S": "S92000003", "W": "W92000004", "N": "N92000002"}
_TOGETHER: Final = {"K02000001": "ESWN", "K03000001": "ESW", "K04000001": "EW"}
_KINGDOM: Final = "K02000001"
NOBODY: Final[Rows] = np.zeros(0, np.intp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One row an entry. `offered`: there is a way to be helped from the place. `covers`: it names the council of the
    place. `km`: how far its nearest venue is; infinite where none is measured."""

    offered: Flags
    covers: Flags
    km: Figures


class Ground:
    """Where each entry is offered. Never changes once built: share it between threads.

    `home` are the council's own area codes: an entry that names neither venue nor area is taken to serve them.
    """

    def __init__(self, services: Sequence[Service], *, home: frozenset[str]) -> None:
        self.home = home
        self.national = np.array([service.national for service in services], bool)
        self._council_only = np.array([service.council_only for service in services], bool)
        self._in_nation = {
            letter: np.array([in_nation(service, letter) for service in services], bool) for letter in ("", *_NATIONS)
        }
        areas: dict[str, list[int]] = {}
        unplaced, points = [], []
        for at, service in enumerate(services):
            codes = {area.code for area in service.service_areas if area.code and not area.national}
            for code in codes:
                areas.setdefault(code, []).append(at)
            own = [(at, one.lat, one.lon) for one in service.locations if one.lat is not None and one.lon is not None]
            points += own
            if not own and not any(area.code for area in service.service_areas):
                unplaced.append(at)
        self._areas = {code: np.array(found, np.intp) for code, found in areas.items()}
        self._unplaced = np.array(unplaced, np.intp)
        self._whose = np.array([at for at, _, _ in points], np.intp)
        self._lat = np.array([lat for _, lat, _ in points], np.float64)
        self._lon = np.array([lon for _, _, lon in points], np.float64)

    def reach(self, place: Place | None) -> Reach:
        """Every entry offered at the place; with no place, every entry there is."""
        size = len(self.national)
        covers, km = np.zeros(size, bool), np.full(size, np.inf)
        if place is None:
            return Reach(offered=np.ones(size, bool), covers=covers, km=km)
        in_nation = self._in_nation[nation_of(place)]
        offered = self.national & in_nation
        if place.precision == "none":
            return Reach(offered=offered, covers=covers, km=km)
        covers[self._areas.get(place.lad_code or "", NOBODY)] = True
        offered |= covers
        if place.lad_code in self.home:
            offered[self._unplaced] = True
        if place.lat is not None and place.lon is not None:
            most = REACH_KM + place.radius_km
            near = np.zeros(size, bool)
            near[self._whose[self._box(place.lat, place.lon, most)]] = True
            near &= ~self._council_only & (in_nation | ~self.national)
            self._measure(place.lat, place.lon, near | offered, km)
            offered |= near & (km <= most)
        return Reach(offered=offered, covers=covers, km=km)

    def _box(self, lat: float, lon: float, km: float) -> Flags:
        """The venues of a square that holds all that is so near: cheap, before any distance is worked out."""
        up = km / KM_A_DEGREE
        along = up / max(0.1, cos(radians(lat)))
        return (np.abs(self._lat - lat) <= up) & (np.abs(self._lon - lon) <= along)

    def _measure(self, lat: float, lon: float, wanted: Flags, km: Figures) -> None:
        """Write the distance of the nearest venue of each entry that is `wanted`: the haversine, as `places` has it."""
        here = np.flatnonzero(wanted[self._whose])
        north, east = np.radians(self._lat[here]), np.radians(self._lon[here])
        half = np.sin((north - radians(lat)) / 2) ** 2
        half += cos(radians(lat)) * np.cos(north) * np.sin((east - radians(lon)) / 2) ** 2
        np.minimum.at(km, self._whose[here], 2 * EARTH_KM * np.arcsin(np.sqrt(half)))


def nation_of(place: Place) -> str:
    """E, S, W or N; empty where no authority is known (the islands, a new area)."""
    letter = (place.lad_code or "")[:1] or ("N" if place.read_as.startswith("BT") else "")
    return letter if letter in _NATIONS else ""


def covers_nation(service: Service, place: Place) -> bool:
    return in_nation(service, nation_of(place))


def in_nation(service: Service, letter: str) -> bool:
    """Whether it says that it covers the whole of that nation. Where the nation is not known, the kingdom alone will
    do: England's helpline is nobody's in Jersey."""
    codes = {area.code for area in service.service_areas}
    if _KINGDOM in codes:
        return True
    return bool(letter) and any(code == _NATIONS[letter] or letter in _TOGETHER.get(code or "", "") for code in codes)
