"""Whether a whole message is STOP: asked by the step itself, and where missed messages are put in order before it."""

from typing import Protocol

from flows.answers import plain, without_politeness
from flows.vocabulary import STOP


class Keywords(Protocol):
    """Who knows the council's own words, such as `stop` in another language."""

    def is_keyword(self, keyword: str, text: str) -> bool: ...


def is_whole_stop(keywords: Keywords, text: str) -> bool:
    """STOP, or a form of it, and nothing more but politeness and punctuation."""
    return bool({plain(text), without_politeness(text)} & STOP) or keywords.is_keyword("stop", text)
