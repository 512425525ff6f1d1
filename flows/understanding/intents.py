"""What a message asks of the service itself: one of the thirteen intents of needs.yaml, and the finer kinds.

A kind is `intent` or `intent/finer` (`stop/less`, `status/when`). Whole messages are looked at first, then patterns.
A message that also tells of a need keeps `need` unless a `strong` pattern is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.understanding.pattern import Pattern, Reading


@dataclass(frozen=True, slots=True)
class IntentRule:
    """A compiled `IntentPhrases`; `kind` is `intent` or `intent/finer`."""

    kind: str
    strong: tuple[Pattern, ...]
    says: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class IntentGuess:
    """`strong` where the intent stands even beside a need, `whole` where the message says this and no more."""

    kind: str = "need"
    because: tuple[str, ...] = ()
    strong: bool = False
    whole: bool = False

    @property
    def intent(self) -> str:
        return self.kind.partition("/")[0]


class IntentGrammar:
    """Whole messages and patterns; the order of the content decides between two."""

    __slots__ = ("_polite", "_rules", "_wholes")

    def __init__(
        self, wholes: Mapping[tuple[str, ...], str], rules: Sequence[IntentRule], polite: frozenset[str]
    ) -> None:
        self._wholes = dict(wholes)
        self._rules = tuple(rules)
        self._polite = polite

    def guess(self, reading: Reading) -> IntentGuess:
        words = tuple(reading.words)
        for form in (words, tuple(word for word in words if word not in self._polite)):
            if form in self._wholes:
                return IntentGuess(self._wholes[form], (reading.text.text.strip(),), strong=True, whole=True)
        for rule in self._rules:
            found = self._matched(rule, rule.strong, reading)
            if found:
                return IntentGuess(rule.kind, found, strong=True)
        for rule in self._rules:
            found = self._matched(rule, rule.says, reading)
            if found:
                return IntentGuess(rule.kind, found)
        return IntentGuess()

    @staticmethod
    def _matched(rule: IntentRule, patterns: Sequence[Pattern], reading: Reading) -> tuple[str, ...]:
        span = next(reading.find_all(patterns), None)
        return () if span is None or reading.holds_any(rule.unless) else (reading.text.said(*span),)
