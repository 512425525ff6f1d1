"""Two records of one person, made one: who was merged into whom, and every value that the merge changed.

The record that is not kept stays as a row, and nothing shows it: `leads_to` says whose record its reference opens, and
`behind` which records stand behind one. What the merge changed is kept cell by cell, with what stood there before.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring

_STANDS = sa.text("undone_at IS NULL")
# pair: a record that the merge brought together with another; cell: a value of a row; aside: a row that was taken out,
# value by value; put: a row that was put in; ended: a plan that the merge ended, `field` says for what change; again:
# one that it set going again; said: a touch that is not said again.
What = Literal["pair", "cell", "aside", "put", "ended", "again", "said"]
Value = str | int | bool | date | datetime | None


class MergeRow(Row):
    """One stands of the record that is not kept. `with_id`: of a child's, the merge of a parent that it came with."""

    __tablename__ = "person_merge"
    __table_args__ = (
        sa.Index("uq_person_merge_standing", "away_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[str] = mapped_column(sa.String(60), unique=True)  # a form that comes twice merges once
    kept_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    away_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    with_id: Mapped[int | None] = mapped_column()
    why: Mapped[str] = mapped_column(Sealed("person_merge.why"))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    undone_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class ChangeRow(Row):
    """What a merge changed: of which row of which table (`name`), what stood there and what stands since."""

    __tablename__ = "person_merge_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("person_merge.id"), index=True)
    what: Mapped[str] = mapped_column(sa.String(8))
    name: Mapped[str] = mapped_column(sa.String(32))
    row_id: Mapped[int] = mapped_column()
    field: Mapped[str | None] = mapped_column(sa.String(48))
    was: Mapped[str | None] = mapped_column(Sealed("person_merge_change.was"))
    now: Mapped[str | None] = mapped_column(Sealed("person_merge_change.now"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    id: int
    form_id: str
    kept_id: int
    away_id: int
    with_id: int | None
    why: str
    by_id: int | None
    at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`was` and `now` as `plain` gives them; of a cell the value, else what the kind of change keeps."""

    what: What
    name: str
    row_id: int
    field: str | None = None
    was: Value = None
    now: Value = None


merge = table_of(MergeRow)
change = table_of(ChangeRow)
_STANDING: Final = merge.c.undone_at.is_(None)
_MERGE = sa.select(*(readable(merge.c[f]) for f in Merge.__dataclass_fields__))
_INTO = sa.select(merge.c.away_id, merge.c.kept_id).where(_STANDING)


def shown(person_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Rows of people who were not merged into another: those that a page may show."""
    return ~sa.select(sa.literal(1)).where(merge.c.away_id == person_id, _STANDING).exists()


def leads_to(tx: Tx, person_ids: Collection[int]) -> dict[int, int]:
    """Of these people, those who were merged into another: by their id, whose record is shown in place of theirs."""
    found: dict[int, int] = {}
    asked = set(person_ids)
    while asked:
        step = {int(away): int(kept) for away, kept in tx.execute(_INTO.where(merge.c.away_id.in_(asked)))}
        found |= step
        asked = set(step.values()) - found.keys()
    return {one: _end(found, one) for one in person_ids if one in found}


def _end(into: dict[int, int], one: int) -> int:
    while one in into:
        one = into[one]
    return one


def behind(tx: Tx, person_ids: Iterable[int]) -> list[int]:
    """The records that were merged into these, however often, in the order of their ids."""
    found: set[int] = set()
    asked = set(person_ids)
    while asked:
        step = {int(away) for away, _ in tx.execute(_INTO.where(merge.c.kept_id.in_(asked)))}
        asked = step - found
        found |= step
    return sorted(found)


def one_person(tx: Tx, person_ids: Collection[int]) -> set[int]:
    """These, whom they were merged into, and who was merged into any of them: all that is one with them."""
    roots = {*person_ids, *leads_to(tx, person_ids).values()}
    return {*roots, *behind(tx, roots)}


def add(
    tx: Tx, *, form_id: str, kept_id: int, away_id: int, with_id: int | None, why: str, by_id: int | None, at: datetime
) -> int | None:
    """The new merge's id; None where this form was taken, or this record was merged, before."""
    values = {"form_id": form_id, "kept_id": kept_id, "away_id": away_id, "with_id": with_id, "why": why,
              "by_id": by_id, "at": at}  # fmt: skip
    made = tx.execute(insert_ignoring(tx, merge), values).scalar_one_or_none()
    return None if made is None else int(made)


def by_form(tx: Tx, form_id: str) -> Merge | None:
    row = tx.execute(_MERGE.where(merge.c.form_id == form_id)).one_or_none()
    return None if row is None else Merge(**row._asdict())


def by_id(tx: Tx, merge_id: int) -> Merge | None:
    row = tx.execute(_MERGE.where(merge.c.id == merge_id)).one_or_none()
    return None if row is None else Merge(**row._asdict())


def newest(tx: Tx, person_id: int, *, lock: bool = False) -> Merge | None:
    """The last merge that stands into this record, by itself and not with a parent's."""
    asked = _MERGE.where(merge.c.kept_id == person_id, merge.c.with_id.is_(None), _STANDING).order_by(merge.c.id.desc())
    row = tx.execute((asked.with_for_update() if lock else asked).limit(1)).one_or_none()
    return None if row is None else Merge(**row._asdict())


def of_away(tx: Tx, away_id: int) -> Merge | None:
    """The merge that stands of a record that is not kept."""
    row = tx.execute(_MERGE.where(merge.c.away_id == away_id, _STANDING)).one_or_none()
    return None if row is None else Merge(**row._asdict())


def with_parent(tx: Tx, merge_id: int) -> list[Merge]:
    """The merges of children that came with one."""
    rows = tx.execute(_MERGE.where(merge.c.with_id == merge_id, _STANDING).order_by(merge.c.id))
    return [Merge(**row._asdict()) for row in rows]


def undo(tx: Tx, merge_ids: Collection[int], *, by: int | None, at: datetime) -> int:
    """How many of these stood."""
    these = (merge.c.id.in_(merge_ids), _STANDING)
    return tx.execute(sa.update(merge).where(*these).values(undone_by=by, undone_at=at)).rowcount


def keep(tx: Tx, merge_id: int, changes: Iterable[Change]) -> None:
    rows = [
        {"merge_id": merge_id, "what": one.what, "name": one.name, "row_id": one.row_id, "field": one.field,
         "was": plain(one.was), "now": plain(one.now)}
        for one in changes
    ]  # fmt: skip
    if rows:
        tx.execute(sa.insert(change), rows)


def changes_of(tx: Tx, merge_id: int) -> list[Change]:
    """In the order in which they were made."""
    asked = sa.select(change.c.what, change.c.name, change.c.row_id, change.c.field, change.c.was, change.c.now)
    return [
        Change(what=row.what, name=row.name, row_id=row.row_id, field=row.field, was=opened(row.was),
               now=opened(row.now))
        for row in tx.execute(asked.where(change.c.merge_id == merge_id).order_by(change.c.id))
    ]  # fmt: skip


def plain(value: Value) -> str | None:
    """A value as text that `opened` reads again."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return json.dumps({"at": value.isoformat()})
    if isinstance(value, date):
        return json.dumps({"on": value.isoformat()})
    return json.dumps(value)


def opened(text: str | None) -> Value:
    if text is None:
        return None
    value = json.loads(text)
    if isinstance(value, dict):
        return datetime.fromisoformat(value["at"]) if "at" in value else date.fromisoformat(value["on"])
    assert value is None or isinstance(value, str | int | bool)
    return value
