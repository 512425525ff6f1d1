"""Danger in the words: rules of who does or wants what, read with time, denial, reported speech and figures of speech.

A rule fires where one of its patterns stands in the text outside every frame that makes it harmless. Patterns do not
reach over a denial, so "he never hit me" is no "he hit me". The levels are those of needs.yaml; where two rules
differ the higher wins.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from flows.understanding.pattern import Pattern, Reading
from flows.understanding.types import Risk, Screening, Speaker

_ORDER: dict[Risk, int] = {"none": 0, "concern": 1, "urgent": 2}
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled `DangerRule`."""

    id: str
    kind: str
    language: str
    level: Risk
    now: Risk
    past: Risk
    sure: bool
    says: tuple[Pattern, ...]
    along: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    numbers: frozenset[int] = field(init=False)  # of the patterns of `says`: a first test of them all

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", frozenset(pattern.number for pattern in self.says))


@dataclass(frozen=True, slots=True)
class HarmlessFrame:
    """A compiled `Frame`."""

    id: str
    says: tuple[Pattern, ...]
    scope: str
    kinds: frozenset[str]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class DangerGrammar:
    """Everything compiled for screening; safe to share."""

    rules: tuple[Rule, ...]
    frames: tuple[HarmlessFrame, ...]
    now: tuple[Pattern, ...]
    past: tuple[Pattern, ...]
    watched: tuple[Pattern, ...]
    speakers: tuple[tuple[Speaker, tuple[Pattern, ...]], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule stands: what it says, and where (word places)."""

    level: Risk
    spans: tuple[Span, ...]
    rule: str
    kind: str
    sure: bool


def screen(grammar: DangerGrammar, reading: Reading, languages: Set[str]) -> Screening:
    """How much danger one text (or several joined) shows, and the family's words that decided.

    English rules always apply; those of another language where the text may be in it (`languages`).
    """
    hits = find_hits(grammar, reading, languages)
    return conclude(grammar, reading, hits)


def conclude(grammar: DangerGrammar, reading: Reading, hits: Sequence[Hit]) -> Screening:
    """The hits of one text as one answer."""
    risk: Risk = max((hit.level for hit in hits), key=_ORDER.__getitem__, default="none")
    watched = reading.holds_any(grammar.watched)
    spans = sorted({span for hit in hits if hit.level == risk != "none" for span in hit.spans})
    because = tuple(dict.fromkeys(reading.text.said(*span) for span in _outermost(spans)))
    return Screening(risk=risk, because=because, speaker=speaker(grammar, reading), watched=watched)


def speaker(grammar: DangerGrammar, reading: Reading) -> Speaker | None:
    """Who is speaking, where the words show it; the order of the content decides between two."""
    for who, patterns in grammar.speakers:
        if reading.holds_any(patterns):
            return who
    return None


def find_hits(grammar: DangerGrammar, reading: Reading, languages: Set[str]) -> list[Hit]:
    """Every place where a rule stands outside denial and outside the frames that make it harmless."""
    found: list[tuple[Rule, list[Span]]] = []
    for rule in grammar.rules:
        if rule.language not in languages or not reading.may_hold_any(rule.numbers):
            continue
        spans = [span for span in reading.find_all(rule.says) if not reading.denied(span[0])]
        if spans and _company(rule, reading):
            found.append((rule, spans))
    if not found:
        return []
    frames = [(frame, spans) for frame in grammar.frames if (spans := _frame_spans(frame, reading))]
    now = list(reading.find_all(grammar.now))
    past = list(reading.find_all(grammar.past))
    hits: list[Hit] = []
    for rule, spans in found:
        standing = [span for span in spans if not _made_harmless(rule, span, frames, reading)]
        if standing:
            hits.extend(_timed(rule, span, now, past, reading) for span in standing)
    return [hit for hit in hits if hit.level != "none"]


def _company(rule: Rule, reading: Reading) -> bool:
    if reading.holds_any(rule.unless):
        return False
    return not rule.along or reading.holds_any(rule.along)


def _frame_spans(frame: HarmlessFrame, reading: Reading) -> list[Span]:
    spans = list(reading.find_all(frame.says))
    if spans and reading.holds_any(frame.unless):
        return []
    return spans


def _made_harmless(
    rule: Rule, span: Span, frames: Sequence[tuple[HarmlessFrame, list[Span]]], reading: Reading
) -> bool:
    for frame, spans in frames:
        if frame.kinds and rule.kind not in frame.kinds:
            continue
        if frame.scope == "message":
            return True
        here = _sentence(span, reading) if frame.scope == "sentence" else span
        if any(start < here[1] and here[0] < end for start, end in spans):
            return True
    return False


def _sentence(span: Span, reading: Reading) -> Span:
    start, end = span
    hard = reading.text.hard
    while start > 0 and not hard[start]:
        start -= 1
    while end < len(hard) and not hard[end]:
        end += 1
    return start, end


def _timed(rule: Rule, span: Span, now: Sequence[Span], past: Sequence[Span], reading: Reading) -> Hit:
    sentence = _sentence(span, reading)
    if rule.past != rule.level and any(sentence[0] <= start < sentence[1] for start, _ in past):
        return Hit(rule.past, (span,), rule.id, rule.kind, rule.sure)
    if rule.now != rule.level and now:
        return Hit(rule.now, (span, now[0]), rule.id, rule.kind, rule.sure)
    return Hit(rule.level, (span,), rule.id, rule.kind, rule.sure)


def _outermost(spans: Sequence[Span]) -> list[Span]:
    return [s for s in spans if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in spans)]
