"""Touches: what was decided of each, and how it ended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.keeping import Enrolment, enrolment, enrolment_by_id
from scheduler.merge import IN_ONE_TEXT

IS_JOINED = sa.text("joined_id IS NOT NULL")
WAITS = sa.text("listed AND seen_by IS NULL")
WAITS_IN_SQLITE = sa.text("listed = 1 AND seen_by IS NULL")  # as it is asked there: an index must fit to the letter
WAS_SEEN = sa.text("seen_at IS NOT NULL")
PARKED = "parked"  # no outcome yet: a check-in that waits for a conversation to end


class TouchRow(Row):
    """(enrolment, touch, occurrence) is unique: never the same touch twice. A row when it is decided."""

    __tablename__ = "touch"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "touch", "occurrence"),
        sa.Index("ix_touch_joined_id", "joined_id", sqlite_where=IS_JOINED, postgresql_where=IS_JOINED),
        # the desk's lists: the ledger newest first, silences that wait, and what the team has dealt with
        sa.Index("ix_touch_decided", "decided_at", "id"),
        sa.Index("ix_touch_waits", "decided_at", sqlite_where=WAITS_IN_SQLITE, postgresql_where=WAITS),
        sa.Index("ix_touch_seen", "seen_at", sqlite_where=WAS_SEEN, postgresql_where=WAS_SEEN),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"), index=True)
    touch: Mapped[str] = mapped_column(sa.String(40))
    occurrence: Mapped[int] = mapped_column(default=1)
    address_id: Mapped[int | None] = mapped_column(sa.ForeignKey("address.id"), index=True)
    due_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(sa.String(12), index=True)
    reason: Mapped[str] = mapped_column(sa.String(200))
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    listed: Mapped[bool] = mapped_column(default=False)  # on the team's list of those to think of
    settled_at: Mapped[datetime | None] = mapped_column(Instant)  # answered, or listed as no reply
    seen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))  # who took it off the no-reply list
    seen_as: Mapped[str | None] = mapped_column(sa.String(12))  # telephoned, no-answer, seen
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant, index=True)  # when silence is looked at next
    # Said in the text of this touch, with which it ends. No foreign key: SQLite cannot add one to a standing table.
    joined_id: Mapped[int | None] = mapped_column()


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    id: int
    enrolment_id: int
    touch: str
    occurrence: int
    address_id: int | None
    due_at: datetime
    decided_at: datetime
    outcome: str
    reason: str
    reminded_at: datetime | None
    listed: bool
    settled_at: datetime | None
    next_at: datetime | None
    joined_id: int | None = None


touch = table_of(TouchRow)
_TOUCH = sa.select(*(touch.c[f] for f in Touch.__dataclass_fields__))
_LAST_SENT = sa.select(sa.func.max(touch.c.decided_at)).where(
    touch.c.outcome.in_(("sent", PARKED, "answered", "no-reply", "unknown", "undelivered"))
)
_CHANGE_TOUCH = sa.update(touch).where(touch.c.id == sa.bindparam("b_id"))


def free_touches(tx: Tx, enrolment_id: int, keys: Collection[tuple[str, int]], reason: str) -> None:
    """Touches that were suppressed for this reason and never written are to be decided again."""
    never_said = (
        touch.c.enrolment_id == enrolment_id, touch.c.outcome == "suppressed", touch.c.reason == reason,
        touch.c.address_id.is_(None), sa.tuple_(touch.c.touch, touch.c.occurrence).in_(list(keys)),
    )  # fmt: skip
    if keys:
        tx.execute(sa.delete(touch).where(*never_said))


def next_followup_at(tx: Tx, after: datetime) -> datetime | None:
    return tx.execute(sa.select(sa.func.min(touch.c.next_at)).where(touch.c.next_at > after)).scalar_one_or_none()


def decide_touch(tx: Tx, **values: object) -> int | None:
    """Write how a touch was decided. None when it was decided before: never the same touch twice."""
    row = tx.execute(insert_ignoring(tx, touch), {"listed": False, **values}).one_or_none()
    return None if row is None else int(row[0])


def touch_by_id(tx: Tx, touch_id: int, *, lock: bool = False) -> Touch:
    statement = _TOUCH.where(touch.c.id == touch_id)
    return Touch(**tx.execute(statement.with_for_update() if lock else statement).one()._asdict())


def change_touch(tx: Tx, touch_id: int, **values: object) -> None:
    """With an outcome, the touches that its text said too end with it."""
    tx.execute(_CHANGE_TOUCH, {"b_id": touch_id, **values})
    if "outcome" in values:
        _end_joined(tx, [touch_id], values)


def _end_joined(tx: Tx, touch_ids: Sequence[int], values: Mapping[str, object]) -> None:
    """Of two touches in one text the team is told once: what is joined is never listed or looked at by itself."""
    kept = {name: value for name, value in values.items() if name in {"outcome", "settled_at", "decided_at"}}
    if "reason" in values:
        kept["reason"] = f"{IN_ONE_TEXT} {values['reason']}"[:200]
    tx.execute(sa.update(touch).where(touch.c.joined_id.in_(touch_ids)).values(**kept))


def silent_touches(tx: Tx, now: datetime, limit: int = 200) -> list[Touch]:
    """Sent, unanswered, and due to be looked at again."""
    rows = tx.execute(
        _TOUCH.where(touch.c.outcome == "sent", touch.c.next_at <= now).order_by(touch.c.next_at).limit(limit)
    )
    return [Touch(**r._asdict()) for r in rows]


def touches_of(tx: Tx, enrolment_ids: Sequence[int]) -> list[Touch]:
    rows = tx.execute(_TOUCH.where(touch.c.enrolment_id.in_(enrolment_ids)).order_by(touch.c.due_at, touch.c.id))
    return [Touch(**r._asdict()) for r in rows]


def last_sent_at(tx: Tx, address_id: int, person_id: int) -> datetime | None:
    """When this person was last sent a check-in, of any programme: at this address, for whomever, or at another."""
    at_address = _LAST_SENT.where(touch.c.address_id == address_id)
    of_person = _LAST_SENT.join(enrolment, enrolment.c.id == touch.c.enrolment_id).where(
        enrolment.c.person_id == person_id
    )
    found = [tx.execute(statement).scalar_one_or_none() for statement in (at_address, of_person)]
    return max((at for at in found if at is not None), default=None)


def no_replies(tx: Tx, limit: int = 200) -> list[tuple[Touch, int]]:
    """Check-ins that ended in silence or never arrived, each with the person's id, until the team has seen it."""
    rows = tx.execute(
        _TOUCH.add_columns(enrolment.c.person_id)
        .join(enrolment, enrolment.c.id == touch.c.enrolment_id)
        .where(touch.c.listed, touch.c.seen_by.is_(None))
        .order_by(touch.c.settled_at)
        .limit(limit)
    )
    listed = []
    for r in rows:
        values = r._asdict()
        person_id = int(values.pop("person_id"))
        listed.append((Touch(**values), person_id))
    return listed


