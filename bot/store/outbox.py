"""What must go out, and what the provider said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring

HAS_CODE: Final = sa.text("error_code IS NOT NULL")  # few rows of many: what operators count is read from these alone


class OutboxRow(Row):
    """What must be said. `key` is unique: session:step:n, touch, ladder step or form id."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_due", "state", "not_before"),
        sa.Index("ix_outbox_next", "state", "rank", "not_before", "id"),
        sa.Index("ix_outbox_line", "address_id", "class_", "state", "id"),
        sa.Index("ix_outbox_code", "claimed_at", sqlite_where=HAS_CODE, postgresql_where=HAS_CODE),
        sa.Index("ix_outbox_ends", "state", "rank", "expires_at", "created_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"))
    purpose: Mapped[str] = mapped_column(sa.String(16))
    class_: Mapped[str] = mapped_column(sa.String(16))
    rank: Mapped[int] = mapped_column()  # of its class: lower leaves first
    state: Mapped[str] = mapped_column(sa.String(12), default="queued")
    text_id: Mapped[str] = mapped_column(sa.String(80))
    body: Mapped[str] = mapped_column(Sealed("outbox.body"))
    extras: Mapped[str | None] = mapped_column(Sealed("outbox.extras"))  # JSON: choices and listings, for the web
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    created_at: Mapped[datetime] = mapped_column(Instant)
    not_before: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_by: Mapped[str | None] = mapped_column(sa.String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    looked: Mapped[int] = mapped_column(default=0)  # times an unknown row was looked for at the provider
    provider_sid: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    error_code: Mapped[str | None] = mapped_column(sa.String(16))
    reason: Mapped[str | None] = mapped_column(sa.String(200))  # plain English, no words of the family
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)  # the team was told that nobody confirmed it
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    touch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("touch.id"), index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """`body` is empty where the row was read without being opened: to settle it needs none of its words."""

    id: int
    key: str
    address_id: int
    purpose: str
    class_: str
    rank: int
    state: str
    text_id: str
    body: str
    extras: str | None
    language: str
    created_at: datetime
    not_before: datetime
    expires_at: datetime | None
    claimed_at: datetime | None
    attempts: int
    looked: int
    provider_sid: str | None
    error_code: str | None
    reason: str | None
    accepted_at: datetime | None
    case_id: int | None
    touch_id: int | None


outbox = table_of(OutboxRow)

OUTBOX_COLUMNS: Final = tuple(outbox.c[f] for f in Outbox.__dataclass_fields__)
_SEALED_ARE: Final[dict[str, Any]] = {"body": sa.literal("").label("body"), "extras": sa.null().label("extras")}
UNOPENED_COLUMNS: Final = tuple(_SEALED_ARE.get(column.name, column) for column in OUTBOX_COLUMNS)

_OUTBOX = sa.select(*OUTBOX_COLUMNS)
_OUTBOX_TO_READ = sa.select(*map(readable, OUTBOX_COLUMNS))
_UNOPENED = sa.select(*UNOPENED_COLUMNS)
_OUTBOX_BY_ID = _OUTBOX.where(outbox.c.id == sa.bindparam("b_id"))
_CHANGE_OUTBOX = sa.update(outbox).where(outbox.c.id == sa.bindparam("b_id"))
_CHANGE_OUTBOX_FROM = _CHANGE_OUTBOX.where(outbox.c.state.in_(sa.bindparam("b_from", expanding=True)))


def put_out(tx: Tx, *, key: str, **values: object) -> int | None:
    """Queue a message under its unique key. None when the key was used: it is queued or gone already."""
    asked = {"key": key, "state": "queued", "attempts": 0, "looked": 0, **values}
    row = tx.execute(insert_ignoring(tx, outbox), asked).one_or_none()
    return None if row is None else int(row[0])


def outbox_by_id(tx: Tx, outbox_id: int) -> Outbox:
    return Outbox(**tx.execute(_OUTBOX_BY_ID, {"b_id": outbox_id}).one()._asdict())


def find_outbox(tx: Tx, *, outbox_id: int | None = None, provider_sid: str | None = None) -> Outbox | None:
    """A row to settle, locked; its words stay sealed."""
    where = outbox.c.id == outbox_id if outbox_id is not None else outbox.c.provider_sid == provider_sid
    row = tx.execute(_UNOPENED.where(where).with_for_update()).first()
    return None if row is None else Outbox(**row._asdict())


def address_of_outbox(tx: Tx, *, outbox_id: int | None = None, provider_sid: str | None = None) -> int | None:
    """To whom a message is, without locking it."""
    where = outbox.c.id == outbox_id if outbox_id is not None else outbox.c.provider_sid == provider_sid
    found = tx.execute(sa.select(outbox.c.address_id).where(where).limit(1)).scalar_one_or_none()
    return None if found is None else int(found)


def change_outbox(tx: Tx, outbox_id: int, *, expect: Sequence[str] | None = None, **values: object) -> bool:
    """Change a row, only from the states expected. False when another got there first."""
    if expect is None:
        return tx.execute(_CHANGE_OUTBOX, {"b_id": outbox_id, **values}).rowcount == 1
    return tx.execute(_CHANGE_OUTBOX_FROM, {"b_id": outbox_id, "b_from": expect, **values}).rowcount == 1


