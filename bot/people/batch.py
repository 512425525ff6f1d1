"""One batch of enrolment rows in one transaction: everything it needs is read first, in a few statements, each row is
thought through in memory, and everything is written at the end.

A batch that is only looked at writes nothing and remembers what it would have written, so that what comes after is
told as it would be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from bot.clock import local_date
from bot.live import Snapshot
from bot.refs import new_ref
from bot.store import enrolling as rows
from bot.store import keeping, people
from bot.store.database import Tx
from bot.store.keeping import HELD
from bot.turn import telephoning
from bot.turn.planning import plan_next
from scheduler.confirmed import confirmed_on, telephone_first, why_telephone
from scheduler.enrolment_sheet import EnrolmentRow
from scheduler.programme import Enrolment as Plan
from scheduler.programme import PlannedTouch, next_touch_after

Outcome = Literal["added", "changed", "unchanged", "refused"]
WRONG_PERSON = "mobile: whoever holds this number said that it is the wrong person's; ask the family again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one row. `ref` is the person's reference, where anybody was or would be enrolled."""

    line: int
    reference: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    ref: str | None = None
    to_telephone: bool = False


@dataclass(slots=True, kw_only=True)
class _Household:
    name: str
    id: int | None


@dataclass(slots=True, kw_only=True)
class _Person:
    id: int | None
    ref: str
    source_reference: str
    values: dict[str, Any]
    household: _Household | None
    child: bool = False
    dirty: bool = False


@dataclass(slots=True, kw_only=True)
class _Number:
    id: int | None
    consent: str
    language: str
    safe: str
    last_in_at: datetime | None
    holders: list[_Person | int] = field(default_factory=list)  # those of this batch as themselves, others by id
    released: dict[int, datetime] = field(default_factory=dict)  # by person id
    dirty: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Enrolment:
    id: int | None
    state: str
    told_on: date
    event_on: date
    child: _Person | None
    written: dict[str, Any]
    dirty: bool = False