def ledger(tx: Tx, *, person_id: int | None = None, since: datetime | None = None) -> list[tuple[Touch, Enrolment]]:
    """Every decided touch with its enrolment, in the order they were decided."""
    statement = (
        sa.select(touch.c.id, enrolment.c.id)
        .join(enrolment, enrolment.c.id == touch.c.enrolment_id)
        .order_by(touch.c.decided_at, touch.c.id)
    )
    if person_id is not None:
        statement = statement.where(enrolment.c.person_id == person_id)
    if since is not None:
        statement = statement.where(touch.c.decided_at >= since)
    return [(touch_by_id(tx, t), enrolment_by_id(tx, e)) for t, e in tx.execute(statement).all()]


def person_of_touch(tx: Tx, touch_id: int) -> int:
    """Whose check-in it is."""
    whose = sa.select(enrolment.c.person_id).join(touch, touch.c.enrolment_id == enrolment.c.id)
    return int(tx.execute(whose.where(touch.c.id == touch_id)).scalar_one())


def remind_touch(tx: Tx, touch_id: int, now: datetime) -> None:
    """It was said once more. One that has ended meanwhile stays as it ended."""
    waiting = (touch.c.id == touch_id, touch.c.outcome == "sent", touch.c.reminded_at.is_(None))
    tx.execute(sa.update(touch).where(*waiting).values(reminded_at=now, next_at=now))


