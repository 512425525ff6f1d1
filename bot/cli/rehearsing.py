"""`thrive rehearse`: the ledger that would be, then the desk's load by week. Needs no settings and no database."""

import difflib
import sys
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from bot.cli.lines import to_json
from bot.cli.pure import content_folder
from bot.cli.rehearse_options import LAST
from bot.rehearsal import rehearsing
from bot.rehearsal.rehearsing import Rehearsal
from bot.settings import ROOT
from scheduler.desk_load import Week
from scheduler.enrolment_sheet import SheetError

SAMPLE = ROOT / "content" / "samples" / "school-year.csv"
COLUMNS = ("week_from", "check_ins", "reminders", "answers", "urgent", "concern", "routine", "listed")


def command(options: Namespace) -> int:
    last = options.first + timedelta(days=options.days - 1)
    if last > LAST:
        print(f"thrive rehearse: --days {options.days} ends after {LAST}, the last day we know", file=sys.stderr)
        return 2
    path = Path(options.families) if options.families else SAMPLE
    if not path.is_file():
        print(f"thrive rehearse: there is no file {path}", file=sys.stderr)
        return 1
    compiled = rehearsing.load(content_folder())
    if options.programme is not None and options.programme not in compiled.programmes:
        print(_no_such(options.programme, compiled.programmes), file=sys.stderr)
        return 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as sheet:
            done = rehearsing.run(
                compiled, sheet, options.first, options.days, programme=options.programme, share=options.answers,
                low=options.low, seed=options.seed,
            )  # fmt: skip
    except (SheetError, UnicodeDecodeError) as fault:
        print(f"thrive rehearse: {path.name}: {fault}", file=sys.stderr)
        return 1
    for refused in done.families.refused:
        told = "; ".join(refused.reasons)
        print(f"{path.name}, line {refused.line} ({refused.reference or 'no reference'}): {told}", file=sys.stderr)
    (_tell_json if options.json else _tell)(done, sys.stdout)
    if options.picture:
        from bot.rehearsal.picture import draw

        Path(options.picture).write_text(draw(done), encoding="utf-8")
    return 1 if done.families.refused and not done.families.people else 0


def _no_such(programme: str, programmes: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(programme, programmes, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return f"thrive rehearse: there is no programme {programme}.{meant} There are: {', '.join(sorted(programmes))}"


def _tell_json(done: Rehearsal, out: TextIO) -> None:
    out.writelines(to_json(rehearsing.fields(line), out) + "\n" for line in done.year.ledger)
    out.writelines(to_json(_week(week), out) + "\n" for week in done.weeks)
    refused = [{"line": r.line, "id": r.reference, "error": "; ".join(r.reasons)} for r in done.families.refused]
    out.write(to_json({**_summary(done), "refused": refused}, out) + "\n")


def _tell(done: Rehearsal, out: TextIO) -> None:
    out.writelines(
        "  ".join(str(value or "-") for value in rehearsing.fields(line).values()) + "\n" for line in done.year.ledger
    )
    out.write("\nThe desk's load by week\n")
    out.write("  ".join(name.replace("_", " ").rjust(10) for name in COLUMNS) + "\n")
    out.writelines("  ".join(str(value).rjust(10) for value in _week(week).values()) + "\n" for week in done.weeks)
    summary = _summary(done)
    out.write(f"\n{summary['people']} people on {summary['enrolments']} programmes. {done.answers}\n")
    if done.year.to_telephone:
        who = ", ".join(done.year.to_telephone)
        out.write(f"Nothing is texted until somebody has telephoned: their number is a year old. {who}\n")
    if waiting := sum(done.year.waiting.values()):
        out.write(f"On the last day {waiting} touches were due and still waiting.\n")


def _week(week: Week) -> dict[str, object]:
    values = asdict(week)
    return {name: str(values[name]) if name == "week_from" else values[name] for name in COLUMNS}


def _summary(done: Rehearsal) -> dict[str, object]:
    return {
        "from": done.first.isoformat(), "until": done.last.isoformat(), "people": len(done.families.people),
        "enrolments": done.year.enrolled, "answers": done.answers,
        "to_telephone": done.year.to_telephone, "still_waiting": dict(done.year.waiting),
    }  # fmt: skip
