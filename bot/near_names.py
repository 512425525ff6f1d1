"""Which of many names a worker means, misspelt too. Pure: names go in, the nearest come out, best first.

A name is compared word by word, since a family's second name is what one forgets: every word that was typed must be
near some word of the name, in any order. Names that are joined or parted otherwise ("Ann-Marie", "annmarie", "O Brien")
are compared whole as well.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import OSA, Indel
from rapidfuzz.process import extract

EXACT: Final = 100.0
BEGINS: Final = 92.0  # "moh" of "mohammed": an initial too, below the word itself
NEAR: Final = 0.74  # OSA over the longer word: one slip in four letters, two in eight
NEAR_SHORT: Final = 0.66  # one slip in three letters: Ali, Aly
NEAR_WHOLE: Final = 0.86
MOST_WORDS: Final = 8  # of what is typed: more is no name
_APOSTROPHES: Final = re.compile(r"['\u2018\u2019\u02bc`]")
_BETWEEN: Final = re.compile(r"[\W_]+")
# Letters that have no base and mark in Unicode: as they are written where the letter is missing.
_WHOLE: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "\u0131": "i", "þ": "th"})


def words_of(name: str) -> tuple[str, ...]:
    """A name's words as they are compared: small, without accents and apostrophes."""
    apart = unicodedata.normalize("NFKD", name.casefold().translate(_WHOLE))
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return tuple(filter(None, _BETWEEN.split(_APOSTROPHES.sub("", bare))))


@dataclass(slots=True)
class Names:
    """Names by id, each word kept once. Not safe to change from two threads at once; whoever keeps it locks it."""

    _words: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _who: dict[str, set[int]] = field(default_factory=dict)  # by word
    _whole: dict[str, set[int]] = field(default_factory=dict)  # by the name in one word

    _numbered: set[int] = field(default_factory=set)  # those with a digit in their name

    def __len__(self) -> int:
        return len(self._words)

    def put(self, person_id: int, name: str) -> None:
        """Know a name, in place of what was known of this id; an empty one is forgotten."""
        words = words_of(name)
        if words == self._words.get(person_id):
            return
        self.drop(person_id)
        if not words:
            return
        self._words[person_id] = words
        if any(char.isdigit() for word in words for char in word):
            self._numbered.add(person_id)
        for word in _known_by(words):
            self._who.setdefault(word, set()).add(person_id)
        self._whole.setdefault("".join(words), set()).add(person_id)

    def drop(self, person_id: int) -> None:
        words = self._words.pop(person_id, ())
        self._numbered.discard(person_id)
        for word in _known_by(words):
            _forget(self._who, word, person_id)
        if words:
            _forget(self._whole, "".join(words), person_id)

    def clear(self) -> None:
        self._words.clear()
        self._who.clear()
        self._whole.clear()
        self._numbered.clear()

    def find(self, typed: str, *, limit: int) -> list[tuple[int, float]]:
        """The ids whose names are near, best first, each with how near it is: up to 100, which is exactly so."""
        asked = words_of(typed)[:MOST_WORDS]
        if not asked:
            return []
        joined = "".join(asked)
        if not self._numbered and any(2 * sum(map(str.isdigit, word)) >= len(word) for word in asked):
            return []  # a number, a postcode, a reference: near no name, and not worth comparing with all of them
        scores = self._by_words(asked)
        for whole, near, _ in extract(
            joined, self._whole.keys(), scorer=Indel.normalized_similarity, score_cutoff=NEAR_WHOLE, limit=limit
        ):
            for person_id in self._whole[whole]:
                scores[person_id] = max(scores.get(person_id, 0.0), near * EXACT)
        return sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:limit]

    def _by_words(self, asked: Sequence[str]) -> dict[int, float]:
        """Those in whose names every word that was asked is near one: how near, on the whole."""
        found: dict[int, float] | None = None
        for word in dict.fromkeys(asked):
            near = self._near(word)
            found = near if found is None else {who: found[who] + near[who] for who in found.keys() & near.keys()}
        count = len(set(asked))
        return {who: total / count for who, total in (found or {}).items()}

    def _near(self, word: str) -> dict[int, float]:
        cutoff = NEAR_SHORT if len(word) <= 3 else NEAR
        scores = {
            known: score * EXACT
            for known, score, _ in extract(
                word, self._who.keys(), scorer=OSA.normalized_similarity, score_cutoff=cutoff, limit=None
            )
        }
        begun = (known for known in self._who if known.startswith(word) and known != word)
        scores |= {known: max(scores.get(known, 0.0), BEGINS) for known in begun}
        return _best(self._who, scores.items())


def _known_by(words: Sequence[str]) -> set[str]:
    """Each word; of more than two, each two neighbours as one besides: "ann marie lee" is "annmarie lee" to another."""
    joined = pairwise(words) if len(words) > 2 else ()
    return {*words, *(first + second for first, second in joined)}


def _best(who: Mapping[str, set[int]], scores: Iterable[tuple[str, float]]) -> dict[int, float]:
    best: dict[int, float] = {}
    for word, score in scores:
        for person_id in who[word]:
            if score > best.get(person_id, 0.0):
                best[person_id] = score
    return best


def _forget(index: dict[str, set[int]], word: str, person_id: int) -> None:
    known = index.get(word)
    if known is not None:
        known.discard(person_id)
        if not known:
            del index[word]
