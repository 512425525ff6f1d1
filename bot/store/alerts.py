"""Who was told of a case, how often and how far up; and how those who are told are reached."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, table_of


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
