"""What returns to everybody's inbox on its day: contacts to review, reviews of referrals, and steps that are late.

One section holds them all. None of it raises a level or tells anybody by text: it stands there until it is done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.casework import pathway
from bot.live import Snapshot
from bot.store import contacts
from bot.store import pathway as steps
from bot.store.contacts import Contact
from bot.store.database import Tx
from bot.store.pathway import DueReferral
from bot.store.restricting import NOTHING, Closed, refs_of
from scheduler.pathway import Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """One line: a contact, or else a referral with what is due of it."""

    due_on: date
    contact: Contact | None = None
    referral: DueReferral | None = None
    due: Due | None = None
    late: bool = False

    @property
    def refs(self) -> Iterator[str]:
        """Whom it shows, for the audit."""
        if self.contact is not None:
            yield from (ref for ref in (self.contact.ref, self.contact.person_ref) if ref)
        if self.referral is not None:
            yield self.referral.ref


def waiting(
    snapshot: Snapshot, tx: Tx, today: date, *, limit: int | None, closed: Closed = NOTHING
) -> tuple[int, list[Again]]:  # fmt: skip
    """How many there are, and the longest due of them; all without a `limit`. Nothing of what is `closed`."""
    if closed:
        _, every = waiting(snapshot, tx, today, limit=None)
        hidden = refs_of(tx, closed)
        every = [one for one in every if hidden.isdisjoint(one.refs)]
        return len(every), every[:limit]
    missed = pathway.first_look_missed(snapshot, today)
    found = [Again(due_on=on, contact=contact) for on, contact in contacts.due(tx, today, limit=limit)]
    found += _referrals(snapshot, steps.due(tx, today, missed, limit=limit), today)
    found.sort(key=lambda one: one.due_on)
    return contacts.count_due(tx, today) + steps.count_due(tx, today, missed), found[:limit]


def _referrals(snapshot: Snapshot, listed: Sequence[DueReferral], today: date) -> Iterator[Again]:
    for one in listed:
        due = pathway.due_of(snapshot, one)
        if due is not None:
            yield Again(due_on=due.on, referral=one, due=due, late=due.is_late(today))


def late_of(snapshot: Snapshot, tx: Tx, case_ids: Sequence[int], today: date) -> dict[int, Due]:
    """Of these cases the referrals with a step that is late, by case."""
    found = {case_id: pathway.due_of(snapshot, one) for case_id, one in steps.due_of(tx, case_ids).items()}
    return {case_id: due for case_id, due in found.items() if due is not None and due.is_late(today)}
