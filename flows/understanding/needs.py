"""Free text to ranked needs: telling words, and a linear model over word and letter groups.

Trained from the phrases when the content is compiled, in closed form: a feature weighs for a need what its share of
that need's phrases exceeds its share of all the others', in log odds. What speaks for everything weighs nothing.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

Feature = tuple[str, ...]

_SUFFIXES = ("ings", "ing", "edly", "ies", "ied", "ers", "er", "ed", "es", "ly", "s")
_SHORTEST_STEM = 3
_LETTERS = 4
_LETTERS_FROM = 5  # shorter words have no part that says more than the whole
_KIND_WEIGHT = {"w": 1.0, "b": 0.8, "c": 0.22}
_TERM_WEIGHT = 2.2
_SMOOTH = 0.35
_MOST_NEEDS = 5
_COMMON = 0.6  # share of the needs in whose phrases a word stands from which it tells nothing


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A light stem: "nurseries" and "nursery" meet, "bus" stays."""
    if not word.isascii() or len(word) <= _SHORTEST_STEM:
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM and not word.endswith("ss"):
            bare = word[: -len(suffix)]
            if suffix in ("ies", "ied"):
                return bare + "i"
            if len(bare) > _SHORTEST_STEM and bare[-1] == bare[-2] and bare[-1] not in "sl":
                bare = bare[:-1]
            return bare.removesuffix("e") if len(bare) > _SHORTEST_STEM else bare
    if word.endswith("y"):
        return word[:-1] + "i"
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM + 1 else word


@lru_cache(maxsize=16384)
def _letter_features(word: str) -> tuple[Feature, ...]:
    if len(word) < _LETTERS_FROM:
        return ()
    padded = f"<{word}>"
    return tuple(("c", padded[i : i + _LETTERS]) for i in range(len(padded) - _LETTERS + 1))


def features(words: Sequence[str]) -> Iterator[tuple[Feature, int]]:
    """Each feature with the place of the word it begins at."""
    stems = [stem(word) for word in words]
    for place, (word, own) in enumerate(zip(words, stems, strict=True)):
        yield ("w", own), place
        for letters in _letter_features(word):
            yield letters, place
    for place in range(len(stems) - 1):
        yield ("b", stems[place], stems[place + 1]), place


@dataclass(frozen=True, slots=True)
class RankedNeed:
    """A need with its score (log odds, about 0 to 30) and the places of the words that spoke most for it."""

    id: str
    score: float
    places: tuple[int, ...]


class NeedModel:
    """Compiled once; `rank` is pure."""

    __slots__ = ("_common", "_longest", "_terms", "_weights", "ids")

    def __init__(
        self,
        ids: Sequence[str],
        phrases: Mapping[str, Sequence[Sequence[str]]],
        terms: Mapping[str, Sequence[Sequence[str]]],
        common: Iterable[str] = (),
    ) -> None:
        """`common`: further words that speak for no need, however seldom the phrases say them."""
        self.ids = tuple(ids)
        self._common = _common_stems(phrases) | {stem(word) for word in common}
        self._weights = _log_odds(phrases)
        self._terms: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for need, given in terms.items():
            for words in given:
                self._terms[tuple(stem(word) for word in words)].append(need)
        self._longest = max((len(term) for term in self._terms), default=0)

    def rank(
        self,
        words: Sequence[str],
        aside: frozenset[int] = frozenset(),
        boosts: Mapping[str, tuple[float, tuple[int, ...]]] = MappingProxyType({}),
    ) -> list[RankedNeed]:
        """All needs the words speak for, best first. `aside` are places of words the family set aside.

        `boosts` adds a weight to a need, with the places of the words that gave it.
        """
        scores: dict[str, float] = defaultdict(float)
        by_place: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        seen: set[Feature] = set()
        for feature, place in features(words):
            if place in aside or feature in seen or self._tells_nothing(feature, words[place]):
                continue
            seen.add(feature)
            for need, weight in self._weights.get(feature, ()):
                scores[need] += weight
                by_place[need][place] += weight
        for need, place, length, weight in self._found_terms(words):
            if place not in aside:
                scores[need] += weight
                for at in range(place, place + length):
                    by_place[need][at] += weight / length
        for need, (weight, places) in boosts.items():
            scores[need] += weight
            for at in places:
                by_place[need][at] += weight / len(places)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        common = {place for place, word in enumerate(words) if stem(word) in self._common}
        found = [RankedNeed(need, score, _telling(by_place[need], common)) for need, score in ranked]
        return [need for need in found if need.places]

    def _tells_nothing(self, feature: Feature, word: str) -> bool:
        """Made of words alone that are said of everything ("please", "today"), or letters of such a word."""
        parts = (stem(word),) if feature[0] == "c" else feature[1:]
        return all(part in self._common for part in parts)

    def _found_terms(self, words: Sequence[str]) -> Iterator[tuple[str, int, int, float]]:
        stems = [stem(word) for word in words]
        seen: set[tuple[str, ...]] = set()
        for place in range(len(stems)):
            for length in range(min(self._longest, len(stems) - place), 0, -1):
                term = tuple(stems[place : place + length])
                needs = self._terms.get(term)
                if needs and term not in seen:
                    seen.add(term)
                    weight = _TERM_WEIGHT * (1 + 0.35 * (length - 1)) / math.sqrt(len(needs))
                    for need in needs:
                        yield need, place, length, weight


