"""Check-ins as lived: a due touch is decided, written and opened in one transaction; silence is followed up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.casework import raising
from bot.clock import local_date
from bot.house import House
from bot.live import Snapshot
from bot.people import telephoning
from bot.people.planning import plan_next, undecided
from bot.standing import standing
from bot.store import addresses, holding, keeping, people, touches
from bot.store.addresses import Address
from bot.store.beside import beside_of
from bot.store.casework import open_cases_of
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from bot.store.touches import Touch
from bot.turn.load import open_turn, worker_talking
from bot.turn.receive import run
from flows.effects import RaiseEscalation
from flows.events import CHECK_IN_VALUES, CheckInDue, CheckInReminded
from messages.leave import WORD_WAITS
from scheduler.confirmed import confirmed_on
from scheduler.decide import (
    OVER,
    Missed,
    Send,
    Suppressed,
    Telephone,
    TouchFacts,
    Wait,
    decide_in_turn,
    first_bar,
    not_confirmed,
)
from scheduler.follow_up import Close, Remind, SentTouch, follow_up
from scheduler.merge import IN_ONE_TEXT, Candidate, one_text_for, said_together
from scheduler.programme import PlannedTouch
from scheduler.programme import Touch as Rule
from scheduler.safe_times import read_safe_times
from scheduler.worry import Answer, worries

__all__ = ["decide_due", "follow_up_due", "plan_next"]

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
        due = touches.silent_touches(tx, now)
    for touch in due:
        try:
            with house.db.write() as tx:
                _follow_up(house, tx, touch.id, touch.address_id, now)
        except Exception as fault:  # noqa: BLE001 - likewise
            log.error("follow-up failed", touch_id=touch.id, fault=type(fault).__name__)
            with house.db.write() as tx:
                touches.change_touch(tx, touch.id, next_at=now + AFTER_A_FAULT)
    if due:
        house.wake.wake()
    return len(due)


def _decide(house: House, tx: Tx, enrolment_id: int, now: datetime) -> None:
    # The address is locked before what hangs on it, as in a family's turn: two orders would lock each other out.
    whose = keeping.enrolment_by_id(tx, enrolment_id).person_id
    address = telephoning.number_of(tx, whose)
    if address is not None:
        address = addresses.address_by_id(tx, address.id, lock=True)
    enrolment = keeping.enrolment_by_id(tx, enrolment_id, lock=True)
    if enrolment.state not in keeping.GOING_ON or enrolment.next_at is None or enrolment.next_at > now:
        return
    if enrolment.person_id != whose:
        return  # two records were merged meanwhile, and another number may be theirs: the next tick asks for it
    snapshot = house.live.snapshot(tx)
    left = undecided(tx, snapshot, enrolment)
    if not left:
        plan_next(tx, snapshot, enrolment)
        return
    planned = left[0]
    contact = snapshot.rules.contact.at_their_pace(None if address is None else address.every_days)
    facts = _facts(tx, enrolment, address, now)
    # The hour is locked only by what would go.
    decision, slot = decide_in_turn(planned, facts, contact, now, lambda starts: holding.lock_hour(tx, starts))
    if enrolment.state != keeping.HELD and isinstance(decision, Telephone):
        telephoning.wait_for_call(tx, enrolment.id, decision.reason, now)
    elif enrolment.state == keeping.HELD and not_confirmed(facts, now) is None:
        telephoning.called(tx, enrolment.id)
    if isinstance(decision, Wait | Telephone):
        keeping.change_enrolment(tx, enrolment.id, next_at=decision.until, waited_for=decision.reason)
        return
    joined = _joined(tx, snapshot, enrolment, planned, now) if isinstance(decision, Send) else ()
    also = one_text_for(len(joined) + 1) if joined else ""
    outcome = {Send: "sent", Missed: "missed", Suppressed: "suppressed"}[type(decision)]
    touch_id = touches.decide_touch(
        tx, enrolment_id=enrolment.id, touch=planned.touch.id, occurrence=planned.occurrence,
        address_id=None if address is None else address.id, due_at=planned.window[0], decided_at=now, outcome=outcome,
        reason=decision.reason + also,
    )  # fmt: skip
    plan_next(tx, snapshot, enrolment)
    if touch_id is None or not isinstance(decision, Send) or address is None:
        return
    for other in joined:
        touches.decide_touch(
            tx, enrolment_id=other.enrolment, touch=other.touch.touch.id, occurrence=other.touch.occurrence,
            address_id=address.id, due_at=other.touch.window[0], decided_at=now, outcome=outcome,
            reason=f"{IN_ONE_TEXT} {decision.reason}", joined_id=touch_id,
        )  # fmt: skip
        plan_next(tx, snapshot, keeping.enrolment_by_id(tx, other.enrolment))
    if slot is not None:
        holding.count_sent(tx, slot.starts)
    turn = open_turn(house, tx, address, key=f"to{touch_id}", now=now)
    turn.touch_id, turn.expires_at = touch_id, planned.window[1]
    if facts.last_check_in_at is None and addresses.said_yes(tx, enrolment.person_id, enrolment.created_at):
        # It began with their own yes: they wrote first, and were greeted then, perhaps months ago. The first check-in
        # says again who we are and how to stop, as it does to families that a worker told of us.
        turn.facts = replace(turn.facts, first_contact=True)
    told = beside_of(tx, enrolment.id)
    values = {name: value for name, value in zip(CHECK_IN_VALUES, (told.signed_by, told.listing), strict=True) if value}
    run(turn, CheckInDue(flow=planned.touch.flow, touch=touch_id, not_after=planned.window[1], values=values))
    touches.change_touch(tx, touch_id, next_at=_look_again(house, tx, touch_id, planned, now))


def _joined(
    tx: Tx, snapshot: Snapshot, enrolment: Enrolment, planned: PlannedTouch, now: datetime
) -> Sequence[Candidate]:
    """The touches of brothers and sisters that this text says too, their enrolments locked."""
    if not enrolment.child_id:
        return ()
    others = []
    for other in keeping.enrolments_of(tx, [enrolment.person_id]):
        if other.id == enrolment.id or other.state != "active" or not other.child_id:
            continue
        left = undecided(tx, snapshot, keeping.enrolment_by_id(tx, other.id, lock=True))
        if left:
            others.append(
                Candidate(enrolment=other.id, person=other.person_id, child=other.child_id, touch=left[0])
            )  # fmt: skip
    this = Candidate(enrolment=enrolment.id, person=enrolment.person_id, child=enrolment.child_id, touch=planned)
    rules = snapshot.rules.contact
    return said_together(this, others, local_date(now), rules.merge_days, rules.school_holidays)


def _look_again(house: House, tx: Tx, touch_id: int, planned: PlannedTouch, now: datetime) -> datetime | None:
    rules = house.live.snapshot(tx).rules.contact
    sent = _sent(touches.touch_by_id(tx, touch_id), planned.touch)
    told = follow_up(sent, TouchFacts(enrolled_on=local_date(now), consent="given"), rules, now)
    return told.until if isinstance(told, Wait) else None


def _follow_up(house: House, tx: Tx, touch_id: int, address_id: int | None, now: datetime) -> None:
    address = None if address_id is None else addresses.address_by_id(tx, address_id, lock=True)
    touch = touches.touch_by_id(tx, touch_id, lock=True)
    if touch.outcome != "sent" or touch.next_at is None or touch.next_at > now:
        return
    snapshot = house.live.snapshot(tx)
    enrolment = keeping.enrolment_by_id(tx, touch.enrolment_id)
    programme = snapshot.compiled.programmes.get(enrolment.programme)
    rule = next((t for t in programme.touches if t.id == touch.touch), None) if programme else None
    # A programme taken out of the content still has check-ins under way: they end by the usual days.
    sent = SentTouch(sent_at=touch.decided_at, reminded_at=touch.reminded_at) if rule is None else _sent(touch, rule)
    facts = _facts(tx, enrolment, address, now)
    told = follow_up(sent, facts, snapshot.rules.contact, now)
    if isinstance(told, Wait):
        touches.change_touch(tx, touch.id, next_at=told.until)
    elif isinstance(told, Close):
        touches.change_touch(
            tx, touch.id, outcome=told.outcome, reason=told.reason, listed=told.listed, settled_at=now, next_at=None
        )
        if told.outcome == "no-reply" and address is not None and first_bar(OVER, facts) is None:
            _weigh_silence(house, tx, snapshot, address, enrolment.person_id, touch.id, now)
    elif isinstance(told, Remind) and address is not None:
        turn = open_turn(house, tx, address, key=f"re{touch.id}", now=now)
        turn.touch_id = touch.id
        if address.word is not None and address.read_by_others:
            turn.expires_at = now + WORD_WAITS
        run(turn, CheckInReminded(touch=touch.id))
        if not turn.said:
            # Their talk has moved on, or is going on just now: nothing was said, and the ledger must not say it was.
            waits = follow_up(
                replace(sent, reminded_at=now), _facts(tx, enrolment, address, now), snapshot.rules.contact, now
            )
            touches.change_touch(tx, touch.id, next_at=waits.until if isinstance(waits, Wait) else now)


def _weigh_silence(
    house: House, tx: Tx, snapshot: Snapshot, address: Address, person_id: int, touch_id: int, now: datetime
) -> None:
    """Ordinary silence is for the weekly list. A family marked as worrying that falls silent goes before a person."""
    if not people.person_by_id(tx, person_id).worrying:
        return
    rules = snapshot.rules
    answer = Answer(worrying=True, silent=touches.silent_in_a_row(tx, person_id))
    for worry in worries(answer, rules.worry, now, rules.calendar, rules.promises):
        turn = open_turn(house, tx, address, key=f"si{touch_id}", now=now)
        because = (f"{answer.silent} check-ins in a row without an answer",)
        raising.raise_escalation(
            turn, RaiseEscalation(level=worry.level, reason=worry.reason, words="", because=because)
        )


def _sent(touch: Touch, rule: Rule) -> SentTouch:
    return SentTouch(
        sent_at=touch.decided_at, remind_after=rule.remind_after, give_up_after=rule.give_up_after,
        on_no_reply=rule.on_no_reply, reminded_at=touch.reminded_at,
    )  # fmt: skip


def _may_start(address: Address) -> bool:
    """At a shared phone with a private word a check-in is written, and waits for the word."""
    return address.safe == "safe" and not address.watched and (not address.shared or address.word is not None)


def _facts(tx: Tx, enrolment: Enrolment, address: Address | None, now: datetime) -> TouchFacts:
    facts = standing(tx, enrolment)
    if address is None:
        return facts
    windows = read_safe_times(address.safe_times) if address.safe_times else ()
    # What was written before the number was given up was another's.
    given_up = address.released_at
    theirs = address.last_in_at if given_up is None or (address.last_in_at or given_up) > given_up else None
    told_on = telephoning.told_on(tx, enrolment.person_id, address.id) or enrolment.told_on
    open_cases = open_cases_of(tx, address_id=address.id, person_ids=[enrolment.person_id])
    return replace(
        facts,
        has_number=True,
        confirmed_on=confirmed_on(told_on, None if theirs is None else local_date(theirs)),
        consent=address.consent,  # type: ignore[arg-type]  # the column holds only these words
        safe_to_text=_may_start(address),
        paused_until=address.paused_until,
        fewer=address.every_days is not None,
        safe_windows=windows or (),
        safe_times_unread=windows is None,
        family_wrote_at=address.last_in_at,
        worker_wrote_at=address.worker_wrote_at if worker_talking(address, open_cases, now) else None,
        last_check_in_at=touches.last_sent_at(tx, address.id, enrolment.person_id),
        waited_for=enrolment.waited_for,
        waited_until=enrolment.next_at,
    )
