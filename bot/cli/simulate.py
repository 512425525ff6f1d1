"""`thrive simulate FLOW`: talk with the shipped engine in the terminal, effects beside the words.

A line is a text from the family; what begins with "/" moves the story (bot.simulating). Empty lines and lines that
begin with "#" are passed over.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from bot.cli.lines import to_json
from bot.content import compile_content, read_content
from bot.simulating import NotALine, Trial, Turn, opened, play
from bot.talking import real_assets

__all__ = ["play", "run"]


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
    trial = Trial.begin(compiled, real_assets(compiled), flow, language)
    for line in opened(trial.flow, sys.stdin if script is None else script):
        try:
            turn = trial.hear(line)
        except NotALine as fault:
            print(f"{line}: {fault}", file=sys.stderr)
            return 1
        if not as_json:
            _show(turn, out)
    if as_json:
        told = [{"line": t.line, "said": list(t.said), "effects": list(t.effects)} for t in trial.turns]
        out.write(to_json({"flow": flow, "language": language, "turns": told}, out) + "\n")
    if record is not None:
        record.write_text(trial.journey(), encoding="utf-8")
    return 0


def _show(turn: Turn, out: TextIO) -> None:
    out.write(f"> {turn.line}\n")
    for said, words in turn.done:
        opened_words = words.replace("\n", "\n  ")
        out.write(f"  {opened_words}\n" if said else f"    [{words}]\n")
