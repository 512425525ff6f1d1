"""Whether a whole message is STOP: asked by the step itself, and where missed messages are put in order before it."""

import re
from collections.abc import Iterator
from typing import Protocol

from flows.answers import plain, without_politeness
from flows.vocabulary import STOP

_SENTENCE = re.compile("[.!?;,\n\u2026\u060c\u061b\u061f\u06d4]+|\\s-+\\s")  # the Arabic and Urdu ends too
_AND = re.compile(r"\s(?:and|&|\+)\s", re.IGNORECASE)


class Keywords(Protocol):
    """Who knows the council's own words, such as `stop` in another language."""

    def is_keyword(self, keyword: str, text: str) -> bool: ...


def is_whole_stop(keywords: Keywords, text: str) -> bool:
    """STOP, or a form of it, and nothing more but politeness and punctuation."""
    return bool({plain(text), without_politeness(text)} & STOP) or keywords.is_keyword("stop", text)


def sentences(text: str) -> Iterator[str]:
    """What stands between the stops and commas of a message."""
    return filter(str.strip, _SENTENCE.split(text))


def clauses(text: str) -> Iterator[str]:
    """The same, parted at each "and" too."""
    return (part for sentence in sentences(text) for part in _AND.split(sentence) if part.strip())
