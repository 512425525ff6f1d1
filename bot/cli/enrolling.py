"""`thrive enrol PATH`: families from a spreadsheet, every refused row with its reasons."""

import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from bot.cli.lines import to_json
from bot.cli.opening import open_house, ready
from bot.house import House
from bot.people.enrol import enrol_sheet
from bot.publishing import content
from scheduler.enrolment_sheet import SheetError


def command(options: Namespace) -> int:
    path = Path(options.path)
    if not path.is_file():
        print(f"thrive enrol: there is no file {path}", file=sys.stderr)
        return 1
    with open_house() as house:
        return _enrol(house, path, options) if ready(house, create=not options.dry_run) else 1


def _enrol(house: House, path: Path, options: Namespace) -> int:
    if not options.dry_run:
        content.publish_first(house)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            report = enrol_sheet(house, lines, dry_run=options.dry_run)
    except (SheetError, UnicodeDecodeError) as fault:
        print(f"thrive enrol: {path.name}: {fault}", file=sys.stderr)
        return 1
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    if options.json:
        done = {**counts, "refused": [asdict(r) for r in report.refused], "dry_run": options.dry_run}
        print(to_json(done, sys.stdout))
    else:
        would = "would be " if options.dry_run else ""
        print(", ".join(f"{n} {would}{name}" for name, n in counts.items()) + f", {len(report.refused)} refused")
        for row in report.refused:
            print(f"  line {row.line} ({row.reference or 'no reference'}): {'; '.join(row.reasons)}")
    taken = report.added + report.changed + report.unchanged
    return 1 if report.refused and not taken else 0
