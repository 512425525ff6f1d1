"""Sheets sent at the desk: kept sealed, looked through, shown, and taken when somebody says so.

The file is never on a disk in the clear: it is read in memory as it comes, and what waits between the look and the
word is sealed in the database. The clock works through long ones a second at a time, so that nothing else waits.
"""

import io
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.casework.accounts import SignedIn
from bot.content.mapping_files import read_mapping
from bot.house import House
from bot.people.batch import Taken
from bot.people.enrol import Report, read, take_in
from bot.refs import new_ref
from bot.store import staff
from bot.store import uploads as rows
from bot.store.database import Tx
from bot.store.uploads import Part, Upload
from scheduler.enrolment_sheet import COLUMNS, EnrolmentRow, RefusedRow, SheetError, SheetRow, read_sheet
from scheduler.sheet_mapping import read_mapped
from scheduler.sheet_memory import SheetMemory

MOST_BYTES: Final = 24 * 1024 * 1024  # 100,000 families and more
MOST_ROWS: Final = 150_000
PART: Final = 50  # rows a transaction
SLICE_SECONDS: Final = 1.0  # of one tick, or of the request that sent it
WAITS_FOR_A_WORD: Final = timedelta(days=1)
KEPT_WHEN_DONE: Final = timedelta(days=7)
ANSWERS_KEPT: Final = timedelta(days=30)
NAMES: Final = ("added", "changed", "unchanged", "refused", "to_telephone")


class NoSuchUpload(LookupError):
    """There is none by this reference, or no longer."""


class TooLate(Exception):
    """It is already being taken, or was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    line: int
    reference: str
    reasons: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One sheet as the desk shows it. `counts` are of what was looked at (or taken); `at` how many rows that is."""

    upload: Upload
    counts: dict[str, int]
    at: int
    refused: list[Refused]
    by: str


def send(house: House, me: SignedIn, *, name: str, data: bytes, mapping: tuple[str, str] | None) -> str:
    """Keep a sheet to be looked through; its reference. `mapping` is the name and the text of a mapping file.

    Raises SheetError where the file as a whole cannot be read, and ContentFaults for a mapping's faults.
    """
    theirs = read_mapping(mapping[1], mapping[0]) if mapping else None
    try:
        text = data.decode("utf-8-sig" if theirs is None or theirs.encoding == "utf-8" else theirs.encoding)
    except UnicodeDecodeError as fault:
        msg = f"not text as we read it, at byte {fault.start}: save it as CSV UTF-8"
        raise SheetError(msg) from None
    lines = io.StringIO(text, newline="")
    listed = list(read_mapped(lines, theirs) if theirs else read_sheet(lines))
    if not listed:
        msg = "there is a heading and no row under it"
        raise SheetError(msg)
    if len(listed) > MOST_ROWS:
        msg = f"{len(listed)} rows: at most {MOST_ROWS} at a time"
        raise SheetError(msg)
    memory, programmes = SheetMemory(), house.live.of(house.db).compiled.programmes
    read_once = [(row, read(house, row, memory, programmes)) for row in listed]
    parts = [_sealed(part) for part in _parts(read_once)]
    ref, now = new_ref(), house.clock.now()
    with house.db.write() as tx:
        upload_id = rows.add_upload(
            tx, ref=ref, staff_id=me.staff.id, name=name[:200] or "sheet.csv", rows=len(listed), parts=parts, at=now
        )
        staff.add_audit(
            tx, at=now, staff_id=me.staff.id, action="people.upload", target=ref, detail=f"{len(listed)} rows"
        )
    _work(house, SLICE_SECONDS, upload_id)
    return ref


def _parts(
    read_once: Sequence[tuple[SheetRow, EnrolmentRow | RefusedRow]],
) -> Iterable[list[tuple[SheetRow, EnrolmentRow | RefusedRow]]]:
    """About `PART` rows each, one person's always together: so a look tells what taking them will do."""
    together: dict[str, list[tuple[SheetRow, EnrolmentRow | RefusedRow]]] = {}
    for one in read_once:
        together.setdefault(one[1].reference, []).append(one)
    part: list[tuple[SheetRow, EnrolmentRow | RefusedRow]] = []
    for theirs in together.values():
        if part and len(part) + len(theirs) > PART:
            yield part
            part = []
        part = [*part, *theirs]
    yield part


def _sealed(part: Iterable[tuple[SheetRow, EnrolmentRow | RefusedRow]]) -> tuple[str, str]:
    good, bad = [], []
    for row, found in part:
        if isinstance(found, RefusedRow):
            bad.append(_told(found))
        else:
            good.append([row.line, *(row.cells[name] for name in COLUMNS)])
    return json.dumps(good, ensure_ascii=False), json.dumps({"read": bad, "late": []}, ensure_ascii=False)


def looked(house: House, me: SignedIn, target: str) -> None:
    """Who opened which page of enrolling: `enrol`, `person`, or a sheet's reference."""
    with house.db.write() as tx:
        staff.add_audit(tx, at=house.clock.now(), staff_id=me.staff.id, action="enrol.view", target=target)


def look(house: House, ref: str) -> Seen:
    """Raises NoSuchUpload."""
    with house.db.read() as tx:
        found = rows.find_upload(tx, ref)
        if found is None:
            raise NoSuchUpload(ref)
        parts = [json.loads(part) for part in rows.refused_of(tx, found.id)]
        told = [Refused(**one) for part in parts for one in (*part["read"], *part["late"])]
        by = staff.staff_names(tx).get(found.staff_id, "")
    counts = found.counted.get("seen" if found.state in {"checking", "ready"} else "taken", {})
    at = sum(counts.get(name, 0) for name in NAMES[:4])
    return Seen(
        upload=found, counts={name: counts.get(name, 0) for name in NAMES}, at=at,
        refused=sorted(told, key=lambda one: one.line), by=by,
    )  # fmt: skip


