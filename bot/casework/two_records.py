"""Two records that may be one person, side by side: what each holds, what differs, and which children both have."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from bot.store import addresses, casework, keeping, merged, people, touches
from bot.store import merging as rows
from bot.store.addresses import Address
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.merging import FACTS, Tie
from bot.store.people import Person
from bot.store.restricting import Closed

WENT_OUT: Final = frozenset({"sent", touches.PARKED, "answered", "no-reply", "undelivered", "unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A number or chat of a record, and its time there; `address` None where its key is lost."""

    address: Address | None
    tie: Tie


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    title: str
    about: str
    event_on: date
    told_on: date
    going_on: bool
    went_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One of the two, as the page shows it beside the other."""

    person: Person
    reached: Sequence[Reached]
    plans: Sequence[Planned]
    consents: Sequence[tuple[str, bool, datetime]]
    cases: Sequence[Case]
    household: Sequence[Person]


def differ(tx: Tx, kept: Person, away: Person) -> dict[str, tuple[str, str]]:
    mine, theirs = rows.record_of(tx, kept.id), rows.record_of(tx, away.id)
    return {
        name: (str(mine[name]), str(theirs[name]))
        for name in FACTS
        if mine[name] is not None and theirs[name] is not None and mine[name] != theirs[name]
    }


def record_of(tx: Tx, person: Person, titles: Mapping[str, str], closed: Closed) -> Record:
    """Without what is `closed` to who looks, as a number may be that was theirs once."""
    ties = [tie for tie in rows.ties(tx, [person.id]) if tie.address_id not in closed.addresses]
    reached = [Reached(address=addresses.readable_address(tx, tie.address_id), tie=tie) for tie in ties]
    at = [tie.address_id for tie in ties if tie.released_at is None]
    plans: list[Planned] = []
    for one in keeping.enrolments_of(tx, [person.id]):
        out = sum(touch.outcome in WENT_OUT for touch in touches.touches_of(tx, [one.id]))
        about = people.person_by_id(tx, one.child_id).name if one.child_id not in {0, person.id} else ""
        plans.append(
            Planned(
                title=titles.get(one.programme, one.programme), about=about, event_on=one.event_on, told_on=one.told_on,
                going_on=one.state in keeping.GOING_ON, went_out=out,
            )
        )  # fmt: skip
    consents: list[Any] = addresses.consents_of(tx, address_ids=[], person_ids=[person.id])
    home = [] if person.household_id is None else people.household_of(tx, person.household_id)
    return Record(
        person=person, reached=reached, plans=plans, consents=[(c.kind, c.given, c.at) for c in consents],
        cases=[
            case for case in casework.cases_of(tx, address_ids=at, person_ids=[person.id]) if not closed.holds(case)
        ],
        household=[member for member in home if member.id != person.id],
    )  # fmt: skip


def stamp_of(tx: Tx, *records: Person) -> str:
    """How these records stand, as far as a choice between them hangs on it: a STOP, a case, a plan or a fact since
    then makes it another."""
    told: list[object] = []
    for one in records:
        told.append([(name, rows.record_of(tx, one.id)[name]) for name in (*FACTS, "household_id", "died_on")])
        for tie in rows.ties(tx, [one.id]):
            found = addresses.readable_address(tx, tie.address_id)
            marks = found and (found.consent, found.safe, found.shared, found.watched, found.safe_times)
            told.append((tie.address_id, tie.since, tie.released_at, marks))
        told.append([(e.id, e.state, e.event_on) for e in keeping.enrolments_of(tx, [one.id])])
        told.append([(c.id, c.state) for c in casework.cases_of(tx, address_ids=[], person_ids=[one.id])])
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def children_of_both(tx: Tx, kept: Person, away: Person) -> list[tuple[Person, Person]]:
    """The children that both records have: called the same and born in the same month; or of whom one has no name,
    where each record has one child of that month."""
    if kept.child or away.child:
        return []
    ours, theirs = _children_of(tx, kept), _children_of(tx, away)
    both = {child.id for child in ours} & {child.id for child in theirs}
    ours, theirs = ([child for child in side if child.id not in both] for side in (ours, theirs))
    found: list[tuple[Person, Person]] = []
    for child in theirs:
        alike = [one for one in ours if child.born is not None and one.born == child.born]
        named = [one for one in alike if one.first_name and child.first_name and _called(one) == _called(child)]
        alone = len(alike) == sum(one.born == child.born for one in theirs) == 1
        nameless = [one for one in alike if alone and not (one.first_name and child.first_name)]
        for one in (named or nameless)[:1]:
            ours.remove(one)
            found.append((one, child))
    return found


def _called(child: Person) -> str:
    return (child.first_name or "").strip().casefold()


def _children_of(tx: Tx, person: Person) -> list[Person]:
    home = [] if person.household_id is None else people.household_of(tx, person.household_id)
    found = {member.id: member for member in home if member.child}
    about = rows.children_in_plans(tx, person.id) - found.keys()
    gone = merged.leads_to(tx, about)
    return [*found.values(), *(people.person_by_id(tx, one) for one in sorted(about - gone.keys()))]
