"""The audit's seals in use: the clock closes a minute's rows; auditor and operator look whether all stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog

from bot.casework.accounts import SignedIn
from bot.house import House
from bot.store import seals, staff
from bot.store.seals import Break, Checked

__all__ = ["Break", "Checked", "Pruned", "State", "check_all", "prune", "seal_due", "state"]

log = structlog.get_logger()
EVERY: Final = timedelta(minutes=1)
LATE: Final = timedelta(minutes=3)  # rows that nothing sealed for so long: the clock stands still
MOST_AT_ONCE: Final = 20  # seals of one tick, each a transaction: a backlog holds up no alarm
LOOKED_AT: Final = 100  # of the newest seals, each time the page is opened


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the auditor's page shows: the newest seals compared with their rows."""

    checked: Checked
    whole: bool  # every seal was compared, not only the newest
    late: bool


class Pruned(NamedTuple):
    """`seals` and their `rows` that were removed; `kept`: old seals whose rows are not what they sealed, left as they
    are."""

    seals: int
    rows: int
    kept: int


def seal_due(house: House, now: datetime) -> int:
    """Seal what came since the last minute. How many seals were made; each head is told to the log, which is kept
    elsewhere: an end of the chain that is cut off shows against it."""
    made = 0
    while made < MOST_AT_ONCE:
        with house.db.read() as tx:
            last = seals.newest(tx)
        if not made and last is not None and timedelta(0) <= now - last.at < EVERY and last.count < seals.MOST_ROWS:
            return 0
        with house.db.write() as tx:
            before = seals.newest(tx, lock=True)
            if (before is None) != (last is None) or (before and last and before.number != last.number):
                return made  # another clock was first
            found = seals.seal_rows(tx, now, before)
        if found is None:
            return made
        made += 1
        log.info("audit sealed", number=found.number, rows=found.count, head=(found.head or "")[:16])
        if found.count < seals.MOST_ROWS:
            return made
    return made


def state(house: House) -> State:
    """The newest seals and what waits. Nothing is written: the page that asks keeps that somebody looked."""
    now = house.clock.now()
    with house.db.read() as tx:
        last = seals.newest(tx)
        first = 1 if last is None else max(1, last.number - LOOKED_AT + 1)
        return _state(seals.check(tx, from_number=first), now, whole=first == 1)


def check_all(house: House, by: SignedIn | None, *, head: tuple[int, str] | None = None) -> State:
    """Compare every seal with its rows, and keep in the audit that it was done and what it found."""
    now = house.clock.now()
    with house.db.read() as tx:
        found = seals.check(tx, head=head)
    told = f"{found.seals} seals, {found.rows} rows, {len(found.breaks)} not as sealed"
    with house.db.write() as tx:
        staff.add_audit(
            tx, at=now, staff_id=None if by is None else by.staff.id, action="audit.verify", target="audit", detail=told
        )
    if found.breaks:
        log.error("audit not as sealed", breaks=len(found.breaks), first=found.breaks[0].number)
    return _state(found, now, whole=True)


def prune(house: House, older_than: datetime, *, dry_run: bool) -> Pruned:
    """Remove rows older than an instant, and keep their seals. How many; with `dry_run`, would be."""
    now = house.clock.now()
    total = Pruned(seals=0, rows=0, kept=0)
    after: int | None = 0
    while after is not None:
        with house.db.read() if dry_run else house.db.write() as tx:
            done = seals.prune(tx, older_than, now, after=after, dry_run=dry_run)
            if done.seals and not dry_run:
                told = f"{done.rows} rows of {done.seals} seals, before {older_than.date().isoformat()}"
                staff.add_audit(tx, at=now, staff_id=None, action="audit.prune", target="audit", detail=told)
        total = Pruned(seals=total.seals + done.seals, rows=total.rows + done.rows, kept=total.kept + done.kept)
        after = done.last
    if total.kept:
        log.error("audit not as sealed, kept", seals=total.kept)
    return total


def _state(found: Checked, now: datetime, *, whole: bool) -> State:
    late = found.waiting_since is not None and now - found.waiting_since > LATE
    return State(checked=found, whole=whole, late=late)
