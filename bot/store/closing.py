"""Closings that wait for a second person: what one worker asked, until another confirms or declines it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.casework import cases
from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx
from bot.store.restricting import Closed, outside
from bot.store.staff import staff

_STANDS = sa.text("ended_at IS NULL")


class ClosingRow(Row):
    """One stands for a case. `act` is how it closes: close, or taken (a referral that the front door accepted)."""

    __tablename__ = "closing"
    __table_args__ = (
        sa.Index("uq_closing_standing", "case_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    act: Mapped[str] = mapped_column(sa.String(8))
    outcome: Mapped[str] = mapped_column(sa.String(40))
    words: Mapped[str] = mapped_column(Sealed("closing.words"))
    given: Mapped[str] = mapped_column(Sealed("closing.given"))  # JSON object: what else the form held
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    ended_as: Mapped[str | None] = mapped_column(sa.String(12))  # confirmed, declined


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    id: int
    case_id: int
    asked_by: int
    by: str
    asked_at: datetime
    act: str
    outcome: str
    words: str
    given: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToConfirm:
    case_ref: str
    by: str
    asked_at: datetime


closing = table_of(ClosingRow)
_OWN: Final = ("id", "case_id", "asked_by", "asked_at", "act", "outcome", "words", "given")


def ask(tx: Tx, *, given: Mapping[str, str], **values: object) -> None:
    tx.execute(sa.insert(closing).values(given=json.dumps(dict(given), ensure_ascii=False), **values))


def standing(tx: Tx, case_id: int) -> Closing | None:
    asked = sa.select(*(readable(closing.c[name]) for name in _OWN), staff.c.name.label("by"))
    asked = asked.join(staff, staff.c.id == closing.c.asked_by)
    row = tx.execute(asked.where(closing.c.case_id == case_id, closing.c.ended_at.is_(None))).mappings().one_or_none()
    return None if row is None else Closing(**{**row, "given": json.loads(row["given"] or "{}")})


def end(tx: Tx, closing_id: int, *, how: str, by: int, at: datetime) -> None:
    tx.execute(sa.update(closing).where(closing.c.id == closing_id).values(ended_at=at, ended_by=by, ended_as=how))


def waiting(tx: Tx, *, but: int, closed: Closed) -> list[ToConfirm]:
    """Open cases whose closing waits, the oldest first, those left out that one worker asked themselves."""
    asked = (
        sa.select(cases.c.ref.label("case_ref"), staff.c.name.label("by"), closing.c.asked_at)
        .join_from(closing, cases, cases.c.id == closing.c.case_id)
        .join(staff, staff.c.id == closing.c.asked_by)
        .where(
            closing.c.ended_at.is_(None), cases.c.state != "closed", closing.c.asked_by != but,
            outside(cases.c.id, closed.cases),
        )
        .order_by(closing.c.id)
    )  # fmt: skip
    return [ToConfirm(**row._asdict()) for row in tx.execute(asked)]
