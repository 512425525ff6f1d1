"""Commands that need no settings and no database: they read content and standard input only."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from bot.cli.lines import source
from bot.content import Notes, compile_content, parse_content, read_content
from bot.settings import ROOT
from flows.understanding import Lexicon


def content_folder() -> Path:
    return Path(os.environ.get("CONTENT_DIR") or ROOT / "content")


def _lexicon() -> Lexicon:
    return compile_content(read_content(content_folder())).lexicon


def understand(options: Namespace) -> int:
    from bot.cli.understand import evaluate, run

    lexicon = _lexicon()
    if options.evaluate:
        with Path(options.evaluate).open("rb") as file:
            return evaluate(file, lexicon, sys.stdout, as_json=options.json)
    return run(source(sys.stdin), lexicon, sys.stdout)


def train(options: Namespace) -> int:
    from bot.cli.train import run

    folder = content_folder()
    notes = Notes()
    content = parse_content(folder, notes)
    for fault in notes.faults:
        print(fault, file=sys.stderr)
    return 1 if notes.faults else run(folder, content, check=options.check, as_json=options.json)


def segments(options: Namespace) -> int:
    del options  # lines are JSON either way
    from bot.cli.segments import run

    return run(source(sys.stdin), sys.stdout)


def lint(options: Namespace) -> int:
    from bot.cli.lint import run

    folder = Path(options.path) if options.path else content_folder()
    if not folder.is_dir():
        print(f"thrive lint: there is no folder {folder}", file=sys.stderr)
        return 1
    council = os.environ.get("COUNCIL")
    return run(
        folder, sys.stdout, as_json=options.json, known=options.known, council=Path(council) if council else None
    )


def simulate(options: Namespace) -> int:
    from bot.cli.simulate import run

    script = Path(options.script).read_text(encoding="utf-8").splitlines() if options.script else None
    return run(
        content_folder(), options.flow, options.language, script, sys.stdout,
        record=Path(options.record) if options.record else None, as_json=options.json,
    )  # fmt: skip
