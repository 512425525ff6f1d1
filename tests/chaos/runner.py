"""`make chaos`: every fault on both databases, one line of a table each, and the seed that does it again."""

import random
import shutil
import sys
import tempfile
import time
import traceback
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from tests.chaos.accounting import Counts
from tests.chaos.places import Places
from tests.chaos.registry import DATABASES, FAULTS, Fault

HEADINGS = ("fault", "database", "runs", "messages", "lost", "doubled", "before a person", "seconds")
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one fault did on one database. Without `counts` it broke off, as `error` says."""

    fault: Fault
    database: str
    seconds: float
    counts: Counts | None = None
    error: str = ""

    @property
    def kept(self) -> bool:
        return self.counts is not None and self.counts.kept


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where nothing was lost, nothing doubled and every promise kept; 1 otherwise; 2 for a wrong argument."""
    parser = ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", default="", help="repeat the choices of an earlier run")
    parser.add_argument("--only", default="", help="the faults whose name holds this")
    parser.add_argument("--runs", default=0, type=_whole, help="runs of each fault, over its databases together")
    parser.add_argument("--database", default="", choices=("", *DATABASES))
    parser.add_argument("--short", action="store_true", help="as few runs as the tests make")
    given = parser.parse_args(arguments)
    chosen = [fault for fault in FAULTS if given.only in fault.name]
    if not chosen:
        parser.error(f"no fault is called {given.only!r}; there are {', '.join(f.name for f in FAULTS)}")
    seed = given.seed or str(random.SystemRandom().randrange(10**9))
    folder = Path(tempfile.mkdtemp(prefix="thrive-chaos-"))
    places, lines = Places(folder), []
    try:
        for fault in chosen:
            kinds = [kind for kind in fault.databases if given.database in {"", kind}]
            usual = fault.short if given.short else fault.long
            runs = ceil(given.runs / len(kinds)) if given.runs and kinds else usual
            for kind in kinds:
                _say(f"{fault.name} on {NAMES[kind]}, {runs} runs ...")
                lines.append(inject(places, fault, kind, seed, runs))
                _say(_told(lines[-1]))
    finally:
        places.close()
    print(table(lines))
    print(f"seed {seed}")
    failed = [line for line in lines if not line.kept]
    for line in failed:
        print(f"\n{line.fault.name} on {NAMES[line.database]}:")
        for one in line.counts.broken if line.counts is not None else [line.error]:
            print(f"  {one}")
    if failed:
        print(f"\nDatabases, logs and the provider's file are kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def inject(places: Places, fault: Fault, kind: str, seed: str, runs: int) -> Line:
    """One fault on one database. The choices follow from the seed, the fault and the database alone."""
    began = time.monotonic()
    chance = random.Random(f"{seed}:{fault.name}:{kind}")
    counts, error = None, ""
    try:
        with places.service(kind) as living:
            counts = fault.inject(living, chance, runs)
    except Exception:  # noqa: BLE001 - the other faults are still to be tried; this one counts as failed
        error = traceback.format_exc()
    return Line(fault=fault, database=kind, seconds=time.monotonic() - began, counts=counts, error=error)


def table(lines: Sequence[Line]) -> str:
    """The lines under their headings, figures to the right."""
    cells = [HEADINGS, *(_cells(line) for line in lines)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    laid = [
        "  ".join(
            cell.ljust(width) if n < 2 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join([laid[0], "  ".join("-" * width for width in widths), *laid[1:]])


def _cells(line: Line) -> tuple[str, ...]:
    named = (line.fault.title, NAMES[line.database])
    if line.counts is None:
        return (*named, *["broke off"], *["-"] * 4, f"{line.seconds:.0f}")
    told = line.counts
    figures = (told.runs, told.messages, told.lost, told.doubled, told.before_a_person)
    return (*named, *(f"{figure:,}" for figure in figures), f"{line.seconds:.0f}")


def _told(line: Line) -> str:
    if line.counts is None:
        return f"  broke off\n{line.error}"
    seen = ", ".join(f"{what} {times}" for what, times in sorted(line.counts.seen.items()))
    told = f"  {'kept' if line.kept else 'NOT KEPT'}{f': {seen}' if seen else ''}"
    return "\n    ".join([told, *line.counts.broken])


def _whole(given: str) -> int:
    """Nothing given means as many as usual."""
    return int(given or 0)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
