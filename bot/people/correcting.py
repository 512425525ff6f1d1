"""A fact that was wrong, put right: dates are made again, what was settled stays so, and nothing is said twice.

All in a transaction of the caller's. A desk's correction keeps its day: a sheet whose family was told by then says
nothing against it (`corrected_on`).
"""

from dataclasses import dataclass
from datetime import date, datetime

from bot.clock import local_date
from bot.house import House
from bot.live import Snapshot
from bot.people import planning
from bot.people.planning import every_touch, plan_next, undecided
from bot.store import keeping, people, touches
from bot.store.database import Tx
from bot.store.keeping import GOING_ON, Enrolment
from scheduler.changes import CHANGES, Change
from scheduler.same_event import Told, same_event
from scheduler.schoolyear import BirthMonth
from scheduler.which_plan import corrected_to, too_late, why_replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A programme that goes on for somebody, as the desk offers it to be put right."""

    programme: str
    title: str
    event_on: date


def standing(house: House, ref: str) -> list[Plan]:
    """The programmes of a day that go on for this person."""
    with house.db.read() as tx:
        person, programmes = people.find_person(tx, ref), house.live.snapshot(tx).compiled.programmes
        return [
            Plan(programme=one.programme, title=programmes[one.programme].title, event_on=one.event_on)
            for one in (keeping.enrolments_of(tx, [person.id]) if person is not None else ())
            if one.state in GOING_ON and not one.child_id and one.programme in programmes
        ]


def birth(
    tx: Tx, snapshot: Snapshot, child_id: int, born: BirthMonth, now: datetime, *, corrected_on: date | None = None
) -> int:
    """The child's month of birth, with every enrolment about the child; how many moved. A sheet has no `corrected_on`.

    A child who was said to start school a year later, and is not summer-born by the right month, starts on time.
    """
    child = people.person_by_id(tx, child_id)
    if corrected_on is not None:
        people.change_person(tx, child_id, born_corrected_on=corrected_on)
    if child.born == str(born):
        return 0
    people.change_person(tx, child_id, born=str(born), deferred=child.deferred and born.summer_born)
    moved = 0
    for enrolment in keeping.enrolments_about(tx, child_id):
        programme = snapshot.compiled.programmes.get(enrolment.programme)
        if programme is not None and programme.event_is == "birth-month":
            keeping.change_enrolment(tx, enrolment.id, event_on=date(born.year, born.month, 1))
        if enrolment.ended_for is None:
            _again(tx, snapshot, enrolment.id, f"The month of birth was corrected to {born}", now)
            moved += 1
    return moved


def school_start(tx: Tx, snapshot: Snapshot, child_id: int, now: datetime, *, deferred: bool) -> int:
    """The child starts school a year later, or on time after all; how many enrolments moved."""
    if people.person_by_id(tx, child_id).deferred == deferred:
        return 0
    people.change_person(tx, child_id, deferred=deferred)
    why = "School was put off by a year" if deferred else "School starts on time after all"
    moved = 0
    for enrolment in keeping.enrolments_about(tx, child_id):
        if enrolment.ended_for is None:
            _again(tx, snapshot, enrolment.id, why, now)
            moved += 1
    return moved


def event(
    tx: Tx, snapshot: Snapshot, standing: Enrolment, event_on: date, now: datetime, *, corrected_on: date | None = None
) -> int:
    """The day that an enrolment counts from; how many moved. One that has ended on that very day is left as it is."""
    if corrected_on is not None:
        keeping.change_enrolment(tx, standing.id, corrected_on=corrected_on)
    if standing.event_on == event_on or not keeping.move_event(tx, standing, event_on):
        return 0
    _again(tx, snapshot, standing.id, corrected_to(event_on), now)
    return 1


def _again(tx: Tx, snapshot: Snapshot, enrolment_id: int, why: str, now: datetime) -> None:
    """What is over by the right dates says so, and what is left has its turn."""
    enrolment = keeping.enrolment_by_id(tx, enrolment_id)
    for touch in undecided(tx, snapshot, enrolment):
        if touch.window[1] <= now:
            touches.decide_touch(
                tx, enrolment_id=enrolment.id, touch=touch.touch.id, occurrence=touch.occurrence,
                due_at=touch.window[0], decided_at=now, outcome="missed",
                reason=too_late(why, touch.last_on),
            )  # fmt: skip
    if enrolment.state in GOING_ON:
        plan_next(tx, snapshot, enrolment)


def take_its_place(tx: Tx, snapshot: Snapshot, enrolment_id: int, event_on: date, now: datetime) -> None:
    """The same happened again: of two plans the newer goes on. A check-in that went already is still answered."""
    enrolment = keeping.enrolment_by_id(tx, enrolment_id, lock=True)
    planning.end(tx, snapshot, enrolment, why_replaced(event_on), now)


def start(
    tx: Tx, snapshot: Snapshot, now: datetime, *, person_id: int, programme: str, event_on: date, told_on: date,
    told_by: str, team: str | None = None,
) -> bool:  # fmt: skip
    """Put one person on a programme of a day. False where it is the event that they are on it for already: a day that
    was told otherwise is corrected; nor for who has died."""
    if people.dead(tx, [person_id]):
        return False
    standing = keeping.standing_enrolment(tx, person_id, programme)
    if standing is not None:
        today = local_date(now)
        known = Told(event_on=standing.event_on, told_on=standing.told_on)
        if event_on == standing.event_on:
            return False
        if same_event(known, Told(event_on=event_on, told_on=today)):
            event(tx, snapshot, standing, event_on, now, corrected_on=today)
            return False
    enrolment_id = keeping.enrol(
        tx, person_id=person_id, programme=programme, event_on=event_on, told_on=told_on, told_by=told_by, team=team,
        created_at=now,
    )  # fmt: skip
    if enrolment_id is None:
        return False
    if standing is not None:
        take_its_place(tx, snapshot, standing.id, event_on, now)
    plan_next(tx, snapshot, keeping.enrolment_by_id(tx, enrolment_id))
    return True


def reopen(tx: Tx, snapshot: Snapshot, enrolment_id: int, ended_for: Change, now: datetime) -> None:
    """What a changed fact ended goes on: the touches that it suppressed and that still fit are planned again."""
    enrolment = keeping.enrolment_by_id(tx, enrolment_id, lock=True)
    fits = [touch.key for touch in every_touch(tx, snapshot, enrolment) if touch.window[1] > now]
    touches.free_touches(tx, enrolment_id, fits, CHANGES[ended_for].why)
    keeping.change_enrolment(tx, enrolment_id, state="active", ended_for=None, corrected_on=None)
    plan_next(tx, snapshot, keeping.enrolment_by_id(tx, enrolment_id))
