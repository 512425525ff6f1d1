"""What came in, what must go out, and what the provider said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, table_of
from bot.store.database import Tx, insert_ignoring
from messages.classes import BY_EMAIL, PRIORITY

# Few rows of many: what operators count is read from these alone.
_NOT_DONE: Final = sa.text("state <> 'done'")
_HAS_CODE: Final = sa.text("error_code IS NOT NULL")


class InboxRow(Row):
    """A message as it came. (account, provider_sid) is unique: seen before means nothing happens twice."""

    __tablename__ = "inbox"
    __table_args__ = (
        sa.UniqueConstraint("account", "provider_sid"),
        sa.Index("ix_inbox_address_at", "address_id", "received_at"),
        sa.Index("ix_inbox_open", "state", sqlite_where=_NOT_DONE, postgresql_where=_NOT_DONE),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64))
    provider_sid: Mapped[str] = mapped_column(sa.String(64))
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"))
    body: Mapped[str] = mapped_column(Sealed("inbox.body"))
    pictures: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(sa.String(8), default="new")  # new, done, failed
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    risk: Mapped[str] = mapped_column(sa.String(8), default="none")
    because: Mapped[str | None] = mapped_column(Sealed("inbox.because"))  # JSON list: the words that decided its risk
    bundle_id: Mapped[int | None] = mapped_column()  # the content it was screened with


class OutboxRow(Row):
    """What must be said. `key` is unique: session:step:n, touch, ladder step or form id."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_due", "state", "not_before"),
        sa.Index("ix_outbox_next", "state", "rank", "not_before", "id"),
        sa.Index("ix_outbox_line", "address_id", "class_", "state", "id"),
        sa.Index("ix_outbox_code", "claimed_at", sqlite_where=_HAS_CODE, postgresql_where=_HAS_CODE),
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


class ReceiptRow(Row):
    """Every word of the provider about a message, late and repeated ones too."""

    __tablename__ = "receipt"
    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"), index=True)
    provider_sid: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    status: Mapped[str] = mapped_column(sa.String(24))
    error_code: Mapped[str | None] = mapped_column(sa.String(16))
    at: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    id: int
    account: str
    provider_sid: str
    address_id: int
    body: str
    pictures: int
    received_at: datetime
    state: str
    attempts: int
    risk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
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


inbox = table_of(InboxRow)
outbox = table_of(OutboxRow)
receipt = table_of(ReceiptRow)

_INBOX = sa.select(*(inbox.c[f] for f in Inbox.__dataclass_fields__))
_OUTBOX = sa.select(*(outbox.c[f] for f in Outbox.__dataclass_fields__))
_INBOX_BY_ID = _INBOX.where(inbox.c.id == sa.bindparam("b_id"))
_CHANGE_INBOX = sa.update(inbox).where(inbox.c.id == sa.bindparam("b_id"))
_RECENT_WORDS = (
    sa.select(inbox.c.body)
    .where(
        inbox.c.address_id == sa.bindparam("b_address"),
        inbox.c.received_at >= sa.bindparam("b_since"),
        inbox.c.id < sa.bindparam("b_before"),
        inbox.c.risk == "none",
    )
    .order_by(inbox.c.id)
)
_WAITING = _INBOX.where(
    inbox.c.address_id == sa.bindparam("b_address"), inbox.c.id < sa.bindparam("b_before"), inbox.c.state == "new"
).order_by(inbox.c.id)
_ANSWERED_SINCE = (
    sa.select(inbox.c.id)
    .where(
        inbox.c.address_id == sa.bindparam("b_address"), inbox.c.id > sa.bindparam("b_after"), inbox.c.state == "done"
    )
    .limit(1)
)
_OUTBOX_BY_ID = _OUTBOX.where(outbox.c.id == sa.bindparam("b_id"))
_CHANGE_OUTBOX = sa.update(outbox).where(outbox.c.id == sa.bindparam("b_id"))
_CHANGE_OUTBOX_FROM = _CHANGE_OUTBOX.where(outbox.c.state.in_(sa.bindparam("b_from", expanding=True)))
_AHEAD = outbox.alias("ahead")
_HELD_BACK = sa.exists().where(
    _AHEAD.c.address_id == outbox.c.address_id,
    _AHEAD.c.class_ == outbox.c.class_,
    _AHEAD.c.id < outbox.c.id,
    _AHEAD.c.state.in_(("queued", "sending")),
)
_IS_DUE = (outbox.c.state == "queued", outbox.c.not_before <= sa.bindparam("b_now"))
_DUE = (
    sa.select(outbox.c.id)
    .where(*_IS_DUE, outbox.c.rank == sa.bindparam("b_rank"), ~_HELD_BACK)
    .order_by(outbox.c.not_before, outbox.c.id)
    .limit(sa.bindparam("b_limit"))
)
_DUE_AT = _DUE.where(outbox.c.address_id == sa.bindparam("b_address"))
_CLAIM = _OUTBOX.where(outbox.c.id == sa.bindparam("b_id"), *_IS_DUE).with_for_update(skip_locked=True)


