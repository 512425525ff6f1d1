"""An enrolment's touches as dates: read with the child as known today, so that a correction moves what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.clock import local_date
from bot.live import Snapshot
from bot.store import keeping, people, touches
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from scheduler.confirmed import TELEPHONE_FIRST
from scheduler.programme import Enrolment as Plan
from scheduler.programme import PlannedTouch, planned
from scheduler.schoolyear import BirthMonth


def plan_next(
    tx: Tx, snapshot: Snapshot, enrolment: Enrolment, *, waited_for: str | None = None
) -> PlannedTouch | None:
    """Set the enrolment's `next_at` to the opening of its next undecided touch; with none left, it ends."""
    left = undecided(tx, snapshot, enrolment)
    if not left:
        keeping.change_enrolment(tx, enrolment.id, state="ended", waited_for=None, **turn_of(None))
        return None
    keeping.change_enrolment(tx, enrolment.id, waited_for=waited_for, **turn_of(left[0]))
    return left[0]


def turn_of(planned: PlannedTouch | None) -> dict[str, object]:
    """What an enrolment keeps of its next touch: when it is looked at, and its turn among those that are due."""
    if planned is None:
        return {"next_at": None, "next_priority": None, "next_due_on": None}
    return {"next_at": planned.window[0], "next_priority": planned.priority, "next_due_on": planned.due_on}


def end(tx: Tx, snapshot: Snapshot, enrolment: Enrolment, why: str, now: datetime, **fields: object) -> None:
    """It ends before its time: every touch that is left says why, and nobody has to telephone first any more. What went
    out already is still to be answered."""
    for touch in undecided(tx, snapshot, enrolment):
        touches.decide_touch(
            tx, enrolment_id=enrolment.id, touch=touch.touch.id, occurrence=touch.occurrence, due_at=touch.window[0],
            decided_at=now, outcome="suppressed", reason=why,
        )  # fmt: skip
    keeping.change_enrolment(tx, enrolment.id, state="ended", waited_for=None, **turn_of(None), **fields)
    touches.take_off_lists(tx, enrolment.id, TELEPHONE_FIRST)


def every_touch(tx: Tx, snapshot: Snapshot, enrolment: Enrolment) -> Sequence[PlannedTouch]:
    """All of its programme, by date, decided or not. A programme that is not published any more has none."""
    programme = snapshot.compiled.programmes.get(enrolment.programme)
    return () if programme is None else planned(programme, _plan(tx, snapshot, enrolment), snapshot.rules.calendar)


def undecided(tx: Tx, snapshot: Snapshot, enrolment: Enrolment) -> Sequence[PlannedTouch]:
    """What is left of its programme, by date. By key and not by date: a correction neither repeats nor loses one."""
    settled = {(t.touch, t.occurrence) for t in touches.touches_of(tx, [enrolment.id])}
    return [touch for touch in every_touch(tx, snapshot, enrolment) if touch.key not in settled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """What a plan about a child goes by. `own`: it is the child's own, who is written to."""

    born: BirthMonth | None
    deferred: bool
    own: bool


def plan_of(snapshot: Snapshot, child: Child | None, *, event_on: date, enrolled_on: date) -> Plan:
    """What the rules of dates go by, of an enrolment that stands or would."""
    if child is None:
        return Plan(event_on=event_on, enrolled_on=enrolled_on)
    return Plan(
        event_on=event_on, enrolled_on=enrolled_on, deferred=child.deferred, born=child.born,
        recipient="young-person" if child.own else "parent",
        young_from_years=snapshot.compiled.council.young_person_from,
    )  # fmt: skip


def _plan(tx: Tx, snapshot: Snapshot, enrolment: Enrolment) -> Plan:
    about = None
    if enrolment.child_id:
        child = people.person_by_id(tx, enrolment.child_id)
        born = None if child.born is None else BirthMonth.read(child.born)
        about = Child(born=born, deferred=child.deferred, own=child.id == enrolment.person_id)
    return plan_of(snapshot, about, event_on=enrolment.event_on, enrolled_on=local_date(enrolment.created_at))
