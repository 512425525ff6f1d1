"""Answers from 0 to 10: what a family said of how they are."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx


class ScoreRow(Row):
    __tablename__ = "score"
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    touch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("touch.id"))
    score: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)


score = table_of(ScoreRow)
_LAST_SCORE = (
    sa.select(score.c.score)
    .where(
        sa.or_(
            score.c.person_id == sa.bindparam("b_person"),
            sa.and_(score.c.address_id == sa.bindparam("b_address"), score.c.person_id.is_(None)),
        )
    )
    .order_by(score.c.id.desc())
    .limit(1)
)


def add_score(
    tx: Tx, *, address_id: int, person_id: int | None, touch_id: int | None, value: int, at: datetime
) -> None:
    tx.execute(
        sa.insert(score).values(address_id=address_id, person_id=person_id, touch_id=touch_id, score=value, at=at)
    )


def last_score(tx: Tx, address_id: int, person_id: int | None) -> int | None:
    """The person's last answer, at whatever address; with nobody known, the address's last that is nobody's."""
    return tx.execute(_LAST_SCORE, {"b_address": address_id, "b_person": person_id}).scalar_one_or_none()


def own_scores(tx: Tx, address_id: int, person_id: int) -> None:
    """Answers given before anybody knew who was writing are this person's."""
    whose = (score.c.address_id == address_id, score.c.person_id.is_(None))
    tx.execute(sa.update(score).where(*whose).values(person_id=person_id))


def scores_of(tx: Tx, *, person_id: int | None, address_ids: Sequence[int]) -> list[tuple[datetime, int, int | None]]:
    """A person's answers wherever they gave them, and those of these addresses that are nobody's, each with its own."""
    nobodys = sa.and_(score.c.address_id.in_(address_ids), score.c.person_id.is_(None))
    rows = tx.execute(
        sa.select(score.c.at, score.c.score, sa.case((score.c.person_id.is_(None), score.c.address_id)))
        .where(sa.or_(score.c.person_id == person_id, nobodys) if person_id is not None else nobodys)
        .order_by(score.c.id)
    )
    return [(at, int(value), where) for at, value, where in rows]