def recent(house: House) -> list[Upload]:
    with house.db.read() as tx:
        return rows.uploads(tx)


def confirm(house: House, me: SignedIn, ref: str) -> None:
    """Take what was looked at. Raises NoSuchUpload, and TooLate when it is no longer only looked at."""
    now = house.clock.now()
    with house.db.write() as tx:
        found = _waiting(tx, ref)
        audit_id = staff.keep_audit(
            tx, None, at=now, staff_id=me.staff.id, action="people.enrol", target=ref, detail="confirmed"
        )
        rows.change_upload(tx, found.id, state="taking", audit_id=audit_id, changed_at=now)
    _work(house, SLICE_SECONDS, found.id)


def drop(house: House, me: SignedIn, ref: str) -> None:
    """Nobody is enrolled by it, and nothing of it is kept. Raises NoSuchUpload and TooLate."""
    with house.db.write() as tx:
        found = _waiting(tx, ref)
        rows.drop_upload(tx, found.id)
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=me.staff.id, action="people.upload", target=ref, detail="dropped"
        )


def _waiting(tx: Tx, ref: str) -> Upload:
    found = rows.find_upload(tx, ref, lock=True)
    if found is None:
        raise NoSuchUpload(ref)
    if found.state != "ready":
        raise TooLate
    return found


def work(house: House, now: datetime) -> None:
    """One tick's share of the sheets that wait, and an end to what was kept long enough."""
    with house.db.read() as tx:
        busy = rows.any_to_do(tx)
        old = rows.stale(tx, ("checking", "ready"), now - WAITS_FOR_A_WORD) + rows.stale(
            tx, ("done",), now - KEPT_WHEN_DONE
        )
        forget = rows.any_posted(tx, now - ANSWERS_KEPT)
    if old or forget:
        with house.db.write() as tx:
            for upload_id in old:
                rows.drop_upload(tx, upload_id)
            rows.forget_posted(tx, now - ANSWERS_KEPT)
    if busy:
        _work(house, SLICE_SECONDS, None)


def _work(house: House, seconds: float, upload_id: int | None) -> None:
    """Part after part until the time is up, each in a transaction, with a rest as long as it was."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.perf_counter()
        if not house.db.attempt(lambda tx: _one_part(house, tx, upload_id)):
            return
        if house.db.is_sqlite:
            time.sleep(time.perf_counter() - begun)


def _one_part(house: House, tx: Tx, upload_id: int | None) -> bool:
    """Whether there may be more to do."""
    found = rows.working(tx, upload_id)
    if found is None:
        return False
    now, taking = house.clock.now(), found.state == "taking"
    part = rows.next_part(tx, found)
    if part is None:
        rows.change_upload(tx, found.id, state="done" if taking else "ready", changed_at=now)
        return True
    taken, told = _take(house, tx, part, write=taking)
    rows.change_part(
        tx, part.id, state="done" if taking else "seen", rows=None if taking else part.rows,
        refused=json.dumps(told, ensure_ascii=False),
    )  # fmt: skip
    which, counts = "taken" if taking else "seen", found.counted
    counts[which] = _add(counts.get(which, {}), taken, told)
    rows.change_upload(tx, found.id, counts=json.dumps(counts), changed_at=now)
    if taking:
        so_far = ", ".join(f"{counts[which][name]} {name}" for name in NAMES[:4])
        audit_id = staff.keep_audit(
            tx, found.audit_id, at=now, staff_id=found.staff_id, action="people.enrol", target=found.ref,
            detail=f"so far: {so_far}",
        )  # fmt: skip
        if audit_id != found.audit_id:
            rows.change_upload(tx, found.id, audit_id=audit_id)
    return True


def _take(house: House, tx: Tx, part: Part, *, write: bool) -> tuple[list[Taken], dict[str, list[dict[str, Any]]]]:
    """What became of the rows of a part, and all of it that is refused: `read` when it was sent, and `late`."""
    memory = SheetMemory()
    listed = [
        SheetRow(line=line, cells=dict(zip(COLUMNS, cells, strict=True)))
        for line, *cells in json.loads(part.rows or "[]")
    ]
    programmes = house.live.snapshot(tx).compiled.programmes
    again = [read(house, row, memory, programmes) for row in listed]
    late = [_told(one) for one in again if isinstance(one, RefusedRow)]
    taken = take_in(house, tx, [one for one in again if isinstance(one, EnrolmentRow)], write=write)
    late += [_told(one) for one in taken if one.outcome == "refused"]
    return taken, {"read": json.loads(part.refused or "{}").get("read", []), "late": late}


def _told(one: RefusedRow | Taken) -> dict[str, Any]:
    return {"line": one.line, "reference": one.reference, "reasons": list(one.reasons)}


def _add(before: dict[str, int], taken: Sequence[Taken], told: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    report = Report()
    for one in taken:
        if one.outcome != "refused":
            report.count(one)
    more = {name: getattr(report, name) for name in NAMES if name != "refused"}
    more["refused"] = sum(map(len, told.values()))
    return {name: before.get(name, 0) + more[name] for name in NAMES}
