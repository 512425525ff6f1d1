"""Two records of one person made one: looked at side by side, tried first, then done in one transaction.

The record that is not kept stays, and leads to the other; every value that changes is kept with what stood there, so
that it can be taken apart (`bot.casework.parting`). A number is never changed: not its consent, its marks or its times.
Which plans go on is `scheduler.one_person`'s to say (docs/decisions/0024-two-records-one-person.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.casework import restricting
from bot.casework.accounts import SignedIn
from bot.casework.joining_records import Effects, Joining
from bot.casework.sight import closed_to, closed_to_all
from bot.casework.timeline import programme_titles
from bot.casework.two_records import Record, children_of_both, differ, record_of, stamp_of
from bot.house import House
from bot.store import addresses, casework, erased, merged, people, staff
from bot.store import merging as rows
from bot.store import restricting as restricted
from bot.store.database import Tx
from bot.store.people import Person
from messages.clean import clean, is_visible

LONGEST: Final = 500
NOBODY: Final = "Nobody here has this reference."
ONE_ALREADY: Final = "These two are one record already."
THEMSELVES: Final = "That is this very record. Give the reference of the other."
CHILD: Final = "One of these is a child's record and the other a grown-up's: they cannot be one person."
HELD: Final = (
    "There is a legal hold on one of these records or its cases. What is kept as evidence must stay as it stands, so "
    "nothing was merged. Whoever put the hold can lift it."
)


class NoSuchPerson(LookupError):
    """Nobody has this reference, or they are not for this worker to see."""


class NotSo(Exception):
    """Nothing was merged; the message is for the worker, `field` the part of the form at fault."""

    def __init__(self, field: str, told: str) -> None:
        super().__init__(told)
        self.field = field


class Stale(Exception):
    """One of the records is not as the page showed it. Nothing was merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Two records side by side. `differ`: the facts to choose of, with what each says. `stamp` is how they stood."""

    kept: Record
    other: Record
    differ: Mapping[str, tuple[str, str]]
    effects: Effects
    stamp: str
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The form: whose record is kept, the other's reference, which facts of the other stay, why, and as of what."""

    ref: str
    other: str
    facts: Mapping[str, str]
    why: str
    stamp: str
    form_id: str
    by: SignedIn


class _Tried(Exception):
    def __init__(self, effects: Effects) -> None:
        super().__init__()
        self.effects = effects


def person_of(house: House, ref: str, by: SignedIn) -> Person:
    """Whose page it is, audited. Raises NoSuchPerson."""
    with house.db.write() as tx:
        found = seen(tx, ref, by)
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=by.staff.id, action="person.merging", target=f"person:{found.ref}"
        )
        return found


def beside(house: House, ref: str, other: str, by: SignedIn) -> Beside:
    """Both records, and what merging them would do. Raises NoSuchPerson, and NotSo where the other is none."""
    now = house.clock.now()
    with house.db.write() as tx:
        kept, away = _both(tx, ref, other, by)
        staff.add_audit(
            tx, at=now, staff_id=by.staff.id, action="person.merging", target=f"person:{kept.ref}", detail=away.ref
        )
        titles = programme_titles(house, tx)
        closed = closed_to(tx, by)
        sides = record_of(tx, kept, titles, closed), record_of(tx, away, titles, closed)
        different = differ(tx, kept, away)
        stamp = stamp_of(tx, kept, away)
    given = Given(ref=kept.ref, other=away.ref, facts={}, why="-", stamp=stamp, form_id="try", by=by)
    effects, refused = Effects(), ""
    try:
        effects = _try(house, given)
    except NotSo as fault:
        refused = str(fault)
    except Stale:
        stamp = ""  # it changed between the two looks: the form that is sent finds that too
    return Beside(kept=sides[0], other=sides[1], differ=different, effects=effects, stamp=stamp, refused=refused)


def _try(house: House, given: Given) -> Effects:
    def tried(tx: Tx) -> None:
        raise _Tried(_merge(house, tx, given, house.clock.now()))

    try:
        house.db.attempt(tried)
    except _Tried as done:
        return done.effects
    raise AssertionError("what is tried is always taken back")


