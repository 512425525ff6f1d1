"""Whose rows a request for one's own data is about: a person with their numbers, a number or chat that is nobody's,
or a case that is of nobody and of no number, as a professional's referral of a family without a mobile is.

What was said at an address while two people had it is nobody's alone: no software can tell who of them wrote. It is
held back from an export, and it stays when one of them is erased, since it may be the other's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.refs import number_of
from bot.store import addresses, casework, merged, people, restricting, subjects
from bot.store.database import Tx
from bot.store.erasing import Scope, Stay, case_ids, nameless
from bot.store.people import Person, Tenure
from bot.store.restricting import Closed

HIGHEST_ID: Final = 2**31 - 1  # PostgreSQL refuses to compare more


class NoSuchSubject(LookupError):
    """Nobody, and no conversation of nobody's, has this reference."""


class Restricted(Exception):
    """It is of a restricted case, and whoever asks gave no reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """`person` is None for an address that is nobody's. `children` were known only through the person, and go with
    them; an export is of `person` alone. `shared` are addresses that somebody else has, or had, in the same time.
    `cases` is the one case that is of nobody. `merged` are records of the same people that were merged into theirs:
    `own_merged` the person's own."""

    ref: str
    person: Person | None
    children: Sequence[Person]
    stays: Sequence[Stay]
    shared: Sequence[int]
    cases: Sequence[int] = ()
    merged: Sequence[Person] = ()
    own_merged: Sequence[Person] = ()

    @property
    def kind(self) -> str:
        """What the audit calls it."""
        if self.person is not None:
            return "person"
        return "case" if self.cases else "conversation"

    @property
    def own(self) -> Scope:
        """What is theirs alone."""
        own = () if self.person is None else (self.person, *self.own_merged)
        return Scope(people=tuple(p.id for p in own), stays=self.stays, cases=self.cases)

    @property
    def whole(self) -> Scope:
        """What goes when they are erased."""
        return Scope(people=tuple(p.id for p in self.everybody), stays=self.stays, cases=self.cases)

    @property
    def everybody(self) -> Sequence[Person]:
        return (*(() if self.person is None else (self.person,)), *self.children, *self.merged)


def find_for(tx: Tx, ref: str, by: int | None) -> Subject:
    """The same for a member of staff, where it is not closed to them. Raises NoSuchSubject."""
    found = find(tx, ref)
    if by is not None and touches(tx, found, restricting.closed_to(tx, by)):
        raise NoSuchSubject(ref)
    return found


def refuse_restricted(tx: Tx, ref: str) -> None:
    """For a command, which knows nobody's name. Raises Restricted, and NoSuchSubject."""
    if touches(tx, find(tx, ref), restricting.closed_to(tx, None)):
        raise Restricted(ref)


def touches(tx: Tx, found: Subject, closed: Closed) -> bool:
    """Whether anything of it is closed."""
    at = [*(stay.address_id for stay in found.stays if stay.current), *found.shared]
    mine = {person.id for person in found.everybody}
    return bool(
        closed
        and (
            not closed.people.isdisjoint(mine)
            or not closed.addresses.isdisjoint(at)
            or not closed.cases.isdisjoint(case_ids(tx, found.whole))
        )
    )


def find(tx: Tx, ref: str) -> Subject:
    """By a reference in standard form: a person's, a conversation's where nobody is known there, or that of a case of
    nobody and of no number. Raises NoSuchSubject."""
    person = people.find_person(tx, ref)
    if person is not None:
        own = [people.person_by_id(tx, one) for one in merged.behind(tx, [person.id])]
        children = _only_through(tx, person, own)
        others = [people.person_by_id(tx, one) for one in merged.behind(tx, [child.id for child in children])]
        together = {one.id for one in (person, *own, *children, *others)}
        stays, shared = _stays(tx, person, together)
        for record in own:
            more, also = _stays(tx, record, together)
            stays, shared = stays + more, shared + [one for one in also if one not in shared]
        return Subject(
            ref=ref, person=person, children=children, stays=stays, shared=shared, merged=[*own, *others],
            own_merged=own,
        )  # fmt: skip
    address_id = number_of(ref)
    if address_id > HIGHEST_ID or addresses.find_address_by_id(tx, address_id) is None or not nameless(tx, address_id):
        case = casework.find_case(tx, ref)
        if case is None or case.person_id is not None or case.address_id is not None:
            raise NoSuchSubject(ref)
        return Subject(ref=ref, person=None, children=(), stays=(), shared=(), cases=(case.id,))
    return Subject(
        ref=ref, person=None, children=(), stays=(Stay(address_id=address_id, alone=True, current=True),), shared=()
    )


def _only_through(tx: Tx, person: Person, merged_into: Sequence[Person]) -> list[Person]:
    """The children of the household where this person is the last grown-up, that have no number of their own and about
    whom no parent who lives apart is written to."""
    if person.child or person.household_id is None:
        return []
    home = people.household_of(tx, person.household_id)
    if any(not member.child and member.id != person.id for member in home):
        return []
    unnumbered = [m for m in home if m.child and not people.tenures(tx, person_id=m.id)]
    own = [person.id, *(record.id for record in merged_into)]
    shared = subjects.in_plans_of_others(tx, [child.id for child in unnumbered], own)
    return [child for child in unnumbered if child.id not in shared]


def _stays(tx: Tx, person: Person, together: Collection[int]) -> tuple[list[Stay], list[int]]:
    """By address: from when until when it was theirs and nobody else's; and the addresses that were shared."""
    every = people.tenures(tx, person_id=person.id)
    stays, shared = [], []
    for own in (tenure for tenure in every if tenure.person_id == person.id):
        others = [t for t in every if t.address_id == own.address_id and t.person_id not in together]
        if any(_overlap(own, other) for other in others):
            shared.append(own.address_id)
            continue
        ended = [t.released_at for t in others if t.released_at is not None and t.released_at <= own.since]
        stays.append(
            Stay(
                address_id=own.address_id, after=max(ended, default=None), until=own.released_at,
                alone=not others, current=own.released_at is None,
            )
        )  # fmt: skip
    return stays, shared


def _overlap(one: Tenure, other: Tenure) -> bool:
    return _before(one.since, other.released_at) and _before(other.since, one.released_at)


def _before(at: datetime, end: datetime | None) -> bool:
    return end is None or at < end
