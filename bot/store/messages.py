"""What came in, what must go out, and what the provider said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import UNREADABLE, Instant, Readable, Row, Sealed, table_of
from bot.store.database import Tx, insert_ignoring

# Few rows of many: what operators count is read from these alone.
_NOT_DONE: Final = sa.text("state <> 'done'")
_HAS_CODE: Final = sa.text("error_code IS NOT NULL")
SOME: Final = 500  # values in one question: databases set a limit


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
    media: Mapped[str | None] = mapped_column(sa.String(400))  # their types; never where they lie
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
    media: str | None
    received_at: datetime
    state: str
    attempts: int
    risk: str


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


inbox = table_of(InboxRow)
outbox = table_of(OutboxRow)
receipt = table_of(ReceiptRow)

OUTBOX_COLUMNS: Final = tuple(outbox.c[f] for f in Outbox.__dataclass_fields__)
_SEALED_ARE: Final[dict[str, Any]] = {"body": sa.literal("").label("body"), "extras": sa.null().label("extras")}
UNOPENED_COLUMNS: Final = tuple(_SEALED_ARE.get(column.name, column) for column in OUTBOX_COLUMNS)


def to_read(column: Any) -> Any:
    """A column as a person reads it: one value that does not open must not hide the rest of a conversation."""
    if not isinstance(column.type, Sealed):
        return column
    instead = UNREADABLE if column.name == "body" else None
    return sa.type_coerce(column, Readable(column.type.place, instead)).label(column.name)


_INBOX = sa.select(*(inbox.c[f] for f in Inbox.__dataclass_fields__))
_INBOX_TO_READ = sa.select(*(to_read(inbox.c[f]) for f in Inbox.__dataclass_fields__))
_OUTBOX = sa.select(*OUTBOX_COLUMNS)
_OUTBOX_TO_READ = sa.select(*map(to_read, OUTBOX_COLUMNS))
_UNOPENED = sa.select(*UNOPENED_COLUMNS)
_INBOX_BY_ID = _INBOX.where(inbox.c.id == sa.bindparam("b_id"))
_CHANGE_INBOX = sa.update(inbox).where(inbox.c.id == sa.bindparam("b_id"))
_RECENT_WORDS = (
    sa.select(to_read(inbox.c.body))
    .where(
        inbox.c.address_id == sa.bindparam("b_address"),
        inbox.c.received_at >= sa.bindparam("b_since"),
        inbox.c.id < sa.bindparam("b_before"),
        inbox.c.risk == "none",
    )
    .order_by(inbox.c.id)
)
_WAITING = (
    sa.select(inbox.c.id)
    .where(inbox.c.address_id == sa.bindparam("b_address"), inbox.c.id < sa.bindparam("b_before"))
    .where(inbox.c.state == "new")
    .order_by(inbox.c.id)
)
_ANSWERED_SINCE = (
    sa.select(inbox.c.id)
    .where(
        inbox.c.address_id == sa.bindparam("b_address"), inbox.c.id > sa.bindparam("b_after"), inbox.c.state == "done"
    )
    .limit(1)
)
_ANSWERED_AFTER = (
    sa.select(inbox.c.id)
    .where(
        inbox.c.address_id == sa.bindparam("b_address"), inbox.c.received_at > sa.bindparam("b_at"),
        inbox.c.state == "done",
    )
    .limit(1)
)  # fmt: skip
_OUTBOX_BY_ID = _OUTBOX.where(outbox.c.id == sa.bindparam("b_id"))
_CHANGE_OUTBOX = sa.update(outbox).where(outbox.c.id == sa.bindparam("b_id"))
_CHANGE_OUTBOX_FROM = _CHANGE_OUTBOX.where(outbox.c.state.in_(sa.bindparam("b_from", expanding=True)))


def take_in(
    tx: Tx, *, account: str, provider_sid: str, address_id: int, body: str, pictures: int, at: datetime,
    media: str | None = None,
) -> int | None:  # fmt: skip
    """Keep a message. None when it was seen before: then nothing more may happen."""
    values = {
        "account": account, "provider_sid": provider_sid, "address_id": address_id, "body": body, "pictures": pictures,
        "media": media, "received_at": at, "state": "new", "attempts": 0, "risk": "none",
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
    return [str(r[0]) for r in tx.execute(_RECENT_WORDS, asked) if r[0] != UNREADABLE]


def inbox_to_retry(tx: Tx, now: datetime, limit: int = 100) -> list[tuple[int, int]]:
    """The ids of what is due for another try, each with its address; no words are opened yet."""
    due = sa.select(inbox.c.id, inbox.c.address_id).where(inbox.c.state == "new", inbox.c.retry_at <= now)
    return [(int(i), int(a)) for i, a in tx.execute(due.order_by(inbox.c.id).limit(limit))]


def inbox_waiting(tx: Tx, address_id: int, *, before_id: int) -> list[int]:
    """The ids of what this address wrote before and nobody could handle yet, oldest first; no words are opened yet."""
    return [int(r[0]) for r in tx.execute(_WAITING, {"b_address": address_id, "b_before": before_id})]


def inbox_tries(tx: Tx, inbox_id: int) -> int | None:
    """How often a message was tried, its words left sealed; None where it waits for no further try."""
    tries = sa.select(inbox.c.attempts).where(inbox.c.id == inbox_id, inbox.c.state == "new")
    found = tx.execute(tries).scalar_one_or_none()
    return None if found is None else int(found)


def answered_since(tx: Tx, message: Inbox) -> bool:
    """Whether something newer from the same address has been handled."""
    asked = {"b_address": message.address_id, "b_after": message.id}
    return tx.execute(_ANSWERED_SINCE, asked).first() is not None


def answered_after(tx: Tx, message: Inbox, margin: timedelta) -> bool:
    """Whether something that the same address wrote later than this, by more than `margin`, has been handled."""
    asked = {"b_address": message.address_id, "b_at": message.received_at + margin}
    return tx.execute(_ANSWERED_AFTER, asked).first() is not None


def seen(tx: Tx, account: str, sids: Sequence[str]) -> set[str]:
    """Which of these messages of families are kept already."""
    found: set[str] = set()
    for start in range(0, len(sids), SOME):
        asked = (inbox.c.account == account, inbox.c.provider_sid.in_(sids[start : start + SOME]))
        found.update(str(sid) for (sid,) in tx.execute(sa.select(inbox.c.provider_sid).where(*asked)))
    return found


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


def add_receipt(
    tx: Tx, *, outbox_id: int | None, provider_sid: str | None, status: str, error_code: str | None, at: datetime
) -> None:
    tx.execute(
        sa.insert(receipt).values(
            outbox_id=outbox_id, provider_sid=provider_sid, status=status, error_code=error_code, at=at
        )
    )


def inbox_of(tx: Tx, address_ids: Sequence[int], *, limit: int = 500) -> list[Inbox]:
    """To be read by a person: words that do not open say so."""
    rows = tx.execute(
        _INBOX_TO_READ.where(inbox.c.address_id.in_(address_ids)).order_by(inbox.c.id.desc()).limit(limit)
    )
    return [Inbox(**r._asdict()) for r in rows][::-1]


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


def count_out(tx: Tx) -> dict[str, int]:
    return {str(s): int(n) for s, n in tx.execute(sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state))}


def oldest_queued_at(tx: Tx, now: datetime) -> datetime | None:
    return tx.execute(
        sa.select(outbox.c.not_before)
        .where(outbox.c.state == "queued", outbox.c.not_before <= now)
        .order_by(outbox.c.not_before)
        .limit(1)
    ).scalar_one_or_none()


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


def said_for_touch(tx: Tx, touch_id: int) -> bool:
    """Whether the check-in of this touch was ever written."""
    written = sa.select(outbox.c.id).where(outbox.c.touch_id == touch_id, outbox.c.purpose == "check-in").limit(1)
    return tx.execute(written).first() is not None
