"""Check-ins as lived: a due touch is decided, written and opened in one transaction; silence is followed up."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.clock import local_date
from bot.house import House
from bot.live import Snapshot
from bot.store import keeping, people
from bot.store.casework import open_cases_of
from bot.store.database import Tx
from bot.store.keeping import Enrolment, Touch
from bot.store.people import Address
from bot.turn.load import open_turn, worker_talking
from bot.turn.receive import run
from flows.events import CheckInDue, CheckInReminded
from scheduler.decide import Missed, Send, Suppressed, TouchFacts, Wait, decide
from scheduler.follow_up import Close, Remind, SentTouch, follow_up
from scheduler.programme import Enrolment as Plan
from scheduler.programme import PlannedTouch, Programme, next_touch_after
from scheduler.programme import Touch as Rule
from scheduler.safe_times import read_safe_times

log = structlog.get_logger()
AFTER_A_FAULT = timedelta(hours=1)


def decide_due(house: House, now: datetime) -> int:
    """Decide every enrolment that is due; returns how many. Each in its own transaction."""
    with house.db.read() as tx:
        due = keeping.due_enrolments(tx, now)
    for enrolment in due:
        try:
            with house.db.write() as tx:
                _decide(house, tx, enrolment.id, now)
        except Exception as fault:  # noqa: BLE001 - one broken enrolment must not hold up the others
            log.error("touch failed", enrolment_id=enrolment.id, fault=type(fault).__name__)
            # Tried again until its window closes; then the ledger says that the service did not get to it.
            with house.db.write() as tx:
                keeping.delay_enrolment(tx, enrolment, now + AFTER_A_FAULT)
    if due:
        house.wake.wake()
    return len(due)


def follow_up_due(house: House, now: datetime) -> int:
    """Remind, or give up on, every silent check-in that is due; returns how many."""
    with house.db.read() as tx:
        due = keeping.silent_touches(tx, now)
    for touch in due:
        try:
            with house.db.write() as tx:
                _follow_up(house, tx, touch.id, touch.address_id, now)
        except Exception as fault:  # noqa: BLE001 - likewise
            log.error("follow-up failed", touch_id=touch.id, fault=type(fault).__name__)
            with house.db.write() as tx:
                keeping.change_touch(tx, touch.id, next_at=now + AFTER_A_FAULT)
    if due:
        house.wake.wake()
    return len(due)


def plan_next(
    tx: Tx, snapshot: Snapshot, enrolment: Enrolment, *, waited_for: str | None = None
) -> PlannedTouch | None:
    """Set the enrolment's `next_at` to the opening of its next undecided touch; with none left, it ends."""
    planned = _next(tx, snapshot.compiled.programmes.get(enrolment.programme), enrolment)
    if planned is None:
        keeping.change_enrolment(tx, enrolment.id, state="ended", next_at=None, waited_for=None)
        return None
    keeping.change_enrolment(tx, enrolment.id, next_at=planned.window[0], waited_for=waited_for)
    return planned


def _next(tx: Tx, programme: Programme | None, enrolment: Enrolment) -> PlannedTouch | None:
    if programme is None:
        return None
    settled = [(t.touch, t.occurrence) for t in keeping.touches_of(tx, [enrolment.id])]
    plan = Plan(event_on=enrolment.event_on, enrolled_on=local_date(enrolment.created_at))
    return next_touch_after(programme, plan, settled)


def _decide(house: House, tx: Tx, enrolment_id: int, now: datetime) -> None:
    # The address is locked before what hangs on it, as in a family's turn: two orders would lock each other out.
    address = _number_of(tx, keeping.enrolment_by_id(tx, enrolment_id).person_id)
    if address is not None:
        address = people.address_by_id(tx, address.id, lock=True)
    enrolment = keeping.enrolment_by_id(tx, enrolment_id, lock=True)
    if enrolment.state != "active" or enrolment.next_at is None or enrolment.next_at > now:
        return
    snapshot = house.live.snapshot(tx)
    planned = _next(tx, snapshot.compiled.programmes.get(enrolment.programme), enrolment)
    if planned is None:
        keeping.change_enrolment(tx, enrolment.id, state="ended", next_at=None, waited_for=None)
        return
    decision = decide(planned, _facts(tx, enrolment, address, now), snapshot.rules.contact, now)
    if isinstance(decision, Wait):
        keeping.change_enrolment(tx, enrolment.id, next_at=decision.until, waited_for=decision.reason)
        return
    outcome = {Send: "sent", Missed: "missed", Suppressed: "suppressed"}[type(decision)]
    touch_id = keeping.decide_touch(
        tx, enrolment_id=enrolment.id, touch=planned.touch.id, occurrence=planned.occurrence,
        address_id=None if address is None else address.id, due_at=planned.window[0], decided_at=now, outcome=outcome,
        reason=decision.reason,
    )  # fmt: skip
    plan_next(tx, snapshot, enrolment)
    if touch_id is None or not isinstance(decision, Send) or address is None:
        return
    turn = open_turn(house, tx, address, key=f"to{touch_id}", now=now)
    turn.touch_id, turn.expires_at = touch_id, planned.window[1]
    run(turn, CheckInDue(flow=planned.touch.flow, touch=touch_id, not_after=planned.window[1]))
    keeping.change_touch(tx, touch_id, next_at=_look_again(house, tx, touch_id, planned, now))


