"""The second person of an urgent case: confirms that it can be closed, or says why not.

Whether one is wanted is the council's (`closing: second_person: urgent` in council.yaml). What keeps it is the one way
by which a case closes (`work.end`), so that no page, form or second session of the same worker goes round it.
"""

from collections.abc import Sequence

from bot.casework import pathway, work
from bot.casework.accounts import SignedIn
from bot.casework.sight import closed_to
from bot.casework.work import SECOND, Form, NotYet, locked_case, noted, record, swap
from bot.house import House
from bot.store import closing as rows
from bot.store.closing import Closing, ToConfirm

GONE = "Nobody asks any more for this case to be closed."


def asked_of(house: House, case_id: int) -> Closing | None:
    """What waits for a second person, of a case whose page is open to whoever asks."""
    with house.db.read() as tx:
        return rows.standing(tx, case_id)


def waiting_for(house: House, by: SignedIn) -> Sequence[ToConfirm]:
    """Closings that somebody else asked for, of cases that this worker may see."""
    with house.db.read() as tx:
        return rows.waiting(tx, but=by.staff.id, closed=closed_to(tx, by))


def confirm(house: House, form: Form) -> None:
    """Close the case as it was asked. Raises Stale, and NotYet for whoever asked it themselves."""
    with house.db.read() as tx:
        case = work.seen_case(tx, form.ref, form.by)
        asked = rows.standing(tx, case.id)
    if asked is None:
        raise NotYet(GONE)
    if asked.asked_by == form.by.staff.id:
        raise NotYet(SECOND)
    if asked.act == "taken":
        pathway.take(house, form, "taken", asked.given)
    else:
        ending = pathway.ending(house, form, asked.given)
        work.close(house, form, outcome=asked.outcome, words=asked.words, ending=ending, given=asked.given)


def decline(house: House, form: Form, words: str) -> None:
    """Say why it cannot be closed yet; who asked may take it back so. Raises Stale and NotYet."""
    words = noted(words, "Say why it cannot be closed yet.")
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        asked = rows.standing(tx, case.id)
        if asked is None:
            raise NotYet(GONE)
        swap(tx, case, form)
        rows.end(tx, asked.id, how="declined", by=form.by.staff.id, at=now)
        record(tx, case, form, now, "close-declined", body=words)
