"""Timers: a session woken at an instant. Each fires in its own transaction, once; a stale one does nothing."""

from datetime import datetime, timedelta

import structlog

from bot.house import House
from bot.store import conversations, people
from bot.store.conversations import Timer
from bot.turn.load import open_turn
from bot.turn.receive import run
from flows.events import TimerFired

log = structlog.get_logger()
TRIES = 5


def fire_due(house: House, now: datetime) -> int:
    """Fire every timer that is due; returns how many."""
    with house.db.read() as tx:
        due = conversations.due_timers(tx, now)
    for timer in due:
        try:
            _fire(house, timer, now)
        except Exception as fault:  # noqa: BLE001 - one broken session must not hold up the others
            log.error("timer failed", timer_id=timer.id, attempt=timer.attempts + 1, fault=type(fault).__name__)
            _later(house, timer, now)
    if due:
        house.wake.wake()
    return len(due)


def _fire(house: House, timer: Timer, now: datetime) -> None:
    with house.db.write() as tx:
        address = people.address_by_id(tx, timer.address_id, lock=True)
        if not conversations.take_timer(tx, timer.id, timer.step_no):
            return
        turn = open_turn(house, tx, address, key=f"tm{timer.address_id}.{timer.step_no}.{timer.name}", now=now)
        run(turn, TimerFired(name=timer.name, step_no=timer.step_no))


def _later(house: House, timer: Timer, now: datetime) -> None:
    """Try again with growing pauses; after the last try it waits a day, and the log says so."""
    wait = timedelta(minutes=2**timer.attempts) if timer.attempts < TRIES else timedelta(days=1)
    with house.db.write() as tx:
        conversations.delay_timer(tx, timer.id, now + wait, timer.attempts + 1)
