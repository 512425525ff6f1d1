"""Ranked search: what is in reach and for that age, by needs, words, nearness and language.

Every entry is weighed at once, in columns of numbers: what a search costs hardly grows with the directory.
"""

from dataclasses import dataclass
from math import floor, isfinite

import numpy as np

from directory.places import Place
from directory.reach import NOBODY, REACH_KM, Figures, Flags, Reach, Rows
from directory.reasons import reasons
from directory.service import Service
from directory.snapshot import Asked, Snapshot

__all__ = ["REACH_KM", "Query", "Result", "Results", "Snapshot", "fits_age", "search"]

WORDS = 12.0  # all the words, in the name: as good as the need, for understanding may be wrong where a name is not
NEED_BY_RANK = (1.0, 0.8, 0.66, 0.55, 0.45)  # understanding's first need weighs most
ENOUGH_WORDS = 0.6  # without a need, this much of what was asked for must be in the entry
RARE_WORDS = 0.75
ALL_BUT_ALL_WORDS = 0.75  # and this much where none of it stands in the name
SHARED = 30  # where several needs were heard, so many are shared out among them
BESIDE_ANOTHER_NEED = 0.5  # of what words give an entry that has not the first need: "not talking" is no "evening talk"
_LEAST = 1e-9  # no share of nothing


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


@dataclass(frozen=True, slots=True)
class _Words:
    """How each entry answers the words of the request. `covered` is how much of the request its words are, each as
    telling as it is rare, of a `total`; `named` how much of that stands in its name; `count` how many they are. An
    entry that has only words which nearly every entry could carry has none, unless they all stand in its name."""

    total: float
    covered: Figures
    named: Figures
    count: Rows


@dataclass(frozen=True, slots=True)
class _Needs:
    """`score` from 0 to about 1: how well each entry answers the needs asked; `which` has a bit for each it has."""

    score: Figures
    which: Rows


def search(snapshot: Snapshot, query: Query) -> Results:
    """The services that fit, best first. Age, area and need are conditions; the rest is a matter of rank.

    Nothing is found where neither a need nor most of the words point to an entry. What is full, or was not checked for
    too long, comes last.
    """
    reach = snapshot.ground.reach(query.place)
    asked = snapshot.match(query.text, mend=query.language in {None, "en"})
    words, needs = _words(len(snapshot.services), asked), _needs(snapshot, query.needs)
    name, own = snapshot.named(query.text) or ("", NOBODY)
    said_so = _said_so(snapshot, query, words)
    said_so[own] = True
    fits = reach.offered & (said_so | (needs.which > 0))
    if query.age is not None:
        fits &= snapshot.fits_age(query.age)
    rows = np.flatnonzero(fits)
    score: Figures = 10 * needs.score[rows]
    told = _word_score(snapshot, words, rows)
    if query.needs:
        told *= np.where(needs.which[rows] & 1, 1.0, BESIDE_ANOTHER_NEED)
    told[np.isin(rows, own)] = WORDS
    score += told + _fit(snapshot, query, reach, rows)
    order = np.lexsort((snapshot.by_name[rows], reach.km[rows], -np.round(score, 6), snapshot.sinks[rows]))
    if len(query.needs) > 1:
        ranked = rows[order]
        order = order[_shared_out(snapshot.sinks[ranked], score[order], needs.which[ranked], len(query.needs))]
    page = order[query.skip : query.skip + query.limit]
    results = []
    for at, value in zip(rows[page].tolist(), score[page].tolist(), strict=True):
        had = tuple(need for bit, need in enumerate(query.needs) if needs.which[at] >> bit & 1)
        said = tuple(one.word for one in asked if words.count[at] and one.where.holds(at))
        said = (name,) if at in own else said
        results.append(_result(snapshot, query, at, value, had, said, float(reach.km[at])))
    return Results(
        place=query.place, results=tuple(results), total=len(rows), more=len(rows) > query.skip + len(results)
    )


def fits_age(service: Service, age: float | None) -> bool:
    """A whole maximum lasts until the next birthday: "0 to 4" takes a child of 4 years 11 months."""
    if age is None:
        return True
    low, high = service.min_age, service.max_age
    if low is not None and age < low:
        return False
    return high is None or age <= high or (high == int(high) and floor(age) <= high)


def _words(size: int, asked: list[Asked]) -> _Words:
    if not asked:
        return _Words(0.0, np.zeros(size), np.zeros(size), np.zeros(size, np.intp))
    rows = np.concatenate([one.where.rows for one in asked])
    many = [len(one.where.rows) for one in asked]
    telling = np.repeat([one.telling for one in asked], many)
    named = np.concatenate([one.where.named for one in asked])
    counts = np.bincount(rows, np.repeat([not one.common for one in asked], many), size) > 0
    if len(asked) > 1:
        counts |= np.bincount(rows, named, size) == len(asked)
    return _Words(
        sum(one.telling for one in asked),
        np.where(counts, np.bincount(rows, telling, size), 0.0),
        np.where(counts, np.bincount(rows, telling * named, size), 0.0),
        np.where(counts, np.bincount(rows, minlength=size), 0).astype(np.intp),
    )


