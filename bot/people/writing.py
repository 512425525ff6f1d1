"""Writing what a batch of enrolment rows thought. Nothing is decided here: every row is thought through by then."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from bot.live import Snapshot
from bot.people import correcting, telephoning
from bot.people.known import Household, Known, Number, Person, Standing
from bot.people.planning import plan_next
from bot.store import enrolling as rows
from bot.store import keeping
from bot.store.database import Tx
from bot.store.keeping import HELD
from scheduler.confirmed import why_telephone
from scheduler.enrolment_sheet import EnrolmentRow
from scheduler.schoolyear import BirthMonth


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What is known by then of everybody, as it would be, and what follows for their numbers and children."""

    known: Known = field(default_factory=Known)
    links: list[tuple[Person, Number]] = field(default_factory=list)
    taken_back: list[tuple[Person, Number]] = field(default_factory=list)
    # The day on which a worker was told that the number is theirs, where that is newer than what is known.
    told: dict[tuple[Person, Number], date] = field(default_factory=dict)
    first_holders: list[tuple[Person, Number]] = field(default_factory=list)
    consents: list[tuple[Person, Number, EnrolmentRow]] = field(default_factory=list)
    begun: list[tuple[Person, Standing]] = field(default_factory=list)  # in the order of their rows
    born: dict[Person, BirthMonth] = field(default_factory=dict)  # months of birth that the batch puts right

    @property
    def nothing(self) -> bool:
        """All of it stands already: `put` would write nothing."""
        known = self.known
        return not (
            known.nameless or self.links or self.taken_back or self.told
            or self.consents or self.begun or self.born
            or any(person.id is None or person.dirty for person in known.everybody())
            or any(number.dirty for number in known.numbers.values())
            or any(one.dirty for _, one in known.all_enrolments())
        )  # fmt: skip


def put(tx: Tx, snapshot: Snapshot, thought: Thought, now: datetime) -> None:
    """Everything at the end, in a few statements."""
    _put_right(tx, thought.known)
    _put_numbers(tx, thought.known, now)
    _leave_none(tx, thought.known)
    for child, born in thought.born.items():
        correcting.birth(tx, snapshot, _id(child), born, now)
    written = [person for person in thought.known.everybody() if person.id is None or person.dirty]
    _put_households(tx, [p.household for p in written if p.household and p.household.id is None], now)
    new = [person for person in written if person.id is None]
    ids = rows.add_people(tx, [_columns(p) | _names(p) for p in new], now)
    for person, person_id in zip(new, ids, strict=True):
        person.id = person_id
    rows.change_people(
        tx, [(_id(p), _columns(p) | (_names(p) if p.renamed else {})) for p in written if p.dirty]
    )  # fmt: skip
    rows.link_all(tx, [(_id(one[0]), _id(one[1]), thought.told.get(one)) for one in thought.links], now)
    rows.take_back_all(tx, [(_id(person), _id(number)) for person, number in thought.taken_back], now)
    held, linked = thought.told.items(), set(thought.links)
    rows.told_all(tx, [(_id(pair[0]), _id(pair[1]), told_on) for pair, told_on in held if pair not in linked])
    rows.own_all_scores(tx, [(_id(person), _id(number)) for person, number in thought.first_holders])
    rows.change_numbers(tx, [(_id(n), n.dirty) for n in thought.known.numbers.values() if n.dirty])
    rows.add_consents(tx, [_consent(*given, now) for given in thought.consents])
    _put_enrolments(tx, snapshot, thought, now)


def _put_right(tx: Tx, known: Known) -> None:
    for name, household_id in known.nameless.items():
        rows.name_household(tx, household_id, name)


def _put_numbers(tx: Tx, known: Known, now: datetime) -> None:
    """Those that are new, where they were not made and locked when they were read."""
    new = {mobile: number for mobile, number in known.numbers.items() if number.id is None and number.new_holders}
    rows.add_numbers(tx, sorted(new), now)
    for mobile, found in rows.numbers(tx, new, lock=True).items():
        new[mobile].id = found.id


