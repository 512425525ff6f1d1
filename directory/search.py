"""Ranked search: what is in reach first, then needs, words, age and language over what is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor

from directory.places import Place
from directory.reasons import reasons
from directory.service import Service
from directory.snapshot import ORGANISATION, REACH_KM, Snapshot
from directory.words import is_common

__all__ = ["REACH_KM", "Query", "Result", "Results", "Snapshot", "fits_age", "search"]

WORDS = 12.0  # all the words, in the name: as good as the need, for understanding may be wrong where a name is not
NEED_BY_RANK = (1.0, 0.8, 0.66, 0.55, 0.45)  # understanding's first need weighs most
ENOUGH_WORDS = 0.6  # without a need, this much of what was asked for must be in the entry
RARE_WORDS = 0.75
ALL_BUT_ALL_WORDS = 0.75  # and this much where none of it stands in the name


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
    because: tuple[str, ...]  # of `why`, the needs and the words


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    place: Place | None
    results: tuple[Result, ...]
    total: int  # all that fit, shown or not
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """How an entry answers the words of the request, each figure from 0 to 1.

    `coverage` is how much of the request its words cover, `in_name` how much of that stands in its name, `telling` how
    rare those words are in the directory.
    """

    words: tuple[str, ...] = ()
    coverage: float = 0.0
    in_name: float = 0.0
    telling: float = 0.0

    @property
    def score(self) -> float:
        return WORDS * self.coverage * (0.3 + 0.7 * self.in_name) * (0.3 + 0.7 * self.telling)


NO_WORDS = _Words()


@dataclass(frozen=True, slots=True)
class _Candidate:
    at: int
    distance: float | None
    words: tuple[str, ...]
    needs: tuple[str, ...]
    score: float


def search(snapshot: Snapshot, query: Query) -> Results:
    """The services that fit, best first. Age, area and need are conditions; the rest is a matter of rank.

    Nothing is found where neither a need nor most of the words point to an entry. What is full, or was not checked for
    too long, comes last.
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
        match = _words(snapshot, matched, total, at)
        if not needs and not _said_so(query, match):
            continue
        score = 10 * need_score + match.score + _fit(service, query, distance)
        candidates.append(_Candidate(at=at, distance=distance, words=match.words, needs=needs, score=score))
    services = snapshot.services
    candidates.sort(
        key=lambda one: (
            snapshot.sinks(one.at),
            -round(one.score, 6),
            one.distance if one.distance is not None else 1e9,
            services[one.at].name,
            services[one.at].id,
        )
    )
    if len(query.needs) > 1:
        candidates = _shared_out(candidates, snapshot)
    page = candidates[query.skip : query.skip + query.limit]
    return Results(
        place=query.place,
        results=tuple(_result(snapshot, query, one) for one in page),
        total=len(candidates),
        more=len(candidates) > query.skip + len(page),
    )


def _said_so(query: Query, match: _Words) -> bool:
    """Whether the words alone ask for this entry: most of them, in its name, or two telling ones in its description.

    Beside an understood need they must be rare words, so that "not talking" is no wish for "New Dads Talk".
    """
    if match.in_name:
        return match.coverage >= ENOUGH_WORDS and (not query.needs or match.telling >= RARE_WORDS)
    return not query.needs and match.coverage >= ALL_BUT_ALL_WORDS and len(match.words) > 1


def fits_age(service: Service, age: float | None) -> bool:
    """A whole maximum lasts until the next birthday: "0 to 4" takes a child of 4 years 11 months."""
    if age is None:
        return True
    low, high = service.min_age, service.max_age
    if low is not None and age < low:
        return False
    return high is None or age <= high or (high == int(high) and floor(age) <= high)


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


def _words(snapshot: Snapshot, matched: list[tuple[str, float, Mapping[int, float]]], total: float, at: int) -> _Words:
    covered, in_name, words = 0.0, 0.0, []
    for word, telling, posting in matched:
        weight = posting.get(at)
        if weight is None:
            continue
        covered += telling
        in_name += telling if weight > ORGANISATION else 0.0
        words.append(word)
    if not total or not covered or all(is_common(word) for word in words):
        return NO_WORDS
    return _Words(
        words=tuple(words),
        coverage=covered / total,
        in_name=in_name / covered,
        telling=min(1.0, covered / snapshot.rare),
    )


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


def _shared_out(candidates: list[_Candidate], snapshot: Snapshot) -> list[_Candidate]:
    """Where several needs were heard, two for the first and then one for another, so that none goes unanswered."""
    left, chosen = list(candidates), []
    answered: dict[str, int] = {}
    for _ in range(min(len(left), 30)):
        best = max(
            range(len(left)),
            key=lambda i: (
                not snapshot.sinks(left[i].at),
                left[i].score - 3.0 * max(0, min((answered.get(need, 0) for need in left[i].needs), default=0) - 1),
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
    because = why[: len(one.needs) + bool(one.words)]
    return Result(service=service, score=round(one.score, 3), distance_km=distance, near=near, why=why, because=because)
