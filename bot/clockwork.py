"""What happens with time: each tick does what is due, in order of what matters, one transaction a thing.

APScheduler only ticks. Two tickers, a restart or an hour that happens twice do no harm: rows and claims decide.
"""

import threading
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.alerts import climbing
from bot.dispatcher import Dispatcher
from bot.expiring import expire_stale
from bot.house import House
from bot.logs import one_pass
from bot.people import uploads
from bot.store import published
from bot.turn import backfill, receive, timers, touches
from bot.watch import mark_failing

log = structlog.get_logger()
EVERY_SECONDS = 2.0
_taking_in = threading.Lock()


def tick(house: House) -> None:
    """Do everything that is due. One kind of work that fails does not stop the others; it is marked until it does."""
    now = house.clock.now()
    failed: set[str] = set()
    with one_pass("clock"):
        for name, work in WORK:
            try:
                work(house, now)
            except Exception as fault:  # noqa: BLE001 - the clock must go on
                log.error("tick failed", work=name, fault=type(fault).__name__)
                failed.add(name)
        try:
            mark_failing(house, failed, now)
        except Exception as fault:  # noqa: BLE001 - likewise
            log.error("tick failed", work="marks", fault=type(fault).__name__)


def catch_up(house: House) -> None:
    """Take in what came while we were away: at a start, on a thread of its own. It may be a thousand messages, and the
    clock meanwhile tells the team of the first danger among them."""
    with _taking_in:
        backfill.backfill(house, house.clock.now())


def _backfill(house: House, now: datetime) -> None:
    if _taking_in.acquire(blocking=False):
        try:
            backfill.backfill_due(house, now)
        finally:
            _taking_in.release()


def _beat(house: House, now: datetime) -> None:
    with house.db.write() as tx:
        published.beat(tx, "clock", now)


def _paused(house: House) -> bool:
    with house.db.read() as tx:
        return published.paused(tx)


def _keep_in_touch(house: House, now: datetime) -> None:
    """A restored backup starts nothing until an operator resumes it."""
    if not _paused(house):
        touches.decide_due(house, now)
        touches.follow_up_due(house, now)


def _look_up(house: House, _now: datetime) -> None:
    Dispatcher(house).look_up()


WORK: tuple[tuple[str, Callable[[House, datetime], object]], ...] = (
    ("heartbeat", _beat),
    ("backfill", _backfill),
    ("inbox", receive.retry_stuck),
    ("lookups", _look_up),
    ("alerts", climbing.climb_due),
    ("timers", timers.fire_due),
    ("stale", expire_stale),
    ("touches", _keep_in_touch),
    ("sheets", uploads.work),
)