def _look_again(house: House, tx: Tx, touch_id: int, planned: PlannedTouch, now: datetime) -> datetime | None:
    rules = house.live.snapshot(tx).rules.contact
    sent = _sent(keeping.touch_by_id(tx, touch_id), planned.touch)
    told = follow_up(sent, TouchFacts(enrolled_on=local_date(now), consent="given"), rules, now)
    return told.until if isinstance(told, Wait) else None


def _follow_up(house: House, tx: Tx, touch_id: int, address_id: int | None, now: datetime) -> None:
    address = None if address_id is None else people.address_by_id(tx, address_id, lock=True)
    touch = keeping.touch_by_id(tx, touch_id, lock=True)
    if touch.outcome != "sent" or touch.next_at is None or touch.next_at > now:
        return
    snapshot = house.live.snapshot(tx)
    enrolment = keeping.enrolment_by_id(tx, touch.enrolment_id)
    programme = snapshot.compiled.programmes.get(enrolment.programme)
    rule = next((t for t in programme.touches if t.id == touch.touch), None) if programme else None
    # A programme taken out of the content still has check-ins under way: they end by the usual days.
    sent = SentTouch(sent_at=touch.decided_at, reminded_at=touch.reminded_at) if rule is None else _sent(touch, rule)
    told = follow_up(sent, _facts(tx, enrolment, address, now), snapshot.rules.contact, now)
    if isinstance(told, Wait):
        keeping.change_touch(tx, touch.id, next_at=told.until)
    elif isinstance(told, Close):
        keeping.change_touch(
            tx, touch.id, outcome=told.outcome, reason=told.reason, listed=told.listed, settled_at=now, next_at=None
        )
    elif isinstance(told, Remind) and address is not None:
        turn = open_turn(house, tx, address, key=f"re{touch.id}", now=now)
        turn.touch_id = touch.id
        run(turn, CheckInReminded(touch=touch.id))
        if not turn.said:
            # Their talk has moved on, or is going on just now: nothing was said, and the ledger must not say it was.
            waits = follow_up(
                replace(sent, reminded_at=now), _facts(tx, enrolment, address, now), snapshot.rules.contact, now
            )
            keeping.change_touch(tx, touch.id, next_at=waits.until if isinstance(waits, Wait) else now)


def _sent(touch: Touch, rule: Rule) -> SentTouch:
    return SentTouch(
        sent_at=touch.decided_at, remind_after=rule.remind_after, give_up_after=rule.give_up_after,
        on_no_reply=rule.on_no_reply, reminded_at=touch.reminded_at,
    )  # fmt: skip


def _number_of(tx: Tx, person_id: int) -> Address | None:
    """The number a check-in goes to: the person's own, one that may be texted before one that may not."""
    numbers = [a for a in people.addresses_of(tx, person_id) if a.kind == "sms"]
    numbers.sort(key=lambda a: (a.consent == "stopped", a.safe == "unsafe", a.id))
    return numbers[0] if numbers else None


def _facts(tx: Tx, enrolment: Enrolment, address: Address | None, now: datetime) -> TouchFacts:
    enrolled_on = local_date(enrolment.created_at)
    if address is None:
        return TouchFacts(enrolled_on=enrolled_on, has_number=False)
    windows = read_safe_times(address.safe_times) if address.safe_times else ()
    open_cases = open_cases_of(tx, address_id=address.id, person_ids=[enrolment.person_id])
    return TouchFacts(
        enrolled_on=enrolled_on,
        consent=address.consent,  # type: ignore[arg-type]  # the column holds only these words
        safe_to_text=address.safe == "safe" and not address.shared,
        safe_windows=windows or (),
        safe_times_unread=windows is None,
        family_wrote_at=address.last_in_at,
        worker_wrote_at=address.worker_wrote_at if worker_talking(address, open_cases, now) else None,
        last_check_in_at=keeping.last_sent_at(tx, address.id),
        waited_for=enrolment.waited_for,
        waited_until=enrolment.next_at,
    )
