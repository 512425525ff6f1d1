"""The page of one person's rights: what there is of them, counted, and what forbids to erase it; audited."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.house import House
from bot.people import erasing
from bot.people.erasing import Rehearsal
from bot.store import casework, staff
from bot.store import erasing as rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """`name` is empty for what is of nobody; `kind` is person, conversation or case.

    `cases` are references that a legal hold can be of.
    """

    name: str
    person: bool
    kind: str
    children: Sequence[str]
    shared: int
    rehearsal: Rehearsal
    cases: Sequence[str]


def look(house: House, ref: str, *, by: int) -> Rights:
    """Raises NoSuchSubject."""
    with house.db.write() as tx:
        rehearsal = erasing.rehearse(tx, ref, by=by)
        found = rehearsal.subject
        staff.add_audit(tx, at=house.clock.now(), staff_id=by, action="person.data", target=f"{found.kind}:{ref}")
        return Rights(
            name="" if found.person is None else found.person.name, person=found.person is not None, kind=found.kind,
            children=[child.name for child in found.children], shared=len(found.shared), rehearsal=rehearsal,
            cases=sorted(casework.refs_of(tx, rows.case_ids(tx, found.whole)).values()),
        )  # fmt: skip
