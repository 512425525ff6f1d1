"""Moving the demo's clock forward: by seconds, or to the next thing that time will bring."""

from datetime import datetime, timedelta

from bot.clock import ShiftedClock
from bot.clockwork import tick
from bot.house import House
from bot.store import conversations, keeping, touches
from bot.store import outbox as rows

FURTHEST = timedelta(days=400)
MOMENTS = 50  # far more than there are steps between two check-ins


class ClockFault(ValueError):
    """A move that cannot be made; the message says why."""


def move(house: House, *, by: str = "", to: str = "") -> datetime:
    """`by` seconds, or `to` next. Returns the new time. Raises ClockFault."""
    clock = house.clock
    if not isinstance(clock, ShiftedClock):
        raise ClockFault("This clock cannot be moved.")
    if to == "next":
        return _to_next(house, clock)
    try:
        step = timedelta(seconds=float(by))
    except (ValueError, OverflowError):
        raise ClockFault("Say how many seconds, or `to=next`.") from None
    if not timedelta(0) <= step <= FURTHEST:
        raise ClockFault("The clock moves forward only, and at most 400 days at once.")
    clock.move(step)
    house.wake.wake()
    return clock.now()


def _to_next(house: House, clock: ShiftedClock) -> datetime:
    """On, moment by moment, until something is said: a touch that comes due may yet wait for its hour."""
    with house.db.read() as tx:
        before = rows.newest_out(tx)
    for _ in range(MOMENTS):
        now = clock.now()
        at = next_event(house, now)
        if at is None:
            raise ClockFault("Nothing is planned.")
        clock.move(at - now + timedelta(seconds=1))
        tick(house)
        with house.db.read() as tx:
            if rows.newest_out(tx) != before:
                break
    house.wake.wake()
    return clock.now()


def next_event(house: House, now: datetime) -> datetime | None:
    """The soonest instant at which a check-in, a reminder, a timer or a waiting message is due."""
    with house.db.read() as tx:
        moments = (
            keeping.next_enrolment_at(tx, now),
            touches.next_followup_at(tx, now),
            conversations.next_timer_at(tx),
            rows.next_out_at(tx, now),
        )
    return min((at for at in moments if at is not None and at > now), default=None)
