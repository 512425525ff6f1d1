"""Ranked search: what is in reach first, then needs, words, age and language over what is left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, floor, log, radians

from directory.places import Place, distance_km
from directory.reasons import reasons
from directory.service import Service
from directory.words import Vocabulary, is_common, words_of

REACH_KM = 5.0  # half an hour by bus and foot in a town: further is not "near you"
CELL_DEGREES = 0.05  # about 5.5 km north to south: a search looks at a handful of cells
NAME, ORGANISATION, DESCRIPTION = 1.0, 0.7, 0.5  # how telling a word is by where it stands
NEED_BY_RANK = (1.0, 0.8, 0.66, 0.55, 0.45)  # understanding's first need weighs most
ENOUGH_WORDS = 0.6  # without a need, this much of what was asked for must be in the entry
ALL_BUT_ALL_WORDS = 0.75  # and this much where none of it stands in the name
_NATIONS = {"E": "E92000001", "S": "S92000003", "W": "W92000004", "N": "N92000002"}
_TOGETHER = {"K02000001": "ESWN", "K03000001": "ESW", "K04000001": "EW"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for. `needs` best first; `age` in years; `skip` results were already shown."""

    text: str = ""
    needs: tuple[str, ...] = ()
    place: Place | None = None
    age: float | None = None
    language: str | None = None
    skip: int = 0
    limit: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`distance_km` to one decimal, only from a whole postcode; `near` names a part postcode instead."""

    service: Service
    score: float
    distance_km: float | None
    near: str | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    place: Place | None
    results: tuple[Result, ...]
    total: int  # all that fit, shown or not
    more: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    at: int
    distance: float | None
    words: tuple[str, ...]
    coverage: float
    needs: tuple[str, ...]
    score: float


class Snapshot:
    """The directory compiled for search: built once from services, never changed, shared by threads.

    `labels` name a need for which `directory.needs` has no words of a family's own. `home` are the council's own
    area codes: an entry that names neither venue nor area is taken to serve them.
    """

    def __init__(
        self,
        services: Iterable[Service],
        *,
        labels: Mapping[str, str] | None = None,
        home: frozenset[str] = frozenset(),
    ) -> None:
        self.services = tuple(service for service in services if service.status == "active")
        self.labels = dict(labels or {})
        self.home = home
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
        self._rare = log(1 + len(self.services))

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
        found = {at: self._distance(at, place) for at in self._anywhere if _covers(self.services[at], place)}
        if place.precision == "none":
            return found
        for at in self._by_area.get(place.lad_code or "", ()):
            found[at] = self._distance(at, place)
        if place.lad_code in self.home:
            found.update(dict.fromkeys(self._unplaced))
        for at in self._near(place):
            service = self.services[at]
            if at in found or service.council_only or (service.national and not _covers(service, place)):
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
            telling = log(1 + len(self.services) / len(posting)) if posting else self._rare
            found.append((word, telling * (0.3 if is_common(root) else 1.0), posting))
        return found


def search(snapshot: Snapshot, query: Query) -> Results:
    """The services that fit, best first. Age, area and need are conditions; the rest is a matter of rank.

    Nothing is found where neither a need nor most of the words point to an entry. Full services come last.
    """
    reach = snapshot.in_reach(query.place)
    holders = snapshot.needs_of(query.needs)
    matched = snapshot.match(query.text, mend=query.language in {None, "en"})
    total = sum(telling for _, telling, _ in matched)
    candidates = []
    for at, distance in reach.items():
        service = snapshot.services[at]
        if not fits_age(service, query.age):
            continue
        need_score, needs = _needs(query.needs, holders, at)
        coverage, in_name, words = _words(matched, total, at)
        if not needs and not _said_so(query, coverage, in_name, words):
            continue
        score = 10 * need_score + 6 * coverage * (0.5 + 0.5 * in_name) + _fit(service, query, distance)
        candidates.append(
            _Candidate(at=at, distance=distance, words=words, coverage=coverage, needs=needs, score=score)
        )
    services = snapshot.services
    candidates.sort(
        key=lambda one: (
            services[one.at].accepting == "full",
            -round(one.score, 6),
            one.distance if one.distance is not None else 1e9,
            services[one.at].name,
            services[one.at].id,
        )
    )
    if len(query.needs) > 1:
        candidates = _shared_out(candidates, services)
    page = candidates[query.skip : query.skip + query.limit]
    return Results(
        place=query.place,
        results=tuple(_result(snapshot, query, one) for one in page),
        total=len(candidates),
        more=len(candidates) > query.skip + len(page),
    )


def _said_so(query: Query, coverage: float, in_name: float, words: tuple[str, ...]) -> bool:
    """Whether the words alone ask for this entry: most of them, in its name, or two telling ones in its description."""
    if in_name:
        return coverage >= ENOUGH_WORDS
    return not query.needs and coverage >= ALL_BUT_ALL_WORDS and len(words) > 1


def fits_age(service: Service, age: float | None) -> bool:
    """A whole maximum lasts until the next birthday: "0 to 4" takes a child of 4 years 11 months."""
    if age is None:
        return True
    low, high = service.min_age, service.max_age
    if low is not None and age < low:
        return False
    return high is None or age <= high or (high == int(high) and floor(age) <= high)


def _covers(service: Service, place: Place) -> bool:
    letter = (place.lad_code or "")[:1] or ("N" if place.read_as.startswith("BT") else "")
    return any(
        area.code == _NATIONS.get(letter) or letter in _TOGETHER.get(area.code or "", "") or area.code == "K02000001"
        for area in service.service_areas
    )


def _needs(asked: tuple[str, ...], holders: list[dict[int, int]], at: int) -> tuple[float, tuple[str, ...]]:
    found = []
    for rank, (need, holder) in enumerate(zip(asked, holders, strict=True)):
        if at in holder:
            weight = NEED_BY_RANK[min(rank, len(NEED_BY_RANK) - 1)]
            found.append((weight * (1 - 0.07 * min(holder[at], 4)), need))
    if not found:
        return 0.0, ()
    best = max(weight for weight, _ in found)
    return best + 0.1 * (sum(weight for weight, _ in found) - best), tuple(need for _, need in found)


def _words(
    matched: list[tuple[str, float, Mapping[int, float]]], total: float, at: int
) -> tuple[float, float, tuple[str, ...]]:
    """How much of the request the entry's words cover (0 to 1), how much of that stands in its name, and which."""
    covered, in_name, words = 0.0, 0.0, []
    for word, telling, posting in matched:
        weight = posting.get(at)
        if weight is None:
            continue
        covered += telling
        in_name += telling if weight > ORGANISATION else 0.0
        words.append(word)
    if not total or not covered or all(is_common(word) for word in words):
        return 0.0, 0.0, ()
    return covered / total, in_name / covered, tuple(words)


