"""Keeping in touch: enrolments with their next instant, touches with how each ended, and 0-10 answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, table_of
from bot.store.database import Tx, insert_ignoring
from scheduler.merge import IN_ONE_TEXT

IS_JOINED = sa.text("joined_id IS NOT NULL")
PARKED = "parked"  # no outcome yet: a check-in that waits for a conversation to end
HELD = "hold"  # an enrolment whose number a person confirms by telephone first
GOING_ON = ("active", HELD)  # its touches are still to be decided


class EnrolmentRow(Row):
    """A person, a programme, a child (0: none) and a starting event: once."""

    __tablename__ = "enrolment"
    __table_args__ = (sa.UniqueConstraint("person_id", "programme", "child_id", "event_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    programme: Mapped[str] = mapped_column(sa.String(40))
    child_id: Mapped[int] = mapped_column(default=0)
    event_on: Mapped[date] = mapped_column()
    told_on: Mapped[date] = mapped_column()
    told_by: Mapped[str] = mapped_column(Sealed("enrolment.told_by"))
    team: Mapped[str | None] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(8), default="active")  # active, ended, hold
    next_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    next_priority: Mapped[int | None] = mapped_column()  # of the next touch: who goes first among those that are due
    next_due_on: Mapped[date | None] = mapped_column()
    ended_for: Mapped[str | None] = mapped_column(sa.String(24))  # the changed fact that ended it before its time
    # When staff or the family told what ended it or moved its event: a sheet told of by then does not undo it.
    corrected_on: Mapped[date | None] = mapped_column()
    waited_for: Mapped[str | None] = mapped_column(sa.String(200))  # why the next touch last waited
    created_at: Mapped[datetime] = mapped_column(Instant)


class TouchRow(Row):
    """(enrolment, touch, occurrence) is unique: never the same touch twice. A row when it is decided."""

    __tablename__ = "touch"
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "touch", "occurrence"),
        sa.Index("ix_touch_joined_id", "joined_id", sqlite_where=IS_JOINED, postgresql_where=IS_JOINED),
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


class ScoreRow(Row):
    __tablename__ = "score"
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    touch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("touch.id"))
    score: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    id: int
    person_id: int
    programme: str
    child_id: int
    event_on: date
    told_on: date
    team: str | None
    state: str
    next_at: datetime | None
    waited_for: str | None
    created_at: datetime
    ended_for: str | None = None
    corrected_on: date | None = None


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


enrolment = table_of(EnrolmentRow)
touch = table_of(TouchRow)
score = table_of(ScoreRow)
_ENROLMENT = sa.select(*(enrolment.c[f] for f in Enrolment.__dataclass_fields__))
_TOUCH = sa.select(*(touch.c[f] for f in Touch.__dataclass_fields__))
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
# As scheduler.spread.turn_in_line has it; a row from before turns were kept is of an ordinary programme.
IN_TURN = (
    sa.func.coalesce(enrolment.c.next_priority, 50).desc(),
    sa.func.coalesce(enrolment.c.next_due_on, date(1970, 1, 1)),
    enrolment.c.id,
)
_CHANGE_ENROLMENT = sa.update(enrolment).where(enrolment.c.id == sa.bindparam("b_id"))
_LAST_SENT = sa.select(sa.func.max(touch.c.decided_at)).where(
    touch.c.outcome.in_(("sent", PARKED, "answered", "no-reply", "unknown", "undelivered"))
)
_CHANGE_TOUCH = sa.update(touch).where(touch.c.id == sa.bindparam("b_id"))


def enrol(tx: Tx, **values: object) -> int | None:
    """A new enrolment, or None when it stands already."""
    row = tx.execute(insert_ignoring(tx, enrolment), {"state": "active", "child_id": 0, **values}).one_or_none()
    return None if row is None else int(row[0])


def enrolment_by_id(tx: Tx, enrolment_id: int, *, lock: bool = False) -> Enrolment:
    found = find_enrolment(tx, enrolment_id, lock=lock)
    if found is None:
        raise LookupError(enrolment_id)
    return found


def find_enrolment(tx: Tx, enrolment_id: int, *, lock: bool = False) -> Enrolment | None:
    statement = _ENROLMENT.where(enrolment.c.id == enrolment_id)
    row = tx.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else Enrolment(**row._asdict())


def told_by(tx: Tx, enrolment_id: int) -> str:
    """Who told the family that we would text: a worker, or themselves where they asked for it."""
    return str(tx.execute(sa.select(enrolment.c.told_by).where(enrolment.c.id == enrolment_id)).scalar_one())


def enrolments_of(tx: Tx, person_ids: Sequence[int]) -> list[Enrolment]:
    rows = tx.execute(_ENROLMENT.where(enrolment.c.person_id.in_(person_ids)).order_by(enrolment.c.id))
    return [Enrolment(**r._asdict()) for r in rows]


def standing_enrolment(tx: Tx, person_id: int, programme: str) -> Enrolment | None:
    """The one of this programme that goes on for this person and is about no child, the newest told of, locked."""
    theirs = (enrolment.c.person_id == person_id, enrolment.c.programme == programme, enrolment.c.child_id == 0)
    newest = _ENROLMENT.where(*theirs, enrolment.c.state.in_(GOING_ON)).order_by(
        enrolment.c.told_on.desc(), enrolment.c.event_on.desc()
    )
    row = tx.execute(newest.limit(1).with_for_update()).one_or_none()
    return None if row is None else Enrolment(**row._asdict())


def enrolments_about(tx: Tx, child_id: int) -> list[Enrolment]:
    """Every parent's about this child, and the child's own, locked."""
    theirs = sa.or_(enrolment.c.child_id == child_id, enrolment.c.person_id == child_id)
    rows = tx.execute(_ENROLMENT.where(theirs).order_by(enrolment.c.id).with_for_update())
    return [Enrolment(**r._asdict()) for r in rows]


def free_touches(tx: Tx, enrolment_id: int, keys: Collection[tuple[str, int]], reason: str) -> None:
    """Touches that were suppressed for this reason and never written are to be decided again."""
    never_said = (
        touch.c.enrolment_id == enrolment_id, touch.c.outcome == "suppressed", touch.c.reason == reason,
        touch.c.address_id.is_(None), sa.tuple_(touch.c.touch, touch.c.occurrence).in_(list(keys)),
    )  # fmt: skip
    if keys:
        tx.execute(sa.delete(touch).where(*never_said))


def in_state(tx: Tx, state: str, *, offset: int = 0, limit: int = 50) -> list[Enrolment]:
    """One page of them, the longest standing first."""
    found = _ENROLMENT.where(enrolment.c.state == state).order_by(enrolment.c.id)
    rows = tx.execute(found.offset(offset).limit(limit))
    return [Enrolment(**r._asdict()) for r in rows]


def due_enrolments(tx: Tx, now: datetime, limit: int = 200) -> list[Enrolment]:
    """Those to decide now, in the order of their turns (scheduler.spread.turn_in_line)."""
    rows = tx.execute(
        _ENROLMENT.where(enrolment.c.state.in_(GOING_ON), enrolment.c.next_at <= now).order_by(*IN_TURN).limit(limit)
    )
    return [Enrolment(**r._asdict()) for r in rows]


def change_enrolment(tx: Tx, enrolment_id: int, **values: object) -> None:
    tx.execute(_CHANGE_ENROLMENT, {"b_id": enrolment_id, **values})


def move_event(tx: Tx, seen: Enrolment, event_on: date) -> bool:
    """False where the person has an enrolment of that programme and that day beside it already."""
    same = (
        enrolment.c.person_id == seen.person_id, enrolment.c.programme == seen.programme,
        enrolment.c.child_id == seen.child_id, enrolment.c.event_on == event_on,
    )  # fmt: skip
    if tx.execute(sa.select(enrolment.c.id).where(*same)).first() is not None:
        return False
    change_enrolment(tx, seen.id, event_on=event_on)
    return True


def delay_enrolment(tx: Tx, seen: Enrolment, until: datetime) -> None:
    """Look at it again then, unless somebody has decided it since."""
    still = (enrolment.c.id == seen.id, enrolment.c.next_at == seen.next_at)
    tx.execute(sa.update(enrolment).where(*still).values(next_at=until))


def next_enrolment_at(tx: Tx, after: datetime) -> datetime | None:
    return tx.execute(
        sa.select(sa.func.min(enrolment.c.next_at)).where(enrolment.c.state.in_(GOING_ON), enrolment.c.next_at > after)
    ).scalar_one_or_none()


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


def scores_of(tx: Tx, *, person_id: int | None, address_ids: Sequence[int]) -> list[tuple[datetime, int]]:
    """A person's answers wherever they gave them, and those of these addresses that are nobody's."""
    nobodys = sa.and_(score.c.address_id.in_(address_ids), score.c.person_id.is_(None))
    rows = tx.execute(
        sa.select(score.c.at, score.c.score)
        .where(sa.or_(score.c.person_id == person_id, nobodys) if person_id is not None else nobodys)
        .order_by(score.c.id)
    )
    return [(at, int(value)) for at, value in rows]


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


def end_unsent(tx: Tx, touch_ids: Sequence[int], *, outcome: str, reason: str) -> None:
    """Check-ins whose text never left, with what was joined to them; those that have ended stay as they ended."""
    waiting = (touch.c.id.in_(touch_ids), touch.c.outcome == "sent")
    end = sa.update(touch).where(*waiting).values(outcome=outcome, reason=reason, next_at=None)
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


def any_enrolment(tx: Tx) -> bool:
    return tx.execute(sa.select(enrolment.c.id).limit(1)).first() is not None


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
