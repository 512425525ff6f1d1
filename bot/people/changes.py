"""A changed fact, put into effect: what ends, what is held, what starts, what moves, and the case for a person.

One transaction. `scheduler.changes` says what follows; here it becomes rows. Everything that ends goes to the ledger
touch by touch; what was written and has not left is taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.casework import raising
from bot.clock import local_date
from bot.house import House
from bot.live import Snapshot
from bot.people import correcting, planning
from bot.settling import settle
from bot.store import conversations, holding, keeping, people, restricting, staff
from bot.store import outbox as rows
from bot.store.addresses import lock_address
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from bot.store.people import Person
from bot.store.touches import change_touch, open_touches, unpark_touch
from flows.session import Session
from scheduler.changes import CHANGES, Change, Consequence, Hold, Standing, ended_by
from scheduler.localtime import in_words
from scheduler.schoolyear import BirthMonth

CHECK_INS = {"check-in", "reminder"}
# Why what was written and has not left is taken back, by the hold that is put.
TAKEN_BACK: Mapping[Hold, str] = {
    "review": "Held: there was a death in the family, and a person reviews what they hear from us.",
    "social-care": "Paused: children's social care has opened a case.",
}


class NotSo(ValueError):
    """The fact cannot be of this person; the message is for whoever told it, `field` names the answer at fault."""

    def __init__(self, field: str, told: str) -> None:
        super().__init__(told)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What was told of a person, `ref`. `child` is the reference of the child it is about; `born` the right month;
    `event_on` the right day of what `programme` counts from."""

    change: Change
    ref: str
    on: date
    child: str | None = None
    born: BirthMonth | None = None
    programme: str | None = None
    event_on: date | None = None


@dataclass(slots=True, kw_only=True)
class Effects:
    """What followed: programmes ended, started and moved, people whose plan waits or goes on, and the case's ref."""

    ended: int = 0
    started: int = 0
    moved: int = 0
    held: int = 0
    lifted: int = 0
    case: str | None = None


def tell(house: House, fact: Fact, *, by: str, staff_id: int | None = None) -> Effects:
    """Put it into effect, audited. Told twice, the second time changes nothing. NotSo where it cannot be."""
    return house.db.attempt(lambda tx: _tell(house, tx, fact, by, staff_id))


def _tell(house: House, tx: Tx, fact: Fact, by: str, staff_id: int | None) -> Effects:
    now, snapshot = house.clock.now(), house.live.snapshot(tx)
    person = people.find_person(tx, fact.ref)
    if person is None or (staff_id is not None and person.id in restricting.closed_to(tx, staff_id).people):
        raise NotSo("ref", "Nobody here has this reference.")
    effects = put_into_effect(tx, snapshot, fact, person, by=by, now=now)
    told = fact.change if fact.child is None else f"{fact.change}, child {fact.child}"
    staff.add_audit(
        tx, at=now, staff_id=staff_id, action="people.tell", target=f"person:{person.ref}", detail=told
    )  # fmt: skip
    return effects


def put_into_effect(tx: Tx, snapshot: Snapshot, fact: Fact, person: Person, *, by: str, now: datetime) -> Effects:
    """The same in a transaction of the caller's, who may hold the lock of the person's own number already."""
    follows = CHANGES[fact.change]
    household = [person] if person.household_id is None else people.household_of(tx, person.household_id)
    child = _child_of(fact, follows, person, household)
    if fact.on > local_date(now):
        raise NotSo("on", "The day is still to come: tell it when it has.")
    members = [member.id for member in household]
    addresses = _locked(tx, household)
    enrolments = [keeping.enrolment_by_id(tx, e.id, lock=True) for e in keeping.enrolments_of(tx, members)]
    effects = Effects()
    died = {"child-died": child, "person-died": person}.get(fact.change)
    if died is not None and died.died_on is None:
        # Kept of themselves: where nothing was planned, or had ended for another reason, no plan would tell it.
        people.change_person(tx, died.id, died_on=fact.on)
    for enrolment in enrolments:
        if enrolment.ended_for is None and _ends(snapshot, fact, enrolment, person, child):
            end_for(tx, snapshot, enrolment, fact.change, follows.why, addresses, now)
            effects.ended += 1
    if follows.lifts is not None:
        effects.lifted = holding.lift_hold(tx, members, follows.lifts, now)
    if follows.holds is not None:
        effects.held = hold(tx, household, follows.holds, now)
    if follows.starts:
        effects.started = _start(tx, snapshot, fact, person, household, enrolments, by, now)
    effects.moved = _put_right(tx, snapshot, fact, follows, person, child, now)
    if follows.case is not None and (effects.ended or effects.held):
        effects.case = raising.raise_for(
            tx, snapshot, person=person, level=follows.case, reason=fact.change, now=now,
            because=(f"{follows.title}, told by {by} of {in_words(fact.on)}",),
        )  # fmt: skip
    return effects


def hold(tx: Tx, household: Sequence[Person], kind: Hold, now: datetime) -> int:
    """Everything planned for them waits, and what was written and has not left is taken back. How many it is new for.

    The caller may hold the lock of a number of theirs already.
    """
    for address_id in _locked(tx, household):
        take_back(tx, address_id, None, TAKEN_BACK[kind], now)
    return holding.put_hold(tx, [member.id for member in household], kind, now)


