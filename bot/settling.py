"""What follows when we learn what became of a message: its row, its check-in, its case, and consent."""

from datetime import datetime
from typing import Any, Final

from bot import keywords
from bot.alerts import climbing
from bot.refs import new_ref
from bot.store import addresses, casework, people, receipts, touches
from bot.store import outbox as rows
from bot.store.casework import RANK
from bot.store.database import Tx
from bot.store.outbox import Outbox
from bot.store.sealed import SealError
from messages.addresses import NOT_TEXTED
from messages.classes import TO_STAFF
from messages.leave import CARRIER_CONFIRMS, NO_WORD, UNSAFE
from messages.status import ENDS, NOT_ARRIVED, Event, State, event_of, forward

BLOCKED_BY_CARRIER = "21610"  # Twilio's error dictionary: the number has texted STOP to our sender
NO_WAY_BY_TEXT = frozenset(NOT_TEXTED.values())
TOLD_TO_TEAM = {"safety", "staff-reply", "stop-receipt", "promise"}
OUTCOME: Final[dict[State, str]] = {  # what a check-in came to whose text ended so
    "refused": "suppressed",
    "expired": "missed",
    "failed": "undelivered",
    "undelivered": "undelivered",
    "held": "unknown",
}


def locked(tx: Tx, *, outbox_id: int | None = None, provider_sid: str | None = None) -> Outbox | None:
    """A row to settle, with its address locked before it: what hangs on the row is locked in a turn's order.

    Neither its words nor the number is opened: a row whose key is lost must be settled too.
    """
    address_id = rows.address_of_outbox(tx, outbox_id=outbox_id, provider_sid=provider_sid)
    if address_id is None:
        return None
    addresses.lock_address(tx, address_id)
    return rows.find_outbox(tx, outbox_id=outbox_id, provider_sid=provider_sid)


def settle(
    tx: Tx, row: Outbox, event: Event, now: datetime, *, reason: str | None = None, code: str | None = None,
    sid: str | None = None,
) -> State:  # fmt: skip
    """Move a row forward by the status table, with everything that hangs on it. Late news changes nothing.

    `sid` makes the provider's id known, by its answer, a receipt or its list: receipts that overtook it are taken in.
    Who gives one calls `receipts.one_at_a_time` before the row is locked.
    """
    current: State = row.state  # type: ignore[assignment]  # the column holds only the table's words
    state = forward(current, event)
    values: dict[str, Any] = {}
    if sid is not None and row.provider_sid is None:
        values["provider_sid"] = sid
    if code is not None:
        values["error_code"] = code[:16]
    if state != current:
        values["state"] = state
        if state in ENDS:
            values["settled_at"] = now
        if reason is not None or state not in NOT_ARRIVED:
            values["reason"] = None if reason is None else reason[:200]
        if row.accepted_at is None and event in {"accepted", "sent", "delivered", "undelivered", "failed"}:
            values["accepted_at"] = now
    if values:
        rows.change_outbox(tx, row.id, **values)
    if state != current:
        _consequences(tx, row, state, now, reason, code)
    return state if sid is None or row.provider_sid is not None else _overtaken(tx, row.id, sid, state, now)


def _overtaken(tx: Tx, outbox_id: int, sid: str, state: State, now: datetime) -> State:
    """What receipts told that came before anybody here knew whose they were."""
    for word, code in receipts.claim_receipts(tx, sid, outbox_id):
        event, row = event_of(word), rows.find_outbox(tx, outbox_id=outbox_id)
        if event is not None and row is not None:
            state = settle(tx, row, event, now, code=code)
    return state


