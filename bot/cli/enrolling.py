"""`thrive enrol PATH`: families from a spreadsheet or another system's export, every refused row with its reasons."""

import sys
import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from bot.cli.lines import to_json
from bot.cli.opening import open_house, ready
from bot.content import ContentFaults
from bot.content.mapping_files import read_mapping_file
from bot.house import House
from bot.people.enrol import Report, enrol_rows
from bot.publishing import content
from scheduler.enrolment_sheet import SheetError, read_sheet
from scheduler.sheet_mapping import SheetMapping, read_mapped

EVERY_SECONDS = 2.0  # between two lines of progress; a file that takes less has none


def command(options: Namespace) -> int:
    path, mapping = Path(options.path), None
    if not path.is_file():
        print(f"thrive enrol: there is no file {path}", file=sys.stderr)
        return 1
    if options.mapping is not None:
        try:
            mapping = read_mapping_file(Path(options.mapping))
        except ContentFaults as faults:
            print("\n".join(map(str, faults.faults)), file=sys.stderr)
            return 1
    with open_house() as house:
        return _enrol(house, path, mapping, options) if ready(house, create=not options.dry_run) else 1


def _enrol(house: House, path: Path, mapping: SheetMapping | None, options: Namespace) -> int:
    if not options.dry_run:
        content.publish_first(house)
    encoding = "utf-8-sig" if mapping is None or mapping.encoding == "utf-8" else mapping.encoding
    try:
        with path.open(encoding=encoding, newline="") as lines:
            rows = read_mapped(lines, mapping) if mapping else read_sheet(lines)
            report = enrol_rows(house, rows, dry_run=options.dry_run, progress=_Progress())
    except (SheetError, UnicodeDecodeError) as fault:
        print(f"thrive enrol: {path.name}: {fault}", file=sys.stderr)
        return 1
    _tell(report, options)
    taken = report.added + report.changed + report.unchanged
    return 1 if report.refused and not taken else 0


class _Progress:
    """A line on standard error every so often, while it goes on."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()

    def __call__(self, report: Report) -> None:
        if time.monotonic() - self._told_at < EVERY_SECONDS:
            return
        self._told_at = time.monotonic()
        print(f"{report.rows} rows: {_counts(report)}", file=sys.stderr, flush=True)


def _counts(report: Report, would: str = "") -> str:
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    return ", ".join(f"{n} {would}{name}" for name, n in counts.items()) + f", {len(report.refused)} refused"


def _tell(report: Report, options: Namespace) -> None:
    if options.json:
        done = {
            "added": report.added, "changed": report.changed, "unchanged": report.unchanged,
            "refused": [asdict(row) for row in report.refused], "to_telephone": report.to_telephone,
            "dry_run": options.dry_run,
        }  # fmt: skip
        print(to_json(done, sys.stdout))
        return
    print(_counts(report, "would be " if options.dry_run else ""))
    if report.to_telephone:
        print(f"{report.to_telephone} to telephone first: nobody has confirmed the number for a year")
    for row in report.refused:
        print(f"  line {row.line} ({row.reference or 'no reference'}): {'; '.join(row.reasons)}")
