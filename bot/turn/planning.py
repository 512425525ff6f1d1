"""An enrolment's touches as dates: read with the child as known today, so that a correction moves what is left."""

from collections.abc import Sequence

from bot.clock import local_date
from bot.live import Snapshot
from bot.store import keeping, people, touches
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from scheduler.programme import Enrolment as Plan
from scheduler.programme import PlannedTouch, planned
from scheduler.schoolyear import BirthMonth


def plan_next(
    tx: Tx, snapshot: Snapshot, enrolment: Enrolment, *, waited_for: str | None = None
) -> PlannedTouch | None:
    """Set the enrolment's `next_at` to the opening of its next undecided touch; with none left, it ends."""
    left = undecided(tx, snapshot, enrolment)
    if not left:
        keeping.change_enrolment(
            tx, enrolment.id, state="ended", next_at=None, next_priority=None, next_due_on=None, waited_for=None
        )
        return None
    keeping.change_enrolment(
        tx, enrolment.id, next_at=left[0].window[0], next_priority=left[0].priority, next_due_on=left[0].due_on,
        waited_for=waited_for,
    )  # fmt: skip
    return left[0]


def every_touch(tx: Tx, snapshot: Snapshot, enrolment: Enrolment) -> Sequence[PlannedTouch]:
    """All of its programme, by date, decided or not. A programme that is not published any more has none."""
    programme = snapshot.compiled.programmes.get(enrolment.programme)
    return () if programme is None else planned(programme, _plan(tx, snapshot, enrolment), snapshot.rules.calendar)


def undecided(tx: Tx, snapshot: Snapshot, enrolment: Enrolment) -> Sequence[PlannedTouch]:
    """What is left of its programme, by date. By key and not by date: a correction neither repeats nor loses one."""
    settled = {(t.touch, t.occurrence) for t in touches.touches_of(tx, [enrolment.id])}
    return [touch for touch in every_touch(tx, snapshot, enrolment) if touch.key not in settled]


def _plan(tx: Tx, snapshot: Snapshot, enrolment: Enrolment) -> Plan:
    plan = Plan(event_on=enrolment.event_on, enrolled_on=local_date(enrolment.created_at))
    if not enrolment.child_id:
        return plan
    child = people.person_by_id(tx, enrolment.child_id)
    return Plan(
        event_on=plan.event_on, enrolled_on=plan.enrolled_on, deferred=child.deferred,
        born=None if child.born is None else BirthMonth.read(child.born),
        recipient="young-person" if child.id == enrolment.person_id else "parent",
        young_from_years=snapshot.compiled.council.young_person_from,
    )  # fmt: skip
