"""Linking cases that belong together, as a neighbour's worry and a mother's own words do. Each stays a case of its own:
nothing of one moves to the other, and whoever may not see one learns nothing of it from the other.
"""

from collections.abc import Sequence
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.sight import closed_to
from bot.casework.work import Form, NoSuchCase, NotYet, locked_case, noted, record, seen_case, swap
from bot.house import House
from bot.refs import read_ref
from bot.store import casework
from bot.store import linking as rows
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.linking import Linked

LONGEST: Final = 500


def linked_with(house: House, case: Case, by: SignedIn) -> Sequence[Linked]:
    """The cases that belong with one whose page is open, those left out that are closed to this worker."""
    with house.db.read() as tx:
        return rows.linked_with(tx, case.id, closed=closed_to(tx, by))


def link(house: House, form: Form, other: str, words: str) -> None:
    """Say that another case, by its reference, belongs with this one. Raises Stale and NotYet."""
    words = noted(words, "Say in a few words why they belong together.", called="The reason", most=LONGEST)
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        found = _other(tx, form, other)
        swap(tx, case, form)
        if not rows.put(tx, case.id, found.id, why=words, by=form.by.staff.id, at=now):
            raise NotYet(f"They are linked already: {found.ref}.")
        # why stands with the link alone: what is told of one family is in no copy of the other's history
        record(tx, case, form, now, "linked", detail=found.ref)
        casework.add_case_event(tx, case_id=found.id, at=now, kind="linked", staff_id=form.by.staff.id, detail=case.ref)


def unlink(house: House, form: Form, other: str) -> None:
    """They do not belong together after all. Raises Stale and NotYet."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        found = _other(tx, form, other)
        swap(tx, case, form)
        if not rows.end(tx, case.id, found.id, by=form.by.staff.id, at=now):
            raise NotYet("They are not linked any more.")
        record(tx, case, form, now, "unlinked", detail=found.ref)
        casework.add_case_event(
            tx, case_id=found.id, at=now, kind="unlinked", staff_id=form.by.staff.id, detail=case.ref
        )


def _other(tx: Tx, form: Form, typed: str) -> Case:
    ref = read_ref(typed)
    if ref is None:
        raise NotYet("A reference has eight letters and digits. Check it for a slip.")
    if ref == form.ref:
        raise NotYet("That is this very case.")
    try:
        return seen_case(tx, ref, form.by)
    except NoSuchCase:
        raise NotYet("No case has this reference.") from None
