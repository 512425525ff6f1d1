"""Serving: gunicorn with one worker and threads; clock and dispatcher start once, after the worker forks."""

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, Protocol
from wsgiref.types import WSGIApplication

import structlog
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from bot.alarms import Alarm
from bot.clockwork import EVERY_SECONDS, tick
from bot.dispatcher import SENDERS, Dispatcher
from bot.house import House
from bot.turn.backfill import backfill
from scheduler.ticker import Ticker

log = structlog.get_logger()
THREADS = 16  # the demo's dispatcher calls its own provider over HTTP: never fewer than a few


class Startable(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


Made = tuple[WSGIApplication, House, Startable | None]


def email_sender(house: House, stop: threading.Event) -> threading.Thread:
    """The one thread that talks to the mail server, which may take its time."""
    return threading.Thread(
        target=Dispatcher(house, by_email=True).run, args=(stop,), name="dispatcher-email", daemon=True
    )


class Engine:
    """The threads beside the pages: the clock, the way out, and in a demo the stand-in provider's."""

    def __init__(self, house: House, also: Startable | None = None) -> None:
        self._house = house
        self._also = also
        self._stop = threading.Event()
        self._ticker = Ticker(lambda: tick(house), EVERY_SECONDS, self._broken)
        self._out = [
            threading.Thread(target=Dispatcher(house).run, args=(self._stop,), name=f"dispatcher-{n}", daemon=True)
            for n in range(SENDERS)
        ]
        if "email" in house.channels:
            self._out.append(email_sender(house, self._stop))
        self._alarm = Alarm(house)
        self._first = threading.Thread(target=self._catch_up, name="catch-up", daemon=True)

    def start(self) -> None:
        if self._also is not None:
            self._also.start()
        for sender in self._out:
            sender.start()
        self._first.start()
        self._alarm.start()
        self._ticker.start()

    def stop(self) -> None:
        self._stop.set()
        self._house.wake.wake()
        self._ticker.stop()
        self._alarm.stop()
        for sender in self._out:
            sender.join(timeout=15)
        if self._also is not None:
            self._also.stop()

    def _catch_up(self) -> None:
        """What came while we were away: at once, not at the next five minutes."""
        try:
            backfill(self._house, self._house.clock.now())
        except Exception as fault:  # noqa: BLE001 - the clock looks again
            self._broken(fault)

    @staticmethod
    def _broken(fault: BaseException) -> None:
        log.error("ticker failed", fault=type(fault).__name__)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn, told everything here: no config file, no preload."""

    def __init__(self, make: Callable[[], Made], host: str, port: int, *, engine: bool) -> None:
        self._make = make
        self._bind = f"{host}:{port}"
        self._engine = engine
        self._running: Engine | None = None
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 30,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,
            "worker_exit": self._worker_exit,
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """In the worker, after the fork: build the app, then start what runs beside it."""
        app, house, also = self._make()
        if self._engine:
            self._running = Engine(house, also)
            self._running.start()
        return app

    def _worker_exit(self, _server: Any, _worker: Any) -> None:
        if self._running is not None:
            self._running.stop()


class _WithoutWords(logging.Formatter):
    """A fault as its kind and its places in the code. What it says may quote the family: it is never written."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        kind, _, trace = ei
        frames = traceback.extract_tb(trace)
        places = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        return f"{getattr(kind, '__name__', 'fault')} in {frames[-1].name if frames else 'an unknown place'}{places}"


def set_up_logs() -> None:
    """JSON lines on standard error: ids, never words, names or numbers. Libraries speak only of trouble."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithoutWords("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
