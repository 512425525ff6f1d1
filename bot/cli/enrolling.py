"""`thrive enrol PATH`: families from a spreadsheet, every refused row with its reasons."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from bot.cli.opening import open_house, ready
from bot.people.enrol import enrol_sheet
from scheduler.enrolment_sheet import SheetError


def command(options: Namespace) -> int:
    path = Path(options.path)
    if not path.is_file():
        print(f"thrive enrol: there is no file {path}", file=sys.stderr)
        return 1
    house = open_house()
    if not ready(house):
        return 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            report = enrol_sheet(house, lines, dry_run=options.dry_run)
    except (SheetError, UnicodeDecodeError) as fault:
        print(f"thrive enrol: {path.name}: {fault}", file=sys.stderr)
        return 1
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    if options.json:
        print(json.dumps({**counts, "refused": [asdict(r) for r in report.refused], "dry_run": options.dry_run}))
    else:
        would = "would be " if options.dry_run else ""
        print(", ".join(f"{n} {would}{name}" for name, n in counts.items()) + f", {len(report.refused)} refused")
        for row in report.refused:
            print(f"  line {row.line} ({row.reference or 'no reference'}): {'; '.join(row.reasons)}")
    taken = report.added + report.changed + report.unchanged
    return 1 if report.refused and not taken else 0