class Batch:
    """`take` rows in order; what was `seen` by it stays known to the next where nothing is written."""

    def __init__(self, snapshot: Snapshot, now: datetime, *, write: bool) -> None:
        self._snapshot, self._now, self._write = snapshot, now, write
        self._today = local_date(now)
        self._people: dict[str, _Person] = {}
        self._numbers: dict[str, _Number] = {}
        self._households: dict[str, _Household] = {}
        # By person, programme, child and event; from birth a child has one event, whatever its month is said to be.
        self._enrolments: dict[tuple[str, str, str, date | None], _Enrolment] = {}
        self._next: dict[tuple[str, date], PlannedTouch | None] = {}
        self._links: list[tuple[_Person, _Number]] = []
        self._taken_back: list[tuple[_Person, _Number]] = []
        self._first_holders: list[tuple[_Person, _Number]] = []
        self._consents: list[tuple[_Person, _Number, EnrolmentRow]] = []
        self._by_id: dict[int, _Person] = {}

    def take(self, tx: Tx, batch: Sequence[EnrolmentRow]) -> list[Taken]:
        """What became, or would become, of each row, in order. Numbers stay locked until the transaction ends."""
        self._learn(tx, batch)
        told = [self._row(tx, row) for row in batch]
        if self._write:
            self._put(tx)
        return told

    def _learn(self, tx: Tx, batch: Sequence[EnrolmentRow]) -> None:
        mobiles = {row.mobile for row in batch} - self._numbers.keys()
        # Numbers before people, as in a family's turn: two orders would lock each other out.
        numbers = rows.numbers(tx, mobiles, lock=self._write)
        named = {row.reference for row in batch} | {_child_source(row) for row in batch if row.child_first_name}
        named -= self._people.keys()
        known = rows.people_named(tx, named)
        if self._write:
            lost = [mobile for mobile, number in numbers.items() if not number.readable]
            rows.change_numbers(tx, [(numbers[mobile].id, {"value": mobile}) for mobile in lost])
            missing = [mobile for mobile in mobiles if mobile not in numbers]
            rows.add_numbers(tx, sorted(missing), self._now)
            numbers |= rows.numbers(tx, missing, lock=True)
        for reference, person in known.items():
            values: dict[str, Any] = dict(person.values)
            household_id = values.pop("household_id")
            made = _Person(
                id=person.id, ref=person.ref, source_reference=reference, values=values,
                household=None if household_id is None else _Household(name="", id=household_id),
            )  # fmt: skip
            self._people[reference] = self._by_id[person.id] = made
        for mobile in mobiles:
            number = numbers.get(mobile)
            self._numbers[mobile] = (
                _Number(id=None, consent="unasked", language="en", safe="unknown", last_in_at=None)
                if number is None
                else _Number(
                    id=number.id, consent=number.consent, language=number.language, safe=number.safe,
                    last_in_at=number.last_in_at,
                )
            )  # fmt: skip
        by_id = {number.id: number for number in self._numbers.values() if number.id is not None}
        fresh = {number.id for number in numbers.values()}
        for (person_id, address_id), released_at in rows.tenures(tx, fresh).items():
            if released_at is None:
                by_id[address_id].holders.append(self._by_id.get(person_id, person_id))
            else:
                by_id[address_id].released[person_id] = released_at
        households = {row.household or row.reference for row in batch} - self._households.keys()
        found = rows.households(tx, households)
        self._households |= {name: _Household(name=name, id=found.get(name)) for name in households}
        self._learn_enrolments(tx, known)

    def _learn_enrolments(self, tx: Tx, known: dict[str, rows.KnownPerson]) -> None:
        named = {person.id: reference for reference, person in known.items()}
        for (person_id, programme, child_id, event_on), found in rows.enrolments(tx, named).items():
            child = self._by_id.get(child_id)
            event = None if child_id else event_on
            key = (named[person_id], programme, child.source_reference if child else "", event)
            self._enrolments[key] = _Enrolment(
                id=found.id, state=found.state, told_on=found.told_on, event_on=event_on, child=child, written={}
            )

    def _row(self, tx: Tx, row: EnrolmentRow) -> Taken:
        number, person = self._numbers[row.mobile], self._people.get(row.reference)
        if person is not None and person.id is not None:
            released_at = number.released.get(person.id)
            if released_at is not None and local_date(released_at) >= row.told_on:
                return Taken(line=row.line, reference=row.reference, outcome="refused", reasons=(WRONG_PERSON,))
        household = self._households[row.household or row.reference]
        before = person
        person, changed = self._person(row, before, household)
        changed |= self._number(tx, row, number, person)
        changed |= self._child(row, household)
        enrolment, new = self._enrolment(row, number)
        changed |= enrolment.dirty
        outcome: Outcome = "added" if before is None or new else "changed" if changed else "unchanged"
        return Taken(
            line=row.line, reference=row.reference, outcome=outcome, ref=person.ref,
            to_telephone=enrolment.state == HELD,
        )  # fmt: skip

    def _person(self, row: EnrolmentRow, known: _Person | None, household: _Household) -> tuple[_Person, bool]:
        said = {
            "first_name": row.first_name, "last_name": row.last_name or None, "postcode": row.postcode,
            "email": row.email, "language": row.language, "relation": row.relation, "team": row.team,
        }  # fmt: skip
        if known is None:
            made = _Person(
                id=None, ref=new_ref(), source_reference=row.reference, values={"born": None, **said},
                household=household,
            )  # fmt: skip
            self._people[row.reference] = made
            return made, False
        moved = known.household is not household and (known.household is None or known.household.id != household.id)
        if not moved and all(known.values[name] == value for name, value in said.items()):
            return known, False
        known.values |= said
        known.household, known.dirty = household, True
        return known, True

    def _number(self, tx: Tx, row: EnrolmentRow, number: _Number, person: _Person) -> bool:
        """The number is theirs, safe or not as told. Returns whether anything changed."""
        new = person not in number.holders
        others = [holder for holder in number.holders if holder is not person]
        if new:
            if person.id is not None and person.id in number.released:
                self._taken_back.append((person, number))
                del number.released[person.id]
            else:
                self._links.append((person, number))
            if not number.holders:
                self._first_holders.append((person, number))
            number.holders.append(person)
        before = (number.safe, number.language, number.consent)
        safe = "safe" if row.safe_to_text else "unsafe"
        if number.safe != safe and (safe == "unsafe" or _may_be_safe(number, row, shared=bool(others))):
            number.safe = number.dirty["safe"] = safe
        # Of several who share a telephone, none says its language for the others.
        if number.language != row.language and number.last_in_at is None and not others:
            number.language = number.dirty["language"] = row.language
        if number.consent == "unasked" and row.safe_to_text and not _said_no_since(tx, number, row):
            number.consent = number.dirty["consent"] = "given"
            self._consents.append((person, number, row))
        return new or before != (number.safe, number.language, number.consent)

    def _child(self, row: EnrolmentRow, household: _Household) -> bool:
        """The child of this row, a person of the household. Returns whether anything changed."""
        if row.child_first_name is None:
            return False
        source = _child_source(row)
        born = None if row.child_born is None else f"{row.child_born.year}-{row.child_born.month:02}"
        known = self._people.get(source)
        if known is None:
            self._people[source] = _Person(
                id=None, ref=new_ref(), source_reference=source, child=True, household=household,
                values={**dict.fromkeys(rows.SAID[:-2]), "language": "en", "first_name": row.child_first_name,
                        "born": born},
            )  # fmt: skip
            return True
        if known.values["born"] != born:
            known.values["born"], known.dirty = born, True
            return True
        return False

    def _enrolment(self, row: EnrolmentRow, number: _Number) -> tuple[_Enrolment, bool]:
        child = None
        if self._snapshot.compiled.programmes[row.programme].event_is == "birth-month":
            child = self._people[_child_source(row)]
        key = (
            (row.reference, row.programme, child.source_reference, None)
            if child
            else (row.reference, row.programme, "", row.event_on)
        )
        known = self._enrolments.get(key)
        wrote_on = None if number.last_in_at is None else local_date(number.last_in_at)
        held = telephone_first(confirmed_on(row.told_on, wrote_on), self._today)
        said = {"told_on": row.told_on, "told_by": row.told_by, "team": row.team}
        if known is None:
            state = HELD if held else "active"
            planned = self._first_touch(row)
            if planned is None:
                state = "ended"
            made = _Enrolment(
                id=None, state=state, told_on=row.told_on, event_on=row.event_on, child=child, dirty=True,
                written={
                    **said, "programme": row.programme, "event_on": row.event_on, "state": state,
                    **_turn(planned),
                },
            )  # fmt: skip
            self._enrolments[key] = made
            return made, True
        known.dirty = False  # of this row
        if known.state == HELD and not held:
            # Somebody has asked the family again since: the check-ins begin.
            known.state, known.told_on, known.dirty = "active", row.told_on, True
            known.written |= {**said, "state": "active"}
        if known.event_on != row.event_on:
            # The month of birth was corrected: the dates move, and what has been said is not said again.
            known.event_on, known.dirty = row.event_on, True
            known.written["event_on"] = row.event_on
        return known, False

    def _first_touch(self, row: EnrolmentRow) -> PlannedTouch | None:
        programme = self._snapshot.compiled.programmes[row.programme]
        born = row.child_born if programme.event_is == "birth-month" else None
        key = (row.programme, row.event_on)
        if key not in self._next:
            plan = Plan(event_on=row.event_on, enrolled_on=self._today, born=born)
            self._next[key] = next_touch_after(programme, plan, (), self._snapshot.rules.calendar)
        return self._next[key]

    def _put(self, tx: Tx) -> None:
        now = self._now
        written = [person for person in self._people.values() if person.id is None or person.dirty]
        self._put_households(tx, {p.household.name for p in written if p.household and p.household.id is None})
        new = [person for person in written if person.id is None]
        ids = rows.add_people(tx, [_columns(p) | _names(p) for p in new], now)
        for person, person_id in zip(new, ids, strict=True):
            person.id = person_id
        rows.change_people(tx, [(_id(p), _columns(p)) for p in written if p.dirty])
        pairs = [(_id(person), _id(number)) for person, number in self._links]
        rows.link_all(tx, pairs, now)
        rows.take_back_all(tx, [(_id(person), _id(number)) for person, number in self._taken_back], now)
        rows.own_all_scores(tx, [(_id(person), _id(number)) for person, number in self._first_holders])
        rows.change_numbers(tx, [(_id(n), n.dirty) for n in self._numbers.values() if n.dirty])
        rows.add_consents(tx, [self._consent(*given) for given in self._consents])
        self._put_enrolments(tx)

    def _put_households(self, tx: Tx, names: set[str]) -> None:
        rows.add_households(tx, sorted(names), self._now)
        for name, household_id in rows.households(tx, names).items():
            self._households[name].id = household_id

    def _put_enrolments(self, tx: Tx) -> None:
        new = []
        for (reference, _, _, _), one in self._enrolments.items():
            if one.id is None:
                child_id = 0 if one.child is None else _id(one.child)
                values = {
                    **one.written, "person_id": _id(self._people[reference]), "child_id": child_id,
                    "created_at": self._now,
                }  # fmt: skip
                if one.state == HELD:
                    self._hold(tx, one, values)
                else:
                    new.append(values)
            elif one.written:
                keeping.change_enrolment(tx, one.id, **one.written)
                if one.state == "active":
                    begin(tx, self._snapshot, one.id)
        rows.add_enrolments(tx, new)

    def _hold(self, tx: Tx, one: _Enrolment, values: dict[str, Any]) -> None:
        """Nothing is texted until a person has telephoned: the weekly list says so, and the ledger why."""
        enrolment_id = keeping.enrol(tx, **values)
        if enrolment_id is not None:
            telephoning.wait_for_call(tx, enrolment_id, why_telephone(one.told_on), self._now)

    def _consent(self, person: _Person, number: _Number, row: EnrolmentRow) -> dict[str, object]:
        return {
            "address_id": number.id, "person_id": person.id, "kind": "text", "given": True,
            "wording_id": "enrolment.told", "via": "import", "at": self._now,
            "wording": f"Told by a worker on {row.told_on.isoformat()} that we would text, and how to stop.",
        }  # fmt: skip


