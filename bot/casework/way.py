"""Where a referral stands, by the council's clocks and calendar; and what of that a family may read in a text."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from bot.clock import local_date
from bot.live import Snapshot
from bot.store import pathway as rows
from bot.store.casework import Case
from bot.store.database import Tx
from scheduler.pathway import Standing, Taken, standing

Told = tuple[Literal["", "received", "working"], date | None]


def standing_of(snapshot: Snapshot, case: Case, taken: Sequence[Taken]) -> Standing:
    """After these steps, oldest first."""
    clocks = snapshot.compiled.council.pathway.clocks
    return standing(local_date(case.opened_at), taken, clocks, snapshot.rules.calendar)


def told_to_family(snapshot: Snapshot, tx: Tx, case: Case | None, today: date) -> Told:
    """Received, or worked on; and by when they hear, where that is still to come. Nothing of any other case.

    Others may read the phone: no level, need, team or name. Of the front door nothing is told but that somebody works
    on it, since it may have to look before the family knows.
    """
    if case is None or case.kind != "referral":
        return "", None
    found = standing_of(snapshot, case, rows.taken_of(tx, case.id))
    due = None if found.due is None or found.due.on < today or found.stage == "passed" else found.due.on
    return ("received" if found.stage == "received" else "working"), due
