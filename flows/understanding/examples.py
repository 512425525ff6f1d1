"""Labelled messages: what the linear model learns from, and the shape of the files that hold them.

    == urgent | domestic-abuse | en | parent
    he got a knife out the drawer and hes pacing

A line that begins with `==` labels every message below it, one a line: risk, needs (the main one first, `-` for none),
language (ISO 639-1), speaker (`-` where the words do not show it), and the intent where it is not `need`.
Empty lines and lines that begin with `#` are passed over.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import get_args

from flows.understanding.content import Fault
from flows.understanding.types import Risk, Speaker

_RISKS: tuple[Risk, ...] = get_args(Risk)
_SPEAKERS: tuple[Speaker, ...] = get_args(Speaker)
_FEWEST_LABELS = 4
LONGEST = 1600  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One message with what it shows. `source` is the file's stem, `line` (from 1) its place there."""

    text: str
    risk: Risk
    needs: tuple[str, ...]
    lang: str
    speaker: Speaker | None
    intent: str
    source: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The ids that labels may name."""

    needs: Set[str]
    intents: Set[str]
    languages: Set[str]


def read_examples(stem: str, lines: Iterable[str], known: Vocabulary) -> tuple[list[Example], list[Fault]]:
    """The examples of one file and every fault of it, by line number (from 1). A block with a fault gives nothing."""
    found: list[Example] = []
    faults: list[Fault] = []
    label: Example | None = None
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if not line.startswith("=="):
            if label is not None:
                found.append(replace(label, text=line, line=number))
                if len(line) > LONGEST:
                    told = f"{len(line):,} characters; a text message carries {LONGEST:,}"
                    faults.append(Fault(file=stem, path=(number,), message=told))
            elif not faults:
                faults.append(Fault(file=stem, path=(number,), message="a message before any line of labels (==)"))
            continue
        try:
            label = _label(stem, line, known)
        except ValueError as error:
            label = None
            faults.append(Fault(file=stem, path=(number,), message=str(error)))
    return found, faults


def _label(stem: str, line: str, known: Vocabulary) -> Example:
    fields = [field.strip() for field in line.strip("= ").split("|")]
    if len(fields) < _FEWEST_LABELS:
        msg = "labels are: == risk | needs | language | speaker | intent (the last where it is not need)"
        raise ValueError(msg)
    needs = tuple(name for part in fields[1].split(",") if (name := part.strip()) not in ("", "-"))
    speaker = None if fields[3] in ("", "-") else fields[3]
    intent = fields[4] if len(fields) > _FEWEST_LABELS and fields[4] not in ("", "-") else "need"
    _among("risk", fields[0], _RISKS)
    for need in needs:
        _among("need", need, known.needs)
    _among("language", fields[2], known.languages)
    if speaker is not None:
        _among("speaker", speaker, _SPEAKERS)
    _among("intent", intent, known.intents)
    return Example(
        text="", risk=next(risk for risk in _RISKS if risk == fields[0]), needs=needs, lang=fields[2],
        speaker=next((who for who in _SPEAKERS if who == speaker), None), intent=intent, source=stem,
    )  # fmt: skip


def _among(what: str, given: str, allowed: Iterable[str]) -> None:
    if given not in allowed:
        msg = f"{given!r} is no {what}; one of {', '.join(sorted(allowed))}"
        raise ValueError(msg)


def clashes(examples: Sequence[Example]) -> Iterator[tuple[Example, Example]]:
    """Pairs of examples that say the same, letters' case and spaces aside, with two levels of danger."""
    first: dict[str, Example] = {}
    for example in examples:
        seen = first.setdefault(" ".join(example.text.casefold().split()), example)
        if seen.risk != example.risk:
            yield seen, example


def written(examples: Iterable[Example]) -> str:
    """The examples as a file of them: what `read_examples` reads back, `source` and `line` aside.

    A text of several lines becomes one; one that a reader would take for labels or a note has its first marks dropped.
    """
    lines: list[str] = []
    labels = ""
    for example in examples:
        if (own := _labels(example)) != labels:
            labels = own
            lines += ["", own] if lines else [own]
        if text := _as_line(example.text):
            lines.append(text)
    return "\n".join(lines) + "\n" if lines else ""


def _as_line(text: str) -> str:
    line = " ".join(text.split())
    while line.startswith(("==", "#")):
        line = line[1:].lstrip()
    return line


def _labels(example: Example) -> str:
    """The line of labels that an example stands under."""
    fields = [example.risk, ", ".join(example.needs) or "-", example.lang, example.speaker or "-"]
    return "== " + " | ".join(fields if example.intent == "need" else [*fields, example.intent])
