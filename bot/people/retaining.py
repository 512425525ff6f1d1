"""Carrying the council's retention periods out: counted first, then removed some rows a transaction, at night.

After a change of the periods the first night only counts, so that a slip of the pen shows in the audit, and in `thrive
retention`, before anything is gone. What is removed so is not on the list of the erased: after a restore the next
nights remove it again by the same periods.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from typing import Final

import structlog

from bot.casework import auditing
from bot.clock import LONDON, local_date
from bot.content.retention import KINDS, Kept, Retention
from bot.house import House
from bot.people import erasing
from bot.store import published, retaining, staff
from bot.store.database import Tx

log = structlog.get_logger()
FLAG: Final = "retention"
NIGHT: Final = range(1, 6)  # hours of London's clock
SOME: Final = 200  # rows of a table in one transaction
FEW: Final = 10  # people, since each is many rows
SLICE_SECONDS: Final = 1.0  # of one tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How much of a kind is past its time. `before`: the first day kept; None where it is kept for ever."""

    kind: Kept
    period: str
    source: str
    before: date | None
    count: int


def count(house: House) -> list[Due]:
    """Of every kind, in order; changes nothing. A kind without a period is kept for ever."""
    today = local_date(house.clock.now())
    with house.db.read() as tx:
        return list(_count(house, tx, _settings(house, tx), today))


def carry_out(house: House) -> dict[Kept, int]:
    """Remove everything that is past its time now; how much of each kind went."""
    today = local_date(house.clock.now())
    with house.db.read() as tx:
        settings = _settings(house, tx)
    gone: dict[Kept, int] = {}
    for kind in KINDS:
        while number := _some(house, settings, kind, today):
            gone[kind] = gone.get(kind, 0) + number
    _tell(house, gone)
    return gone


def retain_due(house: House, now: datetime) -> None:
    """One tick's share of the night's work; nothing by day, and nothing while a restored copy is paused."""
    today = local_date(now)
    with house.db.read() as tx:
        flags = published.flags(tx)
    state = json.loads(flags.get(FLAG, "{}"))
    if now.astimezone(LONDON).hour not in NIGHT or state.get("done") == today.isoformat() or published.PAUSED in flags:
        return
    with house.db.read() as tx:
        settings = _settings(house, tx)
    of = _digest(settings)
    if state.get("of") != of:
        _rehearse(house, settings, today, of)
        return
    gone: dict[Kept, int] = {}
    until = time.monotonic() + SLICE_SECONDS
    for kind in KINDS:
        while time.monotonic() < until and (number := _some(house, settings, kind, today)):
            gone[kind] = gone.get(kind, 0) + number
    _tell(house, gone)
    if time.monotonic() < until:  # every kind came to its end
        _done(house, of, today)


def _settings(house: House, tx: Tx) -> Retention:
    return house.live.snapshot(tx).compiled.council.retention


def _digest(settings: Retention) -> str:
    told = json.dumps({kind: str(keep.period) for kind, keep in sorted(settings.kinds, key=lambda one: one[0])})
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _count(house: House, tx: Tx, settings: Retention, today: date) -> Iterator[Due]:
    for kind in KINDS:
        keep = settings.of(kind)
        before = None if keep is None else keep.period.first_kept(today)
        number = 0
        if before is not None:
            number = (
                _audit(house, before, dry_run=True) if kind == "audit" else retaining.count(tx, kind, _start(before))
            )
        yield Due(
            kind=kind, period="ever" if keep is None else str(keep.period), source="" if keep is None else keep.source,
            before=before, count=number,
        )  # fmt: skip


def _start(day: date) -> datetime:
    return datetime.combine(day, clock_time(), LONDON)


def _rehearse(house: House, settings: Retention, today: date, of: str) -> None:
    with house.db.read() as tx:
        due = list(_count(house, tx, settings, today))
    told = ", ".join(f"{one.count} {one.kind}" for one in due if one.count) or "nothing"
    now = house.clock.now()
    with house.db.write() as tx:
        staff.add_audit(tx, at=now, staff_id=None, action="retention.counted", target="retention", detail=told[:200])
    _done(house, of, today)
    log.info("retention counted", **{one.kind: one.count for one in due})


def _done(house: House, of: str, today: date) -> None:
    with house.db.write() as tx:
        published.set_flag(tx, FLAG, json.dumps({"of": of, "done": today.isoformat()}), house.clock.now())


def _some(house: House, settings: Retention, kind: Kept, today: date) -> int:
    """Some of a kind, in a transaction; 0 where none is left."""
    keep = settings.of(kind)
    before = None if keep is None else keep.period.first_kept(today)
    if before is None:
        return 0
    if kind == "audit":
        return _audit(house, before, dry_run=False)
    if kind == "people":
        return house.db.attempt(lambda tx: _people(tx, _start(before)))
    return house.db.attempt(lambda tx: retaining.remove(tx, kind, _start(before), limit=SOME))


def _people(tx: Tx, before: datetime) -> int:
    return sum(erasing.past_its_time(tx, whose) for whose in retaining.people(tx, before, limit=FEW))


def _audit(house: House, before: date, *, dry_run: bool) -> int:
    return auditing.prune(house, _start(before), dry_run=dry_run).rows


def _tell(house: House, gone: dict[Kept, int]) -> None:
    if not gone:
        return
    told = ", ".join(f"{number} {kind}" for kind, number in gone.items())
    with house.db.write() as tx:
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=None, action="retention.removed", target="retention", detail=told[:200]
        )
    log.info("retention", **gone)