def _turn(planned: PlannedTouch | None) -> dict[str, object]:
    """As `plan_next` writes it for an enrolment with nothing decided yet."""
    if planned is None:
        return {"next_at": None, "next_priority": None, "next_due_on": None}
    return {"next_at": planned.window[0], "next_priority": planned.priority, "next_due_on": planned.due_on}


def begin(tx: Tx, snapshot: Snapshot, enrolment_id: int) -> None:
    """The number is confirmed: nobody has to telephone first, and the check-ins that are still to come are planned."""
    telephoning.called(tx, enrolment_id)
    plan_next(tx, snapshot, keeping.enrolment_by_id(tx, enrolment_id))


def _may_be_safe(number: _Number, row: EnrolmentRow, *, shared: bool) -> bool:
    """Not safe stands over a sheet, unless a worker was told otherwise since they last wrote, and it is theirs alone.

    The same sheet comes again and again; what the family said in between must not be undone by it.
    """
    if number.safe != "unsafe":
        return True
    wrote_on = None if number.last_in_at is None else local_date(number.last_in_at)
    return not shared and (wrote_on is None or wrote_on < row.told_on)


def _said_no_since(tx: Tx, number: _Number, row: EnrolmentRow) -> bool:
    """They answered a question of ours with no, and no worker was told otherwise on a later day."""
    if number.last_in_at is None or number.id is None:
        return False  # nobody has ever written from it
    asked = people.newest_consent(tx, number.id, "text")
    return asked is not None and not asked[0] and local_date(asked[1]) >= row.told_on


def _child_source(row: EnrolmentRow) -> str:
    return f"{row.household or row.reference}/{(row.child_first_name or '').casefold()}"


def _columns(person: _Person) -> dict[str, object]:
    household_id = None if person.household is None else person.household.id
    return {**person.values, "household_id": household_id}


def _names(person: _Person) -> dict[str, object]:
    return {"ref": person.ref, "source_reference": person.source_reference, "child": person.child}


def _id(found: _Person | _Number) -> int:
    assert found.id is not None  # written by then
    return found.id
