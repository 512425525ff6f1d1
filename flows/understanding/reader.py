"""Reading a message: its words folded, short forms opened and slips put right, and the language they are in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.understanding.language import Guess, LanguageModel
from flows.understanding.spelling import Speller
from flows.understanding.words import Words, split

LONGEST = 2000  # characters read at once; a text message carries 1,600


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Compiled from the phrases; pure. What it reads is what rules and examples are told in."""

    languages: LanguageModel
    spellers: Mapping[str, Speller]
    short_forms: Mapping[str, Sequence[str]]
    pairs: Mapping[tuple[str, str], tuple[str, str]]

    def read(self, text: str) -> tuple[Words, Guess]:
        """The words of the first 2,000 characters, and the language."""
        words = self.unmended(text)
        raw = [words.text[start:end] for start, end in words.spans]
        guess = self.languages.guess(raw, words.words)
        speller = self.spellers.get(guess.lang)
        if speller is not None:
            words.words[:] = [speller.correct(word) for word in words.words]
        return words, guess

    def unmended(self, text: str) -> Words:
        """The same words in the same places, before any slip of spelling is put right."""
        words = split(text[:LONGEST], self.short_forms)
        self._open_pairs(words.words)
        return words

    def knows(self, word: str) -> bool:
        """The word is in some language's vocabulary here."""
        return any(speller.knows(word) for speller in self.spellers.values())

    def _open_pairs(self, words: list[str]) -> None:
        """Slips that take two words to see: "want 2" is "want to", a "2" alone stays an answer."""
        for place in range(len(words) - 1):
            meant = self.pairs.get((words[place], words[place + 1]))
            if meant:
                words[place : place + 2] = meant
