"""What families say is wrong with an entry: a row each until somebody has looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx


class WrongRow(Row):
    """`kind` is what they chose; `words` what they wrote beside it, gone once somebody has settled it. Nobody is
    asked who they are."""

    __tablename__ = "entry_wrong"
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(sa.String(16))
    words: Mapped[str | None] = mapped_column(Sealed("entry_wrong.words"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    id: int
    service_id: str
    at: datetime
    kind: str
    words: str | None


wrong = table_of(WrongRow)
_WRONG = sa.select(*(readable(wrong.c[f]) for f in Wrong.__dataclass_fields__))


def add_wrong(tx: Tx, *, service_id: str, at: datetime, kind: str, words: str | None) -> None:
    tx.execute(sa.insert(wrong).values(service_id=service_id, at=at, kind=kind, words=words))


def open_wrongs(tx: Tx, *, limit: int = 200) -> list[Wrong]:
    """What nobody has settled, oldest first."""
    rows = tx.execute(_WRONG.where(wrong.c.settled_at.is_(None)).order_by(wrong.c.id).limit(limit))
    return [Wrong(**r._asdict()) for r in rows]


def open_number(tx: Tx, service_id: str | None = None) -> int:
    """How many wait, of all entries or of one."""
    asked = sa.select(sa.func.count()).where(wrong.c.settled_at.is_(None))
    of_one = asked if service_id is None else asked.where(wrong.c.service_id == service_id)
    return int(tx.execute(of_one).scalar_one())


def open_kinds(tx: Tx, service_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What was chosen of these entries and waits, each kind once, without any words."""
    asked = sa.select(wrong.c.service_id, wrong.c.kind).distinct().order_by(wrong.c.kind)
    found: dict[str, tuple[str, ...]] = {}
    for one, kind in tx.execute(asked.where(wrong.c.settled_at.is_(None), wrong.c.service_id.in_(service_ids))):
        found[str(one)] = (*found.get(str(one), ()), str(kind))
    return found


def settle_wrong(tx: Tx, wrong_id: int, *, by: int, now: datetime) -> str | None:
    """Settle one, its words gone; the entry it was of, or None where somebody has, or there is none such."""
    waits = (wrong.c.id == wrong_id, wrong.c.settled_at.is_(None))
    done = sa.update(wrong).where(*waits).values(settled_at=now, settled_by=by, words=None)
    row = tx.execute(done.returning(wrong.c.service_id)).one_or_none()
    return None if row is None else str(row[0])
