"""Who was told of a case, how often and how far up; and how those who are told are reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.casework import cases
from bot.store.columns import Instant, Row, Sealed, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.outbox import outbox


class ClimbRow(Row):
    """One climb of the ladder for a case. (case, round) is unique: two clocks begin it once."""

    __tablename__ = "climb"
    __table_args__ = (sa.UniqueConstraint("case_id", "round"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    round: Mapped[int] = mapped_column()
    level: Mapped[str] = mapped_column(sa.String(8))  # whose rungs, and so which clock
    rank: Mapped[int] = mapped_column()  # of the case's own level when it began: a graver one begins another
    why: Mapped[str] = mapped_column(sa.String(12))  # raised, grew, late, not-reached
    started_at: Mapped[datetime] = mapped_column(Instant)
    hurried_at: Mapped[datetime | None] = mapped_column(Instant)  # the next rung waits no longer
    promise_at: Mapped[datetime | None] = mapped_column(Instant)  # the broken promise it answers
    unreached_at: Mapped[datetime | None] = mapped_column(Instant)  # nobody is left to tell, and nobody has answered
    ended_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    ended_how: Mapped[str | None] = mapped_column(sa.String(12))  # acknowledged, claimed, closed, grew
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


class AlertRow(Row):
    """One rung told by one channel. (case, step, channel) is unique: it is told once, whoever asks for it."""

    __tablename__ = "alert"
    __table_args__ = (sa.UniqueConstraint("case_id", "step", "channel"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    climb_id: Mapped[int] = mapped_column(sa.ForeignKey("climb.id"), index=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    step: Mapped[int] = mapped_column()  # counts from 0 through all climbs of the case
    rung: Mapped[int] = mapped_column()
    channel: Mapped[str] = mapped_column(sa.String(8))  # sms, email; none: the rung has no way to be reached
    told: Mapped[str] = mapped_column(sa.String(80))  # the rung's title as it was then
    at: Mapped[datetime] = mapped_column(Instant)
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"), unique=True)


class ContactRow(Row):
    """How one of the ladder's people is reached, as a manager set it; it stands in for the council's file."""

    __tablename__ = "contact"
    role: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    phone: Mapped[str | None] = mapped_column(Sealed("contact.phone"))  # E.164
    email: Mapped[str | None] = mapped_column(Sealed("contact.email"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    id: int
    case_id: int
    round: int
    level: str
    rank: int
    why: str
    started_at: datetime
    hurried_at: datetime | None
    promise_at: datetime | None
    unreached_at: datetime | None
    ended_at: datetime | None
    ended_how: str | None
    ended_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`state` and `reason` are its message's; None where there was no way to send one."""

    id: int
    climb_id: int
    case_id: int
    step: int
    rung: int
    channel: str
    told: str
    at: datetime
    outbox_id: int | None
    state: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    role: str
    phone: str | None
    email: str | None
    changed_at: datetime
    changed_by: int | None


