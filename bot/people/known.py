"""What a batch of enrolment rows needs to know: read in a few statements, and found again by id whoever met it first.

Where nothing is written it stays known to the next batch, with what would have been written.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.store import enrolling as rows
from bot.store import erased
from bot.store.database import Tx
from bot.store.enrolling import KnownPerson
from bot.store.keeping import GOING_ON, HELD
from scheduler.changes import Change
from scheduler.enrolment_sheet import YOUNG_PERSON, EnrolmentRow


@dataclass(slots=True, kw_only=True, eq=False)
class Household:
    name: str
    id: int | None
    children: "list[Person]" = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """`source_reference` is how the case system means them; `renamed`: it, or that they are a child, is new."""

    id: int | None
    ref: str
    source_reference: str
    values: dict[str, Any]
    household: Household | None
    child: bool = False
    deferred: bool = False
    born_corrected_on: date | None = None
    died_on: date | None = None
    dirty: bool = False
    renamed: bool = False

    def called(self, first_name: str) -> bool:
        return str(self.values["first_name"] or "").casefold() == first_name.casefold()


@dataclass(slots=True, kw_only=True, eq=False)
class Number:
    id: int | None
    consent: str
    language: str
    safe: str
    last_in_at: datetime | None
    new: bool = False  # made for this sheet, and nobody has written from it
    lost: bool = False  # it opens no more, or was erased: a row that is taken tells it anew
    holder_ids: set[int] = field(default_factory=set)
    new_holders: list[Person] = field(default_factory=list)
    released: dict[int, datetime] = field(default_factory=dict)  # by person id
    told: dict[int, date] = field(default_factory=dict)  # by person id, the day a worker was last told it is theirs
    dirty: dict[str, object] = field(default_factory=dict)

    def held_by(self, person: Person) -> bool:
        return person in self.new_holders or person.id in self.holder_ids

    @property
    def holders(self) -> int:
        return len(self.holder_ids) + len(self.new_holders)


@dataclass(slots=True, kw_only=True, eq=False)
class Standing:
    """An enrolment, as it stands or would. `written` is for its row; the rest is done to what hangs on it."""

    id: int | None
    programme: str
    child: Person | None
    event_on: date
    state: str
    told_on: date
    ended_for: Change | None = None
    corrected_on: date | None = None
    written: dict[str, Any] = field(default_factory=dict)
    moved: bool = False  # its event
    confirmed: bool = False  # its number
    reopened: Change | None = None  # what it had ended for
    replaced_on: date | None = None  # the event whose plan takes its place

    @property
    def going_on(self) -> bool:
        return self.state in GOING_ON

    @property
    def dirty(self) -> bool:
        """Something of it is to be written."""
        changed = self.moved or self.confirmed or bool(self.written)
        return self.id is None or changed or self.reopened is not None or self.replaced_on is not None

    @property
    def alone(self) -> bool:
        """A new one does not simply go on: it waits for a telephone call, or another took its place already."""
        return self.state == HELD or self.replaced_on is not None


class Known:
    """People by their reference, numbers, households by their name, and each person's enrolments."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.numbers: dict[str, Number] = {}
        self.households: dict[str, Household] = {}
        self._enrolments: dict[Person, list[Standing]] = {}
        self._people_by_id: dict[int, Person] = {}
        self.merged: set[str] = set()  # references of records that were merged into another
        self.erased: dict[str, datetime] = {}  # by reference: nobody has it now, and whoever had it was erased then
        self._learned: set[int] = set()  # those of them whose enrolments are known
        self._households_by_id: dict[int, Household] = {}
        self.made: set[int] = set()  # ids of numbers made to be locked: those that no row is taken for go again
        self.nameless: dict[str, int] = {}  # by what it is called: ids of those not kept as today. Writing mends them.

    def learn(self, tx: Tx, batch: Sequence[EnrolmentRow], now: datetime, *, write: bool) -> None:
        """All that these rows need, the numbers locked where anything is to be written."""
        # Numbers before people, as in a family's turn: two orders would lock each other out.
        self._learn_numbers(tx, {row.mobile for row in batch} - self.numbers.keys(), now, write=write)
        names = {row.household or row.reference for row in batch} - self.households.keys()
        self._learn_households(tx, names)
        named = {row.reference for row in batch} | {child_source(row) for row in batch if row.child_first_name}
        known = rows.people_named(tx, named - self.people.keys())
        self.erased |= erased.erased_among(tx, "reference", named - self.people.keys() - known.keys())
        fresh = {one.id for one in known.values()} - self._learned
        self._learned |= fresh
        for reference, one in known.items():
            self.people[reference] = self._person(one, reference)
            if one.merged:
                self.merged.add(reference)
        self._learn_enrolments(tx, fresh)
        homes = [self.households[name] for name in names]
        homes += [home for person_id in fresh if (home := self._people_by_id[person_id].household) is not None]
        for child in rows.children(tx, {home.id for home in homes if home.id is not None}, ()):
            self._person(child, "")

    def _learn_households(self, tx: Tx, names: Collection[str]) -> None:
        found = rows.households(tx, names)
        self.nameless |= {name: household_id for name, (household_id, named) in found.items() if not named}
        for name in names:
            self.households[name] = self._household(found[name][0] if name in found else None, name)

    def _learn_numbers(self, tx: Tx, mobiles: Collection[str], now: datetime, *, write: bool) -> None:
        found = rows.numbers(tx, mobiles, lock=write)
        missing: Collection[str] = ()
        if write:
            missing = {mobile for mobile in mobiles if mobile not in found}
            self.made |= rows.add_numbers(tx, sorted(missing), now)
            found |= rows.numbers(tx, missing, lock=True)
        for mobile in mobiles:
            number = found.get(mobile)
            self.numbers[mobile] = (
                Number(id=None, consent="unasked", language="en", safe="unknown", last_in_at=None, new=True)
                if number is None
                else Number(
                    id=number.id, consent=number.consent, language=number.language, safe=number.safe,
                    last_in_at=number.last_in_at, new=mobile in missing and number.last_in_at is None,
                    lost=not number.readable,
                )
            )  # fmt: skip
        by_id = {number.id: self.numbers[mobile] for mobile, number in found.items()}
        for one in rows.tenures(tx, {one.id for one in found.values()}):
            if one.released_at is None:
                by_id[one.address_id].holder_ids.add(one.person_id)
            else:
                by_id[one.address_id].released[one.person_id] = one.released_at
            if one.told_on is not None:
                by_id[one.address_id].told[one.person_id] = one.told_on

    def _learn_enrolments(self, tx: Tx, person_ids: Collection[int]) -> None:
        found = rows.enrolments(tx, person_ids)
        unmet = {one.child_id for one in found} - self._people_by_id.keys() - {0}
        for child in rows.children(tx, (), unmet):
            self._person(child, "")
        for one in found:
            self._enrolments.setdefault(self._people_by_id[one.person_id], []).append(
                Standing(
                    id=one.id, programme=one.programme, child=self._people_by_id.get(one.child_id),
                    event_on=one.event_on, state=one.state, told_on=one.told_on,
                    ended_for=one.ended_for,  # type: ignore[arg-type]  # the column holds only these words
                    corrected_on=one.corrected_on,
                )
            )  # fmt: skip

    def _household(self, household_id: int | None, name: str = "") -> Household:
        if household_id is None:
            return Household(name=name, id=None)
        return self._households_by_id.setdefault(household_id, Household(name=name, id=household_id))

    def _person(self, known: KnownPerson, reference: str) -> Person:
        standing = self._people_by_id.get(known.id)
        if standing is not None:
            return standing
        values: dict[str, Any] = dict(known.values)
        home = values.pop("household_id")
        made = Person(
            id=known.id, ref=known.ref, source_reference=reference, values=values, child=known.child,
            household=None if home is None else self._household(home), deferred=known.deferred,
            born_corrected_on=known.born_corrected_on, died_on=known.died_on,
        )  # fmt: skip
        if made.child and made.household is not None:
            made.household.children.append(made)
        self._people_by_id[known.id] = made
        return made

    def enrolments_of(self, person: Person | None) -> list[Standing]:
        return [] if person is None else self._enrolments.setdefault(person, [])

    def all_enrolments(self) -> Iterator[tuple[Person, Standing]]:
        return ((person, one) for person, theirs in self._enrolments.items() for one in theirs)

    def everybody(self) -> list[Person]:
        return list(dict.fromkeys((*self.people.values(), *self._people_by_id.values())))

    def lives_in(self, person_id: int, household: Household) -> bool:
        """As the sheet has it so far: of somebody it has not named, as it was."""
        known = self._people_by_id.get(person_id)
        return known is None or known.household is household

    def household_for(self, row: EnrolmentRow, person: Person | None) -> Household:
        """An empty cell says nothing of somebody who is known to live somewhere, nor does the row of a record that was
        merged into theirs: the two would move them to and fro."""
        silent = row.household is None or row.reference in self.merged
        if silent and person is not None and person.household is not None:
            return person.household
        return self.households[row.household or row.reference]

    def child_for(self, row: EnrolmentRow, person: Person | None, household: Household) -> Person | None:
        """The child that a row names, if known: the one this person is enrolled about, or one of their household (also
        of the one they moved out of), or the one that the sheet named so before."""
        if row.child_first_name is None:
            return None
        about = [one.child for one in self.enrolments_of(person) if one.child is not None]
        about.sort(key=lambda child: child.household is not household)
        before = [] if person is None or person.household is None else person.household.children
        for child in (*about, *household.children, *before):
            if child.called(row.child_first_name) and child is not person:
                return child
        return self.people.get(child_source(row))

    def young_person_for(self, row: EnrolmentRow, household: Household) -> Person | None:
        """The child of this household who now has a row of their own; none who has one already."""
        born = str(row.child_born)
        for child in household.children:
            theirs = (child.values["relation"] or "").casefold().replace("-", " ") == YOUNG_PERSON
            if not theirs and child.called(row.first_name) and child.values["born"] in {None, born}:
                return child
        return None


def child_source(row: EnrolmentRow) -> str:
    return f"{row.household or row.reference}/{(row.child_first_name or '').casefold()}"
