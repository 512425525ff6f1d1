"""Taking a feed in: what it changes, and a report that stays, for whoever ran the import and for the desk.

An import that fails changes nothing: the last good copy is what stands. Its report says so.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.casework.accounts import SignedIn
from bot.house import House
from bot.publishing import directory
from bot.publishing.directory import Change
from bot.store import feeds, staff
from directory.report import Line, Read
from directory.service import Service

# Clocks differ, and a feed may list a change a while after the time that it gives it.
OVERLAP: Final = timedelta(days=1)
MOST_LINES: Final = 500  # of one kind in a report that is kept; how many there were stands beside them


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What the last import of one source did. `lines` by what became of them: `missing`, `refused`, `repaired`;
    `counts` of those and of `added`, `updated`, `unchanged`, `withdrawn`. `told` are sentences about the feed."""

    source: str
    address: str
    at: datetime
    fault: str | None
    whole: bool
    lines: Mapping[str, Sequence[Line]]
    counts: Mapping[str, int]
    told: Sequence[str]


def take_in(
    house: House, read: Read, *, source: str, address: str, listed: Collection[str] = (), whole: bool = True,
    told: Sequence[str] = (), not_had: int = 0, dry_run: bool = False,
) -> Change:  # fmt: skip
    """Put what was read into the directory and keep the report. What says inactive or defunct is withdrawn.

    `not_had`: how many records the feed has and did not give; what changed of them is still to be asked for.
    """
    ended = [service.id for service in read.services if service.status in {"inactive", "defunct"}]
    going = [service for service in read.services if service.id not in ended]
    there = {*listed, *(line.id for line in read.refused if line.id)}
    before = {service.id: service for service in directory.services(house, source=source)}
    change = directory.put(
        house, going, source=source, ended=ended, listed=there, whole=whole, dry_run=dry_run
    )  # fmt: skip
    if not dry_run:
        report = report_of(change, read, before, told) | {"not_had": not_had}
        _keep(house, source, address, report, fault=None, whole=whole)
    return change


def failed(house: House, *, source: str, address: str, fault: str) -> None:
    """Keep that nothing could be taken in, and why."""
    _keep(house, source, address, {}, fault=fault, whole=False)


def report_of(
    change: Change, read: Read, before: Mapping[str, Service], told: Sequence[str]
) -> dict[str, Any]:  # fmt: skip
    """The report as it is kept: JSON values, with the names of what went missing."""
    gone = [
        Line(id=one, name=before[one].name if one in before else "", reason="no longer listed: kept, please check")
        for one in change.missing
    ]
    lines = {"missing": gone, "refused": read.refused, "repaired": read.repaired}
    return {
        "counts": {name: len(ids) for name, ids in asdict(change).items()}
        | {name: len(found) for name, found in lines.items()},
        "lines": {name: [asdict(line) for line in found[:MOST_LINES]] for name, found in lines.items()},
        "told": list(told),
    }


def changed_since(house: House, source: str) -> datetime | None:
    """From when on to ask a feed for changes: since the last import that had all it asked for. None where there is no
    such: then all of it may be new."""
    with house.db.read() as tx:
        runs = feeds.taken(tx, source)
    return next((run.at - OVERLAP for run in runs if not json.loads(run.report).get("not_had")), None)


def imports(house: House, by: SignedIn) -> list[Imported]:
    """The last import of each source, the newest first. Looking is audited."""
    with house.db.read() as tx:
        runs = feeds.newest_runs(tx)
    with house.db.write() as tx:
        staff.add_audit(tx, at=house.clock.now(), staff_id=by.staff.id, action="directory.view", target="imports")
    return [_imported(run) for run in runs]


def _imported(run: feeds.Run) -> Imported:
    report = json.loads(run.report)
    lines = {name: [Line(**line) for line in found] for name, found in report.get("lines", {}).items()}
    return Imported(
        source=run.source, address=run.address, at=run.at, fault=run.fault, whole=run.whole, lines=lines,
        counts=report.get("counts", {}), told=report.get("told", []),
    )  # fmt: skip


def _keep(
    house: House, source: str, address: str, report: Mapping[str, Any], *, fault: str | None, whole: bool
) -> None:
    with house.db.write() as tx:
        feeds.add_run(
            tx, source=source, address=address, at=house.clock.now(), fault=fault, whole=whole,
            report=json.dumps(report, ensure_ascii=False),
        )  # fmt: skip
