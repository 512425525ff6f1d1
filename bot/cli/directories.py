"""`thrive directory import`, `export` and `duplicates`: services in, from a file, an address or the sample; out as Open
Referral UK; and which of them may be one."""

import json
import sys
from argparse import Namespace
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.cli.lines import to_json
from bot.cli.opening import known_needs, open_house, ready
from bot.clock import local_date
from bot.content.directory_mapping import read_directory_mapping
from bot.content.documents import ContentFaults
from bot.directory_source import FeedError, load_places, load_sample, read_address, read_file, source_of
from bot.house import House
from bot.live import NothingPublished
from bot.publishing import content, feed, importing, merging
from bot.publishing.directory import Change
from directory.report import Line, Read
from directory.service import Service


def command(options: Namespace) -> int:
    if options.action == "export":
        with open_house() as house:
            return _export(house, options) if ready(house) else 1
    if options.action == "duplicates":
        with open_house() as house:
            return _duplicates(house, options) if ready(house) else 1
    if options.sample == bool(options.path):
        print("thrive directory import: give a file, or --sample", file=sys.stderr)
        return 2
    if options.changed and not _is_address(options.path):
        print("thrive directory import: --changed asks an address what changed; a file is read whole", file=sys.stderr)
        return 2
    if options.mapping and (options.sample or _is_address(options.path)):
        print("thrive directory import: --mapping is for a sheet in a file", file=sys.stderr)
        return 2
    with open_house() as house:
        return _import(house, options) if ready(house, create=not options.dry_run) else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Came:
    """What was read, by what name its entries are known, and whether it was all there is."""

    read: Read
    source: str
    whole: bool = True
    listed: Collection[str] = ()
    told: Sequence[str] = ()
    not_had: int = 0


def _import(house: House, options: Namespace) -> int:
    if not options.dry_run:
        content.publish_first(house)
    try:
        came = _read(house, options)
    except (FeedError, ContentFaults, OSError) as fault:
        print(f"thrive directory import: {fault}", file=sys.stderr)
        if _is_address(options.path) and not options.dry_run:
            importing.failed(house, source=source_of(options.path), address=options.path, fault=str(fault))
            print("Nothing was changed: what we hold from it stands.", file=sys.stderr)
        return 1
    change = importing.take_in(
        house, came.read, source=came.source, address=options.path or came.source, listed=came.listed,
        whole=came.whole, told=came.told, not_had=came.not_had, dry_run=options.dry_run,
    )  # fmt: skip
    _tell(came, change, options)
    return 1 if came.read.refused and not came.read.services else 0


def _read(house: House, options: Namespace) -> _Came:
    if options.sample:
        return _Came(read=Read(services=tuple(load_sample())), source="sample")
    needs, places, today = known_needs(house), load_places(), local_date(house.clock.now())
    if not _is_address(options.path):
        path = Path(options.path)
        theirs = read_directory_mapping(Path(options.mapping)) if options.mapping else None
        return _Came(
            read=read_file(path, needs=needs, places=places, on=today, mapping=theirs), source=path.name
        )  # fmt: skip
    source = source_of(options.path)
    since = importing.changed_since(house, source) if options.changed else None
    read, came = read_address(options.path, needs=needs, places=places, on=today, changed_since=since)
    return _Came(
        read=read, source=source, whole=came.whole, listed=came.listed, told=came.told, not_had=len(came.refused)
    )  # fmt: skip


def _tell(came: _Came, change: Change, options: Namespace) -> None:
    refused, repaired = _lines(came.read.refused), _lines(came.read.repaired)
    if options.json:
        done = {"refused": refused, "repaired": repaired, "told": list(came.told), "dry_run": options.dry_run}
        print(to_json({**asdict(change), **done}, sys.stdout))
        return
    would = "would be " if options.dry_run else ""
    print(
        f"{len(change.added)} {would}added, {len(change.updated)} {would}updated, {len(change.unchanged)} unchanged, "
        f"{len(change.withdrawn)} {would}withdrawn, {len(change.missing)} no longer listed (kept), "
        f"{len(refused)} refused, {len(repaired)} repaired"
    )
    for sentence in came.told:
        print(f"  {sentence}")
    for what, lines in (("refused", refused), ("repaired", repaired)):
        for line in lines:
            print(f"  {what} {line['where']} {line['name']}: {line['reason']}")
    for gone in change.missing:
        print(f"  no longer listed, kept: {gone}")


def _is_address(path: str | None) -> bool:
    return bool(path) and str(path).lower().startswith(("http://", "https://"))


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


def _duplicates(house: House, options: Namespace) -> int:
    found = merging.offered(house)
    if options.json:
        told = [
            {"one": _named(like.one), "other": _named(like.other), "score": like.score, "why": list(like.why)}
            for like in found
        ]
        print(to_json({"pairs": told}, sys.stdout))
        return 0
    print(f'{len(found)} pairs may be one entry. The desk\'s "Directory" merges them.')
    for like in found:
        print(f"  {like.score} {like.one.name} ({like.one.id}) and {like.other.name} ({like.other.id})")
        print(f"     {'; '.join(like.why)}")
    return 0


def _named(service: Service) -> dict[str, str]:
    return {"id": service.id, "name": service.name, "organisation": service.organisation.name}
