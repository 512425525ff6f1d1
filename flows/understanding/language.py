"""Which language a text is in: by its letters, then by the words and letter groups of the content's samples."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flows.understanding.words import fold

_ARABIC_SCRIPT = ("؀", "ۿ")
_OWN_SCRIPT = frozenset({"ar"})  # never written in Latin letters here
_URDU_ONLY = frozenset("ٹڈڑںےھگچپکیہۓ")
_GRAM = 3
_WORD_WEIGHT = 2.0  # a whole known word says more than its letters
_NEAR = 7.0  # log odds below the best within which a text may be in a language
_FEW_WORDS = 4
_CLEAR_FOR_FEW = 4.0
_CLEAR = 1.5  # log odds over English below which a text counts as unclear


@dataclass(frozen=True, slots=True)
class Guess:
    """`lang` is ISO 639-1, `en` when unclear; `because` the words that decided."""

    lang: str
    because: tuple[str, ...] = ()
    near: frozenset[str] = frozenset({"en"})  # languages the text may be in, English always


def _grams(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[i : i + _GRAM] for i in range(len(padded) - _GRAM + 1)]


class LanguageModel:
    """Naive Bayes over words and letter trigrams, all languages equally likely before anything is read."""

    __slots__ = ("_gram_base", "_grams", "_names", "_scored", "_word_base", "_words")

    def __init__(self, samples: Mapping[str, Sequence[str]], names: Mapping[str, Iterable[str]]) -> None:
        self._names = {fold(name): lang for lang, given in names.items() for name in given}
        self._words: dict[str, dict[str, float]] = {}
        self._grams: dict[str, dict[str, float]] = {}
        word_counts = {
            lang: Counter(fold(word.strip(",.?!")) for text in texts for word in text.split())
            for lang, texts in samples.items()
        }
        gram_counts: dict[str, Counter[str]] = {}
        for lang, words in word_counts.items():
            grams: Counter[str] = Counter()
            for word, count in words.items():
                for gram in _grams(word):
                    grams[gram] += min(count, 3)
            gram_counts[lang] = grams
        self._word_base, self._words = _log_shares(word_counts, 0.05)
        self._gram_base, self._grams = _log_shares(gram_counts, 0.3)
        # A few thousand words make up most of what is written.
        self._scored = lru_cache(maxsize=4096)(self._score_all)

    def guess(self, raw: Sequence[str], words: Sequence[str]) -> Guess:
        """`raw` are the words as written, `words` the same folded."""
        arabic = [w for w in raw if any(_ARABIC_SCRIPT[0] <= ch <= _ARABIC_SCRIPT[1] for ch in w)]
        if arabic and len(arabic) * 2 >= len(raw):
            urdu = tuple(w for w in arabic if any(ch in _URDU_ONLY for ch in w))
            near = frozenset({"en", "ar", "ur"})
            if len(urdu) * 5 >= len(arabic):
                return Guess("ur", urdu[:3], near)
            return Guess("ar", tuple(arabic[:3]), near)
        if len(words) <= 2 and words and words[-1] in self._names:
            return Guess(self._names[words[-1]], (raw[-1],))
        return self._by_words(raw, words)

    def _by_words(self, raw: Sequence[str], words: Sequence[str]) -> Guess:
        scores = dict.fromkeys(self._in_latin_letters(), 0.0)
        telling: dict[str, list[tuple[float, str]]] = {lang: [] for lang in scores}
        letters = [(shown, word) for shown, word in zip(raw, words, strict=True) if word.isalpha()]
        for shown, word in letters:
            here = self._scored(word)
            for lang, score in here.items():
                scores[lang] += score
                telling[lang].append((score - here.get("en", 0.0), shown))
        if not letters:
            return Guess("en")
        best = max(scores, key=lambda lang: (scores[lang], lang == "en"))
        near = frozenset({"en", *(lang for lang, score in scores.items() if score > scores[best] - _NEAR)})
        unsure = _CLEAR if len(letters) >= _FEW_WORDS else _CLEAR_FOR_FEW
        if best == "en" or scores[best] - scores.get("en", 0.0) < unsure:
            return Guess("en", near=near)
        because = tuple(shown for gain, shown in sorted(telling[best], reverse=True)[:3] if gain > 0)
        return Guess(best, because, near)

    def _in_latin_letters(self) -> Iterator[str]:
        return (lang for lang in self._words if lang not in _OWN_SCRIPT)

    def _score_all(self, word: str) -> Mapping[str, float]:
        return {lang: self._score(lang, word) for lang in self._in_latin_letters()}

    def _score(self, lang: str, word: str) -> float:
        grams = _grams(word)
        letters = sum(self._grams[lang].get(gram, self._gram_base[lang]) for gram in grams) / math.sqrt(len(grams))
        return letters + _WORD_WEIGHT * max(self._words[lang].get(word, self._word_base[lang]), -9.0) / 2


def _log_shares(
    counts: Mapping[str, Counter[str]], smooth: float
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    size = len({item for counter in counts.values() for item in counter}) or 1
    base: dict[str, float] = {}
    shares: dict[str, dict[str, float]] = {}
    for lang, counter in counts.items():
        total = sum(counter.values()) + smooth * size
        base[lang] = math.log(smooth / total)
        shares[lang] = {item: math.log((count + smooth) / total) for item, count in counter.items()}
    return base, shares
