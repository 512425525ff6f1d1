"""One case as its page shows it: read, looked at and audited in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.alerts import answering
from bot.alerts.answering import Waiting
from bot.casework import away, pathway, timeline
from bot.casework.accounts import SignedIn
from bot.casework.away import Colleague
from bot.casework.inbox import OPEN_FOR
from bot.casework.pathway import Section
from bot.casework.sight import closed_to, told_of
from bot.casework.timeline import Timeline
from bot.casework.work import looked_at
from bot.dispatcher import SAFETY_CONFIRMED, UNCONFIRMED
from bot.house import House
from bot.store import addresses, desk, outbox, staff, team
from bot.store import casework as rows
from bot.store.addresses import Address
from bot.store.casework import Case, CaseEvent
from bot.store.database import Tx
from bot.store.team import CallBack

RAISING: Final = frozenset({"opened", "updated", "grew"})  # case events of a turn that answered the family, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The last thing that happened to a case. `kind` is the case event's; `by` is None where it was no worker."""

    kind: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What we said because of this case. `unconfirmed`: two minutes on, nobody has said that it arrived."""

    words: str
    at: datetime
    purpose: str
    by: str  # the worker's name; empty where the service said it
    state: str
    reason: str
    channel: str
    unconfirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The case is offered to `to`, by whoever has it; `to_id` and `from_id` say whose answer is asked."""

    to_id: int
    from_id: int
    to: str
    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """`address` is where a reply goes. `reachable` is false where no channel of ours sends to its kind."""

    case: Case
    timeline: Timeline
    replied: Sequence[Reply]  # oldest first
    address: Address | None
    reachable: bool
    claimed_by: str | None
    closed_by: str | None
    last_change: Change | None
    newest: int  # the case id that a poll asks "anything after?" with
    newest_event: int  # of any case's history: what grew graver after it is news too
    alert: Waiting | None  # that waits for an answer
    offer: Offer | None  # that a colleague has not answered yet
    call: CallBack | None  # that was promised
    colleagues: Sequence[Colleague]  # whom it could be handed to, those away among them
    looking: Sequence[str]  # who else has this page open
    heard: int  # the id of the last message from their number or chat; 0 for none
    now: datetime
    pathway: Section | None  # of a referral


def open_case(house: House, ref: str, by: SignedIn) -> CasePage:
    """Open a case. The first look is kept, since the family was promised one. Raises NoSuchCase."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = looked_at(tx, ref, by, now)
        names = staff.staff_names(tx)
        closed = closed_to(tx, by)
        events = told_of(tx, rows.events_of(tx, [case.id]), closed)
        address = None if case.address_id is None else addresses.readable_address(tx, case.address_id)
        return CasePage(
            case=case,
            timeline=timeline.of_case(house, tx, case, closed),
            replied=_replied(tx, case, events, names, now),
            address=address,
            reachable=address is not None and address.kind in house.channels,
            claimed_by=names.get(case.claimed_by or 0),
            closed_by=names.get(case.closed_by or 0),
            last_change=_last_change(events, names, by),
            newest=desk.newest_case_id(tx),
            newest_event=desk.newest_event_id(tx),
            alert=answering.waiting_for(house, tx, case.id, now),
            offer=_offer(tx, case, names),
            call=team.call_of(tx, case.id),
            colleagues=[one for one in away.colleagues(tx, now) if one.id != by.staff.id],
            looking=team.lookers(tx, [case.id], now - OPEN_FOR, but=by.staff.id).get(case.id, ()),
            heard=desk.newest_inbox_id(tx, case.address_id),
            now=now,
            pathway=pathway.of_case(house.live.snapshot(tx), tx, case, now),
        )


def _last_change(events: Sequence[CaseEvent], names: Mapping[int, str], by: SignedIn) -> Change | None:
    """Whoever looks has just done so: that is not what they missed."""
    others = (one for one in reversed(events) if not (one.kind == "looked" and one.staff_id == by.staff.id))
    last = next(others, None)
    return None if last is None else Change(kind=last.kind, by=names.get(last.staff_id or 0), at=last.at)


def _offer(tx: Tx, case: Case, names: Mapping[int, str]) -> Offer | None:
    found = team.offer_of(tx, case.id)
    if found is None:
        return None
    return Offer(
        to_id=found.to_id, from_id=found.from_id, to=names.get(found.to_id, ""), by=names.get(found.from_id, ""),
        note=found.note, at=found.at,
    )  # fmt: skip


def _replied(
    tx: Tx, case: Case, events: Sequence[CaseEvent], names: Mapping[int, str], now: datetime
) -> list[Reply]:  # fmt: skip
    """Safety replies and workers' own, and what the turn that raised the case said beside it, at the same instant."""
    turns = [event.at for event in events if event.kind in RAISING and event.staff_id is None]
    writers = {event.at: names.get(event.staff_id or 0, "") for event in events if event.kind == "replied"}
    found = outbox.outbox_of_case(tx, case.id, address_id=case.address_id, said_at=turns)
    kinds = {m.address_id: addresses.kind_of(tx, m.address_id) for m in found}
    return [
        Reply(
            words=m.body, at=m.created_at, purpose=m.purpose, state=m.state, reason=m.reason or "",
            by=writers.get(m.created_at, "") if m.purpose == "staff-reply" else "", channel=kinds[m.address_id],
            unconfirmed=m.state in UNCONFIRMED and now - m.created_at > SAFETY_CONFIRMED,
        )
        for m in found
    ]  # fmt: skip
