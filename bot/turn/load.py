"""Loading: what a step may know of this address, read inside the turn's transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.casework import way
from bot.clock import local_date
from bot.house import House
from bot.live import Snapshot
from bot.refs import new_ref
from bot.store import casework, conversations, keeping, people, scores
from bot.store.addresses import Address
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.people import Person
from bot.store.sealed import SealError
from bot.turn.asking import next_touch_on
from bot.turn.beginning import begins
from bot.turn.context import Turn
from flows.effects import Level
from flows.facts import Facts
from flows.session import Session

log = structlog.get_logger()
T = TypeVar("T")
WORKER_QUIET = timedelta(hours=12)  # design, "Who wins, coming in": a word within 12 hours
LEVELS: tuple[Level, ...] = ("urgent", "concern", "routine")


def open_turn(house: House, tx: Tx, address: Address, *, key: str, now: datetime, inbox_id: int | None = None) -> Turn:
    """Everything about this address that the turn needs. The address is locked by the caller."""
    snapshot = house.live.snapshot(tx)
    known = _opened(lambda: people.people_at(tx, address.id), address.id)
    person_ids = [person.id for person in known]
    open_cases = _opened(lambda: casework.open_cases_of(tx, address_id=address.id, person_ids=person_ids), address.id)
    return Turn(
        house=house, tx=tx, snapshot=snapshot, address=address, people=known, open_cases=open_cases, now=now, key=key,
        facts=_facts(tx, snapshot, address, known, open_cases, now), language=address.language, inbox_id=inbox_id,
        wording=snapshot.wording,
    )  # fmt: skip


def _opened(read: Callable[[], list[T]], address_id: int) -> list[T]:
    """What is known here; nothing where a key is lost: whoever writes is then nobody yet, and still gets every help."""
    try:
        return read()
    except SealError:
        log.error("what is known at an address cannot be opened", address_id=address_id)
        return []


def load_session(turn: Turn) -> Session | None:
    """The conversation as it stands; None where it cannot be read. One with nothing open moves to the newest bundle."""
    try:
        stored = conversations.load_session(turn.tx, turn.address.id)
        if stored is None:
            return Session.new(turn.snapshot.bundle_id)
        session = Session.from_json(stored[0])
    except conversations.BROKEN_SESSION as fault:
        log.error("a conversation cannot be read", address_id=turn.address.id, fault=type(fault).__name__)
        return None
    if not session.stack and not session.open and session.parked is None and session.left is None:
        return replace(session, bundle=turn.snapshot.bundle_id)
    return session


def worker_talking(address: Address, open_cases: list[Case], now: datetime) -> bool:
    """A case of theirs is claimed and a worker wrote within twelve hours: the bot is silent."""
    claimed = any(case.state == "claimed" for case in open_cases)
    return claimed and address.worker_wrote_at is not None and now - address.worker_wrote_at < WORKER_QUIET


def _facts(
    tx: Tx, snapshot: Snapshot, address: Address, known: list[Person], open_cases: list[Case], now: datetime
) -> Facts:
    rules = snapshot.rules
    marks = {mark for mark, held in (("unsafe", address.safe == "unsafe"), ("shared", address.shared)) if held}
    if address.watched:
        marks.add("watched")
    if any(p.worrying for p in known):
        marks.add("worrying")
    enrolments = keeping.enrolments_of(tx, [p.id for p in known]) if known else []
    locked = address.kind == "sms" and address.locked(now)
    may_enrol = address.kind == "sms" and marks <= {"worrying"} and len(known) <= 1
    asked = [case for case in open_cases if case.kind in {"referral", "request"}]
    request, hear_by = way.told_to_family(snapshot, tx, asked[0] if asked else None, local_date(now))
    return Facts(
        now=now,
        today=local_date(now),
        look_by={level: rules.calendar.look_by(level, now, rules.promises) for level in LEVELS},
        open_now=rules.calendar.is_open(now),
        fresh_ref=new_ref(),
        channel="web" if address.kind == "web" else "sms",
        language=address.language,
        consent=address.consent,  # type: ignore[arg-type]  # the column holds only these words
        first_contact=address.first_said_at is None,
        worker_talking=worker_talking(address, open_cases, now),
        asked_since_stop=address.asked_since_stop,
        marks=frozenset(marks),
        open_case=open_cases[0].level if open_cases else None,  # type: ignore[arg-type]  # likewise
        open_refs=tuple(case.ref for case in asked),
        request=request,
        hear_by=hear_by,
        last_score=scores.last_score(tx, address.id, known[0].id if len(known) == 1 else None),
        low_at=rules.worry.low,
        fall_of=rules.worry.fall,
        known_postcode=known[0].postcode if len(known) == 1 and not locked else None,
        next_touch_on=next_touch_on(tx, rules.contact, address, enrolments, now),
        paused_until=address.paused_until,
        every_days=address.every_days,
        cap_days=rules.contact.cap_days,
        young_from_years=snapshot.compiled.council.young_person_from,
        may_enrol=may_enrol,
        locked_since=(address.word_until or now) if locked else None,
        begins=begins(tx, snapshot.compiled.programmes, known[0] if known else None, enrolments) if may_enrol else None,
    )
