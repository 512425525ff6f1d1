"""What a yes can begin at an address, asked before it is answered: the step says "done" of nothing else.

The same rules as in `joining`, which has the last word: what changes between the two goes before a person.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.store import keeping, people
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from bot.store.people import Person
from flows.facts import Begins
from scheduler.programme import Programme


def begins(
    tx: Tx, programmes: Mapping[str, Programme], person: Person | None, enrolments: Sequence[Enrolment]
) -> Begins:  # fmt: skip
    """`person` is who is known here, with their `enrolments`; nobody where it is a number alone."""
    every = frozenset(programmes)
    young = frozenset(name for name, one in programmes.items() if "young-person" in one.recipients)
    if person is None:
        return Begins(family=every, child=every, own=young)
    if person.died_on is not None:
        return Begins()
    theirs = [person] if person.child else []
    if person.household_id is not None:
        theirs = [one for one in people.household_of(tx, person.household_id) if one.child]
    first: dict[str, Person] = {}  # of two of a month, the one that a yes is taken to be about
    for one in theirs:
        if one.born is not None:
            first.setdefault(one.born, one)
    return Begins(
        family=every, child=frozenset() if person.child else every, own=young if person.child else frozenset(),
        own_born=person.born if person.child else None,
        died_born=frozenset(born for born, one in first.items() if one.died_on is not None),
        ended=_ended(enrolments, {one.id: born for born, one in first.items()}),
    )  # fmt: skip


def _ended(enrolments: Sequence[Enrolment], born: Mapping[int, str]) -> frozenset[tuple[str, str | date]]:
    """What was begun before and is over, and is not going on anew."""
    over: set[tuple[str, str | date]] = set()
    going: set[tuple[str, str | None]] = set()
    for one in enrolments:
        about = born.get(one.child_id) if one.child_id else None
        if one.child_id and about is None:
            continue
        if one.state in keeping.GOING_ON:
            going.add((one.programme, about))
        else:
            over.add((one.programme, about or one.event_on))
    return frozenset((name, on) for name, on in over if (name, on if isinstance(on, str) else None) not in going)
