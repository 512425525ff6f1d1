"""What happens with time: each tick does what is due, in order of what matters, one transaction a thing.

APScheduler only ticks. Two tickers, a restart or an hour that happens twice do no harm: rows and claims decide.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.alerts import climbing
from bot.casework import auditing, away
from bot.dispatcher import Dispatcher
from bot.expiring import expire_stale
from bot.house import House
from bot.logs import one_pass
from bot.people import retaining, uploads
from bot.publishing.days import turn_the_day
from bot.publishing.reminding import remind_due
from bot.store import published
from bot.turn import backfill, receive, timers, touches
from bot.watch import mark_failing, say_ring
from scheduler.ticker import Ticker

log = structlog.get_logger()
EVERY_SECONDS = 2.0
FETCHING = "backfill"


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
        _mark(house, failed, now, of=[name for name, _ in WORK])


def _mark(house: House, failed: set[str], now: datetime, *, of: list[str]) -> None:
    try:
        mark_failing(house, failed, now, of=of)
    except Exception as fault:  # noqa: BLE001 - likewise
        log.error("tick failed", work="marks", fault=type(fault).__name__)


class Fetching:
    """Takes in what no webhook brought, on a thread of its own: a list may hang, or hold a thousand messages, and the
    clock meanwhile tells the team of the first danger among them.

    At once at the start, then when it is due. After a look that broke it waits, also where the database takes no
    writes and so cannot keep that it was tried: the provider is not asked again and again for nothing.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._looked = False
        self._broke_at: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop."""
        while True:
            try:
                with one_pass("clock"):
                    self.look()
            except Exception as fault:  # noqa: BLE001 - whatever it was, missed texts are still to be fetched
                log.error("fetching failed", fault=type(fault).__name__)
            if stop.wait(EVERY_SECONDS):
                return

    def look(self) -> None:
        """Look at the provider's list where it is time to."""
        now = self._house.clock.now()
        if self._broke_at is not None and timedelta(0) <= now - self._broke_at < backfill.AGAIN:
            return
        failed: set[str] = set()
        try:
            (backfill.backfill_due if self._looked else backfill.backfill)(self._house, now)
            self._looked, self._broke_at = True, None
        except Exception as fault:  # noqa: BLE001 - the next look may fare better
            log.error("tick failed", work=FETCHING, fault=type(fault).__name__)
            failed.add(FETCHING)
            self._broke_at = now
        _mark(self._house, failed, now, of=[FETCHING])


class Clock:
    """What happens with time, whichever role runs it: the ticks, and the fetching beside them."""

    def __init__(self, house: House) -> None:
        self._stop = threading.Event()
        self._ticker = Ticker(lambda: tick(house), EVERY_SECONDS, _broken)
        self._fetching = threading.Thread(target=Fetching(house).run, args=(self._stop,), name="fetching", daemon=True)

    def start(self) -> None:
        self._fetching.start()
        self._ticker.start()

    def stop(self) -> None:
        """Waits for a running tick to end, not for the provider."""
        self._stop.set()
        self._ticker.stop()


def _broken(fault: Exception) -> None:
    log.error("ticker failed", fault=type(fault).__name__)


def _beat(house: House, now: datetime) -> None:
    with house.db.write() as tx:
        published.beat(tx, "clock", now)
    say_ring(house, now)


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
    ("inbox", receive.retry_stuck),
    ("lookups", _look_up),
    ("alerts", climbing.climb_due),
    ("returns", away.return_work),
    ("timers", timers.fire_due),
    ("stale", expire_stale),
    ("touches", _keep_in_touch),
    ("sheets", uploads.work),
    ("seals", auditing.seal_due),
    ("directory", turn_the_day),
    ("providers", remind_due),
    ("retention", retaining.retain_due),
)
KINDS = (*(name for name, _ in WORK), FETCHING)
