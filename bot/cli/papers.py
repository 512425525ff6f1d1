"""`thrive documents`: the papers a council needs, filled from its settings; what only it can supply stays marked."""

import json
import os
import re
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.cli.pure import content_folder
from bot.content import Council, compile_content, read_content
from bot.content.retention import KINDS, Kept
from bot.settings import ROOT

PAPERS: Final = ROOT / "docs" / "council"
MARK: Final = re.compile(r"\[The council must write: [^\]]+\]")
MISSING: Final = "[The council must write: a period]"
SECOND: Final = "an urgent case closes when a second person confirms it"
ALONE: Final = "one person closes an urgent case; the council asks for no second"
GAP: Final = re.compile(r"\{([a-z_]+)\}")


def command(options: Namespace) -> int:
    folder = Path(options.path)
    named = os.environ.get("COUNCIL")
    papers = filled(compile_content(read_content(content_folder(), Path(named) if named else None)).council)
    standing = sorted(name for name in papers if (folder / name).exists())
    if standing and not options.force:  # somebody may have written into them
        print(f"{folder} already holds {', '.join(standing)}; --force writes over them.", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in papers.items():
        (folder / name).write_text(text, "utf-8")
    left = {name: len(MARK.findall(text)) for name, text in papers.items()}
    if options.json:
        print(json.dumps({"folder": str(folder), "left_to_write": left}))
    else:
        for name, number in left.items():
            print(f"{folder / name}: {number} things that only the council can write")
    return 0


def filled(council: Council) -> Mapping[str, str]:
    """Each paper by its file's name. Raises KeyError for a gap that no setting fills."""
    values = values_of(council)
    paths = sorted(path for path in PAPERS.glob("*.md") if path.name != "README.md")
    return {path.name: GAP.sub(lambda gap: values[gap[1]], path.read_text("utf-8")) for path in paths}


def values_of(council: Council) -> Mapping[str, str]:
    """What a paper may name: what every text may, with the promises and who is told in turn."""
    hours = council.promises.concern_least.total_seconds() / 3600
    rungs = dict.fromkeys(person.title for person in council.told)
    return {
        **council.values(),
        "urgent_minutes": f"{council.promises.urgent.total_seconds() / 60:g}",
        "concern_hours": f"{hours:g}",
        **{f"keep_{kind}": _kept(council, kind) for kind in KINDS},
        **{f"time_{kind}": _time(council, kind) for kind in KINDS},
        "texts_in_ten_minutes": f"{council.answers.in_ten_minutes}",
        "texts_in_a_day": f"{council.answers.in_a_day}",
        "second_person": SECOND if council.second_person else ALONE,
        "ladder": ", then ".join(rungs) or "[The council must write: who is told of a case, in turn]",
    }


def _kept(council: Council, kind: Kept) -> str:
    """A period with where it is from."""
    keep = council.retention.of(kind)
    return MISSING if keep is None else f"{keep.period} ({keep.source})"


def _time(council: Council, kind: Kept) -> str:
    """A period alone, as families read it."""
    keep = council.retention.of(kind)
    if keep is None:
        return MISSING
    return str(keep.period) if keep.period.unit else "for ever"
