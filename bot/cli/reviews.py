"""`thrive reviews export`: what staff marked, as labelled lines or as examples for those who mend the lexicon."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date
from typing import Any

from bot.casework.labelled import examples, labelled
from bot.cli.lines import to_json
from bot.cli.opening import open_house, ready
from bot.clock import midnight
from flows.understanding.examples import Example, written

MASKED = (
    "These are families' words. Names, numbers, postcodes and addresses are masked by rule, and a rule misses some: "
    "read every line before you pass any on.\n"
)
AS_WRITTEN = (
    "These are families' words as they wrote them, with names, numbers and addresses. Keep the file as you keep a case "
    "file, pass it to nobody, and delete it when you are done.\n"
)

# Above the examples: the reader of a file passes lines that begin so.
HEADER = """\
# What staff marked on the desk. Families' words: read every line before it is kept in content/examples/reviewed.
# Put an invented name, number or place where a mask stands in brackets, and take out what would still show who it was.
# The level of danger is what was marked. The need and the speaker are what the service heard: mend what is wrong.
"""


def command(options: Namespace) -> int:
    try:
        since = midnight(date.fromisoformat(options.since)) if options.since else None
    except ValueError:
        sys.stderr.write(f"thrive reviews export: --since {options.since} is not a date such as 2026-11-21\n")
        return 1
    with open_house() as house:
        if not ready(house):
            return 1
        told = examples if options.examples else labelled
        lines = told(house, since=None if since is None else since.astimezone(UTC), masked=options.anonymous)
    sys.stderr.write(MASKED if options.anonymous else AS_WRITTEN)
    if options.examples and not options.json:
        sys.stdout.write(HEADER + written(line for line in lines if isinstance(line, Example)))
    else:
        for line in _records(lines):
            sys.stdout.write(to_json(line, sys.stdout) + "\n")
    sys.stderr.write(f"{len(lines)} marks.\n" if len(lines) != 1 else "1 mark.\n")
    return 0


def _records(lines: Iterable[Mapping[str, Any] | Example]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        if isinstance(line, Example):
            found = asdict(line)
            yield {name: found[name] for name in ("text", "risk", "needs", "lang", "speaker", "intent")}
        else:
            yield line