def chosen(ranked: Sequence[RankedNeed], least: float, share: float) -> list[RankedNeed]:
    """At most five needs: the best if it reaches `least`, and those that reach `share` of the best."""
    if not ranked or ranked[0].score < least:
        return []
    best = ranked[0].score
    return [need for need in ranked[:_MOST_NEEDS] if need.score >= max(best * share, least * 0.6)]


def _telling(places: Mapping[int, float], common: Set[int]) -> tuple[int, ...]:
    """The places that spoke most, never those of a common word."""
    top = sorted(((place, weight) for place, weight in places.items() if place not in common), key=lambda it: -it[1])[
        :4
    ]
    best = top[0][1] if top else 0.0
    return tuple(sorted(place for place, weight in top if weight >= best * 0.4))


def _common_stems(phrases: Mapping[str, Sequence[Sequence[str]]]) -> frozenset[str]:
    said = Counter(own for given in phrases.values() for own in {stem(word) for words in given for word in words})
    return frozenset(own for own, count in said.items() if count >= max(len(phrases) * _COMMON, 2))


def _log_odds(phrases: Mapping[str, Sequence[Sequence[str]]]) -> dict[Feature, tuple[tuple[str, float], ...]]:
    counts: dict[str, Counter[Feature]] = {}
    for need, given in phrases.items():
        counter: Counter[Feature] = Counter()
        for words in given:
            counter.update({feature for feature, _ in features(words)})
        counts[need] = counter
    everywhere: Counter[Feature] = Counter()
    for counter in counts.values():
        everywhere.update(counter)
    sizes = {need: len(given) + 1.0 for need, given in phrases.items()}
    total = sum(sizes.values())
    weights: dict[Feature, list[tuple[str, float]]] = defaultdict(list)
    for need, counter in counts.items():
        for feature, count in counter.items():
            inside = (count + _SMOOTH * 0.2) / (sizes[need] + _SMOOTH)
            outside = (everywhere[feature] - count + _SMOOTH) / (total - sizes[need] + _SMOOTH)
            weight = math.log(inside / outside) * _KIND_WEIGHT[feature[0]]
            if weight > 0:
                weights[feature].append((need, weight * min(1.0, 0.6 + 0.2 * count)))
    return {feature: tuple(given) for feature, given in weights.items()}


def phrase_words(texts: Iterable[Sequence[str]]) -> Counter[str]:
    """How often each word is said in the phrases: what spelling is put right towards."""
    return Counter(word for words in texts for word in words)
