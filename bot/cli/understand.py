"""`thrive understand`: free text in, what was understood out; and how often that is right.

Lines are JSON objects. Labels in them are never read by `run`; `evaluate` reads them only to compare.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TextIO

from bot.cli.lines import BadLine, Line, answer, read, text_of, to_json
from flows.understanding import Understanding

_Z = 1.959964  # 95 %


class Understands(Protocol):
    """What these commands ask of a lexicon."""

    def understand(self, text: str) -> Understanding: ...


def run(lines: Iterable[bytes | str], lexicon: Understands, out: TextIO) -> int:
    """Write each line's object with what was understood added, in order. Returns 1 if any line was bad, else 0."""
    return answer(lines, out, lambda record: as_fields(lexicon.understand(text_of(record, "text"))))


def as_fields(found: Understanding) -> dict[str, Any]:
    """The fields that the contract promises for `understand --json`."""
    return {
        "intent": found.intent,
        "needs": list(found.needs),
        "risk": found.risk,
        "lang": found.lang,
        "speaker": found.speaker,
        "because": {
            "intent": list(found.because_intent),
            "needs": {need: list(words) for need, words in found.because_needs.items()},
            "risk": list(found.because_risk),
            "lang": list(found.because_lang),
        },
    }


@dataclass(slots=True)
class _Tally:
    """One figure: how many of how many, and the lines that missed."""

    name: str
    hits: int = 0
    of: int = 0
    misses: list[str] = field(default_factory=list)

    def count(self, hit: bool, miss: str) -> None:
        self.of += 1
        self.hits += hit
        if not hit:
            self.misses.append(miss)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927), 0 to 1; (0, 1) where nothing was counted."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    spread = _Z * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    middle = share + _Z**2 / (2 * of)
    scale = 1 + _Z**2 / of
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def tallies(lines: Iterable[bytes | str], lexicon: Understands) -> tuple[list[_Tally], list[str]]:
    """Every figure over labelled lines, and what was wrong with lines that could not be read."""
    made = {name: _Tally(name) for name in _FIGURES}
    errors: list[str] = []
    for line in read(lines):
        try:
            if line.error is not None:
                raise BadLine(line.error)
            text = text_of(line.record, "text")
        except BadLine as bad:
            errors.append(f"line {line.number}: {bad}")
            continue
        _count(made, line, text, lexicon.understand(text))
    return list(made.values()), errors


_FIGURES = (
    "urgent found",
    "urgent found, as urgent or concern",
    "concern found, as concern or urgent",
    "concern not called urgent",
    "no alarm on harmless lines",
    "first need right",
    "first need among the first three",
    "intent right",
    "language right",
)


def _count(made: dict[str, _Tally], line: Line, words: str, found: Understanding) -> None:
    label, text = line.record, f"{line.record.get('id', line.number)}: {words}"
    said = f"{text}  [{found.risk}: {'; '.join(found.because_risk) or '-'}]"
    risk = label.get("risk")
    if risk == "urgent":
        made["urgent found"].count(found.risk == "urgent", said)
        made["urgent found, as urgent or concern"].count(found.risk != "none", said)
    elif risk == "concern":
        made["concern found, as concern or urgent"].count(found.risk != "none", said)
        made["concern not called urgent"].count(found.risk != "urgent", said)
    elif risk == "none":
        made["no alarm on harmless lines"].count(found.risk == "none", said)
    needs = label.get("needs")
    if needs:
        named = f"{text}  [{', '.join(found.needs[:3]) or '-'}; wanted {needs[0]}]"
        made["first need right"].count(found.needs[:1] == (needs[0],), named)
        made["first need among the first three"].count(needs[0] in found.needs[:3], named)
    if "intent" in label:
        made["intent right"].count(found.intent == label["intent"], f"{text}  [{found.intent}]")
    if "lang" in label:
        made["language right"].count(found.lang == label["lang"], f"{text}  [{found.lang}]")


def evaluate(lines: Iterable[bytes | str], lexicon: Understands, out: TextIO, *, as_json: bool = False) -> int:
    """Write each figure with n and its 95 % interval, then every miss. Returns 1 if a line could not be read."""
    figures, errors = tallies(lines, lexicon)
    counted = [figure for figure in figures if figure.of]
    if as_json:
        out.write(to_json({"figures": [_as_record(figure) for figure in counted], "errors": errors}, out) + "\n")
        return int(bool(errors))
    for figure in counted:
        low, high = wilson(figure.hits, figure.of)
        out.write(
            f"{figure.name}: {figure.hits} of {figure.of} = {figure.hits / figure.of:.1%} "
            f"(95 % interval {low:.1%} to {high:.1%})\n"
        )
    for figure in counted:
        if figure.misses:
            out.write(f"\nmissed: {figure.name}\n")
            out.writelines(f"  {miss}\n" for miss in figure.misses)
    out.writelines(f"{error}\n" for error in errors)
    return int(bool(errors))


def _as_record(figure: _Tally) -> dict[str, Any]:
    low, high = wilson(figure.hits, figure.of)
    return {
        "name": figure.name,
        "hits": figure.hits,
        "n": figure.of,
        "low": round(low, 4),
        "high": round(high, 4),
        "misses": figure.misses,
    }
