"""Who may see what of restricted cases: the one check that every reading and changing of a case goes through.

What is closed to a worker is for them as if it were not there: a page of it is no page, a list leaves it out, a count
does not count it. `closed_to` says what that is, in the transaction that reads; `bot.store.restricting` how far it
reaches.
"""

from collections.abc import Sequence
from typing import Final

from bot.casework.accounts import SignedIn
from bot.refs import ref_of
from bot.store import restricting
from bot.store.casework import Case, CaseEvent
from bot.store.database import Tx
from bot.store.restricting import Closed, Ended

LINKS: Final = {"linked", "unlinked"}  # case events whose detail is the other case's reference


def closed_to(tx: Tx, by: SignedIn) -> Closed:
    """The cases, people, numbers and chats that this worker may not see."""
    return restricting.closed_to(tx, by.staff.id)


def closed_to_all(tx: Tx) -> Closed:
    """Everything restricted, for what leaves the desk with nobody named: a command, a file."""
    return restricting.closed_to(tx, None)


def refs_closed_to(tx: Tx, by: SignedIn) -> frozenset[str]:
    """The references by which any of it could be known, of conversations too."""
    closed = closed_to(tx, by)
    return restricting.refs_of(tx, closed) | {ref_of(address_id) for address_id in closed.addresses}


def talks_ended_to(tx: Tx, by: SignedIn) -> Sequence[tuple[str, Ended]]:
    """The references of conversations that are closed to this worker for a time alone, each with that time."""
    return [(ref_of(one.address_id), one) for one in closed_to(tx, by).ended]


def told_of(tx: Tx, events: Sequence[CaseEvent], closed: Closed) -> list[CaseEvent]:
    """What happened to a case, without what tells of another that is closed: that it was linked with it, or parted."""
    if not closed or not any(event.kind in LINKS for event in events):
        return list(events)
    hidden = restricting.refs_of(tx, closed)
    return [event for event in events if event.kind not in LINKS or event.detail not in hidden]


def sees(tx: Tx, by: SignedIn, case: Case) -> bool:
    return not closed_to(tx, by).holds(case)
