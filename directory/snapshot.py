"""The directory compiled for search: what is offered where, who has which need, which words stand in which entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import log, nextafter
from typing import Final

import numpy as np

from directory.reach import REACH_KM, Flags, Ground, Rows
from directory.service import Service
from directory.words import Vocabulary, asked_names, every_word, is_common, words_of

__all__ = ["REACH_KM", "Asked", "Need", "Snapshot"]

OLDEST: Final = 25.0  # years: as far as an age range without an end is taken to go


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a word stands: entries in order, and of each whether it stands in its name."""

    rows: Rows
    named: Flags

    def holds(self, at: int) -> bool:
        place = int(np.searchsorted(self.rows, at))
        return place < len(self.rows) and int(self.rows[place]) == at


@dataclass(frozen=True, slots=True)
class Asked:
    """A telling word of a request: as written, how telling it is, and where it stands."""

    word: str
    common: bool
    telling: float
    where: Posting


@dataclass(frozen=True, slots=True)
class Need:
    """The entries that have a need, in order, and how high each puts it: 0 is what it is most about."""

    rows: Rows
    rank: Rows


NOWHERE: Final = Posting(np.zeros(0, np.intp), np.zeros(0, bool))
NOBODY: Final = Need(np.zeros(0, np.intp), np.zeros(0, np.intp))


class Snapshot:
    """The directory compiled for search: built once from services, never changed, shared by threads.

    `labels` name a need for which `directory.needs` has no words of a family's own. `home` are the council's own
    area codes: an entry that names neither venue nor area is taken to serve them. `late` are the ids of entries that
    nobody has checked for too long: they come last.

    What ranks an entry stands in columns, one row an entry, so that ten thousand are weighed at once.
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
        self.ground = Ground(self.services, home=home)
        # It comes after all that may still help: it is full, or nobody has checked it for too long.
        self.sinks = np.array([one.accepting == "full" or one.id in late for one in self.services], bool)
        self.standing = np.array([_standing(one) for one in self.services], np.float64)
        self.youngest = np.array([one.min_age or 0.0 for one in self.services], np.float64)
        self.too_old = np.array([_too_old(one) for one in self.services], np.float64)
        self.narrow = np.array([_narrow(one) for one in self.services], np.float64)
        by_name = sorted(range(len(self.services)), key=lambda at: (self.services[at].name, self.services[at].id))
        self.by_name = np.empty(len(by_name), np.intp)
        self.by_name[by_name] = np.arange(len(by_name), dtype=np.intp)
        self._speakers = _speakers(self.services)
        self._needs = _holders(self.services)
        self._postings, self.vocabulary = _words_told(self.services)
        self._names: dict[tuple[str, ...], list[int]] = {}
        for at, service in enumerate(self.services):
            name = every_word(own_name(service))
            for called in {name, name[:-1] if name[-1:] == ("helpline",) else name}:  # few say "helpline" of one
                self._names.setdefault(called, []).append(at)
        self.rare = log(1 + len(self.services))

    def fits_age(self, age: float) -> Flags:
        """For every entry at once what `directory.search.fits_age` says of one."""
        return (self.youngest <= age) & (age < self.too_old)

    def speaks(self, language: str) -> Rows:
        return self._speakers.get(language, NOWHERE.rows)

    def need(self, need: str) -> Need:
        return self._needs.get(need, NOBODY)

    def named(self, text: str) -> tuple[str, Rows] | None:
        """The name that the text asks for and nothing else, with the entries of that name; None where it asks for none.

        A name may be all of words that tell nothing by themselves: "home start", "start for life".
        """
        for words in asked_names(text):
            if rows := self._names.get(words):
                return " ".join(words), np.array(rows, np.intp)
        return None

    def match(self, text: str, *, mend: bool = True) -> list[Asked]:
        """Each telling word of the text and where it stands.

        Slips are mended only in English: the directory's vocabulary is, and "para" is no slip for "park".
        """
        found = []
        for word, root in words_of(text):
            meant = self.vocabulary.meant(word, root, mend=mend)
            if meant is None:
                continue
            common, where = is_common(root), self._where(meant)
            telling = log(1 + len(self.services) / len(where.rows)) if len(where.rows) else self.rare
            found.append(Asked(word, common, telling * (0.3 if common else 1.0), where))
        return found

    def _where(self, roots: tuple[str, ...]) -> Posting:
        if len(roots) < 2:
            return self._postings[roots[0]] if roots else NOWHERE
        there = np.zeros(len(self.services), np.int8)
        for posting in (self._postings[root] for root in roots):
            there[posting.rows] |= 1 + 2 * posting.named.astype(np.int8)
        rows = np.flatnonzero(there).astype(np.intp)
        return Posting(rows, there[rows] > 1)


def own_name(service: Service) -> str:
    """Its name without the mark of a sample, which is nothing to search by."""
    return service.name.removesuffix(" (sample)")


def _standing(service: Service) -> float:
    """What speaks for an entry whatever is asked: it is free, and has room."""
    return (0.4 if service.free else 0.0) + {"open": 0.3, "waiting-list": -1.0}.get(service.accepting, 0.0)


def _too_old(service: Service) -> float:
    """The age from which it is no more for somebody. A whole maximum lasts until the next birthday."""
    high = service.max_age
    if high is None:
        return np.inf
    return high + 1 if high == int(high) else nextafter(high, np.inf)


def _narrow(service: Service) -> float:
    """The more an entry is for one age, the more it is for a child of that age; 0 where it names none."""
    if service.min_age is None and service.max_age is None:
        return 0.0
    span = (service.max_age if service.max_age is not None else OLDEST) - (service.min_age or 0.0)
    return 1.2 - min(span, OLDEST) / OLDEST


def _speakers(services: tuple[Service, ...]) -> dict[str, Rows]:
    found: dict[str, list[int]] = {}
    for at, service in enumerate(services):
        for language in {*service.languages}:
            found.setdefault(language, []).append(at)
    return {language: np.array(rows, np.intp) for language, rows in found.items()}


def _holders(services: tuple[Service, ...]) -> dict[str, Need]:
    found: dict[str, dict[int, int]] = {}
    for at, service in enumerate(services):
        for rank, need in enumerate(service.needs):
            found.setdefault(need, {})[at] = rank
    return {
        need: Need(np.array([*ranks], np.intp), np.array([*ranks.values()], np.intp)) for need, ranks in found.items()
    }


def _words_told(services: tuple[Service, ...]) -> tuple[dict[str, Posting], Vocabulary]:
    """For each word the entries whose name, organisation or description has it; and every form that is written."""
    pairs: list[tuple[str, int, bool]] = []
    forms: dict[str, str] = {}
    for at, service in enumerate(services):
        named = {root: word for word, root in words_of(own_name(service))}
        told = {
            root: word for text in (service.organisation.name, service.description) for word, root in words_of(text)
        }  # fmt: skip
        forms |= {word: root for own in (named, told) for root, word in own.items()}
        pairs += [(root, at, root in named) for root in named | told]
    pairs.sort()
    found = {}
    for root, group in groupby(pairs, key=lambda pair: pair[0]):
        rows, in_name = zip(*((at, name) for _, at, name in group), strict=True)
        found[root] = Posting(np.array(rows, np.intp), np.array(in_name, bool))
    return found, Vocabulary(forms)
