"""Their yes to being kept in touch with, made rows: the consent in its words, who they are, and the enrolment.

One way for whatever they said yes to: a key event they told, a child growing up, a baby on the way, how they are since
help ended, or a young person for themselves.
"""

from datetime import date

from bot.casework import raising
from bot.clock import local_date
from bot.people.planning import plan_next
from bot.refs import new_ref
from bot.store import addresses, keeping, people, scores
from bot.store.people import Person
from bot.turn.context import Turn
from flows.effects import EnrolOnEvent, RaiseEscalation
from scheduler.programme import Programme
from scheduler.schoolyear import BirthMonth
from scheduler.when import reached_on

THEMSELVES = "The family, by text"


def enrol(turn: Turn, effect: EnrolOnEvent) -> None:
    """Their yes is kept as the consent it is. Told again, on whatever day, what we are in touch about already is one
    enrolment.

    Where it cannot be begun a person is told instead, and nobody who said yes is forgotten: the programme is not
    published, it is not sure who is writing, their phone is no longer one that we may text, a young person is not of
    the council's age, or what is asked for has ended before, as after a child's death.
    """
    shown = turn.wording.render(effect.wording, {}, turn.language) if turn.wording.has(effect.wording) else ""
    programme = turn.snapshot.compiled.programmes.get(effect.programme)
    if programme is None or not turn.facts.may_enrol or not _may_be(turn, programme, effect):
        _to_a_person(turn, shown)
        return
    person = _who(turn)
    child = _whom(turn, person, effect)
    addresses.add_consent(
        turn.tx, address_id=turn.address.id, person_id=person.id, kind="text", given=True, wording_id=effect.wording,
        wording=shown, via=turn.address.kind, at=turn.now,
    )  # fmt: skip
    # They were asked about this phone, and said yes; one marked as not safe was not asked.
    marks: dict[str, object] = {"safe": "safe"} if turn.address.safe == "unknown" else {}
    if turn.address.consent == "unasked":
        marks["consent"] = "given"
    if marks:
        addresses.change_address(turn.tx, turn.address.id, **marks)
    if not _stands(turn, person, child, programme) and not _begin(turn, person, child, programme, effect):
        _to_a_person(turn, shown)


def _to_a_person(turn: Turn, shown: str) -> None:
    raising.raise_escalation(turn, RaiseEscalation(level="routine", reason="keep-in-touch", words=f"{shown} Yes."))


def _may_be(turn: Turn, programme: Programme, effect: EnrolOnEvent) -> bool:
    """What is told is enough to begin it, and of the one who writes."""
    if programme.event_is == "birth-month" and effect.born is None:
        return False
    if programme.event_is == "due-date" and effect.event_on is None:
        return False
    if not effect.themselves:
        return turn.person is None or not turn.person.child or effect.born is None
    known, today = turn.person, local_date(turn.now)
    if effect.born is None or "young-person" not in programme.recipients:
        return False
    born = BirthMonth.read(effect.born)
    if reached_on(born, turn.snapshot.compiled.council.young_person_from) > today:
        return False
    # A number that a parent is known at is not a young person's own.
    return known is None or (known.child and known.born in (None, effect.born))


def _who(turn: Turn) -> Person:
    """Who is known at this address, or somebody new: a number alone is nobody that can be kept in touch with."""
    if turn.person is not None:
        return turn.person
    person_id = people.add_person(turn.tx, ref=new_ref(), now=turn.now, language=turn.language)
    people.link(turn.tx, person_id, turn.address.id, turn.now)
    scores.own_scores(turn.tx, turn.address.id, person_id)
    turn.people = [people.person_by_id(turn.tx, person_id)]
    return turn.people[0]


def _whom(turn: Turn, person: Person, effect: EnrolOnEvent) -> Person | None:
    """The child that it is about: a young person themselves, one of theirs who was born in that month, or a new one
    of whom nothing is known but the month."""
    if effect.born is None:
        return None
    if effect.themselves:
        people.change_person(turn.tx, person.id, child=True, born=effect.born)
        return people.person_by_id(turn.tx, person.id)
    household_id = person.household_id
    if household_id is None:
        household_id = people.household(turn.tx, f"by text {person.ref}", turn.now)
        people.change_person(turn.tx, person.id, household_id=household_id)
        turn.people = [people.person_by_id(turn.tx, person.id)]
    theirs = (one for one in people.household_of(turn.tx, household_id) if one.child and one.born == effect.born)
    if (known := next(theirs, None)) is not None:
        return known
    child_id = people.add_person(
        turn.tx, ref=new_ref(), now=turn.now, household_id=household_id, child=True, born=effect.born
    )
    return people.person_by_id(turn.tx, child_id)


def _stands(turn: Turn, person: Person, child: Person | None, programme: Programme) -> bool:
    """We are in touch about it already."""
    if child is None:
        return keeping.standing_enrolment(turn.tx, person.id, programme.id) is not None
    return any(
        one.programme == programme.id and one.child_id == child.id and one.state in keeping.GOING_ON
        for one in keeping.enrolments_of(turn.tx, [person.id])
    )


def _begin(
    turn: Turn, person: Person, child: Person | None, programme: Programme, effect: EnrolOnEvent
) -> bool:  # fmt: skip
    """False where it has ended before: they have died, the child has, or it was of this person and day."""
    if people.dead(turn.tx, [person.id, *(() if child is None else (child.id,))]):
        return False
    today = local_date(turn.now)
    enrolment_id = keeping.enrol(
        turn.tx, person_id=person.id, programme=programme.id, child_id=0 if child is None else child.id,
        event_on=_counts_from(programme, effect, today), told_on=today, told_by=THEMSELVES, created_at=turn.now,
        next_at=turn.now,
    )  # fmt: skip
    if enrolment_id is None:
        return False
    plan_next(turn.tx, turn.snapshot, keeping.enrolment_by_id(turn.tx, enrolment_id))
    return True


def _counts_from(programme: Programme, effect: EnrolOnEvent, today: date) -> date:
    if programme.event_is == "birth-month" and effect.born is not None:
        born = BirthMonth.read(effect.born)
        return date(born.year, born.month, 1)
    return effect.event_on or today