def _leave_none(tx: Tx, known: Known) -> None:
    """A row that is refused leaves no number behind: it may be of somebody who was erased."""
    rows.remove_numbers(tx, known.made - {number.id for number in known.numbers.values() if number.new_holders})


def _put_households(tx: Tx, new: Sequence[Household], now: datetime) -> None:
    by_name = {home.name: home for home in new}
    rows.add_households(tx, sorted(by_name), now)
    for name, (household_id, _) in rows.households(tx, by_name).items():
        by_name[name].id = household_id


def _put_enrolments(tx: Tx, snapshot: Snapshot, thought: Thought, now: datetime) -> None:
    for _, one in list(thought.known.all_enrolments()):
        if one.id is not None:
            _change(tx, snapshot, one, one.id, now)
    # In the order of their rows, those that wait among those that go on: who was enrolled first has the first turn, and
    # that must not hang on how many rows the machine took in one transaction.
    for alone, together in groupby(thought.begun, key=lambda begun: begun[1].alone):
        rows_of = [(one, _values(person, one, now)) for person, one in together]
        if alone:
            for one, values in rows_of:
                _put_alone(tx, snapshot, one, values, now)
        else:
            rows.add_enrolments(tx, [values for _, values in rows_of])


def _values(person: Person, one: Standing, now: datetime) -> dict[str, Any]:
    child_id = 0 if one.child is None else _id(one.child)
    return {**one.written, "person_id": _id(person), "child_id": child_id, "created_at": now}


def _put_alone(tx: Tx, snapshot: Snapshot, one: Standing, values: dict[str, Any], now: datetime) -> None:
    """A new one that does not simply go on: it waits for a telephone call, or another took its place already."""
    enrolment_id = keeping.enrol(tx, **values)
    if enrolment_id is None:
        return
    if one.state == HELD:
        telephoning.wait_for_call(tx, enrolment_id, why_telephone(one.told_on), now)
    if one.replaced_on is not None:
        correcting.take_its_place(tx, snapshot, enrolment_id, one.replaced_on, now)


def _change(tx: Tx, snapshot: Snapshot, one: Standing, enrolment_id: int, now: datetime) -> None:
    if one.written:
        keeping.change_enrolment(tx, enrolment_id, **one.written)
    if one.moved:
        correcting.event(tx, snapshot, keeping.enrolment_by_id(tx, enrolment_id), one.event_on, now)
    if one.reopened is not None:
        correcting.reopen(tx, snapshot, enrolment_id, one.reopened, now)
        if one.state == HELD:
            telephoning.wait_for_call(tx, enrolment_id, why_telephone(one.told_on), now)
    if one.confirmed:
        begin(tx, snapshot, enrolment_id)
    if one.replaced_on is not None:
        correcting.take_its_place(tx, snapshot, enrolment_id, one.replaced_on, now)


def _consent(person: Person, number: Number, row: EnrolmentRow, now: datetime) -> dict[str, object]:
    return {
        "address_id": number.id, "person_id": person.id, "kind": "text", "given": True,
        "wording_id": "enrolment.told", "via": "import", "at": now,
        "wording": f"Told by a worker on {row.told_on.isoformat()} that we would text, and how to stop.",
    }  # fmt: skip


def begin(tx: Tx, snapshot: Snapshot, enrolment_id: int) -> None:
    """The number is confirmed: nobody has to telephone first, and the check-ins that are still to come are planned."""
    telephoning.called(tx, enrolment_id)
    plan_next(tx, snapshot, keeping.enrolment_by_id(tx, enrolment_id))


def _columns(person: Person) -> dict[str, object]:
    household_id = None if person.household is None else person.household.id
    return {**person.values, "household_id": household_id}


def _names(person: Person) -> dict[str, object]:
    named: dict[str, object] = {"child": person.child, "source_reference": person.source_reference}
    return named if person.id is not None else {"ref": person.ref, **named}


def _id(found: Person | Number) -> int:
    assert found.id is not None  # written by then
    return found.id
