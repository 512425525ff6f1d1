"""What staff say of what the service said: danger that was missed, alarms that were false.

A mark is of one message or of one case. One stands at a time; those before it are kept, with who ended them and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, table_of
from bot.store.database import Tx
from bot.store.inbox import inbox
from bot.store.published import bundle
from bot.store.restricting import NOTHING, Closed, outside, within

Which = Literal["open", "handled"]


class ReviewRow(Row):
    """`subject` names what it is of, "message:12" or "case:7"; of each, one row at most has no `ended_at`."""

    __tablename__ = "review"
    __table_args__ = (
        sa.Index(
            "uq_review_standing",
            "subject",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(sa.String(24), index=True)
    inbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("inbox.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"), index=True)  # marked, or raised by the mark
    address_id: Mapped[int | None] = mapped_column(sa.ForeignKey("address.id"), index=True)
    texts: Mapped[str] = mapped_column(Sealed("review.texts"))  # JSON list: what was screened together, newest last
    language: Mapped[str] = mapped_column(sa.String(8))  # of the conversation when it was marked
    said_level: Mapped[str] = mapped_column(sa.String(8))  # the service: none, concern, urgent; routine of a case
    said_because: Mapped[str] = mapped_column(Sealed("review.said_because"))  # JSON list: the words that decided
    said_bundle: Mapped[int | None] = mapped_column()  # the content it was screened with
    says: Mapped[str] = mapped_column(sa.String(12))  # the person: missed, false-alarm
    level: Mapped[str] = mapped_column(sa.String(8))  # what it should have been: none, concern, urgent
    why: Mapped[str | None] = mapped_column(sa.String(24))  # of a false alarm, from the list
    note: Mapped[str | None] = mapped_column(Sealed("review.note"))
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)  # another took its place, or it was taken back
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
    handled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    id: int
    subject: str
    inbox_id: int | None
    case_id: int | None
    address_id: int | None
    texts: str
    language: str
    said_level: str
    said_because: str
    said_bundle: int | None
    says: str
    level: str
    why: str | None
    note: str | None
    staff_id: int
    at: datetime
    ended_at: datetime | None
    ended_by: int | None
    handled_at: datetime | None
    handled_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the service kept of its own screening of a message. `because` is None where it was not kept."""

    because: str | None
    bundle: int | None


review = table_of(ReviewRow)
_REVIEW: Final = sa.select(*(review.c[f] for f in Review.__dataclass_fields__))
_STANDS: Final = review.c.ended_at.is_(None)


def add_review(tx: Tx, **values: object) -> int:
    """A new mark, standing. The one before it must have been ended: the database holds one a subject."""
    return int(tx.execute(sa.insert(review).values(**values).returning(review.c.id)).scalar_one())


def end_standing(tx: Tx, subject: str, *, at: datetime, by: int) -> bool:
    """False where none stood."""
    statement = sa.update(review).where(review.c.subject == subject, _STANDS)
    return tx.execute(statement.values(ended_at=at, ended_by=by)).rowcount == 1


def standing(tx: Tx, subjects: Sequence[str]) -> dict[str, Review]:
    """The standing marks of these subjects."""
    if not subjects:
        return {}
    rows = tx.execute(_REVIEW.where(review.c.subject.in_(subjects), _STANDS))
    return {found.subject: found for found in (Review(**r._asdict()) for r in rows)}


def standing_of_messages(tx: Tx, inbox_ids: Sequence[int]) -> dict[int, Review]:
    """The standing marks of messages, by the message's id."""
    found = standing(tx, [f"message:{inbox_id}" for inbox_id in inbox_ids])
    return {mark.inbox_id: mark for mark in found.values() if mark.inbox_id is not None}


def history(tx: Tx, subject: str) -> list[Review]:
    """Every mark of one subject, newest first."""
    rows = tx.execute(_REVIEW.where(review.c.subject == subject).order_by(review.c.id.desc()))
    return [Review(**r._asdict()) for r in rows]


def _seen(closed: Closed) -> tuple[sa.ColumnElement[bool], ...]:
    """A mark of a restricted conversation or case holds its words."""
    theirs = (outside(review.c.address_id, closed.addresses), outside(review.c.case_id, closed.cases))
    if not closed.ended:
        return theirs
    said = sa.select(inbox.c.id).where(within(inbox.c.address_id, inbox.c.received_at, closed.ended))
    return *theirs, sa.or_(review.c.inbox_id.is_(None), review.c.inbox_id.not_in(said))


def list_reviews(
    tx: Tx, which: Which, *, before_id: int | None, limit: int, closed: Closed = NOTHING
) -> list[Review]:  # fmt: skip
    """Standing marks, newest first, from the one before `before_id` on."""
    handled = review.c.handled_at.is_(None) if which == "open" else review.c.handled_at.is_not(None)
    statement = _REVIEW.where(_STANDS, handled, *_seen(closed))
    if before_id is not None:
        statement = statement.where(review.c.id < before_id)
    return [Review(**r._asdict()) for r in tx.execute(statement.order_by(review.c.id.desc()).limit(limit))]


def count_reviews(tx: Tx, *, closed: Closed = NOTHING) -> dict[Which, int]:
    is_handled = review.c.handled_at.is_not(None)
    asked = sa.select(is_handled, sa.func.count()).where(_STANDS, *_seen(closed))
    rows = tx.execute(asked.group_by(is_handled))
    found = {bool(handled): int(n) for handled, n in rows}
    return {"open": found.get(False, 0), "handled": found.get(True, 0)}


def handle(tx: Tx, review_id: int, *, at: datetime | None, by: int | None, closed: Closed = NOTHING) -> bool:
    """Handled, or with None open again. False where it does not stand or is so already."""
    is_so = review.c.handled_at.is_not(None) if at is not None else review.c.handled_at.is_(None)
    statement = sa.update(review).where(review.c.id == review_id, _STANDS, ~is_so, *_seen(closed))
    return tx.execute(statement.values(handled_at=at, handled_by=by)).rowcount == 1


def standing_since(tx: Tx, since: datetime | None, *, closed: Closed = NOTHING) -> list[Review]:
    """Every standing mark, oldest first; with `since`, those made from then on."""
    statement = _REVIEW.where(_STANDS, *_seen(closed)).order_by(review.c.id)
    if since is not None:
        statement = statement.where(review.c.at >= since)
    return [Review(**r._asdict()) for r in tx.execute(statement)]


def said_of(tx: Tx, inbox_id: int) -> Said:
    row = tx.execute(sa.select(inbox.c.because, inbox.c.bundle_id).where(inbox.c.id == inbox_id)).one()
    return Said(because=row[0], bundle=row[1])


def bundle_at(tx: Tx, at: datetime) -> int | None:
    """The content that was the newest then; None before the first."""
    statement = sa.select(sa.func.max(bundle.c.id)).where(bundle.c.published_at <= at)
    return tx.execute(statement).scalar_one_or_none()
