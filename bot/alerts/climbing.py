"""Climbing: the clock asks the ladder what each case needs now, and writes what it says. Nothing is sent here.

One transaction a case, under the case's own lock: two clocks tell each rung once, and nothing is told after somebody
answered for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.alerts import rules
from bot.alerts.people import Person, people_of
from bot.content import Council
from bot.house import House
from bot.store import addresses, outbox, published
from bot.store import alerts as rows
from bot.store.alerts import Alert, Standing
from bot.store.casework import RANK
from bot.store.database import Tx
from bot.store.sealed import SealError
from messages.classes import Purpose, class_of, priority_of
from scheduler.calendar import WorkingCalendar
from scheduler.ladder import GRAVEST_FIRST, Begin, Hurry, Next, Nobody, Tell, Wait, decide, on_not_reached

log = structlog.get_logger()
MOST_STEPS: Final = 20  # of one case in one tick: a ladder whose every rung fails at once comes to its end
_PURPOSE: Final[Mapping[str, Purpose]] = {"sms": "staff-alert", "email": "staff-email"}
_KIND: Final = {"sms": "staff", "email": "email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Climbing:
    """What climbing one case needs to know, read in its transaction."""

    house: House
    tx: Tx
    council: Council
    calendar: WorkingCalendar
    people: Mapping[str, Person]
    now: datetime


def climb_due(house: House, now: datetime) -> int:
    """Do what the ladder asks for every case; returns how many cases something was done for.

    A restored backup climbs nothing until an operator resumes it: it may have told everybody already.
    """
    with house.db.read() as tx:
        if published.paused(tx):
            return 0
        known = _known(house, tx, now)
        ladder = known.council.ladder
        ranks = [RANK[level] for level in GRAVEST_FIRST if ladder.starts(level)]
        standing = rows.standing(tx, ranks=ranks, now=now)
        alerts: dict[int, list[Alert]] = {}
        for alert in rows.alerts_of(tx, [case.id for case in standing if case.climb is not None]):
            alerts.setdefault(alert.case_id, []).append(alert)
        waiting = [case for case in standing if _due(known, case, alerts.get(case.id, []))]
    for case in waiting:
        try:
            with house.db.write() as tx:
                _climb(_known(house, tx, now), case.id)
        except Exception as fault:  # noqa: BLE001 - one case must not hold up the others
            log.error("could not alert", case_id=case.id, fault=type(fault).__name__)
    if waiting:
        house.wake.wake()
    return len(waiting)


def safety_reply_lost(tx: Tx, case_id: int, now: datetime) -> None:
    """The family may not have the safety reply of this case: somebody is told at once, at any hour."""
    case = rows.standing_of(tx, case_id, lock=True)
    climb = rules.climb_facts(case, rows.alerts_of(tx, [case_id]), now)
    _begin_or_hurry(tx, case, on_not_reached(rules.case_facts(case), climb, now), now)


def _known(house: House, tx: Tx, now: datetime) -> _Climbing:
    snapshot = house.live.snapshot(tx)
    council = snapshot.compiled.council
    return _Climbing(
        house=house, tx=tx, council=council, calendar=snapshot.rules.calendar, people=people_of(tx, council), now=now
    )  # fmt: skip


def _next(known: _Climbing, case: Standing, alerts: list[Alert]) -> Next:
    climb = rules.climb_facts(case, alerts, known.now)
    return decide(rules.case_facts(case), climb, known.council.ladder, known.calendar, known.now)


def _due(known: _Climbing, case: Standing, alerts: list[Alert]) -> bool:
    """A look without the lock: what only waits is left alone."""
    if case.climb is not None and case.climb.ended_at is None and rules.answered_how(case) is not None:
        return True
    return case.state != "closed" and not isinstance(_next(known, case, alerts), Wait)


def _climb(known: _Climbing, case_id: int) -> None:
    tx, now = known.tx, known.now
    case = rows.standing_of(tx, case_id, lock=True)
    how = rules.answered_how(case)
    if case.climb is not None and case.climb.ended_at is None and how is not None:
        rows.change_climb(tx, case.climb.id, ended_at=now, ended_how=how)
        case = rows.standing_of(tx, case_id)
    if case.state == "closed":
        return
    for _ in range(MOST_STEPS):
        alerts = rows.alerts_of(tx, [case_id])
        what = _next(known, case, alerts)
        if isinstance(what, Wait):
            return
        if isinstance(what, Tell):
            _tell(known, case, what, step=max((one.step for one in alerts), default=-1) + 1)
        else:
            _begin_or_hurry(tx, case, what, now)
        case = rows.standing_of(tx, case_id)


def _begin_or_hurry(tx: Tx, case: Standing, what: Begin | Hurry | Nobody | Wait, now: datetime) -> None:
    climb = case.climb
    if isinstance(what, Begin):
        if climb is not None and climb.ended_at is None:
            rows.change_climb(tx, climb.id, ended_at=now, ended_how=what.why)
        rows.add_climb(
            tx, case_id=case.id, round=0 if climb is None else climb.round + 1, level=what.level, why=what.why,
            rank=RANK[rules.case_facts(case).level], started_at=now, promise_at=what.promise_at,
        )  # fmt: skip
    elif isinstance(what, Hurry) and climb is not None:
        rows.change_climb(tx, climb.id, hurried_at=now, promise_at=what.promise_at)
    elif isinstance(what, Nobody) and climb is not None:
        rows.change_climb(tx, climb.id, unreached_at=now)
        log.warning("nobody reached", case_id=case.id)


def _tell(known: _Climbing, case: Standing, what: Tell, *, step: int) -> None:
    """One rung, by every way it has. One with none is kept as a step too: the next is told at once, and it is seen."""
    tx, now, climb = known.tx, known.now, case.climb
    assert climb is not None
    person = known.people[what.rung.tell]
    ways = person.ways(known.house)
    told = {"climb_id": climb.id, "case_id": case.id, "step": step, "rung": what.place, "told": person.title, "at": now}
    if not ways:
        rows.add_alert(tx, **told, channel="none", outbox_id=None)
    for channel, to in ways:
        outbox_id = outbox.put_out(
            tx, key=f"alert:{case.id}.{step}.{channel}", address_id=_address(tx, _KIND[channel], to, now),
            purpose=_PURPOSE[channel], class_=class_of(_PURPOSE[channel]), rank=priority_of(_PURPOSE[channel]),
            text_id=f"alert.{channel}", body=_words(known, case, channel, climb.level), extras=None, language="en",
            created_at=now, not_before=now, expires_at=None, case_id=None, touch_id=None,
        )  # fmt: skip
        rows.add_alert(tx, **told, channel=channel, outbox_id=outbox_id)
    log.info("told", case_id=case.id, step=step, ways=len(ways))


def _words(known: _Climbing, case: Standing, channel: str, level: str) -> str:
    link = f"{known.house.settings.public_url}/desk/cases/{case.ref}"
    said = rules.text_of if channel == "sms" else rules.email_of
    return said(known.council.service, level, link)


def _address(tx: Tx, kind: str, value: str, now: datetime) -> int:
    """Not locked where it is known: a sender that records a receipt holds it, and waits for no case.

    One whose key is lost is sealed anew: who is told of danger stands in the council's file as well.
    """
    try:
        found = addresses.find_address(tx, kind, value)
    except SealError:
        found = None
    return (found or addresses.open_address(tx, kind, value, now)).id