def take_in(
    tx: Tx, *, account: str, provider_sid: str, address_id: int, body: str, pictures: int, at: datetime
) -> int | None:
    """Keep a message. None when it was seen before: then nothing more may happen."""
    values = {
        "account": account, "provider_sid": provider_sid, "address_id": address_id, "body": body, "pictures": pictures,
        "received_at": at, "state": "new", "attempts": 0, "risk": "none",
    }  # fmt: skip
    row = tx.execute(insert_ignoring(tx, inbox), values).one_or_none()
    return None if row is None else int(row[0])


def inbox_by_id(tx: Tx, inbox_id: int) -> Inbox:
    return Inbox(**tx.execute(_INBOX_BY_ID, {"b_id": inbox_id}).one()._asdict())


def find_inbox(tx: Tx, inbox_id: int) -> Inbox | None:
    row = tx.execute(_INBOX_BY_ID, {"b_id": inbox_id}).one_or_none()
    return None if row is None else Inbox(**row._asdict())


def change_inbox(tx: Tx, inbox_id: int, **values: object) -> None:
    tx.execute(_CHANGE_INBOX, {"b_id": inbox_id, **values})


def recent_words(tx: Tx, address_id: int, *, since: datetime, before_id: int) -> list[str]:
    """What the family wrote just before that showed no danger by itself, oldest first: to be screened together."""
    asked = {"b_address": address_id, "b_since": since, "b_before": before_id}
    return [str(r[0]) for r in tx.execute(_RECENT_WORDS, asked)]


def inbox_to_retry(tx: Tx, now: datetime, limit: int = 100) -> list[tuple[int, int]]:
    """The ids of what is due for another try, each with its address; no words are opened yet."""
    due = sa.select(inbox.c.id, inbox.c.address_id).where(inbox.c.state == "new", inbox.c.retry_at <= now)
    return [(int(i), int(a)) for i, a in tx.execute(due.order_by(inbox.c.id).limit(limit))]


def inbox_waiting(tx: Tx, address_id: int, *, before_id: int) -> list[Inbox]:
    """What this address wrote before and nobody could handle yet, oldest first."""
    return [Inbox(**r._asdict()) for r in tx.execute(_WAITING, {"b_address": address_id, "b_before": before_id})]


def answered_since(tx: Tx, message: Inbox) -> bool:
    """Whether something newer from the same address has been handled."""
    asked = {"b_address": message.address_id, "b_after": message.id}
    return tx.execute(_ANSWERED_SINCE, asked).first() is not None


def put_out(tx: Tx, *, key: str, **values: object) -> int | None:
    """Queue a message under its unique key. None when the key was used: it is queued or gone already."""
    asked = {"key": key, "state": "queued", "attempts": 0, "looked": 0, **values}
    row = tx.execute(insert_ignoring(tx, outbox), asked).one_or_none()
    return None if row is None else int(row[0])


def outbox_by_id(tx: Tx, outbox_id: int) -> Outbox:
    return Outbox(**tx.execute(_OUTBOX_BY_ID, {"b_id": outbox_id}).one()._asdict())


def find_outbox(tx: Tx, *, outbox_id: int | None = None, provider_sid: str | None = None) -> Outbox | None:
    where = outbox.c.id == outbox_id if outbox_id is not None else outbox.c.provider_sid == provider_sid
    row = tx.execute(_OUTBOX.where(where).with_for_update()).first()
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


def due_out(
    tx: Tx, now: datetime, *, limit: int, address_id: int | None = None, by_email: bool = False
) -> Iterator[Outbox]:
    """Rows that may be claimed, safety first: the head of each line (address and class) that nothing holds back.

    Emails are looked for apart, with `by_email`.

    `unknown` blocks nothing behind it; a row being sent blocks the later ones of its own line, to keep their order.
    Each row is locked and opened only when it is asked for: who claims one leaves the others to those beside it, and
    unseals no words but its own.
    """
    for outbox_id in _due_ids(tx, now, limit, address_id, _ranks(by_email=by_email)):
        row = tx.execute(_CLAIM, {"b_id": outbox_id, "b_now": now}).first()
        if row is not None:
            yield Outbox(**row._asdict())


