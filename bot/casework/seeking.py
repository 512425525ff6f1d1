"""Searching for somebody, and for words of one person. Who was shown is audited; what was sought is kept nowhere.

A number, a reference or a postcode is found exactly, by its keyed fingerprint; a name also where it is misspelt, by the
index that each process keeps. Everything that the text may be is looked for, and each line says as what it was found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from bot.casework import timeline
from bot.casework.accounts import SignedIn
from bot.casework.listing import audit_list
from bot.casework.sight import closed_to
from bot.casework.timeline import Entry
from bot.house import House
from bot.near_names import EXACT
from bot.refs import number_of, read_ref, ref_of
from bot.store import addresses, casework, naming, staff
from bot.store.addresses import Address
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.naming import OpenCase, TellsOf
from bot.store.people import Person
from bot.store.restricting import Closed
from messages.addresses import read_phone

MOST: Final = 40  # people on the page; who is looked for among more is named more fully
LONGEST: Final = 200  # characters of what is sought
EVERY_WORD: Final = 5_000  # messages each way of one person that are searched
HIGHEST_ID: Final = 2**31 - 1
As = Literal["reference", "case-reference", "number", "former-number", "postcode", "name", "like-name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person, and as what they were found. `until`: the number was theirs until then."""

    person: Person
    found_as: As
    until: datetime | None
    addresses: Sequence[Address]
    lives_with: Sequence[Person]  # of a child: the adults of the household
    cases: Sequence[OpenCase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """`case` and `conversation` are references where what was typed is one, or a number that is nobody's yet.

    `told`: professionals' referrals of a family of such a name, who may be nobody's record here.
    """

    lines: Sequence[Line]
    told: Sequence[TellsOf]
    more: bool
    case: str | None
    conversation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What of one person's story holds every word that was sought, oldest first."""

    person: Person
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the text is the reference or the number of. `held_by`: who has or had the number, with until when."""

    case: Case | None
    person_id: int | None
    address_id: int | None
    held_by: Sequence[tuple[int, datetime | None]]


class Nothing(ValueError):
    """There is nothing to look for, or too much; the message is for the worker."""


def begin(house: House, by: SignedIn) -> None:
    """The empty page of the search is looked at, audited."""
    with house.db.write() as tx:
        staff.add_audit(tx, at=house.clock.now(), staff_id=by.staff.id, action="search.view", target="search")


def seek(house: House, by: SignedIn, typed: str) -> Sought:
    """Whoever fits, exact ones first. Raises Nothing."""
    typed = " ".join(typed.split())
    if not typed:
        raise Nothing("Enter a name, number, reference or postcode.")
    if len(typed) > LONGEST:
        raise Nothing(f"Enter at most {LONGEST} characters.")
    # Names are read before the transaction that writes: the first time, or after an import, that takes a while.
    with house.db.read() as tx:
        alike = house.names.find(tx, typed, limit=MOST + 1)
        alike_told = house.names.find_told(tx, typed, limit=MOST)
    with house.db.write() as tx:
        closed = closed_to(tx, by)
        read = _without(tx, _read(tx, typed), closed)
        case = None if read.case is None else read.case.ref
        conversation = None if read.address_id is None else ref_of(read.address_id)
        found: dict[int, tuple[As, datetime | None]] = {}
        for person_id, as_what, until in _fitting(tx, typed, read, alike):
            if person_id not in closed.people:
                found.setdefault(person_id, (as_what, until))
        shown = list(found)[:MOST]
        who = naming.people_of(tx, shown)
        cases = naming.open_cases_of(tx, shown, closed=closed)
        homes = {p.household_id for p in who.values() if p.child and p.household_id is not None}
        adults = naming.adults_of(tx, sorted(homes), closed=closed)
        lines = [
            Line(
                person=who[key], found_as=found[key][0], until=found[key][1],
                addresses=_readable_addresses(tx, key), cases=cases.get(key, ()),
                lives_with=adults.get(who[key].household_id or 0, ()) if who[key].child else (),
            )
            for key in shown
            if key in who
        ]  # fmt: skip
        told = naming.told_of(tx, [key for key, _ in alike_told if key not in closed.cases])
        told_here = [told[key] for key, _ in alike_told if key in told]
        at = house.clock.now()
        refs = [ref for line in lines for ref in (line.person.ref, *(one.ref for one in line.lives_with))]
        refs += [one.ref for line in lines for one in line.cases]
        refs += [one.ref for one in told_here]
        refs += [ref for ref in (case, conversation) if ref is not None]
        audit_list(tx, by, at, action="people.search", target=f"search:{len(lines)}", refs=refs)
        return Sought(lines=lines, told=told_here, more=len(found) > MOST, case=case, conversation=conversation)


def words_of(house: House, by: SignedIn, ref: str, typed: str) -> Words | None:
    """Where these words stand in one person's messages, notes and reasons; None where nobody has this reference.

    Raises Nothing. Words are searched within one person only: to search everybody's would be to read everybody.
    """
    asked = typed.casefold().split()
    if not asked:
        raise Nothing("Enter the words to look for.")
    if len(typed) > LONGEST:
        raise Nothing(f"Enter at most {LONGEST} characters.")
    story = timeline.of_person(house, ref, by, action="person.words", most=EVERY_WORD)
    if story is None or story.person is None:
        return None
    kept = [e for e in story.entries if e.kind in {"wrote", "said", "note", "case"} and _holds(e, asked)]
    return Words(person=story.person, entries=kept)


def _holds(entry: Entry, asked: Sequence[str]) -> bool:
    said = " ".join((entry.words, *entry.listings)).casefold()
    return all(word in said for word in asked)


def _read(tx: Tx, typed: str) -> _Read:
    ref, phone = read_ref(typed), read_phone(typed)
    case = None if ref is None else casework.find_case(tx, ref)
    person_id = None if ref is None else naming.by_ref(tx, ref)
    address_id, held_by = (None, []) if phone.e164 is None else naming.at_number(tx, phone.e164)
    if ref is not None and case is None and person_id is None and number_of(ref) <= HIGHEST_ID:
        address_id = naming.conversation_at(tx, number_of(ref))
    return _Read(case=case, person_id=person_id, address_id=address_id, held_by=held_by)


def _without(tx: Tx, read: _Read, closed: Closed) -> _Read:
    """What is restricted is not found, by its own reference either."""
    if not closed:
        return read
    case = None if read.case is None or closed.holds(read.case) else read.case
    found = None if read.address_id is None else addresses.readable_address(tx, read.address_id)
    return replace(read, case=case, address_id=None if found is None or closed.silent(found) else found.id)


def _fitting(
    tx: Tx, typed: str, read: _Read, alike: Sequence[tuple[int, float]]
) -> Iterator[tuple[int, As, datetime | None]]:  # fmt: skip
    if (known := naming.by_reference(tx, typed)) is not None:
        yield known, "reference", None
    if read.person_id is not None:
        yield read.person_id, "reference", None
    if read.case is not None and read.case.person_id is not None:
        yield read.case.person_id, "case-reference", None
    for person_id, until in read.held_by:
        yield person_id, "number" if until is None else "former-number", until
    for person_id in naming.at_postcode(tx, typed, limit=MOST + 1):
        yield person_id, "postcode", None
    for person_id, near in alike:
        yield person_id, "name" if near >= EXACT else "like-name", None


def _readable_addresses(tx: Tx, person_id: int) -> list[Address]:
    """Where they are reached now, those aside whose number no key opens."""
    found = [addresses.readable_address(tx, key) for key in naming.addresses_of(tx, person_id)]
    return [address for address in found if address is not None]
