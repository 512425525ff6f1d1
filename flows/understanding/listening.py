"""One message heard once: its words, its language, and where the rules of danger stand in it.

What training learns from and what serving answers from is made here, and only here, so that both hear the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.understanding import danger
from flows.understanding.danger import DangerGrammar, Hit
from flows.understanding.features import Part
from flows.understanding.language import Guess
from flows.understanding.pattern import Grammar, Reading
from flows.understanding.reader import Reader
from flows.understanding.words import Words


@dataclass(frozen=True, slots=True)
class Heard:
    """`signs` are the rules' findings as parts of the message: the kind and level of each, and the gravest level."""

    words: Words
    guess: Guess
    reading: Reading
    hits: Sequence[Hit]

    @property
    def signs(self) -> list[Part]:
        found = [(f"k{hit.kind} {hit.level}", hit.spans[0][0]) for hit in self.hits]
        return found + [(f"l{hit.level}", hit.spans[0][0]) for hit in self.hits]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Compiled from the phrases; pure, and safe to share between threads."""

    grammar: Grammar
    danger: DangerGrammar
    reader: Reader

    def hear(self, text: str) -> Heard:
        """The first 2,000 characters of `text`."""
        words, guess = self.reader.read(text)
        reading = Reading(words, self.grammar)
        return Heard(words, guess, reading, danger.find_hits(self.danger, reading, guess.near))