def _needs(snapshot: Snapshot, asked: tuple[str, ...]) -> _Needs:
    size = len(snapshot.services)
    best, every, which = np.zeros(size), np.zeros(size), np.zeros(size, np.intp)
    for rank, need in enumerate(asked):
        holders = snapshot.need(need)
        weight = NEED_BY_RANK[min(rank, len(NEED_BY_RANK) - 1)] * (1 - 0.07 * np.minimum(holders.rank, 4))
        best[holders.rows] = np.maximum(best[holders.rows], weight)
        every[holders.rows] += weight
        which[holders.rows] |= 1 << rank
    return _Needs(best + 0.1 * (every - best), which)


def _said_so(snapshot: Snapshot, query: Query, words: _Words) -> Flags:
    """Whether the words alone ask for an entry: most of them, in its name, or two telling ones in its description.

    Beside an understood need they must be rare words, so that "not talking" is no wish for "New Dads Talk".
    """
    enough = words.covered >= max(ENOUGH_WORDS * words.total, _LEAST)
    named = enough & (words.named > 0)
    if query.needs:
        return named & (words.covered >= RARE_WORDS * snapshot.rare)
    told: Flags = (
        (words.named == 0) & (words.count > 1) & (words.covered >= max(ALL_BUT_ALL_WORDS * words.total, _LEAST))
    )
    told |= named
    return told


def _word_score(snapshot: Snapshot, words: _Words, rows: Rows) -> Figures:
    covered = words.covered[rows]
    share = words.named[rows] / np.maximum(covered, _LEAST)
    telling = np.minimum(1.0, covered / snapshot.rare) if snapshot.services else covered
    score: Figures = WORDS * covered / max(words.total, _LEAST) * (0.3 + 0.7 * share) * (0.3 + 0.7 * telling)
    return score


def _fit(snapshot: Snapshot, query: Query, reach: Reach, rows: Rows) -> Figures:
    """What ranks two entries for the same need: nearness, the child's age, language, cost, room to take people."""
    km, national = reach.km[rows], snapshot.ground.national[rows]
    walked = np.isfinite(km) & (~national | reach.covers[rows])
    near = np.where(walked, 4 * np.maximum(0.0, 1 - km / (2 * REACH_KM)), np.where(national, 0.0, 2.5))
    score: Figures = near + snapshot.standing[rows]
    if query.age is not None:
        score += snapshot.narrow[rows]
    if query.language and query.language != "en":
        score += 2.0 * np.isin(rows, snapshot.speaks(query.language))
    return score


def _shared_out(sinks: Flags, score: Figures, which: Rows, asked: int) -> Rows:
    """Where several needs were heard, two for the first and then one for another, so that none goes unanswered."""
    left = np.where(sinks, score - 1e6, np.round(score, 6))
    has = (which[:, None] >> np.arange(asked)) & 1 > 0
    first = np.where(has.any(axis=1), has.argmax(axis=1), -1)
    answered, chosen = np.zeros(asked, np.int64), []
    for _ in range(min(len(left), SHARED)):
        fewest = np.where(has, answered, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
        fewest = np.where(has.any(axis=1), fewest, 0)
        best = int(np.argmax(left - 3.0 * np.maximum(0, fewest - 1)))
        chosen.append(best)
        left[best] = -np.inf
        if first[best] >= 0:
            answered[first[best]] += 1
    rest = np.ones(len(left), bool)
    rest[chosen] = False
    return np.concatenate([np.array(chosen, np.intp), np.flatnonzero(rest)])


def _result(
    snapshot: Snapshot, query: Query, at: int, score: float, needs: tuple[str, ...], words: tuple[str, ...], km: float
) -> Result:  # fmt: skip
    service, place, measured = snapshot.services[at], query.place, isfinite(km)
    if service.national and km > REACH_KM:
        measured = False  # a helpline's head office is nobody's walk
    exact = measured and place is not None and place.precision == "postcode"
    distance = round(km, 1) if exact else None
    near = place.read_as if place and measured and not exact else None
    why = reasons(
        service,
        needs=needs,
        labels=snapshot.labels,
        words=words,
        age=query.age,
        distance=distance,
        near=near,
        place=place,
        language=query.language,
    )
    because = why[: len(needs) + bool(words)]
    return Result(service=service, score=round(score, 3), distance_km=distance, near=near, why=why, because=because)