climb = table_of(ClimbRow)
alert = table_of(AlertRow)
contact = table_of(ContactRow)
_CLIMB_FIELDS: Final = tuple(Climb.__dataclass_fields__)
_CLIMB = sa.select(*(climb.c[f] for f in _CLIMB_FIELDS))
_NEWEST_OF: Final = climb.alias("newest_of")
_IS_NEWEST = (
    climb.c.round
    == sa.select(sa.func.max(_NEWEST_OF.c.round)).where(_NEWEST_OF.c.case_id == cases.c.id).scalar_subquery()
)
_LATE = sa.and_(cases.c.looked_at.is_(None), cases.c.look_by < sa.bindparam("b_now"))
_CASE_FIELDS: Final = ("id", "ref", "level", "reason", "state", "look_by", "looked_at", "claimed_at")
_BOTH = sa.select(
    *(cases.c[f] for f in _CASE_FIELDS), *(climb.c[f].label(f"climb_{f}") for f in _CLIMB_FIELDS)
).outerjoin_from(cases, climb, sa.and_(climb.c.case_id == cases.c.id, _IS_NEWEST))
# Every case whose ladder may have something to do: one that nobody has begun a climb for, one that grew, one whose
# promise is broken, and each climb that has not ended. The rule itself is the core's.
# The closed of many years are reached only by an index: through a climb that has not ended.
_GOING_ON = sa.select(_NEWEST_OF.c.case_id).where(_NEWEST_OF.c.ended_at.is_(None))
_STANDING = (
    _BOTH.where(
        sa.or_(cases.c.state.in_(("open", "claimed")), cases.c.id.in_(_GOING_ON)),
        sa.or_(
            sa.and_(climb.c.id.is_not(None), climb.c.ended_at.is_(None)),
            sa.and_(
                climb.c.id.is_(None),
                sa.or_(cases.c.rank.in_(sa.bindparam("b_ranks", expanding=True)), cases.c.reason == "unread"),
            ),
            cases.c.rank < climb.c.rank,
            sa.and_(_LATE, sa.or_(climb.c.promise_at.is_(None), climb.c.promise_at != cases.c.look_by)),
        ),
    )
    # Those that nobody was told of come first: no pile of unanswered ones keeps a new one waiting.
    .order_by(climb.c.id.is_not(None), cases.c.rank, cases.c.id)
    .limit(sa.bindparam("b_limit"))
)
_ALERT = sa.select(*(alert.c[f] for f in Alert.__dataclass_fields__ if f in alert.c), outbox.c.state, outbox.c.reason)
_ALERT = _ALERT.outerjoin_from(alert, outbox, outbox.c.id == alert.c.outbox_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A case as the ladder sees it, without its words, and its newest climb."""

    id: int
    ref: str
    level: str
    reason: str
    state: str
    look_by: datetime
    looked_at: datetime | None
    claimed_at: datetime | None
    climb: Climb | None


def standing(tx: Tx, *, ranks: Sequence[int], now: datetime, limit: int = 2_000) -> list[Standing]:
    """Cases that the ladder must look at, those that nobody was told of first.

    `ranks` are of the levels that are told of when they are raised.
    """
    asked = {"b_ranks": list(ranks), "b_now": now, "b_limit": limit}
    return [_standing(row) for row in tx.execute(_STANDING, asked)]


def standing_of(tx: Tx, case_id: int, *, lock: bool = False) -> Standing:
    """One case. `lock` holds the case first: whoever changes its climb does so under that."""
    if lock:
        tx.execute(sa.select(cases.c.id).where(cases.c.id == case_id).with_for_update()).one()
    return _standing(tx.execute(_BOTH.where(cases.c.id == case_id)).one())


def _standing(row: sa.Row[tuple[object, ...]]) -> Standing:
    found = row._asdict()
    newest = {f: found[f"climb_{f}"] for f in _CLIMB_FIELDS}
    own = {f: found[f] for f in _CASE_FIELDS}
    return Standing(**own, climb=None if newest["id"] is None else Climb(**newest))


def climbs_of(tx: Tx, case_ids: Sequence[int]) -> list[Climb]:
    rows = tx.execute(_CLIMB.where(climb.c.case_id.in_(case_ids)).order_by(climb.c.id))
    return [Climb(**r._asdict()) for r in rows]


def add_climb(tx: Tx, **values: object) -> None:
    """Begin a climb. One of this case and round that is there already is left as it is."""
    tx.execute(insert_ignoring(tx, climb), values)


def change_climb(tx: Tx, climb_id: int, **values: object) -> None:
    tx.execute(sa.update(climb).where(climb.c.id == climb_id).values(**values))


def alerts_of(tx: Tx, case_ids: Sequence[int]) -> list[Alert]:
    """Every alert of these cases with what became of its message, in the order told."""
    rows = tx.execute(_ALERT.where(alert.c.case_id.in_(case_ids)).order_by(alert.c.case_id, alert.c.step, alert.c.id))
    return [Alert(**r._asdict()) for r in rows]


def add_alert(tx: Tx, **values: object) -> None:
    tx.execute(sa.insert(alert).values(**values))


def answered(tx: Tx, outbox_id: int) -> bool:
    """Somebody has answered for the case of this alert, or it is told of anew."""
    found = tx.execute(
        sa.select(climb.c.id)
        .join_from(alert, climb, climb.c.id == alert.c.climb_id)
        .join(cases, cases.c.id == climb.c.case_id)
        .where(
            alert.c.outbox_id == outbox_id,
            sa.or_(climb.c.ended_at.is_not(None), cases.c.state == "closed", cases.c.claimed_at > climb.c.started_at),
        )
    )
    return found.first() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A case that nobody has been reached about. `since`: when nobody was left to tell."""

    ref: str
    level: str
    since: datetime


def unreached(tx: Tx, limit: int = 20) -> list[Unreached]:
    """Open cases that nobody has been reached about and nobody has answered for since, gravest and oldest first."""
    rows = tx.execute(
        sa.select(cases.c.ref, cases.c.level, climb.c.unreached_at.label("since"))
        .join_from(climb, cases, cases.c.id == climb.c.case_id)
        .where(
            climb.c.ended_at.is_(None), climb.c.unreached_at.is_not(None), cases.c.state != "closed",
            sa.or_(cases.c.claimed_at.is_(None), cases.c.claimed_at <= climb.c.started_at),
        )
        .order_by(cases.c.rank, climb.c.unreached_at, cases.c.id)
        .limit(limit)
    )  # fmt: skip
    return [Unreached(**r._asdict()) for r in rows]


def contacts(tx: Tx) -> dict[str, Contact]:
    """What managers have set, by the role's id."""
    rows = tx.execute(sa.select(*(contact.c[f] for f in Contact.__dataclass_fields__)))
    return {row.role: Contact(**row._asdict()) for row in rows}


def put_contact(tx: Tx, *, role: str, phone: str | None, email: str | None, now: datetime, by: int | None) -> None:
    values = {"phone": phone, "email": email, "changed_at": now, "changed_by": by}
    tx.execute(insert_ignoring(tx, contact), {"role": role, **values})
    tx.execute(sa.update(contact).where(contact.c.role == role).values(**values))
