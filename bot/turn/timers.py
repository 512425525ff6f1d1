"""Timers: a session woken at an instant. Each fires in its own transaction, once; a stale one does nothing."""

from datetime import datetime, timedelta

import structlog

from bot.casework import raising
from bot.house import House
from bot.store import addresses, conversations
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
        address = addresses.address_by_id(tx, timer.address_id, lock=True)
        if not conversations.take_timer(tx, timer):
            return
        # With its instant, since a conversation that had to start afresh counts its steps from the beginning.
        at = int(timer.fire_at.timestamp())
        turn = open_turn(house, tx, address, key=f"tm{timer.address_id}.{timer.step_no}.{timer.name}.{at}", now=now)
        run(turn, TimerFired(name=timer.name, step_no=timer.step_no))


def _later(house: House, timer: Timer, now: datetime) -> None:
    """Try again with growing pauses; after the last try a person sees that something we promised did not happen.

    The number is not opened: that may be what broke, and the timers behind this one must not wait for it.
    """
    with house.db.write() as tx:
        addresses.lock_address(tx, timer.address_id)
        if timer.attempts + 1 < TRIES:
            conversations.delay_timer(tx, timer, now + timedelta(minutes=2**timer.attempts))
        elif conversations.take_timer(tx, timer):
            raising.raise_unread(tx, address_id=timer.address_id, words="", now=now, reason="stuck")
