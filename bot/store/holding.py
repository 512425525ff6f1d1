"""What holds a family's plan, and how many check-ins went in each sending hour."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.people import person

STANDS = sa.text("lifted_at IS NULL")


class HoldRow(Row):
    """Everything planned for this person waits while a hold stands; of one kind, one at a time."""

    __tablename__ = "hold"
    __table_args__ = (
        sa.Index("ix_hold_person_kind", "person_id", "kind", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(16))  # social-care, review
    since: Mapped[datetime] = mapped_column(Instant)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)


class SendingHourRow(Row):
    """How many check-ins went in one sending hour; the row is locked while one more is decided."""

    __tablename__ = "sending_hour"
    starts_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    sent: Mapped[int] = mapped_column(default=0)


hold = table_of(HoldRow)
hour = table_of(SendingHourRow)
_this, _mate = person.alias("this"), person.alias("mate")
_LIVES_WITH = (
    sa.select(_mate.c.id)
    .join(_this, sa.or_(_mate.c.id == _this.c.id, _mate.c.household_id == _this.c.household_id))
    .where(_this.c.id == sa.bindparam("b_person"))
)
_STANDING = sa.select(hold.c.kind).where(hold.c.lifted_at.is_(None), hold.c.person_id.in_(_LIVES_WITH)).distinct()
_HELD = sa.select(hold.c.person_id).where(
    hold.c.lifted_at.is_(None),
    hold.c.kind == sa.bindparam("b_kind"),
    hold.c.person_id.in_(sa.bindparam("b_people", expanding=True)),
)
_SENT = sa.select(hour.c.sent).where(hour.c.starts_at == sa.bindparam("b_starts"))
_COUNT = sa.update(hour).where(hour.c.starts_at == sa.bindparam("b_starts")).values(sent=hour.c.sent + 1)


def holds_of(tx: Tx, person_id: int) -> frozenset[str]:
    """The kinds of hold that stand for this person: put on anybody of the household. Who joins it later is held too."""
    return frozenset(str(kind) for (kind,) in tx.execute(_STANDING, {"b_person": person_id}))


def put_hold(tx: Tx, person_ids: Sequence[int], kind: str, now: datetime) -> int:
    """How many people it is new for."""
    held = set(tx.execute(_HELD, {"b_kind": kind, "b_people": list(person_ids)}).scalars())
    new = [person_id for person_id in person_ids if person_id not in held]
    for person_id in new:
        tx.execute(insert_ignoring(tx, hold), {"person_id": person_id, "kind": kind, "since": now})
    return len(new)


def lift_hold(tx: Tx, person_ids: Sequence[int], kind: str, now: datetime) -> int:
    """How many people it stood for."""
    standing = (hold.c.person_id.in_(person_ids), hold.c.kind == kind, hold.c.lifted_at.is_(None))
    return tx.execute(sa.update(hold).where(*standing).values(lifted_at=now)).rowcount


def lock_hour(tx: Tx, starts_at: datetime) -> int:
    """How many went in this hour so far. Whoever decides another meanwhile waits (SQLite has one writer anyway)."""
    tx.execute(insert_ignoring(tx, hour), {"starts_at": starts_at, "sent": 0})
    return int(tx.execute(_SENT.with_for_update(), {"b_starts": starts_at}).scalar_one())


def count_sent(tx: Tx, starts_at: datetime) -> None:
    tx.execute(_COUNT, {"b_starts": starts_at})
