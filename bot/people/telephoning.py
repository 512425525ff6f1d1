"""Who is telephoned before anything is texted to them: an enrolment that waits for that, once in the ledger and on the
team's list with the reason, and that goes on by itself where they write from the number meanwhile."""

from datetime import date, datetime

from bot.clock import local_date
from bot.store import keeping, people, touches
from bot.store.addresses import Address
from bot.store.database import Tx
from bot.store.people import Tenure
from scheduler.confirmed import TELEPHONE_FIRST


def number_of(tx: Tx, person_id: int) -> Address | None:
    """The number a check-in goes to, and that is telephoned first: the person's own, one that may be texted before one
    that may not, and of these the one that a worker was told last."""
    numbers = [a for a in people.addresses_of(tx, person_id) if a.kind == "sms"]
    tenures = people.own_tenures(tx, person_id)
    numbers.sort(key=lambda a: (_told_on(tenures[a.id]), tenures[a.id].since, -a.id), reverse=True)
    numbers.sort(key=lambda a: (a.consent == "stopped", a.safe == "unsafe"))
    return numbers[0] if numbers else None


def told_on(tx: Tx, person_id: int, address_id: int) -> date | None:
    """The last local day on which it was told that this number is theirs, for whichever of their programmes; None where
    it never was."""
    tenure = people.own_tenures(tx, person_id).get(address_id)
    return None if tenure is None else _told_on(tenure)


def _told_on(tenure: Tenure) -> date:
    # No worker was told where they came to be known by writing from it.
    return tenure.told_on or local_date(tenure.since)


def wait_for_call(tx: Tx, enrolment_id: int, reason: str, now: datetime) -> None:
    """It stands under "Telephone first" until `called`. What was told of it before is not told again."""
    keeping.change_enrolment(tx, enrolment_id, state=keeping.HELD)
    before = sum(touch.touch == TELEPHONE_FIRST for touch in touches.touches_of(tx, [enrolment_id]))
    touches.decide_touch(
        tx, enrolment_id=enrolment_id, touch=TELEPHONE_FIRST, occurrence=before + 1, address_id=None, due_at=now,
        decided_at=now, outcome="suppressed", reason=reason, listed=True, settled_at=now,
    )  # fmt: skip


def called(tx: Tx, enrolment_id: int) -> None:
    """It is known to be their number: nobody has to telephone any more."""
    keeping.change_enrolment(tx, enrolment_id, state="active")
    touches.take_off_lists(tx, enrolment_id, TELEPHONE_FIRST)
