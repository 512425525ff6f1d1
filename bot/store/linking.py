"""Cases that belong together: two at a time, by whoever said so and why."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.casework import cases
from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.people import NAME, name_of, person
from bot.store.restricting import Closed, outside

_STANDS = sa.text("ended_at IS NULL")


class CaseLinkRow(Row):
    """Two cases, the lower id first, so that a pair stands once whichever way it was said."""

    __tablename__ = "case_link"
    __table_args__ = (
        sa.Index(
            "uq_case_link_standing", "case_id", "other_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    other_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    why: Mapped[str] = mapped_column(Sealed("case_link.why"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The other case of a link, as the page of one shows it. `name` is None where nobody knows who it is."""

    link_id: int
    ref: str
    name: str | None
    level: str
    state: str
    why: str
    at: datetime


link = table_of(CaseLinkRow)


def put(tx: Tx, one: int, other: int, *, why: str, by: int, at: datetime) -> bool:
    """False where they are linked already, also by somebody at this very moment."""
    first, second = sorted((one, other))
    values = {"case_id": first, "other_id": second, "why": why, "by_id": by, "at": at}
    return tx.execute(insert_ignoring(tx, link), values).scalar_one_or_none() is not None


def end(tx: Tx, one: int, other: int, *, by: int, at: datetime) -> bool:
    """False where they are not linked (any more)."""
    first, second = sorted((one, other))
    theirs = (link.c.case_id == first, link.c.other_id == second, link.c.ended_at.is_(None))
    return tx.execute(sa.update(link).where(*theirs).values(ended_by=by, ended_at=at)).rowcount == 1


def linked_with(tx: Tx, case_id: int, *, closed: Closed) -> list[Linked]:
    """The cases that this one belongs with, oldest link first; none that is closed to who looks."""
    other = sa.case((link.c.case_id == case_id, link.c.other_id), else_=link.c.case_id)
    asked = (
        sa.select(link.c.id, cases.c.ref, cases.c.level, cases.c.state, readable(link.c.why), link.c.at, *NAME)
        .join(cases, cases.c.id == other)
        .outerjoin(person, person.c.id == cases.c.person_id)
        .where(
            sa.or_(link.c.case_id == case_id, link.c.other_id == case_id), link.c.ended_at.is_(None),
            outside(cases.c.id, closed.cases),
        )
        .order_by(link.c.id)
    )  # fmt: skip
    return [
        Linked(link_id=row[0], ref=row[1], level=row[2], state=row[3], why=row[4], at=row[5], name=name_of(*row[6:]))
        for row in tx.execute(asked)
    ]
