"""What families wrote: each message as it came, kept before anything else happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import UNREADABLE, Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring
from flows.flood import LONG, RUN, SHORT, Lately

NOT_DONE: Final = sa.text("state <> 'done'")  # few rows of many: what operators count is read from these alone
SOME: Final = 500  # values in one question: databases set a limit


class InboxRow(Row):
    """A message as it came. (account, provider_sid) is unique: seen before means nothing happens twice."""

    __tablename__ = "inbox"
    __table_args__ = (
        sa.UniqueConstraint("account", "provider_sid"),
        sa.Index("ix_inbox_address_at", "address_id", "received_at"),
        sa.Index("ix_inbox_open", "state", sqlite_where=NOT_DONE, postgresql_where=NOT_DONE),
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
    held: Mapped[str | None] = mapped_column(sa.String(8))  # why no automatic answer went: `flows.flood.Held`


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
    held: str | None


inbox = table_of(InboxRow)

_INBOX = sa.select(*(inbox.c[f] for f in Inbox.__dataclass_fields__))
_INBOX_TO_READ = sa.select(*(readable(inbox.c[f]) for f in Inbox.__dataclass_fields__))
_INBOX_BY_ID = _INBOX.where(inbox.c.id == sa.bindparam("b_id"))
_CHANGE_INBOX = sa.update(inbox).where(inbox.c.id == sa.bindparam("b_id"))
_RECENT_WORDS = (
    sa.select(readable(inbox.c.body))
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
_ANSWERED_AFTER = (
    sa.select(inbox.c.id)
    .where(
        inbox.c.address_id == sa.bindparam("b_address"), inbox.c.state == "done",
        sa.or_(
            inbox.c.received_at > sa.bindparam("b_surely"),
            sa.and_(inbox.c.received_at >= sa.bindparam("b_at"), inbox.c.id > sa.bindparam("b_id")),
        ),
    )
    .limit(1)
)  # fmt: skip


_ANSWERED = sa.and_(inbox.c.held.is_(None), inbox.c.received_at > sa.bindparam("b_short"))
_LATELY = sa.select(
    sa.func.count(sa.case((_ANSWERED, 1))),
    sa.func.count(sa.case((inbox.c.held.is_(None), 1))),
    sa.func.count(sa.case((inbox.c.received_at > sa.bindparam("b_run"), 1))),
).where(
    inbox.c.address_id == sa.bindparam("b_address"), inbox.c.received_at > sa.bindparam("b_long"),
    inbox.c.id < sa.bindparam("b_before"),
)  # fmt: skip
_LAST_WORDS = (
    sa.select(readable(inbox.c.body))
    .where(
        inbox.c.address_id == sa.bindparam("b_address"), inbox.c.received_at > sa.bindparam("b_run"),
        inbox.c.id < sa.bindparam("b_before"),
    )
    .order_by(inbox.c.received_at.desc(), inbox.c.id.desc())
    .limit(sa.bindparam("b_most"))
)  # fmt: skip


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


def written_at(tx: Tx, inbox_id: int) -> datetime | None:
    """When a message was written, its words left sealed; None where there is none."""
    return tx.execute(sa.select(inbox.c.received_at).where(inbox.c.id == inbox_id)).scalar_one_or_none()


def change_inbox(tx: Tx, inbox_id: int, **values: object) -> None:
    tx.execute(_CHANGE_INBOX, {"b_id": inbox_id, **values})


def recent_words(tx: Tx, address_id: int, *, since: datetime, before_id: int) -> list[str]:
    """What the family wrote just before that showed no danger by itself, oldest first: to be screened together."""
    asked = {"b_address": address_id, "b_since": since, "b_before": before_id}
    return [str(r[0]) for r in tx.execute(_RECENT_WORDS, asked) if r[0] != UNREADABLE]


def lately(tx: Tx, message: Inbox, *, same_words: int) -> Lately:
    """What this address wrote before this message. Its words are opened only where they may be the same ones running.

    The address is locked by the caller, so that two of its texts at once are not both the last that is answered.
    """
    at = message.received_at
    asked = {"b_address": message.address_id, "b_before": message.id, "b_run": at - RUN}
    short, long, run = tx.execute(_LATELY, {**asked, "b_short": at - SHORT, "b_long": at - LONG}).one()
    last = tx.execute(_LAST_WORDS, {**asked, "b_most": same_words}).all() if run >= same_words else ()
    return Lately(in_ten_minutes=short, in_a_day=long, last=[str(words) for (words,) in last])


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


def answered_after(tx: Tx, message: Inbox, margin: timedelta) -> bool:
    """Whether something newer of the same address has been handled: what it wrote later, and came later or was written
    later by more than `margin`."""
    at = message.received_at
    asked = {"b_address": message.address_id, "b_at": at, "b_surely": at + margin, "b_id": message.id}
    return tx.execute(_ANSWERED_AFTER, asked).first() is not None


def seen(tx: Tx, account: str, sids: Sequence[str]) -> set[str]:
    """Which of these messages of families are kept already."""
    found: set[str] = set()
    for start in range(0, len(sids), SOME):
        asked = (inbox.c.account == account, inbox.c.provider_sid.in_(sids[start : start + SOME]))
        found.update(str(sid) for (sid,) in tx.execute(sa.select(inbox.c.provider_sid).where(*asked)))
    return found


def inbox_of(tx: Tx, address_ids: Sequence[int], *, limit: int = 500) -> list[Inbox]:
    """To be read by a person: words that do not open say so."""
    rows = tx.execute(
        _INBOX_TO_READ.where(inbox.c.address_id.in_(address_ids)).order_by(inbox.c.id.desc()).limit(limit)
    )
    return [Inbox(**r._asdict()) for r in rows][::-1]