def _fit(service: Service, query: Query, distance: float | None) -> float:
    """What ranks two entries for the same need: nearness, the child's age, language, cost, room to take people."""
    score = 0.0
    covers_here = bool(query.place and any(area.code == query.place.lad_code for area in service.service_areas))
    if distance is not None and (not service.national or covers_here):
        score += 4 * max(0.0, 1 - distance / (2 * REACH_KM))
    elif not service.national:
        score += 2.5
    if query.age is not None and (service.min_age is not None or service.max_age is not None):
        span = (service.max_age if service.max_age is not None else 25.0) - (service.min_age or 0.0)
        score += 1.2 - min(span, 25.0) / 25
    if query.language and query.language != "en" and query.language in service.languages:
        score += 2
    if service.free:
        score += 0.4
    return score + {"open": 0.3, "waiting-list": -1.0}.get(service.accepting, 0.0)


def _shared_out(candidates: list[_Candidate], services: tuple[Service, ...]) -> list[_Candidate]:
    """Where several needs were heard, two for the first and then one for another, so that none goes unanswered."""
    left, chosen = list(candidates), []
    answered: dict[str, int] = {}
    for _ in range(min(len(left), 30)):
        best = max(
            range(len(left)),
            key=lambda i: (
                services[left[i].at].accepting != "full",
                left[i].score - 3.0 * min((answered.get(need, 0) for need in left[i].needs), default=0) ** 1.2,
                -i,
            ),
        )
        one = left.pop(best)
        chosen.append(one)
        for need in one.needs[:1]:
            answered[need] = answered.get(need, 0) + 1
    return chosen + left


def _result(snapshot: Snapshot, query: Query, one: _Candidate) -> Result:
    service, place = snapshot.services[one.at], query.place
    exact = place is not None and place.precision == "postcode" and one.distance is not None
    distance = round(one.distance, 1) if exact and one.distance is not None else None
    near = place.read_as if place and one.distance is not None and not exact else None
    if service.national and one.distance is not None and one.distance > REACH_KM:
        distance, near = None, None  # a helpline's head office is nobody's walk
    why = reasons(
        service,
        needs=one.needs,
        labels=snapshot.labels,
        words=one.words,
        age=query.age,
        distance=distance,
        near=near,
        place=place,
        language=query.language,
    )
    return Result(service=service, score=round(one.score, 3), distance_km=distance, near=near, why=why)