def _ranks(*, by_email: bool) -> tuple[int, ...]:
    return (BY_EMAIL,) if by_email else tuple(rank for rank in range(len(PRIORITY)) if rank != BY_EMAIL)


def _due_ids(tx: Tx, now: datetime, limit: int, address_id: int | None, ranks: Sequence[int]) -> list[int]:
    # One look for each rank: together they would make the database read and sort the whole backlog for a single row.
    found: list[int] = []
    for rank in ranks:
        asked = {"b_rank": rank, "b_now": now, "b_limit": limit - len(found), "b_address": address_id}
        found += [int(r[0]) for r in tx.execute(_DUE if address_id is None else _DUE_AT, asked)]
        if len(found) >= limit:
            break
    return found


def out_in_state(tx: Tx, state: str, *, claimed_before: datetime | None = None, limit: int = 200) -> list[Outbox]:
    statement = _OUTBOX.where(outbox.c.state == state).order_by(outbox.c.id).limit(limit)
    if claimed_before is not None:
        statement = statement.where(outbox.c.claimed_at < claimed_before)
    return [Outbox(**r._asdict()) for r in tx.execute(statement)]


def known_sids(tx: Tx, sids: Sequence[str]) -> set[str]:
    return {str(r[0]) for r in tx.execute(sa.select(outbox.c.provider_sid).where(outbox.c.provider_sid.in_(sids)))}


def add_receipt(
    tx: Tx, *, outbox_id: int | None, provider_sid: str | None, status: str, error_code: str | None, at: datetime
) -> None:
    tx.execute(
        sa.insert(receipt).values(
            outbox_id=outbox_id, provider_sid=provider_sid, status=status, error_code=error_code, at=at
        )
    )


def inbox_of(tx: Tx, address_ids: Sequence[int], *, limit: int = 500) -> list[Inbox]:
    rows = tx.execute(_INBOX.where(inbox.c.address_id.in_(address_ids)).order_by(inbox.c.id.desc()).limit(limit))
    return [Inbox(**r._asdict()) for r in rows][::-1]


def outbox_of(tx: Tx, address_ids: Sequence[int], *, after_id: int = 0, limit: int = 500) -> list[Outbox]:
    rows = tx.execute(
        _OUTBOX.where(outbox.c.address_id.in_(address_ids), outbox.c.id > after_id)
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
    return [Outbox(**r._asdict()) for r in tx.execute(_OUTBOX.where(sa.or_(tied, beside)).order_by(outbox.c.id))]


def count_out(tx: Tx) -> dict[str, int]:
    return {str(s): int(n) for s, n in tx.execute(sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state))}


def oldest_queued_at(tx: Tx, now: datetime) -> datetime | None:
    return tx.execute(
        sa.select(outbox.c.not_before)
        .where(outbox.c.state == "queued", outbox.c.not_before <= now)
        .order_by(outbox.c.not_before)
        .limit(1)
    ).scalar_one_or_none()


def any_due(tx: Tx, now: datetime, *, address_id: int | None = None, by_email: bool = False) -> bool:
    """A cheap look before a writer's lock is taken."""
    statement = sa.select(outbox.c.id).where(outbox.c.state == "queued", outbox.c.not_before <= now).limit(1)
    statement = statement.where(outbox.c.rank.in_(_ranks(by_email=by_email)))
    if address_id is not None:
        statement = statement.where(outbox.c.address_id == address_id)
    return tx.execute(statement).first() is not None


def claim_receipts(tx: Tx, provider_sid: str, outbox_id: int) -> list[tuple[str, str | None]]:
    """Receipts that came before our own commit of the provider's id: tied to their row now; status and code of each."""
    early = (receipt.c.provider_sid == provider_sid, receipt.c.outbox_id.is_(None))
    found = tx.execute(sa.select(receipt.c.status, receipt.c.error_code).where(*early).order_by(receipt.c.id)).all()
    if found:
        tx.execute(sa.update(receipt).where(*early).values(outbox_id=outbox_id))
    return [(str(status), code) for status, code in found]


def unconfirmed_safety(tx: Tx, *, before: datetime, since: datetime) -> list[Outbox]:
    """Safety replies that nobody confirmed in time and that the team has not been told of."""
    rows = tx.execute(
        _OUTBOX.where(
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
