"""A message as the parts a linear model weighs: words, neighbours, and groups of letters.

Each part is a short string with the place of the word it begins at, so that what decided can be shown in the family's
own words. Ages and amounts are read as ranges: "hes 9" and "hes 11" say the same.
"""

from collections.abc import Sequence
from functools import lru_cache

Part = tuple[str, int]

_SUFFIXES = ("ings", "ing", "edly", "ies", "ied", "ers", "er", "ed", "es", "ly", "s")
_SHORTEST_STEM = 3
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
}  # fmt: skip
_RANGES = ((1, "#0"), (6, "#1-5"), (13, "#6-12"), (18, "#13-17"), (100, "#18-99"))
_LETTERS = (3, 4, 5)


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
def root(word: str) -> str:
    """The word as the model knows it: its stem, or the range of a number."""
    if word in _NUMBERS or word.isdecimal():
        number = _NUMBERS[word] if word in _NUMBERS else int(word[:6])
        return next((name for below, name in _RANGES if number < below), "#100-")
    return stem(word)


@lru_cache(maxsize=16384)
def letters(word: str) -> tuple[str, ...]:
    """Groups of three to five letters, the word's ends marked: what a slip of the thumb leaves standing."""
    edged = f"<{word}>"
    return tuple(f"c{edged[at : at + size]}" for size in _LETTERS for at in range(len(edged) - size + 1))


def parts(words: Sequence[str], *, with_letters: bool) -> list[Part]:
    """Every part of the message, repeats included. `words` are folded, short forms opened.

    Letters help to tell needs apart in misspelt words; for danger they only add noise (docs/understanding.md).
    """
    roots = [root(word) for word in words]
    found: list[Part] = [(f"w{name}", at) for at, name in enumerate(roots)]
    ends = ["<", *roots, ">"]
    found.extend((f"b{ends[at]} {ends[at + 1]}", max(at - 1, 0)) for at in range(len(ends) - 1))
    if with_letters:
        found.extend((group, at) for at, word in enumerate(words) for group in letters(word))
    return found