def end_open_touches(tx: Tx, address_id: int, *, outcome: str, reason: str, now: datetime) -> None:
    """Check-ins still waiting for an answer from this address end."""
    waiting = (touch.c.address_id == address_id, touch.c.outcome == "sent", touch.c.settled_at.is_(None))
    tx.execute(
        sa.update(touch).where(*waiting).values(outcome=outcome, reason=reason, settled_at=now, next_at=None)
    )  # fmt: skip


def end_unsent(tx: Tx, touch_ids: Sequence[int], *, outcome: str, reason: str, listed: bool) -> None:
    """Check-ins whose text never left, with what was joined to them; those that have ended stay as they ended."""
    waiting = (touch.c.id.in_(touch_ids), touch.c.outcome == "sent")
    end = sa.update(touch).where(*waiting).values(outcome=outcome, reason=reason, next_at=None, listed=listed)
    ended = [int(touch_id) for (touch_id,) in tx.execute(end.returning(touch.c.id))]
    _end_joined(tx, ended, {"outcome": outcome, "reason": reason})


def park_touch(tx: Tx, touch_id: int, reason: str) -> None:
    """Decided, and not yet said: they are in conversation with us."""
    decided = (touch.c.id == touch_id, touch.c.outcome == "sent")
    if tx.execute(sa.update(touch).where(*decided).values(outcome=PARKED, reason=reason, next_at=None)).rowcount:
        _end_joined(tx, [touch_id], {"outcome": PARKED, "reason": reason})


def unpark_touch(tx: Tx, touch_id: int, **values: object) -> None:
    """What became of one that waited; one that has ended meanwhile stays as it ended."""
    parked = (touch.c.id == touch_id, touch.c.outcome == PARKED)
    if tx.execute(sa.update(touch).where(*parked).values(**values)).rowcount:
        _end_joined(tx, [touch_id], values)


def take_off_lists(tx: Tx, enrolment_id: int, touch_id: str) -> None:
    """What a person had to do about this touch is done."""
    tx.execute(
        sa.update(touch).where(touch.c.enrolment_id == enrolment_id, touch.c.touch == touch_id).values(listed=False)
    )


def open_touches(tx: Tx, enrolment_ids: Sequence[int]) -> list[Touch]:
    """Sent or parked, and not ended yet."""
    rows = tx.execute(
        _TOUCH.where(
            touch.c.enrolment_id.in_(enrolment_ids), touch.c.outcome.in_(("sent", PARKED)), touch.c.settled_at.is_(None)
        ).order_by(touch.c.id)
    )
    return [Touch(**r._asdict()) for r in rows]


def silent_in_a_row(tx: Tx, person_id: int) -> int:
    """How many of a person's last check-ins ended without an answer, since the last that had one."""
    said = tx.execute(
        sa.select(touch.c.outcome)
        .join(enrolment, enrolment.c.id == touch.c.enrolment_id)
        .where(
            enrolment.c.person_id == person_id,
            touch.c.outcome.in_(("answered", "no-reply")),
            touch.c.joined_id.is_(None),
        )
        .order_by(touch.c.decided_at.desc(), touch.c.id.desc())
        .limit(20)
    ).scalars()
    return len(list(takewhile(lambda outcome: outcome == "no-reply", said)))
