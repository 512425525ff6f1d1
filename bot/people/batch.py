"""One batch of enrolment rows in one transaction: everything it needs is read first, in a few statements, each row is
thought through in memory, and everything is written at the end (`writing`).

A batch that is only looked at writes nothing and remembers what it would have written, so that what comes after is
told as it would be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from bot.clock import local_date
from bot.live import Snapshot
from bot.people.known import Household, Number, Person, Standing, child_source
from bot.people.planning import Child, plan_of, turn_of
from bot.people.writing import Thought, put
from bot.refs import new_ref
from bot.store import addresses, keeping, people
from bot.store import enrolling as rows
from bot.store.database import Tx
from bot.store.keeping import HELD
from scheduler.changes import CHANGES
from scheduler.confirmed import confirmed_on, telephone_first
from scheduler.enrolment_sheet import EnrolmentRow
from scheduler.localtime import in_words
from scheduler.programme import Enrolment as Plan
from scheduler.programme import PlannedTouch, next_touch_after
from scheduler.same_event import Told
from scheduler.schoolyear import BirthMonth
from scheduler.which_plan import Says, which_plan, why_before

Outcome = Literal["added", "changed", "unchanged", "refused"]
ERASED = "reference: they were erased on {day}, and begin again only for who was told of us on a later day"
CHILD_ERASED = "child_first_name: they were erased on {day}, and come back only for who was told of us on a later day"
WRONG_PERSON = "mobile: whoever holds this number said that it is the wrong person's; ask the family again"
PERSON_DIED = "reference: the team was told that this person has died"
CHILD_DIED = "child_first_name: the team was told that this child has died"
LOST = "programme: it ended for a loss that the team was told of, and does not begin again for the same event"
TOLD_BEFORE = "told_on: it ended on {day} ({why}) and begins again only for who was told of us on a later day"


class _Refused(Exception):
    """The row cannot be taken; `reason` begins with its column."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one row. `ref` is the person's reference, where anybody was or would be enrolled."""

    line: int
    reference: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    ref: str | None = None
    to_telephone: bool = False


