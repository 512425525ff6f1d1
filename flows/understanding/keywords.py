"""STOP, START and YES as whole messages, and asking to stop in one's own words.

The whole-message forms follow the carriers' opt-out words (Twilio: "Support for opt-out keywords": STOP, STOPALL,
UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT; opt-in: START, UNSTOP, YES); the content may add to them, and says
which polite words may stand beside them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from flows.understanding.words import fold, split


class Keyworded(Protocol):
    """What the functions here ask of a compiled lexicon."""

    def is_keyword(self, keyword: str, text: str) -> bool: ...

    def intent_kind(self, text: str) -> str: ...


class Keywords:
    """Whole-message words by keyword; a stop is exact: no spelling is put right."""

    __slots__ = ("_polite", "_wholes")

    def __init__(self, keywords: Mapping[str, Iterable[str]]) -> None:
        self._polite = frozenset(fold(word) for word in keywords.get("polite", ()))
        self._wholes = {
            keyword: frozenset(tuple(split(form, {}).words) for form in given)
            for keyword, given in keywords.items()
            if keyword != "polite"
        }

    def holds(self, keyword: str, text: str) -> bool:
        wholes = self._wholes.get(keyword, frozenset())
        words = tuple(split(text, {}).words)
        return bool(words) and (words in wholes or self._bare(words) in wholes)

    def _bare(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(word for word in words if word not in self._polite)


def is_stop(lexicon: Keyworded, text: str) -> bool:
    """The whole message is STOP or a form of it ("stop.", "Stop please", "STOP!!", "unsubscribe")."""
    return lexicon.is_keyword("stop", text)


def is_start(lexicon: Keyworded, text: str) -> bool:
    """The whole message is START or UNSTOP."""
    return lexicon.is_keyword("start", text)


def is_yes(lexicon: Keyworded, text: str) -> bool:
    """The whole message is YES or a form of it, in any of the languages."""
    return lexicon.is_keyword("yes", text)


def asks_to_stop(lexicon: Keyworded, text: str) -> bool:
    """Asks in their own words that we stop texting ("please stop texting me"); STOP itself counts too."""
    return is_stop(lexicon, text) or lexicon.intent_kind(text).split("/")[0] == "stop"
