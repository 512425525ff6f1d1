"""Spelling put right against the content's own words, never against a dictionary of strangers.

A word that the content knows is left alone. An unknown one is taken for a known word one slip away (two for long
words), found by the symmetric-delete index (Garbe, SymSpell) and checked by optimal string alignment. The first
letter is trusted: people seldom get it wrong, and words that differ there are other words.
"""

from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA

_SHORTEST = 4  # shorter words are too close to each other
_LONG = 8  # from here two slips are allowed


def _deletes(word: str, depth: int) -> set[str]:
    found = {word}
    edge = {word}
    for _ in range(depth):
        edge = {w[:i] + w[i + 1 :] for w in edge for i in range(len(w))}
        found |= edge
    return found


def _sure(word: str, hit: str) -> bool:
    """For four letters: two swapped, or one left out."""
    return len(hit) > len(word) or sorted(word) == sorted(hit)


class Speller:
    """Known words of one language with how often each is said; `frequent` wins a tie."""

    __slots__ = ("_counts", "_index")

    def __init__(self, counts: Mapping[str, int], known: Iterable[str] = ()) -> None:
        self._counts = {**dict.fromkeys(known, 1), **counts}
        self._index: dict[str, list[str]] = {}
        for word in self._counts:
            if len(word) >= _SHORTEST and word.isalpha():
                for key in _deletes(word, 1):
                    self._index.setdefault(key, []).append(word)

    def knows(self, word: str) -> bool:
        return word in self._counts

    def correct(self, word: str) -> str:
        """The known word meant, or `word` itself."""
        if word in self._counts or len(word) < _SHORTEST or not word.isalpha():
            return word
        allowed = 2 if len(word) >= _LONG else 1
        near = {hit for key in _deletes(word, 1) for hit in self._index.get(key, ())}
        best: tuple[int, int, str] | None = None
        for hit in near:
            distance = OSA.distance(word, hit, score_cutoff=allowed)
            if distance > allowed or word[0] != hit[0] or (len(word) == _SHORTEST and not _sure(word, hit)):
                continue
            rank = (distance, -self._counts[hit], hit)
            if best is None or rank < best:
                best = rank
        return best[2] if best else word