def _locked(tx: Tx, household: Sequence[Person]) -> list[int]:
    """Their numbers, before what hangs on them and in one order, as everywhere: two would lock each other out."""
    addresses = sorted({a.id for member in household for a in people.addresses_of(tx, member.id)})
    for address_id in addresses:
        lock_address(tx, address_id)
    return addresses


def _child_of(fact: Fact, follows: Consequence, person: Person, household: Sequence[Person]) -> Person | None:
    told = fact.child or (person.ref if follows.of_child and person.child else None)
    child = next((member for member in household if member.ref == told and member.child), None)
    if told is not None and child is None:
        raise NotSo("child", "No child of this household has this reference.")
    if follows.of_child and child is None:
        raise NotSo("child", "Say which child it is about.")
    if follows.moves and fact.born is None:
        raise NotSo("born", "Give the right month of birth, such as 2022-03.")
    return child


def _ends(snapshot: Snapshot, fact: Fact, enrolment: Enrolment, person: Person, child: Person | None) -> bool:
    programme = snapshot.compiled.programmes.get(enrolment.programme)
    standing = Standing(
        enrolment=enrolment.id, person=enrolment.person_id, child=enrolment.child_id,
        named=programme is not None and fact.change in programme.ended_by,
    )  # fmt: skip
    return ended_by(fact.change, standing, person=person.id, child=0 if child is None else child.id)


def end_for(
    tx: Tx, snapshot: Snapshot, enrolment: Enrolment, change: Change, why: str, addresses: Sequence[int], now: datetime
) -> None:
    """Every touch of it ends: those to come, those that wait, and those sent and not answered."""
    planning.end(tx, snapshot, enrolment, why, now, ended_for=change, corrected_on=local_date(now))
    standing = {touch.id for touch in open_touches(tx, [enrolment.id])}
    for address_id in addresses:
        take_back(tx, address_id, standing, why, now)
    for sent in open_touches(tx, [enrolment.id]):  # what had left: nobody is reminded of it any more
        change_touch(
            tx, sent.id, outcome="no-reply", reason=f"No answer and no reminder. {why}", listed=False, settled_at=now,
            next_at=None,
        )  # fmt: skip


def take_back(tx: Tx, address_id: int, touches: set[int] | None, why: str, now: datetime) -> None:
    """Check-ins and reminders of these touches (None: of any) that were written and have not left, or are parked."""
    for row in rows.queued_to(tx, address_id):
        if row.purpose in CHECK_INS and row.touch_id is not None and (touches is None or row.touch_id in touches):
            settle(tx, row, "refused", now, reason=why)
    stored = conversations.load_session(tx, address_id)
    try:
        session = None if stored is None else Session.from_json(stored[0])
    except conversations.BROKEN_SESSION:
        return  # a talk that cannot be read starts afresh, and says nothing of what it held
    if stored is None or session is None or session.parked is None:
        return
    if touches is None or session.parked.touch in touches:
        if not session.parked.reminder:
            unpark_touch(tx, session.parked.touch, outcome="suppressed", reason=why)
        conversations.save_session(tx, address_id, replace(session, parked=None).to_json(), stored[1], now)


def _start(
    tx: Tx, snapshot: Snapshot, fact: Fact, person: Person, household: Sequence[Person],
    enrolments: Sequence[Enrolment], by: str, now: datetime,
) -> int:  # fmt: skip
    """The programmes that begin with it, for each adult who was told of us before, and whoever it was told of."""
    known = {enrolment.person_id for enrolment in enrolments} | {person.id}
    started = 0
    for programme in snapshot.compiled.programmes.values():
        if fact.change not in programme.started_by or programme.event_is != "day":
            continue
        for member in household:
            if member.child or member.died_on is not None or member.id not in known:
                continue
            # Told of early help, nobody was asked for their number: it is as old as what they were last enrolled by.
            told_on = max((e.told_on for e in enrolments if e.person_id == member.id), default=local_date(now))
            started += correcting.start(
                tx, snapshot, now, person_id=member.id, programme=programme.id, event_on=fact.on, told_on=told_on,
                told_by=by, team=member.team,
            )  # fmt: skip
    return started


def _put_right(
    tx: Tx, snapshot: Snapshot, fact: Fact, follows: Consequence, person: Person, child: Person | None, now: datetime
) -> int:
    """How many enrolments count from another day now. The numbers of the household are locked."""
    today = local_date(now)
    if follows.moves and child is not None and fact.born is not None:
        return correcting.birth(tx, snapshot, child.id, fact.born, now, corrected_on=today)
    if follows.defers is not None and child is not None:
        if follows.defers and (child.born is None or not BirthMonth.read(child.born).summer_born):
            raise NotSo("child", "Only a child born from April to August can start school a year later.")
        return correcting.school_start(tx, snapshot, child.id, now, deferred=follows.defers)
    if follows.of_event:
        standing = keeping.standing_enrolment(tx, person.id, fact.programme or "")
        if standing is None:
            raise NotSo("programme", "Say which programme. It must go on for this person, and not be about one child.")
        if fact.event_on is None:
            raise NotSo("event_on", "Give the right day, such as 2026-11-23.")
        moved = correcting.event(tx, snapshot, standing, fact.event_on, now, corrected_on=today)
        if not moved and fact.event_on != standing.event_on:
            raise NotSo("event_on", "They were on this programme from that very day before, and it ended.")
        return moved
    return 0