def _consequences(tx: Tx, row: Outbox, state: State, now: datetime, reason: str | None, code: str | None) -> None:
    if code == BLOCKED_BY_CARRIER:
        keywords.refused(tx, row, now)
    if state == "delivered":
        keywords.arrived(tx, row)
    if row.touch_id is not None and row.purpose == "check-in":
        _touch(tx, row.touch_id, state, reason or f"The text was {state}.", now)
    if row.text_id in keywords.STOP_RECEIPTS and (code == BLOCKED_BY_CARRIER or reason == CARRIER_CONFIRMS):
        return  # the carrier has confirmed their STOP itself: nobody telephones about that
    if row.purpose in TO_STAFF:
        return  # the ladder goes on by itself; the family's own reply is another row
    if row.purpose == "by-request":
        return  # who asked stands at the page and sees that nothing came, and it may not have been their number
    if state in NOT_ARRIVED and _is_told(row, state, reason):
        not_reached(tx, row, now, reason or f"the text was {state}")


def _is_told(row: Outbox, state: State, reason: str | None) -> bool:
    """Whether the team must hear that it did not arrive."""
    if row.purpose in TOLD_TO_TEAM or state == "held" or reason in NO_WAY_BY_TEXT:
        return True
    # An answer that came too late, or that a phone which is no longer in their hand may not have: they still wait.
    return row.purpose == "answer" and (state == "expired" or reason == UNSAFE)


def is_listed(outcome: str, reason: str) -> bool:
    """Whether a check-in that ended so stands on the team's list, for somebody to telephone."""
    return outcome in {"undelivered", "unknown"} or reason == NO_WORD


def _touch(tx: Tx, touch_id: int, state: State, reason: str, now: datetime) -> None:
    """The ledger says what became of the check-in's text; late good news takes back what it said before."""
    standing = touches.touch_by_id(tx, touch_id)
    outcome = OUTCOME.get(state)
    # What never left was not left unanswered, though its plan ended while it was with a sender.
    never_left = state == "refused" and standing.outcome == "no-reply"
    if outcome is not None and (standing.outcome == "sent" or never_left):
        told = reason[:200]
        listed = is_listed(outcome, told)
        touches.change_touch(tx, touch_id, outcome=outcome, reason=told, next_at=None, listed=listed)
    elif state == "delivered" and standing.outcome in {"undelivered", "unknown"} and standing.settled_at is None:
        told = "It was delivered after all."
        touches.change_touch(tx, touch_id, outcome="sent", reason=told, next_at=now, listed=False)


def not_reached(tx: Tx, row: Outbox, now: datetime, reason: str) -> None:
    """Tell the team to telephone: on the message's own case, else the address's open one, else a new one."""
    case = _case_of(tx, row)
    if case is None:
        level = "concern" if row.purpose == "safety" else "routine"
        address_id, person_id = _readable(tx, row.address_id)
        case_id = casework.add_case(
            tx, ref=new_ref(), kind="escalation", level=level, rank=RANK[level], reason="not-reached",
            address_id=address_id, person_id=person_id, words="", because="[]", opened_at=now, look_by=now,
            not_reached=True,
        )  # fmt: skip
    else:
        case_id = case
        casework.change_case(tx, case_id, not_reached=True)
    if row.case_id is None:
        rows.change_outbox(tx, row.id, case_id=case_id)  # so that the case shows what did not arrive
    casework.add_case_event(tx, case_id=case_id, at=now, kind="not-reached", detail=f"{row.text_id}: {reason}"[:200])
    if row.purpose == "safety":
        climbing.safety_reply_lost(tx, case_id, now)


def _readable(tx: Tx, address_id: int) -> tuple[int | None, int | None]:
    """The address and the one person there, each where its page can be opened: a lost key leaves a case alone."""
    try:
        addresses.address_by_id(tx, address_id)
    except SealError:
        return None, None
    try:
        who = people.people_at(tx, address_id)
    except SealError:
        return address_id, None
    return address_id, who[0].id if len(who) == 1 else None


def _case_of(tx: Tx, row: Outbox) -> int | None:
    """The message's own case, or the address's open one; None where there is none or it cannot be opened."""
    try:
        if _readable(tx, row.address_id)[0] is None:
            return None
        if row.case_id is not None and casework.case_by_id(tx, row.case_id).state != "closed":
            return row.case_id
        open_cases = casework.open_cases_of(tx, address_id=row.address_id)
    except SealError:
        return None
    return open_cases[0].id if open_cases else None
