"""Which records may be of the same person: proposed on a person's page, never merged by themselves.

A name that is near comes from the index that each process keeps; it is never enough alone. What counts beside it, and
what does not between two who live together, is `reasons`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.casework.accounts import SignedIn
from bot.casework.listing import audit_list
from bot.casework.sight import closed_to
from bot.house import House
from bot.near_names import words_of
from bot.store import merging, naming
from bot.store.database import Tx
from bot.store.people import Person

MOST: Final = 5  # on the page
LOOKED: Final = 40  # of near names
Reason = Literal["number", "postcode", "email", "child", "name", "like"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is compared of a record. `numbers`: ids of those they have or had; `children`: of the household, by name
    and month of birth, those of whom both are known."""

    name: tuple[str, ...]
    child: bool
    household: int | None
    postcode: str
    email: str
    numbers: frozenset[int]
    children: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    person: Person
    reasons: Sequence[Reason]


def reasons(one: Known, other: Known, *, near: bool) -> list[Reason]:
    """Why two records may be one person, the strongest first; none where they are not proposed. `near`: by name.

    Two who live together have the household's postcode and children by necessity: of them only a number or an email
    counts, and the whole name. A number alone counts where one of them has no name: it may have been passed on.
    """
    if one.child or other.child:
        return []
    nameless = not one.name or not other.name
    together = one.household is not None and one.household == other.household
    same: dict[Reason, bool] = {
        "number": bool(one.numbers & other.numbers),
        "email": bool(one.email) and one.email == other.email,
        "child": bool(one.children & other.children) and not together,
        "postcode": bool(one.postcode) and one.postcode == other.postcode and not together,
    }
    found = [reason for reason, holds in same.items() if holds]
    if nameless:
        return ["number"] if same["number"] else []
    exact = sorted(one.name) == sorted(other.name)
    if not found or not (exact if together else near or exact):
        return []
    return [*found, "name" if exact else "like"]


def likely(house: House, person: Person, by: SignedIn) -> Sequence[Likely]:
    """Records that may be of the same person as one whose page is open, those left out that are closed to this worker.
    Who is shown is audited."""
    if person.child:
        return ()
    with house.db.read() as tx:
        near = {found for found, _ in house.names.find(tx, person.name, limit=LOOKED)} if person.first_name else set()
        closed = closed_to(tx, by).people
        ids = ({*near, *merging.others_at_all(tx, person.id)} - closed) - {person.id}
        if not ids:
            return ()
        who = naming.people_of(tx, [person.id, *sorted(ids)])
        known = dict(_known(tx, who))
    here = known[person.id]
    found = [
        Likely(person=who[other], reasons=why)
        for other in sorted(ids & known.keys())
        if (why := reasons(here, known[other], near=other in near))
    ]
    found.sort(key=lambda one: (-len(one.reasons), one.person.id))
    shown = found[:MOST]
    if shown:
        with house.db.write() as tx:
            refs = [one.person.ref for one in shown]
            audit_list(tx, by, house.clock.now(), action="people.alike", target=f"person:{person.ref}", refs=refs)
    return shown


def _known(tx: Tx, who: Mapping[int, Person]) -> Iterator[tuple[int, Known]]:
    homes = sorted({person.household_id for person in who.values() if person.household_id is not None})
    children: dict[int, set[tuple[str, str]]] = {}
    for child in naming.children_of(tx, homes):
        if child.first_name and child.born and child.household_id is not None:
            children.setdefault(child.household_id, set()).add((child.first_name.casefold(), child.born))
    numbers: dict[int, set[int]] = {}
    for tie in merging.ties(tx, list(who)):
        numbers.setdefault(tie.person_id, set()).add(tie.address_id)
    for person_id, person in who.items():
        yield person_id, Known(
            name=words_of(f"{person.first_name or ''} {person.last_name or ''}"), child=person.child,
            household=person.household_id, postcode="".join((person.postcode or "").split()).upper(),
            email=(person.email or "").casefold(), numbers=frozenset(numbers.get(person_id, ())),
            children=frozenset(children.get(person.household_id or 0, ())),
        )  # fmt: skip
