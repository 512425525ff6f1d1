"""The clock's beat: calls the shell every few seconds, and knows nothing else. No job per family; rows say what is due.

The only door to APScheduler.
"""

from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]


class Ticker:
    """Calls `tick` every so many seconds on a thread of its own, never twice at once.

    A tick that takes longer than the interval delays the next; those that fell meanwhile are one. What `tick` raises
    goes to `on_error`, and the ticking goes on; so it does when `on_error` raises in its turn (APScheduler logs it).
    """

    def __init__(self, tick: Callable[[], None], every_seconds: float, on_error: Callable[[Exception], None]) -> None:
        if every_seconds <= 0:
            msg = "a ticker needs an interval above zero"
            raise ValueError(msg)
        self._tick = tick
        self._every_seconds = every_seconds
        self._on_error = on_error
        self._scheduler: BackgroundScheduler | None = None

    @property
    def running(self) -> bool:
        return self._scheduler is not None

    def start(self) -> None:
        """The first tick falls one interval from now. Started twice: RuntimeError."""
        if self._scheduler is not None:
            msg = "the ticker is running"
            raise RuntimeError(msg)
        # Its own zone is never used, but unset it would read the machine's.
        scheduler = BackgroundScheduler(timezone="UTC", daemon=True)
        scheduler.add_job(
            self._once,
            "interval",
            seconds=self._every_seconds,
            max_instances=1,
            coalesce=True,
            # None: a beat is never too late. After a machine slept, the next one runs at once.
            misfire_grace_time=None,
        )
        scheduler.start()
        self._scheduler = scheduler

    def stop(self) -> None:
        """Waits for a running tick to end. Not running: nothing."""
        scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.shutdown(wait=True)

    def _once(self) -> None:
        try:
            self._tick()
        except Exception as fault:  # noqa: BLE001 (whatever it is, the clock must go on)
            self._on_error(fault)
