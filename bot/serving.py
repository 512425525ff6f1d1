"""Serving: gunicorn with one worker and threads; clock and dispatcher start once, after the worker forks."""

import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol
from wsgiref.types import WSGIApplication

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from bot.alarms import Alarm
from bot.clockwork import Clock
from bot.dispatcher import SENDERS, Dispatcher
from bot.house import House
from bot.watch import Watchman

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
        self._clock = Clock(house)
        self._out = [
            threading.Thread(target=Dispatcher(house).run, args=(self._stop,), name=f"dispatcher-{n}", daemon=True)
            for n in range(SENDERS)
        ]
        if "email" in house.channels:
            self._out.append(email_sender(house, self._stop))
        self._alarm = Alarm(house)

    def start(self) -> None:
        if self._also is not None:
            self._also.start()
        for sender in self._out:
            sender.start()
        self._alarm.start()
        self._clock.start()

    def stop(self) -> None:
        self._stop.set()
        self._house.wake.wake()
        self._clock.stop()
        self._alarm.stop()
        for sender in self._out:
            sender.join(timeout=15)
        if self._also is not None:
            self._also.stop()


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn, told everything here: no config file, no preload."""

    def __init__(self, make: Callable[[], Made], host: str, port: int, *, engine: bool) -> None:
        self._make = make
        self._bind = f"{host}:{port}"
        self._engine = engine
        self._running: Engine | None = None
        self._watchman: Watchman | None = None
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
            "logger_class": _OneLog,
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
        self._watchman = Watchman(house)
        self._watchman.start()
        return app

    def _worker_exit(self, _server: Any, _worker: Any) -> None:
        if self._watchman is not None:
            self._watchman.stop()
        if self._running is not None:
            self._running.stop()


class _OneLog(Logger):  # type: ignore[misc]
    """gunicorn's own lines go where all others do, in their form; it would write them with what a request held."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self._access_log_enabled = False
        for own in (self.error_log, self.access_log):
            own.handlers.clear()
            own.propagate = True
            own.setLevel(logging.NOTSET)