def queued_to(tx: Tx, address_id: int) -> list[Outbox]:
    """What has not left yet to this address, oldest first; the words stay sealed."""
    rows = tx.execute(
        _UNOPENED.where(outbox.c.address_id == address_id, outbox.c.state == "queued").order_by(outbox.c.id)
    )
    return [Outbox(**r._asdict()) for r in rows]


def out_in_state(
    tx: Tx, state: str, *, claimed_before: datetime | None = None, due_by: datetime | None = None, limit: int = 200
) -> list[Outbox]:  # fmt: skip
    """Rows in this state, oldest first, of those that are due by an instant the longest due; the words stay sealed."""
    statement = _UNOPENED.where(outbox.c.state == state).limit(limit)
    if claimed_before is not None:
        statement = statement.where(outbox.c.claimed_at < claimed_before)
    if due_by is not None:
        statement = statement.where(outbox.c.not_before <= due_by).order_by(outbox.c.not_before)
    statement = statement.order_by(outbox.c.id)
    return [Outbox(**r._asdict()) for r in tx.execute(statement)]


def known_sids(tx: Tx, sids: Sequence[str]) -> set[str]:
    return {str(r[0]) for r in tx.execute(sa.select(outbox.c.provider_sid).where(outbox.c.provider_sid.in_(sids)))}


def outbox_of(tx: Tx, address_ids: Sequence[int], *, after_id: int = 0, limit: int = 500) -> list[Outbox]:
    """To be read by a person: words that do not open say so."""
    rows = tx.execute(
        _OUTBOX_TO_READ.where(outbox.c.address_id.in_(address_ids), outbox.c.id > after_id)
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    return [Outbox(**r._asdict()) for r in rows][::-1]


def outbox_of_case(
    tx: Tx, case_id: int, *, address_id: int | None, said_at: Sequence[datetime]
) -> list[Outbox]:  # fmt: skip
    """What was said to the family because of a case: tied to it, or said to its address at one of these instants."""
    beside = sa.and_(
        outbox.c.address_id == address_id, outbox.c.created_at.in_(said_at), outbox.c.case_id.is_(None),
        outbox.c.purpose.in_(("safety", "answer", "promise", "stop-receipt")),
    )  # fmt: skip
    tied = sa.and_(outbox.c.case_id == case_id, outbox.c.purpose != "staff-alert")
    return [
        Outbox(**r._asdict()) for r in tx.execute(_OUTBOX_TO_READ.where(sa.or_(tied, beside)).order_by(outbox.c.id))
    ]


def unconfirmed_safety(tx: Tx, *, before: datetime, since: datetime) -> list[Outbox]:
    """Safety replies that nobody confirmed in time and that the team has not been told of."""
    rows = tx.execute(
        _UNOPENED.where(
            outbox.c.rank == 0, outbox.c.purpose == "safety", outbox.c.told_at.is_(None), outbox.c.created_at >= since,
            outbox.c.created_at < before, outbox.c.state.in_(("queued", "sending", "unknown", "accepted", "sent")),
        ).limit(100)
    )  # fmt: skip
    return [Outbox(**r._asdict()) for r in rows]


def mark_told(tx: Tx, outbox_id: int, now: datetime) -> bool:
    return (
        tx.execute(
            sa.update(outbox).where(outbox.c.id == outbox_id, outbox.c.told_at.is_(None)).values(told_at=now)
        ).rowcount
        == 1
    )


def newest_out(tx: Tx) -> int:
    """The id of the newest message; 0 before the first."""
    return int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(outbox.c.id), 0))).scalar_one())


def next_out_at(tx: Tx, after: datetime) -> datetime | None:
    """When the next message that waits for its hour may leave."""
    return tx.execute(
        sa.select(sa.func.min(outbox.c.not_before)).where(outbox.c.state == "queued", outbox.c.not_before > after)
    ).scalar_one_or_none()


def look_now(tx: Tx, address_id: int, now: datetime) -> None:
    """What waits here for a later hour is asked again at once whether it may leave."""
    waits = (outbox.c.address_id == address_id, outbox.c.state == "queued", outbox.c.not_before > now)
    tx.execute(sa.update(outbox).where(*waits).values(not_before=now))


def said_since(tx: Tx, address_id: int, text_id: str, since: datetime) -> bool:
    """Whether this text was written to this address since then."""
    where = (outbox.c.address_id == address_id, outbox.c.text_id == text_id, outbox.c.created_at > since)
    return tx.execute(sa.select(outbox.c.id).where(*where).limit(1)).first() is not None


def said_for_touch(tx: Tx, touch_id: int) -> bool:
    """Whether the check-in of this touch was ever written."""
    written = sa.select(outbox.c.id).where(outbox.c.touch_id == touch_id, outbox.c.purpose == "check-in").limit(1)
    return tx.execute(written).first() is not None
