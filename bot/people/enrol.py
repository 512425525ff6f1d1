"""Enrolling families. Safe to repeat: the same file twice changes nothing.

Being told by a worker, on a day, is the consent to be texted; STOP stands over it, and only START from that phone
undoes a STOP. A long file is taken a few rows at a time, with a rest after each, so that a family who writes meanwhile
is answered as ever.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Final

from bot.clock import local_date
from bot.house import House
from bot.people.batch import Batch, Taken
from bot.store import people, staff
from bot.store.database import Tx
from messages.addresses import read_mobile
from scheduler.enrolment_sheet import EnrolmentRow, RefusedRow, SheetRow, read_sheet, resolve_dates
from scheduler.programme import Programme
from scheduler.sheet_memory import SheetMemory, read_beside

# One transaction holds SQLite's only write lock: its rows are as many as take about this long on this machine.
HOLD_SECONDS: Final = 0.015
FEWEST, MOST = 5, 100  # rows a transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who enrols, for the audit: a member of staff, or a name such as "the command"."""

    staff_id: int | None = None
    name: str = "the command"


@dataclass(slots=True, kw_only=True)
class Report:
    """Rows by what happened to them; `refused` with every reason. `to_telephone` of them wait for a telephone call."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    to_telephone: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.unchanged + len(self.refused)

    def count(self, taken: Taken) -> None:
        if taken.outcome == "refused":
            self.refused.append(RefusedRow(line=taken.line, reference=taken.reference, reasons=taken.reasons))
            return
        setattr(self, taken.outcome, getattr(self, taken.outcome) + 1)
        self.to_telephone += taken.to_telephone


def enrol_sheet(
    house: House, lines: Iterable[str], *, dry_run: bool = False, relative_dates: bool = False, by: By = By()
) -> Report:
    """Enrol every row of a CSV that can be. Raises SheetError where the file as a whole cannot be read."""
    rows: Iterable[SheetRow] = read_sheet(lines)
    if relative_dates:
        rows = resolve_dates(rows, local_date(house.clock.now()))
    return enrol_rows(house, rows, dry_run=dry_run, by=by)


def enrol_rows(
    house: House, rows: Iterable[SheetRow], *, dry_run: bool = False, by: By = By(),
    progress: Callable[[Report], None] | None = None,
) -> Report:  # fmt: skip
    """The same for rows however they came. `progress` is told after each transaction."""
    report = Report()
    for taken in take_all(house, rows, dry_run=dry_run, by=by):
        for one in taken:
            report.count(one)
        if progress is not None:
            progress(report)
    return report


def take_all(house: House, rows: Iterable[SheetRow], *, dry_run: bool, by: By) -> Iterator[list[Taken]]:
    """What became of the rows, one transaction after the other, in order."""
    source, memory, size = iter(rows), SheetMemory(), FEWEST
    audit: int | None = None
    total = Report()
    looked: Batch | None = None
    while True:
        begun = time.perf_counter()
        programmes = house.live.of(house.db).compiled.programmes  # asked once a transaction, not once a row
        batch = [read(house, row, memory, programmes) for row in islice(source, size)]
        if not batch:
            return
        good = [row for row in batch if isinstance(row, EnrolmentRow)]
        held = time.perf_counter()
        if not good:
            found = []
        elif dry_run:
            with house.db.read() as tx:
                looked = looked or Batch(house.live.snapshot(tx), house.clock.now(), write=False)
                found = looked.take(tx, good)
        else:
            # Tried again where the database gave it up for a turn's sake: what it had thought through goes with it.
            found, audit, total = house.db.attempt(partial(_put, house, good, audit, total, by))
        held = time.perf_counter() - held
        yield _in_order(batch, found)
        size = max(FEWEST, min(MOST, int(size * min(2.0, HOLD_SECONDS / max(held, 1e-4)))))
        if house.db.is_sqlite and not dry_run:
            # As long as the lock was held it is left alone: who polls for it, also from another process, gets it.
            time.sleep(max(0.0, 2 * held - (time.perf_counter() - begun)))


def read(
    house: House, row: SheetRow, memory: SheetMemory, programmes: Mapping[str, Programme]
) -> EnrolmentRow | RefusedRow:
    """The row read, or refused for itself or for what it says beside the rows before it."""
    return read_beside(row, memory, programmes, read_mobile, local_date(house.clock.now()))


def _put(
    house: House, batch: Sequence[EnrolmentRow], audit: int | None, before: Report, by: By, tx: Tx
) -> tuple[list[Taken], int | None, Report]:
    """One transaction. One import at a time: two with rows in opposite orders would lock each other out."""
    found = take_in(house, tx, batch)
    total = replace(before, refused=[])
    for one in found:
        total.count(one)
    told = f"{by.name}, so far: {total.added} added, {total.changed} changed, {total.unchanged} unchanged"
    target = (found[0].ref or "sheet") if len(found) == 1 and audit is None else "sheet"
    audit = staff.keep_audit(
        tx, audit, at=house.clock.now(), staff_id=by.staff_id, action="people.enrol", target=target, detail=told[:200]
    )
    return found, audit, total


def take_in(house: House, tx: Tx, batch: Sequence[EnrolmentRow], *, write: bool = True) -> list[Taken]:
    """Take these rows in the caller's transaction, and alone: whoever else imports waits until it ends."""
    people.import_alone(tx)
    return Batch(house.live.snapshot(tx), house.clock.now(), write=write).take(tx, batch)


def _in_order(batch: Sequence[EnrolmentRow | RefusedRow], found: Sequence[Taken]) -> list[Taken]:
    taken = iter(found)
    return [refused(row) if isinstance(row, RefusedRow) else next(taken) for row in batch]


def refused(row: RefusedRow) -> Taken:
    return Taken(line=row.line, reference=row.reference, outcome="refused", reasons=row.reasons)
