"""What a case system posts: the sheet's columns as JSON, each row answered, and the same key answered the same.

The rows are taken a few at a time, and how far it has come is kept under the key in the same transaction: two posts at
once with one key do each part once and tell the same, and one that was cut off goes on where it stopped.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from bot.house import House
from bot.people.batch import Taken
from bot.people.enrol import By, read, refused, take_all, take_in
from bot.store import staff, uploads
from bot.store.database import Tx
from scheduler.enrolment_sheet import COLUMNS, EnrolmentRow, RefusedRow, SheetRow, column_of
from scheduler.sheet_memory import SheetMemory

MOST_ROWS: Final = 1_000
MOST_BYTES: Final = 1024 * 1024
PART: Final = 25  # rows a transaction
LONGEST_KEY: Final = 200
_FLAG: Final = {True: "yes", False: "no"}


class NotTaken(Exception):
    """The post as a whole cannot be taken; `told` says what to change, `field` where."""

    def __init__(self, told: str, field: str = "") -> None:
        super().__init__(told)
        self.told, self.field = told, field


class TooMany(NotTaken):
    """More rows than one post may hold."""


class OtherBody(NotTaken):
    """The key was used before, with other rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A row as posted: its cells, or why it has none."""

    row: SheetRow
    faults: tuple[str, ...] = ()


def read_rows(body: bytes) -> list[Given]:
    """One object or a list of them, the columns by name. Raises NotTaken where it is not even that."""
    try:
        told = json.loads(body, object_pairs_hook=_once)
    except (UnicodeDecodeError, ValueError, RecursionError) as fault:
        raise NotTaken(f"The body is not JSON: {fault}" if isinstance(fault, ValueError) else "Not JSON.") from None
    listed = told if isinstance(told, list) else [told]
    if not listed:
        raise NotTaken("The list is empty.")
    if len(listed) > MOST_ROWS:
        raise TooMany(f"{len(listed)} rows: at most {MOST_ROWS} in one post. Send the rest in further posts.")
    return [_given(number, one) for number, one in enumerate(listed, 1)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} is there twice in one object")
    return made


def _given(number: int, one: object) -> Given:
    cells = dict.fromkeys(COLUMNS, "")
    if not isinstance(one, Mapping):
        return Given(row=SheetRow(line=number, cells=cells), faults=("row: must be an object, its columns by name",))
    faults = []
    for name, value in one.items():
        if name not in cells:
            faults.append(f"{str(name)[:40]}: there is no such column")
        elif isinstance(value, bool) and name == "safe_to_text":
            cells[name] = _FLAG[value]
        elif value is not None and not isinstance(value, str):
            faults.append(f"{name}: must be text")
        else:
            cells[name] = " ".join((value or "").split())
    return Given(row=SheetRow(line=number, cells=cells), faults=tuple(faults))


def take(house: House, caller: str, given: Sequence[Given], *, key: str | None, body: bytes) -> list[dict[str, Any]]:
    """An answer a row, in order. Raises OtherBody."""
    memory, by = SheetMemory(), By(name=f"the case system {caller}")
    if key is None:
        sound = {one.row.line: one for one in given if not one.faults}
        done = take_all(house, (one.row for one in sound.values()), dry_run=False, by=by)
        told = {one.line: one for batch in done for one in batch}
        return [_answer(told.get(one.row.line) or refused(_refused(one))) for one in given]
    programmes = house.live.of(house.db).compiled.programmes
    prepared = [_refused(one) if one.faults else read(house, one.row, memory, programmes) for one in given]
    audit: int | None = None
    while True:
        answers, audit = house.db.attempt(partial(_part, house, caller, key, body, prepared, by, audit))
        if len(answers) >= len(prepared):
            return answers


def _part(
    house: House, caller: str, key: str, body: bytes, rows: Sequence[EnrolmentRow | RefusedRow], by: By,
    audit: int | None, tx: Tx,
) -> tuple[list[dict[str, Any]], int | None]:  # fmt: skip
    now = house.clock.now()
    written = body.decode("utf-8", "replace")
    standing = uploads.open_posted(tx, caller=caller, key=key, body=written, now=now)
    if not uploads.same_body(tx, standing, written):
        raise OtherBody("This key came before with other rows. A key is for one post and its repetitions.")
    answers: list[dict[str, Any]] = json.loads(standing.answers)
    part = rows[len(answers) : len(answers) + PART]
    if not part:
        return answers, audit
    found = iter(take_in(house, tx, [row for row in part if isinstance(row, EnrolmentRow)]))
    answers += [_answer(refused(row) if isinstance(row, RefusedRow) else next(found)) for row in part]
    uploads.keep_answers(tx, standing.id, json.dumps(answers))
    counted = {name: sum(one["outcome"] == name for one in answers) for name in ("added", "changed", "unchanged")}
    audit = staff.keep_audit(
        tx, audit, at=now, staff_id=None, action="people.enrol", target="sheet",
        detail=f"{by.name}, so far: {', '.join(f'{count} {name}' for name, count in counted.items())}",
    )  # fmt: skip
    return answers, audit


def _refused(one: Given) -> RefusedRow:
    return RefusedRow(line=one.row.line, reference=one.row.cells["reference"][:200], reasons=one.faults)


def _answer(taken: Taken) -> dict[str, Any]:
    """`fields` are the columns to mend, where a reason is about one."""
    fields = dict.fromkeys(filter(None, map(column_of, taken.reasons)))
    return {
        "row": taken.line, "reference": taken.reference, "outcome": taken.outcome, "person": taken.ref,
        "telephone_first": taken.to_telephone, "reasons": list(taken.reasons), "fields": list(fields),
    }  # fmt: skip
