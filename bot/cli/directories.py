"""`thrive directory import` and `export`: services in, from a file or the sample, and out as Open Referral UK."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from bot.cli.lines import to_json
from bot.cli.opening import known_needs, open_house, ready
from bot.directory_source import FeedError, load_places, load_sample, read_feed
from bot.house import House
from bot.live import NothingPublished
from bot.publishing import content, directory, feed
from directory.report import Line, Report


def command(options: Namespace) -> int:
    if options.action == "export":
        with open_house() as house:
            return _export(house, options) if ready(house) else 1
    if options.sample == bool(options.path):
        print("thrive directory import: give a file, or --sample", file=sys.stderr)
        return 2
    if options.path and options.path.startswith(("http://", "https://")):
        print(
            "thrive directory import: importing from an address is not built yet; save it to a file.", file=sys.stderr
        )
        return 1
    with open_house() as house:
        return _import(house, options) if ready(house, create=not options.dry_run) else 1


def _import(house: House, options: Namespace) -> int:
    if not options.dry_run:
        content.publish_first(house)
    report = Report()
    if options.sample:
        services, source = load_sample(), "sample"
    else:
        source = Path(options.path).name
        try:
            needs = known_needs(house)
            services, report = read_feed(
                Path(options.path), needs=needs, places=load_places(), before=directory.services(house, source=source)
            )
        except (FeedError, OSError) as fault:
            print(f"thrive directory import: {fault}", file=sys.stderr)
            return 1
    refused, repaired = _lines(report.refused), _lines(report.repaired)
    ended = [line.id for line in report.withdrawn]
    change = directory.put(
        house, [s for s in services if s.id not in ended], source=source, ended=ended, dry_run=options.dry_run
    )
    if options.json:
        done = {**asdict(change), "refused": refused, "repaired": repaired, "dry_run": options.dry_run}
        print(to_json(done, sys.stdout))
    else:
        would = "would be " if options.dry_run else ""
        print(
            f"{len(change.added)} {would}added, {len(change.updated)} {would}updated, "
            f"{len(change.unchanged)} unchanged, "
            f"{len(change.withdrawn)} {would}withdrawn, {len(change.missing)} no longer listed (kept), "
            f"{len(refused)} refused"
        )
        for line in refused:
            print(f"  refused {line['where']} {line['name']}: {line['reason']}")
    return 1 if report.all_refused else 0


def _lines(lines: Iterable[Line]) -> list[dict[str, object]]:
    return [{"id": line.id, "where": line.where, "name": line.name, "reason": line.reason} for line in lines]


def _export(house: House, options: Namespace) -> int:
    try:
        records = feed.export(house)
    except NothingPublished:
        records = []
    if not records:
        print("The directory is empty. `thrive directory import --sample` loads the sample.", file=sys.stderr)
        return 1
    text = json.dumps(records, ensure_ascii=False, indent=1)
    Path(options.path).write_text(text, encoding="utf-8")
    print(
        json.dumps({"services": len(records)}) if options.json else f"Wrote {len(records)} services to {options.path}."
    )
    return 0
