"""What families said would have been better, and what the team answered for everybody to read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx
from bot.store.restricting import NOTHING, Closed, unsaid
from bot.store.staff import staff

Which = Literal["waiting", "answered", "aside"]


class FeedbackRow(Row):
    """`said` and `did` are the team's words and nobody's else: they are public. What the family wrote never is."""

    __tablename__ = "feedback"
    __table_args__ = (sa.Index("ix_feedback_waiting", "settled_at", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    # Whose it is, so that who has their data erased has this erased too. No page of feedback shows it.
    address_id: Mapped[int | None] = mapped_column(sa.ForeignKey("address.id"), index=True)
    words: Mapped[str] = mapped_column(Sealed("feedback.words"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)  # answered, or put aside
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    said: Mapped[str | None] = mapped_column(sa.String(500))
    did: Mapped[str | None] = mapped_column(sa.String(500))
    version: Mapped[int] = mapped_column(default=1)  # compare-and-swap of every change from the desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """`by` is the worker's name who settled it. `said` and `did` are None where it was put aside."""

    id: int
    at: datetime
    address_id: int | None
    words: str
    settled_at: datetime | None
    said: str | None
    did: str | None
    version: int
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What anybody may read."""

    id: int
    settled_at: datetime
    said: str
    did: str


feedback = table_of(FeedbackRow)
_OWN = ("id", "at", "address_id", "words", "settled_at", "said", "did", "version")
_FEEDBACK = sa.select(*(readable(feedback.c[f]) for f in _OWN), staff.c.name.label("by")).outerjoin(
    staff, staff.c.id == feedback.c.settled_by
)
_WHERE: dict[Which, sa.ColumnElement[bool]] = {
    "waiting": feedback.c.settled_at.is_(None),
    "answered": feedback.c.said.is_not(None),
    "aside": sa.and_(feedback.c.settled_at.is_not(None), feedback.c.said.is_(None)),
}


def add(tx: Tx, *, address_id: int, words: str, at: datetime) -> None:
    tx.execute(sa.insert(feedback).values(address_id=address_id, words=words, at=at, version=1))


def _where(which: Which, closed: Closed) -> sa.ColumnElement[bool]:
    return sa.and_(_WHERE[which], unsaid(feedback.c.address_id, feedback.c.at, closed))


def count(tx: Tx, which: Which, *, closed: Closed = NOTHING) -> int:
    asked = sa.select(sa.func.count()).select_from(feedback).where(_where(which, closed))
    return int(tx.execute(asked).scalar_one())


def page(tx: Tx, which: Which, *, offset: int, limit: int, closed: Closed = NOTHING) -> list[Feedback]:
    """What waits, the oldest first; what is settled, the newest. Nothing of what is `closed`."""
    order = [feedback.c.id] if which == "waiting" else [feedback.c.settled_at.desc(), feedback.c.id.desc()]
    rows = tx.execute(_FEEDBACK.where(_where(which, closed)).order_by(*order).offset(offset).limit(limit))
    return [Feedback(**row._asdict()) for row in rows]


def find(tx: Tx, feedback_id: int) -> Feedback | None:
    row = tx.execute(_FEEDBACK.where(feedback.c.id == feedback_id)).one_or_none()
    return None if row is None else Feedback(**row._asdict())


def settle(tx: Tx, feedback_id: int, version: int, **values: Any) -> bool:
    """False where somebody changed it since this version: then nothing is written."""
    where = (feedback.c.id == feedback_id, feedback.c.version == version)
    return tx.execute(sa.update(feedback).where(*where).values(**values, version=version + 1)).rowcount == 1


def answered(tx: Tx, *, offset: int, limit: int) -> tuple[int, list[Answered]]:
    """How many there are, and one page, newest first. No row of it holds a family's words."""
    listed = (
        sa.select(*(feedback.c[f] for f in Answered.__dataclass_fields__))
        .where(_WHERE["answered"])
        .order_by(feedback.c.settled_at.desc(), feedback.c.id.desc())
    )
    return count(tx, "answered"), [Answered(**r._asdict()) for r in tx.execute(listed.offset(offset).limit(limit))]
