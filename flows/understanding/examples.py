"""Labelled messages: what the linear model learns from, and the shape of the files that hold them.

    == urgent | domestic-abuse | en | parent
    he got a knife out the drawer and hes pacing

A line that begins with `==` labels every message below it, one a line: risk, needs (the main one first, `-` for none),
language (ISO 639-1), speaker (`-` where the words do not show it), and the intent where it is not `need`.
Empty lines and lines that begin with `#` are passed over.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import get_args

from flows.understanding.content import Fault
from flows.understanding.types import Risk, Speaker

_RISKS: tuple[Risk, ...] = get_args(Risk)
_SPEAKERS: tuple[Speaker, ...] = get_args(Speaker)
_FEWEST_LABELS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One message with what it shows. `source` is the file's stem."""

    text: str
    risk: Risk
    needs: tuple[str, ...]
    lang: str
    speaker: Speaker | None
    intent: str
    source: str


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
                found.append(_told(label, line))
            elif not faults:
                faults.append(Fault(file=stem, path=(number,), message="a message before any line of labels (==)"))
            continue
        try:
            label = _label(stem, line, known)
        except ValueError as error:
            label = None
            faults.append(Fault(file=stem, path=(number,), message=str(error)))
    return found, faults


def _told(label: Example, text: str) -> Example:
    return Example(
        text=text, risk=label.risk, needs=label.needs, lang=label.lang, speaker=label.speaker, intent=label.intent,
        source=label.source,
    )  # fmt: skip


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
