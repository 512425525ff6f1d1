"""Keeping in touch: enrolments, each with its next instant."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, table_of
from bot.store.database import Tx, insert_ignoring

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


enrolment = table_of(EnrolmentRow)
_ENROLMENT = sa.select(*(enrolment.c[f] for f in Enrolment.__dataclass_fields__))
# As scheduler.spread.turn_in_line has it; a row from before turns were kept is of an ordinary programme.
IN_TURN = (
    sa.func.coalesce(enrolment.c.next_priority, 50).desc(),
    sa.func.coalesce(enrolment.c.next_due_on, date(1970, 1, 1)),
    enrolment.c.id,
)
_ON = sa.select(enrolment.c.id).where(
    enrolment.c.person_id == sa.bindparam("b_person"), enrolment.c.programme == sa.bindparam("b_programme"),
    enrolment.c.child_id == sa.bindparam("b_child"), enrolment.c.event_on == sa.bindparam("b_on"),
)  # fmt: skip
_CHANGE_ENROLMENT = sa.update(enrolment).where(enrolment.c.id == sa.bindparam("b_id"))


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


def enrolment_on(tx: Tx, person_id: int, programme: str, child_id: int, event_on: date) -> int:
    """The one of this person, programme, child (0: none) and day. LookupError where there is none."""
    key = {"b_person": person_id, "b_programme": programme, "b_child": child_id, "b_on": event_on}
    found = tx.execute(_ON, key).scalar_one_or_none()
    if found is None:
        raise LookupError(person_id, programme, child_id, event_on)
    return int(found)


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


def in_state(
    tx: Tx, state: str, *, offset: int = 0, limit: int = 50, unseen: Collection[int] = ()
) -> list[Enrolment]:  # fmt: skip
    """One page of them, the longest standing first; none of the people `unseen`."""
    found = _ENROLMENT.where(enrolment.c.state == state).order_by(enrolment.c.id)
    found = found.where(enrolment.c.person_id.not_in(unseen)) if unseen else found
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
    same = {"b_person": seen.person_id, "b_programme": seen.programme, "b_child": seen.child_id, "b_on": event_on}
    if tx.execute(_ON, same).first() is not None:
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


def any_enrolment(tx: Tx) -> bool:
    return tx.execute(sa.select(enrolment.c.id).limit(1)).first() is not None
