"""What a family tells of a loss, made rows: what was planned about it ends, or waits for a person."""

from bot.clock import local_date
from bot.people import changes
from bot.people.changes import Fact
from bot.store import casework, people
from bot.turn.context import Turn
from bot.turn.joining import THEMSELVES
from flows.effects import EndForLoss


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