def merge(house: House, given: Given) -> str:
    """Make them one; the reference of the record that is kept. A form that comes twice merges once.

    Raises NoSuchPerson, NotSo and Stale.
    """
    why = clean(given.why)
    if not is_visible(why):
        raise NotSo("why", "Say in a sentence how you know that they are one person.")
    if len(why) > LONGEST:
        raise NotSo("why", f"Enter at most {LONGEST} characters.")
    now = house.clock.now()

    def once(tx: Tx) -> str:
        people.import_alone(tx)
        done = merged.by_form(tx, given.form_id)
        if done is not None:
            return seen(tx, people.person_by_id(tx, done.kept_id).ref, given.by).ref
        _merge(house, tx, replace(given, why=why), now)
        return seen(tx, given.ref, given.by).ref

    return house.db.attempt(once)


def seen(tx: Tx, ref: str, by: SignedIn) -> Person:
    found = people.find_person(tx, ref)
    if found is None or found.id in closed_to(tx, by).people:
        raise NoSuchPerson(ref)
    return found


def _both(tx: Tx, ref: str, other: str, by: SignedIn) -> tuple[Person, Person]:
    """Raises NoSuchPerson for the first, and NotSo for the other: of whom nothing else is told."""
    kept = seen(tx, ref, by)
    try:
        away = seen(tx, other, by)
    except NoSuchPerson:
        raise NotSo("other", NOBODY) from None
    if away.id == kept.id:
        raise NotSo("other", THEMSELVES if other == kept.ref else ONE_ALREADY)
    return kept, away


def _merge(house: House, tx: Tx, given: Given, now: datetime) -> Effects:
    people.import_alone(tx)
    kept, away = _both(tx, given.ref, given.other, given.by)
    pairs = [(kept, away), *children_of_both(tx, kept, away)]
    lock(tx, pairs)
    # whoever held a number wrote what must be read now
    kept, away = _both(tx, given.ref, given.other, given.by)
    pairs = [(kept, away), *children_of_both(tx, kept, away)]
    if stamp_of(tx, kept, away) != given.stamp:
        raise Stale
    _refuse(tx, pairs)
    work = Joining(tx=tx, snapshot=house.live.snapshot(tx), now=now, pairs=pairs)
    if not work.begin(form_id=given.form_id, why=given.why, by_id=given.by.staff.id):
        raise NotSo("other", ONE_ALREADY)
    work.join(given.facts)
    keep_closed(house, tx, kept, now)
    told = ", ".join(f"{number} {name}" for name, number in work.effects.moved.items())
    staff.add_audit(
        tx, at=now, staff_id=given.by.staff.id, action="person.merged", target=f"person:{kept.ref}",
        detail=f"{away.ref}: {told}"[:200],
    )  # fmt: skip
    return work.effects


def _refuse(tx: Tx, pairs: Sequence[tuple[Person, Person]]) -> None:
    if any(one.child != other.child for one, other in pairs):
        raise NotSo("other", CHILD)
    everybody = [person.id for pair in pairs for person in pair]
    ids = [*everybody, *merged.behind(tx, everybody)]
    at = {tie.address_id for tie in rows.ties(tx, ids)}
    cases = casework.cases_of(tx, address_ids=sorted(at), person_ids=ids)
    if erased.legal_holds(tx, people=ids, cases=[case.id for case in cases]):
        raise NotSo("other", HELD)


def lock(tx: Tx, pairs: Sequence[tuple[Person, Person]]) -> None:
    """Every number of theirs and of who lives with them, then the records: in the order of a turn, and of all who lock
    many."""
    homes = {person.household_id for pair in pairs for person in pair if person.household_id is not None}
    everybody = {person.id for pair in pairs for person in pair}
    everybody |= {member.id for home in homes for member in people.household_of(tx, home)}
    for address_id in sorted({tie.address_id for tie in rows.ties(tx, everybody)}):
        addresses.lock_address(tx, address_id)
    rows.lock_people(tx, [person.id for pair in pairs for person in pair])


def keep_closed(house: House, tx: Tx, kept: Person, now: datetime) -> None:
    """Where a restriction reaches them now, what others had of either record returns to those who are named."""
    if kept.id not in closed_to_all(tx).people:
        return
    at = [address.id for address in people.addresses_of(tx, kept.id)]
    found = {
        one.case_id
        for case in casework.cases_of(tx, address_ids=at, person_ids=[kept.id])
        for one in restricted.covering(tx, case)
    }
    for case_id in sorted(found):
        restricting.return_work(house, tx, casework.case_by_id(tx, case_id), now)
