"""Text to words: folded, apostrophes gone, short forms opened, each word keeping its place in the text."""

# ruff: noqa: RUF001 (letters of other scripts, and the apostrophes that phones send)
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"(?P<word>[^\W_]+(?:['’‘`´ʼ][^\W_]+)*)"
    r"|(?P<emoji>[\U0001F300-\U0001FAFF\u2600-\u27BF])"
    r"|(?P<soft>\.{2,}|…|[,:()\-–—/])"
    r"|(?P<hard>[.!?؟۔;\n]+)"
)
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`´ʼ", None))
_LETTERS = str.maketrans(
    {
        "ł": "l", "đ": "d", "ø": "o", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك",
        "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ؤ": "و", "ئ": "ي", "ـ": None, "\u200c": None, "\u200d": None,
    }
)  # fmt: skip
_GLUED = re.compile(r"(\d+)([^\W\d_]+)")
_FEWEST_SPELLED = 3
_SHORTEST_STRETCH = 4
_STRETCHED = re.compile(r"(.)\1{2,}")


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """Lower case, no accents, no apostrophes; Arabic letters that are written either way become one."""
    word = word.lower().translate(_APOSTROPHES).translate(_LETTERS)
    if word.isascii():
        return word
    plain = unicodedata.normalize("NFKD", word)
    return "".join(ch for ch in plain if not unicodedata.combining(ch)).translate(_LETTERS)


@dataclass(slots=True)
class Words:
    """One message (or several joined) as words. `spans` are places in `text`; `hard` marks sentence starts."""

    text: str
    words: list[str]
    spans: list[tuple[int, int]]
    hard: list[bool]
    emoji: int = 0

    def said(self, start: int, end: int) -> str:
        """The family's own words from word `start` up to `end`."""
        return self.text[self.spans[start][0] : self.spans[end - 1][1]]


def split(text: str, short_forms: Mapping[str, Sequence[str]]) -> Words:
    """The words of `text`; a short form ("hes", "dnt") becomes the words it stands for, in the same place."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    hard: list[bool] = []
    emoji = 0
    broken = True
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "hard":
            broken = True
            continue
        if kind == "soft":
            continue
        emoji += kind == "emoji"
        raw = found.group()
        word = fold(raw)
        if not word:
            continue
        opened = short_forms.get(raw.lower().replace("’", "'")) or short_forms.get(word)
        if opened is None:
            opened = _unglued(word, short_forms) or _unstretched(word, short_forms)
        for part in opened or (word,):
            words.append(part)
            spans.append(found.span())
            hard.append(broken)
            broken = False
    _join_spelled(words, spans, hard)
    return Words(text=text, words=words, spans=spans, hard=hard, emoji=emoji)


def _join_spelled(words: list[str], spans: list[tuple[int, int]], hard: list[bool]) -> None:
    """ "A D H D" and "E H C P", as a telephone writes what is dictated: three single letters or more are one word."""
    start = 0
    while start < len(words):
        end = start
        while end < len(words) and len(words[end]) == 1 and words[end].isalpha() and not (end > start and hard[end]):
            end += 1
        if end - start >= _FEWEST_SPELLED:
            words[start:end] = ["".join(words[start:end])]
            spans[start:end] = [(spans[start][0], spans[end - 1][1])]
            del hard[start + 1 : end]
        start = max(end, start) + 1 if end - start < _FEWEST_SPELLED else start + 1


def _unglued(word: str, short_forms: Mapping[str, Sequence[str]]) -> Sequence[str] | None:
    """ "4yr" and "14yo": a number and what it counts."""
    glued = _GLUED.fullmatch(word)
    if not glued:
        return None
    return (glued[1], *(short_forms.get(glued[2]) or (glued[2],)))


def _unstretched(word: str, short_forms: Mapping[str, Sequence[str]]) -> Sequence[str] | None:
    """ "pleeeease" and "sooo": three of a letter or more are one."""
    if len(word) < _SHORTEST_STRETCH or not _STRETCHED.search(word):
        return None
    once = _STRETCHED.sub(r"\1", word)
    return short_forms.get(once) or (once,)


def join(texts: Iterable[str]) -> str:
    """Several texts as one. The join is no sentence end: a thought may be split over two texts."""
    return " ".join(text.strip() for text in texts if text.strip())


def forms(word: str) -> tuple[str, ...]:
    """The regular English forms of a verb or noun: punch, punches, punched, punching."""
    if len(word) > 2 and word[-1] == "e":
        return (word, word + "s", word + "d", word[:-1] + "ing")
    if len(word) > 2 and word[-1] == "y" and word[-2] not in "aeiou":
        return (word, word[:-1] + "ies", word[:-1] + "ied", word + "ing")
    plural = word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
    found = [word, plural, word + "ed", word + "ing"]
    if len(word) > 2 and word[-1] in "bdgmnprt" and word[-2] in "aeiou" and word[-3] not in "aeiou":
        found += [word + word[-1] + "ed", word + word[-1] + "ing"]
    return tuple(found)
