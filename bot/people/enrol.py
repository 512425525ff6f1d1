"""Enrolling families. Safe to repeat: the same file twice changes nothing.

Being told by a worker, on a day, is the consent to be texted; STOP stands over it, and only START from that phone
undoes a STOP. A long file is taken a few rows at a time, with a rest after each, so that a family who writes meanwhile
is answered as ever. Rows that stand already are looked at without the lock, and written nowhere.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from bot.clock import local_date
from bot.house import House
from bot.people.batch import Batch, Taken
from bot.store import people, staff
from bot.store.beside import Beside, keep_beside
from bot.store.database import Tx
from messages.addresses import read_mobile
from scheduler.enrolment_sheet import EnrolmentRow, RefusedRow, SheetRow, read_sheet, resolve_dates
from scheduler.programme import Programme
from scheduler.sheet_memory import SheetMemory, read_beside

# One transaction holds SQLite's only write lock: its rows are as many as take about this long on this machine. Its
# commit, as long as the disk takes for the fewest rows too, is not counted: a slow disk would make it slower still.
WORK_SECONDS: Final = 0.012
# On PostgreSQL only whoever writes from a number of these very rows waits for it, and fewer transactions leave the
# machine to others.
ROWS_SECONDS: Final = 0.036
FEWEST, MOST = 10, 50  # rows a transaction
LOOKED: Final = 200  # rows looked at together: nobody waits for that


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


def take_all(
    house: House, rows: Iterable[SheetRow], *, dry_run: bool, by: By, beside: Beside | None = None
) -> Iterator[list[Taken]]:
    """What became of the rows, one transaction after the other, in order. What was told `beside` them, which no sheet
    has a column for, is kept with the enrolment that each is about."""
    source, memory = iter(rows), SheetMemory()
    looked: Batch | None = None
    taking = _Import(house, by, beside or Beside())
    while True:
        programmes = house.live.of(house.db).compiled.programmes  # asked once a transaction, not once a row
        batch = [read(house, row, memory, programmes) for row in islice(source, taking.asks)]
        if not batch:
            taking.end()
            return
        good = [row for row in batch if isinstance(row, EnrolmentRow)]
        if not good:
            found = []
        elif dry_run:
            with house.db.read() as tx:
                looked = looked or Batch(house.live.snapshot(tx), house.clock.now(), write=False)
                found = looked.take(tx, good)
        else:
            found = taking.take(good)
        yield _in_order(batch, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """One transaction: what became of its rows, its line in the audit, and when it had its locks and had worked."""

    found: list[Taken]
    total: Report
    audit: int
    began: float
    worked: float


class _Import:
    """What an import keeps in mind from one transaction to the next."""

    def __init__(self, house: House, by: By, beside: Beside) -> None:
        self._house, self._by, self._beside = house, by, beside
        self._size = FEWEST
        self._seconds = WORK_SECONDS if house.db.is_sqlite else ROWS_SECONDS
        self._standing = False  # the last rows stood already: likely the next do
        self._total = Report()
        self._audit: int | None = None
        self._untold = False  # rows were counted since the audit's line was written
        self._released = self._held = 0.0

    @property
    def asks(self) -> int:
        """How many rows it takes next."""
        return LOOKED if self._standing else self._size

    def take(self, rows: Sequence[EnrolmentRow]) -> list[Taken]:
        if self._standing:
            found = self._look(rows)
            if found is not None:
                return found
        size = self._size
        return [one for first in range(0, len(rows), size) for one in self._write(rows[first : first + size])]

    def end(self) -> None:
        if self._untold:
            self._audit = self._house.db.attempt(lambda tx: self._tell(tx, self._total, "sheet"))

    def _look(self, rows: Sequence[EnrolmentRow]) -> list[Taken] | None:
        """What became of them, where nothing is to be written; nobody waits for it."""
        with self._house.db.read() as tx:
            people.look_beside(tx)
            batch, found = self._think(tx, rows, write=False)
        self._standing = batch.nothing_to_write
        if not self._standing:
            return None
        for one in found:
            self._total.count(one)
        self._untold = True
        return found

    def _write(self, rows: Sequence[EnrolmentRow]) -> list[Taken]:
        # As long as the lock was held it is left alone: who polls for it, also from another process, gets it.
        rest = self._released + self._held - time.perf_counter()
        if self._house.db.is_sqlite and rest > 0:
            time.sleep(rest)
        done = None
        if self._house.db.is_sqlite:
            # Thought through beside everybody else: where nobody wrote meanwhile, the lock is held to write alone.
            done = self._house.db.look_then_write(lambda tx: self._think(tx, rows, write=False), self._put_thought)
        if done is None:
            # Tried again where the database gave it up for a turn's sake: what it had thought through goes with it.
            done = self._house.db.attempt(lambda tx: self._put(tx, rows))
        self._released = time.perf_counter()
        self._held, worked = self._released - done.began, done.worked - done.began
        self._size = max(FEWEST, min(MOST, int(self._size * min(2.0, self._seconds / max(worked, 1e-4)))))
        self._total, self._audit, self._untold = done.total, done.audit, False
        self._standing = all(one.outcome in {"unchanged", "refused"} for one in done.found)
        return done.found

    def _put(self, tx: Tx, rows: Sequence[EnrolmentRow]) -> _Done:
        people.import_alone(tx)
        began = time.perf_counter()
        return self._put_down(tx, *self._think(tx, rows, write=True), began)

    def _put_thought(self, tx: Tx, thought: tuple[Batch, list[Taken]]) -> _Done:
        began = time.perf_counter()
        thought[0].put(tx)
        return self._put_down(tx, *thought, began)

    def _think(self, tx: Tx, rows: Sequence[EnrolmentRow], *, write: bool) -> tuple[Batch, list[Taken]]:
        batch = Batch(self._house.live.snapshot(tx), self._house.clock.now(), write=write)
        return batch, batch.take(tx, rows)

    def _put_down(self, tx: Tx, batch: Batch, found: list[Taken], began: float) -> _Done:
        """What hangs on rows that are written: what was told beside them, and the audit."""
        for one in found if self._beside != Beside() else ():
            if one.outcome != "refused":
                keep_beside(tx, batch.enrolment_of(tx, one), self._beside)
        total = replace(self._total, refused=[])
        for one in found:
            total.count(one)
        alone = len(found) == 1 and self._audit is None
        audit = self._tell(tx, total, (found[0].ref if alone else None) or "sheet")
        return _Done(found=found, total=total, audit=audit, began=began, worked=time.perf_counter())

    def _tell(self, tx: Tx, total: Report, target: str) -> int:
        told = f"{self._by.name}, so far: {total.added} added, {total.changed} changed, {total.unchanged} unchanged"
        return staff.keep_audit(
            tx, self._audit, at=self._house.clock.now(), staff_id=self._by.staff_id, action="people.enrol",
            target=target, detail=told[:200],
        )  # fmt: skip


def read(
    house: House, row: SheetRow, memory: SheetMemory, programmes: Mapping[str, Programme]
) -> EnrolmentRow | RefusedRow:
    """The row read, or refused for itself or for what it says beside the rows before it."""
    return read_beside(row, memory, programmes, read_mobile, local_date(house.clock.now()))


def take_in(house: House, tx: Tx, batch: Sequence[EnrolmentRow], *, write: bool = True) -> list[Taken]:
    """Take these rows in the caller's transaction, and alone: whoever else imports waits until it ends."""
    people.import_alone(tx)
    return Batch(house.live.snapshot(tx), house.clock.now(), write=write).take(tx, batch)


def _in_order(batch: Sequence[EnrolmentRow | RefusedRow], found: Sequence[Taken]) -> list[Taken]:
    taken = iter(found)
    return [refused(row) if isinstance(row, RefusedRow) else next(taken) for row in batch]


def refused(row: RefusedRow) -> Taken:
    return Taken(line=row.line, reference=row.reference, outcome="refused", reasons=row.reasons)
