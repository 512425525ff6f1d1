"""What a family tells of its life, made rows: a key event they said yes to be asked about, and a loss."""

from bot.casework import raising
from bot.clock import local_date
from bot.people import changes
from bot.people.changes import Fact
from bot.refs import new_ref
from bot.store import casework, keeping, people
from bot.turn.context import Turn
from bot.turn.planning import plan_next
from flows.effects import EndForLoss, EnrolOnEvent, RaiseEscalation

THEMSELVES = "The family, by text"


def enrol(turn: Turn, effect: EnrolOnEvent) -> None:
    """Their yes is kept as the consent it is. Told again, on whatever day, what goes on already is one enrolment.

    Where the programme is not published, it is not sure who is writing, or their phone is no longer one that we may
    text, a person is told instead: nobody who said yes is forgotten.
    """
    shown = turn.wording.render(effect.wording, {}, turn.language) if turn.wording.has(effect.wording) else ""
    programme = turn.snapshot.compiled.programmes.get(effect.programme)
    if programme is None or not turn.facts.may_enrol:
        raising.raise_escalation(turn, RaiseEscalation(level="routine", reason="keep-in-touch", words=f"{shown} Yes."))
        return
    person_id = _who(turn)
    people.add_consent(
        turn.tx, address_id=turn.address.id, person_id=person_id, kind="text", given=True, wording_id=effect.wording,
        wording=shown, via=turn.address.kind, at=turn.now,
    )  # fmt: skip
    # They were asked about this phone, and said yes; one marked as not safe was not asked.
    marks: dict[str, object] = {"safe": "safe"} if turn.address.safe == "unknown" else {}
    if turn.address.consent == "unasked":
        marks["consent"] = "given"
    if marks:
        people.change_address(turn.tx, turn.address.id, **marks)
    if keeping.standing_enrolment(turn.tx, person_id, effect.programme) is not None:
        return
    today = local_date(turn.now)
    enrolment_id = keeping.enrol(
        turn.tx, person_id=person_id, programme=effect.programme, event_on=today, told_on=today, told_by=THEMSELVES,
        created_at=turn.now, next_at=turn.now,
    )  # fmt: skip
    if enrolment_id is not None:
        plan_next(turn.tx, turn.snapshot, keeping.enrolment_by_id(turn.tx, enrolment_id))


def _who(turn: Turn) -> int:
    """Who is known at this address, or somebody new: a number alone is nobody that can be kept in touch with."""
    if turn.person is not None:
        return turn.person.id
    person_id = people.add_person(turn.tx, ref=new_ref(), now=turn.now, language=turn.language)
    people.link(turn.tx, person_id, turn.address.id, turn.now)
    keeping.own_scores(turn.tx, turn.address.id, person_id)
    turn.people = [people.person_by_id(turn.tx, person_id)]
    return person_id


def end_for_loss(turn: Turn, effect: EndForLoss) -> None:
    """Whoever of the household tells it: what was planned about a pregnancy ends, touch by touch in the ledger.

    Which child has died is never taken from a text: a baby may be known to nobody here, and a brother or sister be the
    one child that is. So everything planned for the family is held until a person, who is told in the same step, has
    looked and said which.
    """
    done = set[int]()
    for person in turn.people:
        if person.household_id in done:
            continue
        household = [person] if person.household_id is None else people.household_of(turn.tx, person.household_id)
        done |= set() if person.household_id is None else {person.household_id}
        if effect.loss == "child-died":
            changes.hold(turn.tx, household, "review", turn.now)
        else:
            fact = Fact(change=effect.loss, ref=person.ref, on=local_date(turn.now))
            changes.put_into_effect(turn.tx, turn.snapshot, fact, person, by=THEMSELVES, now=turn.now)
    # What was raised with it is the case that their words go to.
    ids = [person.id for person in turn.people]
    turn.open_cases = casework.open_cases_of(turn.tx, address_id=turn.address.id, person_ids=ids)
