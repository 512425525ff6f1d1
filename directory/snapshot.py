"""The directory compiled for search: what is offered where, who has which need, which words stand in which entry."""

from collections.abc import Iterable, Mapping
from math import cos, floor, log, radians

from directory.places import Place, distance_km
from directory.service import Service
from directory.words import Vocabulary, is_common, words_of

REACH_KM = 5.0  # half an hour by bus and foot in a town: further is not "near you"
CELL_DEGREES = 0.05  # about 5.5 km north to south: a search looks at a handful of cells
NAME, ORGANISATION, DESCRIPTION = 1.0, 0.7, 0.5  # how telling a word is by where it stands
_NATIONS = {"E": "E92000001", "S": "S92000003", "W": "W92000004", "N": "N92000002"}
_TOGETHER = {"K02000001": "ESWN", "K03000001": "ESW", "K04000001": "EW"}


class Snapshot:
    """The directory compiled for search: built once from services, never changed, shared by threads.

    `labels` name a need for which `directory.needs` has no words of a family's own. `home` are the council's own
    area codes: an entry that names neither venue nor area is taken to serve them. `late` are the ids of entries that
    nobody has checked for too long: they come last.
    """

    def __init__(
        self,
        services: Iterable[Service],
        *,
        labels: Mapping[str, str] | None = None,
        home: frozenset[str] = frozenset(),
        late: frozenset[str] = frozenset(),
    ) -> None:
        self.services = tuple(service for service in services if service.status == "active")
        self.labels = dict(labels or {})
        self.home = home
        self.late = late
        self.by_id = {service.id: service for service in self.services}
        self._anywhere: list[int] = []
        self._unplaced: list[int] = []
        self._by_area: dict[str, list[int]] = {}
        self._cells: dict[tuple[int, int], list[int]] = {}
        self._by_need: dict[str, dict[int, int]] = {}
        self._postings: dict[str, dict[int, float]] = {}
        for at, service in enumerate(self.services):
            self._add(at, service)
        self.vocabulary = Vocabulary(self._postings)
        self.rare = log(1 + len(self.services))

    def _add(self, at: int, service: Service) -> None:
        for rank, need in enumerate(service.needs):
            self._by_need.setdefault(need, {})[at] = rank
        texts = ((service.name, NAME), (service.organisation.name, ORGANISATION), (service.description, DESCRIPTION))
        for text, weight in texts:
            for _, root in words_of(text):
                posting = self._postings.setdefault(root, {})
                posting[at] = max(weight, posting.get(at, 0.0))
        if service.national:
            self._anywhere.append(at)
        for area in service.service_areas:
            if area.code and not area.national:
                self._by_area.setdefault(area.code, []).append(at)
        placed = False
        for venue in service.locations:
            if venue.lat is not None and venue.lon is not None:
                placed = True
                cell = self._cells.setdefault((floor(venue.lat / CELL_DEGREES), floor(venue.lon / CELL_DEGREES)), [])
                if at not in cell:
                    cell.append(at)
        if not placed and not any(area.code for area in service.service_areas):
            self._unplaced.append(at)

    def in_reach(self, place: Place | None) -> dict[int, float | None]:
        """Every service offered at the place, with the distance of its nearest venue in km (null: none measured)."""
        if place is None:
            return dict.fromkeys(range(len(self.services)))
        found = {at: self._distance(at, place) for at in self._anywhere if covers_nation(self.services[at], place)}
        if place.precision == "none":
            return found
        for at in self._by_area.get(place.lad_code or "", ()):
            found[at] = self._distance(at, place)
        if place.lad_code in self.home:
            found.update(dict.fromkeys(self._unplaced))
        for at in self._near(place):
            service = self.services[at]
            if at in found or service.council_only or (service.national and not covers_nation(service, place)):
                continue
            distance = self._distance(at, place)
            if distance is not None and distance <= REACH_KM + place.radius_km:
                found[at] = distance
        return found

    def _near(self, place: Place) -> set[int]:
        if place.lat is None or place.lon is None:
            return set()
        km = REACH_KM + place.radius_km
        up = km / 111.0
        along = up / max(0.1, cos(radians(place.lat)))
        rows = range(floor((place.lat - up) / CELL_DEGREES), floor((place.lat + up) / CELL_DEGREES) + 1)
        columns = range(floor((place.lon - along) / CELL_DEGREES), floor((place.lon + along) / CELL_DEGREES) + 1)
        return {at for row in rows for column in columns for at in self._cells.get((row, column), ())}

    def _distance(self, at: int, place: Place) -> float | None:
        if place.lat is None or place.lon is None:
            return None
        nearest: float | None = None
        for venue in self.services[at].locations:
            if venue.lat is not None and venue.lon is not None:
                km = distance_km(place.lat, place.lon, venue.lat, venue.lon)
                nearest = km if nearest is None else min(nearest, km)
        return nearest

    def sinks(self, at: int) -> bool:
        """Whether it comes after all that may still help: it is full, or nobody has checked it for too long."""
        service = self.services[at]
        return service.accepting == "full" or service.id in self.late

    def needs_of(self, needs: tuple[str, ...]) -> list[dict[int, int]]:
        """For each need asked, which services have it and how high they put it."""
        return [self._by_need.get(need, {}) for need in needs]

    def match(self, text: str, *, mend: bool = True) -> list[tuple[str, float, Mapping[int, float]]]:
        """Each telling word of the text: as written, how telling it is, and where it stands in which services.

        Slips are mended only in English: the directory's vocabulary is, and "para" is no slip for "park".
        """
        found: list[tuple[str, float, Mapping[int, float]]] = []
        for word, root in words_of(text):
            posting: dict[int, float] = {}
            for meant in self.vocabulary.meant(root, mend=mend):
                slip = 1.0 if meant == root else 0.8
                for at, weight in self._postings[meant].items():
                    posting[at] = max(posting.get(at, 0.0), weight * slip)
            telling = log(1 + len(self.services) / len(posting)) if posting else self.rare
            found.append((word, telling * (0.3 if is_common(root) else 1.0), posting))
        return found


def covers_nation(service: Service, place: Place) -> bool:
    letter = (place.lad_code or "")[:1] or ("N" if place.read_as.startswith("BT") else "")
    return any(
        area.code == _NATIONS.get(letter) or letter in _TOGETHER.get(area.code or "", "") or area.code == "K02000001"
        for area in service.service_areas
    )