class Batch:
    """`take` rows in order; what was `seen` by it stays known to the next where nothing is written."""

    def __init__(self, snapshot: Snapshot, now: datetime, *, write: bool) -> None:
        self._snapshot, self._now, self._write = snapshot, now, write
        self._today = local_date(now)
        self._thought = Thought()
        self._known = self._thought.known
        self._next: dict[tuple[str, Plan], PlannedTouch | None] = {}
        self._about: dict[int, tuple[Person, Standing]] = {}  # by line

    def take(self, tx: Tx, batch: Sequence[EnrolmentRow]) -> list[Taken]:
        """What became, or would become, of each row, in order. Numbers stay locked until the transaction ends."""
        self._known.learn(tx, batch, self._now, write=self._write)
        told = []
        for row in batch:
            try:
                told.append(self._row(tx, row))
            except _Refused as fault:
                told.append(
                    Taken(line=row.line, reference=row.reference, outcome="refused", reasons=(fault.reason,))
                )  # fmt: skip
        if self._write:
            self.put(tx)
        return told

    def put(self, tx: Tx) -> None:
        """Write what a look thought, in the same transaction and while nobody else has written since."""
        put(tx, self._snapshot, self._thought, self._now)

    @property
    def nothing_to_write(self) -> bool:
        return self._thought.nothing

    def enrolment_of(self, tx: Tx, taken: Taken) -> int:
        """The enrolment that a row was about, once it is written. LookupError where the row was refused."""
        person, standing = self._about[taken.line]
        assert person.id is not None  # written by then
        child_id = 0 if standing.child is None or standing.child.id is None else standing.child.id
        return standing.id or keeping.enrolment_on(tx, person.id, standing.programme, child_id, standing.event_on)

    def _row(self, tx: Tx, row: EnrolmentRow) -> Taken:
        """Nothing is changed before it is sure that the row is not refused."""
        number, before = self._known.numbers[row.mobile], self._known.people.get(row.reference)
        if before is not None and before.id is not None:
            released_at = number.released.get(before.id)
            if released_at is not None and local_date(released_at) >= row.told_on:
                raise _Refused(WRONG_PERSON)
        erased_at = None if before is not None else self._known.erased.get(row.reference)
        if erased_at is not None and row.told_on <= local_date(erased_at):
            raise _Refused(ERASED.format(day=in_words(local_date(erased_at))))
        former = None if before is None else before.household
        household = self._known.household_for(row, before)
        from_birth = self._snapshot.compiled.programmes[row.programme].event_is == "birth-month"
        own = from_birth and row.young_person  # they are the child
        known = before or (self._known.young_person_for(row, household) if own else None)
        child = known if own else self._known.child_for(row, before, household)
        if child is None and not own and row.child_first_name is not None:
            self._not_erased(row)
        if known is not None and known.died_on is not None:
            raise _Refused(PERSON_DIED)
        # What is not from birth is not about the child: it may be for who is left.
        if from_birth and child is not None and child.died_on is not None:
            raise _Refused(CHILD_DIED)
        born = _right_month(child, row)
        if from_birth and born is not None:
            row = replace(row, child_born=born, event_on=date(born.year, born.month, 1))
        says, standing = self._standing(row, known, child, from_birth=from_birth)

        person, changed = self._person(tx, row, known, household)
        changed |= self._number(tx, row, number, person)
        if own:
            changed |= _is_child(person) | self._put_right(person, born)
            child = person
        elif row.child_first_name is not None:
            child, new_child = self._child(row, child, former, household)
            changed |= new_child | self._put_right(child, born)
        about = child if from_birth else None
        new = standing is None or says == "again"
        if standing is not None and not new:
            enrolment = standing
            changed |= self._again(row, number, person, enrolment, moves=says == "moved")
        else:
            enrolment = self._begin(row, number, person, about, standing)
        self._about[row.line] = person, enrolment
        outcome: Outcome = "added" if before is None or new else "changed" if changed else "unchanged"
        return Taken(
            line=row.line, reference=row.reference, outcome=outcome, ref=person.ref,
            to_telephone=enrolment.state == HELD,
        )  # fmt: skip

    def _not_erased(self, row: EnrolmentRow) -> None:
        """A child is known to a sheet by its household's name and its own. Raises _Refused: the whole row is of it."""
        erased_at = self._known.erased.get(child_source(row))
        if erased_at is not None and row.told_on <= local_date(erased_at):
            raise _Refused(CHILD_ERASED.format(day=in_words(local_date(erased_at))))

    def _person(self, tx: Tx, row: EnrolmentRow, known: Person | None, household: Household) -> tuple[Person, bool]:
        said: dict[str, Any] = {
            "first_name": row.first_name, "last_name": row.last_name or None, "postcode": row.postcode,
            "email": row.email, "relation": row.relation, "team": row.team,
            "language": row.language if row.says_language or known is None else None,
        }  # fmt: skip
        if known is None:
            made = Person(
                id=None, ref=new_ref(), source_reference=row.reference, values={"born": None, **said},
                household=household,
            )  # fmt: skip
            self._known.people[row.reference] = made
            return made, False
        if self._known.people.get(row.reference) is not known:
            self._known.people[row.reference] = known
            known.source_reference, known.renamed, known.dirty = row.reference, True, True
        # An empty cell says nothing of somebody who is known; the row of a record that was merged only what is missing.
        fills = row.reference in self._known.merged
        said = {
            name: value
            for name, value in said.items()
            if value is not None and known.values[name] != value and not (fills and known.values[name] is not None)
        }
        moved = known.household is not household
        if not moved and not said:
            return known, False
        known.values |= said
        if moved:
            self._move_home(tx, known, household)
        known.dirty = True
        return known, True

    def _move_home(self, tx: Tx, person: Person, household: Household) -> None:
        """Who was the last grown-up of a household takes its children along."""
        former = person.household
        _live_in(person, household)
        if former is None or former.id is None or person.child:
            return
        left = [one for one in people.household_of(tx, former.id) if not one.child]
        if not any(self._known.lives_in(one.id, former) for one in left):
            for child in list(former.children):
                _live_in(child, household)

    def _number(self, tx: Tx, row: EnrolmentRow, number: Number, person: Person) -> bool:
        """The number is theirs, safe or not as told. Returns whether anything changed."""
        if number.lost:
            number.dirty["value"] = row.mobile
        new = not number.held_by(person)
        if new:
            if person.id is not None and person.id in number.released:
                self._thought.taken_back.append((person, number))
                del number.released[person.id]
            else:
                self._thought.links.append((person, number))
            if not number.holders and not number.new:
                self._thought.first_holders.append((person, number))
            number.new_holders.append(person)
        told_on = self._thought.told.get((person, number)) or (person.id and number.told.get(person.id)) or date.min
        if row.told_on > told_on:
            self._thought.told[person, number] = row.told_on
        shared = number.holders > 1
        before = (number.safe, number.language, number.consent)
        safe = "safe" if row.safe_to_text else "unsafe"
        if number.safe != safe and (safe == "unsafe" or _may_be_safe(number, row, shared=shared)):
            number.safe = number.dirty["safe"] = safe
        # Of several who share a telephone, none says its language for the others.
        if row.says_language and number.language != row.language and number.last_in_at is None and not shared:
            number.language = number.dirty["language"] = row.language
        if number.consent == "unasked" and row.safe_to_text and not _said_no_since(tx, number, row):
            number.consent = number.dirty["consent"] = "given"
            self._thought.consents.append((person, number, row))
        return new or before != (number.safe, number.language, number.consent)

    def _child(
        self, row: EnrolmentRow, known: Person | None, former: Household | None, household: Household
    ) -> tuple[Person, bool]:
        """The child of this row, and whether it is new. It goes where its parent goes."""
        if known is not None:
            if known.household is None or (known.household is former and former is not household):
                _live_in(known, household)
            return known, False
        made = Person(
            id=None, ref=new_ref(), source_reference=child_source(row), child=True, household=household,
            values={**dict.fromkeys(rows.SAID[:-2]), "language": "en", "first_name": row.child_first_name,
                    "born": None if row.child_born is None else str(row.child_born)},
        )  # fmt: skip
        self._known.people[made.source_reference] = made
        household.children.append(made)
        return made, True

    def _put_right(self, child: Person, born: BirthMonth | None) -> bool:
        """The child's month of birth, as it is right by now. Returns whether it changed."""
        if born is None or child.values["born"] == str(born):
            return False
        child.values["born"] = str(born)
        if child.id is not None:
            self._thought.born[child] = born
        return True

    def _standing(
        self, row: EnrolmentRow, person: Person | None, child: Person | None, *, from_birth: bool
    ) -> tuple[Says, Standing | None]:
        """What this row says, and of which enrolment, as `which_plan` has it. Raises _Refused."""
        theirs = self._known.enrolments_of(person)
        alike = [one for one in theirs if one.programme == row.programme]
        if from_birth:
            alike = [one for one in alike if child is not None and one.child is child]
        says, standing = which_plan(
            alike, Told(event_on=row.event_on, told_on=row.told_on), from_birth=from_birth
        )  # fmt: skip
        if standing is not None and says == "same":
            if standing.ended_for is not None and row.told_on > standing.told_on:
                _may_begin_again(standing, row)
            return says, standing
        for one in theirs:
            lost = one.ended_for == "pregnancy-lost" and one.programme == row.programme
            if (lost or one.ended_for == "moved-away") and row.told_on <= (one.corrected_on or one.told_on):
                raise _Refused(_told_before(one))
        if standing is not None and says == "before":
            raise _Refused(why_before(standing))
        return says, standing

    def _begin(
        self, row: EnrolmentRow, number: Number, person: Person, child: Person | None, replaces: Standing | None
    ) -> Standing:
        if replaces is not None:
            replaces.state, replaces.replaced_on = "ended", row.event_on
        state = HELD if self._held(row, number) else "active"
        planned = self._first_touch(row, person, child)
        if planned is None:
            state = "ended"
        made = Standing(
            id=None, programme=row.programme, state=state, told_on=row.told_on, event_on=row.event_on, child=child,
            written={"told_on": row.told_on, "told_by": row.told_by, "team": row.team, "programme": row.programme,
                     "event_on": row.event_on, "state": state, **turn_of(planned)},
        )  # fmt: skip
        self._known.enrolments_of(person).append(made)
        self._thought.begun.append((person, made))
        return made

    def _again(self, row: EnrolmentRow, number: Number, person: Person, known: Standing, *, moves: bool) -> bool:
        """What a row changes of an enrolment that stands. Returns whether it changes anything."""
        newer = row.told_on > known.told_on
        held, changed = self._held(row, number), False
        if newer and known.ended_for is not None:
            known.reopened, known.ended_for, known.corrected_on = known.ended_for, None, None
            known.state = HELD if held else "active"
        elif known.state == HELD and not held:
            # Somebody has asked the family again since, or they wrote from it: the check-ins begin.
            known.state, known.confirmed, changed = "active", True, True
        if newer and known.going_on:
            known.told_on, changed = row.told_on, True
            known.written |= {"told_on": row.told_on, "told_by": row.told_by}
            known.written |= {} if row.team is None else {"team": row.team}
        if moves or (known.child is not None and known.event_on != row.event_on and known.going_on):
            # The dates move, and what has been said is not said again.
            known.event_on, known.moved, changed = row.event_on, True, True
        if known.id is None:
            planned = self._first_touch(row, person, known.child)
            known.written |= {"event_on": known.event_on, "state": known.state}
            known.written |= turn_of(planned) if known.moved else {}
        return changed

    def _held(self, row: EnrolmentRow, number: Number) -> bool:
        wrote_on = None if number.last_in_at is None else local_date(number.last_in_at)
        return telephone_first(confirmed_on(row.told_on, wrote_on), self._today)

    def _first_touch(self, row: EnrolmentRow, person: Person, child: Person | None) -> PlannedTouch | None:
        programme = self._snapshot.compiled.programmes[row.programme]
        about = None if child is None else Child(born=row.child_born, deferred=child.deferred, own=child is person)
        plan = plan_of(self._snapshot, about, event_on=row.event_on, enrolled_on=self._today)
        key = (row.programme, plan)
        if key not in self._next:
            self._next[key] = next_touch_after(programme, plan, (), self._snapshot.rules.calendar)
        return self._next[key]


