"""`thrive journeys`: conversations that were saved are played again, and the first step that differs is told."""

import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.cli.lines import to_json
from bot.cli.pure import content_folder
from bot.content import Notes, compile_content, read_content, read_document
from bot.simulating import Differs, replay
from bot.talking import real_assets


def command(options: Namespace) -> int:
    path = Path(options.path)
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        print(f"thrive journeys: there are no journeys in {path}", file=sys.stderr)
        return 1
    compiled = compile_content(read_content(content_folder()))
    assets = real_assets(compiled)
    found: list[dict[str, Any]] = []
    for file in files:
        notes = Notes()
        journey = read_document(file, file.name, notes)
        try:
            if notes.faults or not isinstance(journey, dict):
                raise ValueError("; ".join(map(str, notes.faults)) or "not a journey")
            differs, error = replay(compiled, assets, journey), ""
        except (ValueError, TypeError) as fault:
            differs, error = None, str(fault)
        found.append({"file": file.name, "differs": asdict(differs) if differs else None, "error": error})
        if not options.json:
            print(_told(file.name, differs, error))
    if options.json:
        sys.stdout.write(to_json(found, sys.stdout) + "\n")
    return 1 if any(one["differs"] or one["error"] for one in found) else 0


def _told(name: str, differs: Differs | None, error: str) -> str:
    if error:
        return f"{name}: {error}"
    if differs is None:
        return f"{name}: goes as it was saved"
    should, does = ("".join(f"\n      {line}" for line in lines) or "\n      nothing" for lines in
                    (differs.should, differs.does))  # fmt: skip
    return f"{name}: step {differs.step}, {differs.line}\n    was:{should}\n    is now:{does}"
