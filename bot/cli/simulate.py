"""`thrive simulate FLOW`: talk with the shipped engine in the terminal, effects beside the words.

A line is a text from the family. Lines that begin with "/" move the story: `/wait 2 days`, `/check-in`, `/remind`,
`/staff Ann`, `/picture`. Empty lines and lines that begin with "#" are passed over.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from bot.cli.lines import to_json
from bot.content import compile_content, read_content, write_document
from bot.talking import Talk, in_detail, in_words, real_assets
from flows import effects as fx
from flows.events import CHECK_IN_VALUES
from flows.flow import Flow

# A working Friday morning: what is said of hours does not change with the day on which somebody tries a flow.
START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
UNITS = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}
OPENERS = {"menu": "MENU", "human": "HUMAN", "language": "LANGUAGE"}


def run(
    content_root: Path,
    flow: str,
    language: str,
    script: Iterable[str] | None,
    out: TextIO,
    *,
    record: Path | None = None,
    as_json: bool = False,
) -> int:
    """Print the conversation as it goes, or with `as_json` as one value at its end; with `record`, save it as a
    journey test. 1: there is no such flow, or a line is not understood. Raises ContentFaults."""
    compiled = compile_content(read_content(content_root))
    if flow not in compiled.flows:
        print(f"There is no flow {flow!r}. There are: {', '.join(sorted(compiled.flows))}", file=sys.stderr)
        return 1
    if language not in {"en", *compiled.wording.catalogs}:
        print(f"There are no words in {language!r} yet: families who read it get English.", file=sys.stderr)
    known = {"consent": "given", "first_contact": False} if compiled.flows[flow].check_in else {}
    talk = Talk.begin(compiled, real_assets(compiled), START, language=language, **known)
    turns: list[dict[str, Any]] = []
    told: list[dict[str, object]] = []
    for line in _opened(compiled.flows[flow], sys.stdin if script is None else script):
        try:
            turn, effects = play(talk, turn_of(line), flow)
        except ValueError as fault:
            print(f"{line}: {fault}", file=sys.stderr)
            return 1
        turns.append(turn)
        if as_json:
            told.append({"line": line, "said": _said(talk, effects), "effects": _done(effects)})
        else:
            _show(talk, line, effects, out)
    if as_json:
        out.write(to_json({"flow": flow, "language": language, "turns": told}, out) + "\n")
    if record is not None:
        journey = {
            "title": f"A conversation with {flow}",
            "flow": flow,
            **({"facts": known} if known else {}),
            "turns": turns,
        }
        record.write_text(write_document(journey), encoding="utf-8")
    return 0


def _opened(flow: Flow, lines: Iterable[str]) -> Iterator[str]:
    if flow.check_in:
        yield "/check-in"
    elif opener := OPENERS.get(flow.name) or next(iter(flow.keywords), None):
        yield opener.upper()
    yield from (line for raw in lines if (line := raw.strip()) and not line.startswith("#"))


def turn_of(line: str) -> dict[str, Any]:
    """A typed line as a journey's turn."""
    if not line.startswith("/"):
        return {"hear": line}
    verb, _, rest = line[1:].partition(" ")
    return {verb: rest.strip() or "yes"}


def play(talk: Talk, turn: dict[str, Any], flow: str) -> tuple[dict[str, Any], tuple[fx.Effect, ...]]:
    """Do one turn; returns it with what it did. Raises ValueError for a turn nobody knows."""
    match turn:
        case {"hear": str(text)}:
            effects = talk.hear(text)
        case {"picture": _}:
            effects = talk.hear("", pictures=1)
        case {"wait": str(time)}:
            effects = talk.wait(duration(time))
        case {"check-in": touch}:
            values = {name: str(turn[name]) for name in CHECK_IN_VALUES if name in turn}
            effects = talk.check_in(flow, 1 if touch == "yes" else int(touch), values)
        case {"remind": touch}:
            effects = talk.remind(1 if touch == "yes" else int(touch))
        case {"staff": str(name)}:
            effects = talk.staff_replies(name)
        case _:
            msg = "a line is a text, or /wait 2 days, /check-in, /remind, /staff NAME, /picture"
            raise ValueError(msg)
    told = {key: value for key, value in turn.items() if key != "does"}
    return told | {"does": [in_words(effect) for effect in effects]}, effects


def duration(text: str) -> timedelta:
    """ "2 days", "1 hour", "90 minutes". Raises ValueError."""
    match = re.fullmatch(r"(\d+) (minute|hour|day|week)s?", text.strip())
    if match is None:
        msg = f"{text!r} is not a time such as 2 days"
        raise ValueError(msg)
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _said(talk: Talk, effects: Iterable[fx.Effect]) -> list[str]:
    return [talk.words(effect) for effect in effects if isinstance(effect, fx.Say)]


def _done(effects: Iterable[fx.Effect]) -> list[str]:
    return [in_detail(effect) for effect in effects if not isinstance(effect, fx.Say)]


def _show(talk: Talk, line: str, effects: Iterable[fx.Effect], out: TextIO) -> None:
    out.write(f"> {line}\n")
    for effect in effects:
        if isinstance(effect, fx.Say):
            words = talk.words(effect).replace("\n", "\n  ")
            out.write(f"  {words}\n")
        else:
            out.write(f"    [{in_detail(effect)}]\n")