def _may_begin_again(ended: Standing, row: EnrolmentRow) -> None:
    """What staff or the family ended begins again for who was told of us on a later day. Raises _Refused."""
    if ended.ended_for == "pregnancy-lost":
        raise _Refused(LOST)
    if ended.corrected_on is not None and row.told_on <= ended.corrected_on:
        raise _Refused(_told_before(ended))


def _told_before(ended: Standing) -> str:
    why = CHANGES[ended.ended_for].title if ended.ended_for is not None else ""
    return TOLD_BEFORE.format(day=in_words(ended.corrected_on or ended.told_on), why=why[:1].lower() + why[1:])


def _right_month(child: Person | None, row: EnrolmentRow) -> BirthMonth | None:
    """The child's month of birth. What staff put right stands over a sheet, unless the family was told on a later day:
    the same sheet comes again and again. An empty cell says nothing."""
    known = None if child is None or child.values["born"] is None else BirthMonth.read(child.values["born"])
    if known is None or row.child_born is None:
        return known or row.child_born
    corrected_on = None if child is None else child.born_corrected_on
    return known if corrected_on is not None and row.told_on <= corrected_on else row.child_born


def _is_child(person: Person) -> bool:
    """A young person enrolled for themselves is the child. Returns whether that is new of somebody known."""
    if person.child:
        return False
    person.child = True
    if person.household is not None:
        person.household.children.append(person)
    if person.id is None:
        return False
    person.renamed = person.dirty = True
    return True


def _live_in(person: Person, household: Household) -> None:
    if person.household is not None and person in person.household.children:
        person.household.children.remove(person)
    person.household, person.dirty = household, True
    if person.child:
        household.children.append(person)


def _may_be_safe(number: Number, row: EnrolmentRow, *, shared: bool) -> bool:
    """Not safe stands over a sheet, unless a worker was told otherwise since they last wrote, and it is theirs alone.

    The same sheet comes again and again; what the family said in between must not be undone by it.
    """
    if number.safe != "unsafe":
        return True
    wrote_on = None if number.last_in_at is None else local_date(number.last_in_at)
    return not shared and (wrote_on is None or wrote_on < row.told_on)


def _said_no_since(tx: Tx, number: Number, row: EnrolmentRow) -> bool:
    """They answered a question of ours with no, and no worker was told otherwise on a later day."""
    if number.last_in_at is None or number.id is None:
        return False  # nobody has ever written from it
    asked = addresses.newest_consent(tx, number.id, "text")
    return asked is not None and not asked[0] and local_date(asked[1]) >= row.told_on
