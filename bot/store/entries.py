"""What stands beside the directory's entries: their history, how they are kept true, and what only staff may read.

None of it is in an entry's document: whatever publishes documents cannot publish any of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.published import service


class EntryRow(Row):
    """`feed_document` is what the source said last, where staff changed it since: that stands until the source says
    otherwise. `missing_at`: the source lists it no more. `sunk_at`: its organisation was reminded and said nothing.
    `taken_off`: staff did, and no import brings it back. `not_reached_times`: how often families said that they did not
    get through since somebody last looked at it, the last time `not_reached_at`."""

    __tablename__ = "entry"
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"), primary_key=True)
    feed_document: Mapped[str | None] = mapped_column(sa.Text)
    missing_at: Mapped[datetime | None] = mapped_column(Instant)
    sunk_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_off: Mapped[bool] = mapped_column(default=False)
    not_reached_times: Mapped[int] = mapped_column(default=0)
    not_reached_at: Mapped[datetime | None] = mapped_column(Instant)
    staff_contact: Mapped[str | None] = mapped_column(Sealed("entry.staff_contact"))
    criteria: Mapped[str | None] = mapped_column(Sealed("entry.criteria"))


class EntryChangeRow(Row):
    """One change of an entry: what stood before it (null: nothing did), so that it can be put back."""

    __tablename__ = "entry_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    how: Mapped[str] = mapped_column(sa.String(16))  # one of HOW
    before: Mapped[str | None] = mapped_column(sa.Text)
    withdrawn_before: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is kept beside one service; without `staff_contact` and `criteria` it names nobody."""

    service_id: str
    feed_document: str | None = None
    missing_at: datetime | None = None
    sunk_at: datetime | None = None
    taken_off: bool = False
    not_reached_times: int = 0
    not_reached_at: datetime | None = None

    @property
    def flag(self) -> "Flag | None":
        if self.not_reached_at is None:
            return None
        return Flag(times=self.not_reached_times, last_at=self.not_reached_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """For staff alone: whom they ring themselves, and whom the service takes. Empty: nothing was told."""

    staff_contact: str = ""
    criteria: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    id: int
    service_id: str
    at: datetime
    staff_id: int | None
    how: str
    before: str | None
    withdrawn_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One service as it stands, withdrawn or not."""

    id: str
    document: str
    source: str
    updated_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """How often families said that they did not get through, and when one last did."""

    times: int
    last_at: datetime


# What was done: `off`, `on` and what undid them, and an import, may change whether families are shown it.
HOW = ("import", "edited", "checked", "off", "on", "confirmed", "provider", "approved", "undone")
LOOKED = ("checked", "confirmed", "edited", "provider", "approved")  # changes by which somebody looked at an entry

entry = table_of(EntryRow)
change = table_of(EntryChangeRow)
_PLAIN = tuple(entry.c[f] for f in Entry.__dataclass_fields__)
_CHANGE = sa.select(*(change.c[f] for f in Change.__dataclass_fields__))
_STANDING = sa.select(*(service.c[f] for f in Standing.__dataclass_fields__))


def standing(tx: Tx, service_id: str, *, lock: bool = False) -> Standing | None:
    statement = _STANDING.where(service.c.id == service_id)
    row = tx.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else Standing(**row._asdict())


def all_standing(tx: Tx) -> list[Standing]:
    """Every service there ever was, by id."""
    return [Standing(**r._asdict()) for r in tx.execute(_STANDING.order_by(service.c.id))]


def show(tx: Tx, service_id: str, *, withdrawn_at: datetime | None) -> None:
    """Whether families are shown it: from when on it is not, or None."""
    tx.execute(sa.update(service).where(service.c.id == service_id).values(withdrawn_at=withdrawn_at))


def not_reached(tx: Tx, service_id: str, at: datetime) -> None:
    """A family did not get through. Nothing where the directory never held such a service."""
    if tx.execute(sa.select(service.c.id).where(service.c.id == service_id)).one_or_none() is None:
        return
    keep(tx, service_id, not_reached_times=entry.c.not_reached_times + 1, not_reached_at=at)


def entries(tx: Tx) -> dict[str, Entry]:
    """By service; only those of which something is kept."""
    return {str(r.service_id): Entry(**r._asdict()) for r in tx.execute(sa.select(*_PLAIN))}


def beside(tx: Tx, service_id: str) -> Entry:
    """What is kept beside one service; nothing is, for most."""
    row = tx.execute(sa.select(*_PLAIN).where(entry.c.service_id == service_id)).one_or_none()
    return Entry(service_id=service_id) if row is None else Entry(**row._asdict())


def private(tx: Tx, service_id: str) -> Private:
    """What only staff may read of it."""
    asked = sa.select(readable(entry.c.staff_contact), readable(entry.c.criteria))
    row = tx.execute(asked.where(entry.c.service_id == service_id)).one_or_none()
    return Private() if row is None else Private(staff_contact=row[0] or "", criteria=row[1] or "")


def keep(tx: Tx, service_id: str, **values: object) -> None:
    """Keep these columns of what stands beside a service."""
    tx.execute(insert_ignoring(tx, entry), {"service_id": service_id, "taken_off": False, "not_reached_times": 0})
    tx.execute(sa.update(entry).where(entry.c.service_id == service_id).values(**values))


def mark_missing(tx: Tx, ids: Iterable[str], at: datetime | None) -> None:
    """`at` None: they are listed again."""
    for service_id in ids:
        keep(tx, service_id, missing_at=at)


def add_change(
    tx: Tx, *, service_id: str, at: datetime, how: str, before: str | None, withdrawn_before: bool = False,
    staff_id: int | None = None,
) -> None:  # fmt: skip
    tx.execute(
        sa.insert(change).values(
            service_id=service_id, at=at, how=how, before=before, withdrawn_before=withdrawn_before, staff_id=staff_id
        )
    )


def changes_of(tx: Tx, service_id: str, *, limit: int = 50) -> list[Change]:
    """Newest first."""
    rows = tx.execute(_CHANGE.where(change.c.service_id == service_id).order_by(change.c.id.desc()).limit(limit))
    return [Change(**r._asdict()) for r in rows]


def find_change(tx: Tx, change_id: int) -> Change | None:
    row = tx.execute(_CHANGE.where(change.c.id == change_id)).one_or_none()
    return None if row is None else Change(**row._asdict())


def change_after(tx: Tx, one: Change) -> Change | None:
    """The next change of the same entry; None where it is the last."""
    later = _CHANGE.where(change.c.service_id == one.service_id, change.c.id > one.id)
    row = tx.execute(later.order_by(change.c.id).limit(1)).one_or_none()
    return None if row is None else Change(**row._asdict())
