"""Where the time of a real turn goes: spans that nest, each counted without the ones inside it."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

import sqlalchemy as sa

from bot.live import Live, Snapshot
from bot.store.database import Tx
from bot.store.sealed import Keyring
from directory.places import Places


class Meter:
    """Seconds by name, of one thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since = 0.0

    def start(self, name: str) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._open.append(name)
        self._since = now

    def stop(self) -> None:
        now = time.perf_counter()
        self.seconds[self._open.pop()] += now - self._since
        self._since = now

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        self.start(name)
        try:
            yield
        finally:
            self.stop()

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same, timed while a span is open: outside, it is somebody else's call."""

        @wraps(work)
        def measured(*args: Any, **kwargs: Any) -> Any:
            if not self._open:
                return work(*args, **kwargs)
            with self.span(name):
                return work(*args, **kwargs)

        return measured


class Metered:
    """Stands before a value and times the methods named; everything else passes through."""

    def __init__(self, meter: Meter, inner: Any, names: dict[str, str]) -> None:
        self._inner = inner
        for method, name in names.items():
            setattr(self, method, meter.timed(name, getattr(inner, method)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class MeteredLive(Live):
    """A snapshot whose lexicon and finder are timed."""

    def __init__(self, places: Callable[[], Places], meter: Meter) -> None:
        super().__init__(places)
        self._meter = meter
        self._dressed: tuple[Snapshot, Snapshot] | None = None

    def snapshot(self, tx: Tx) -> Snapshot:
        plain = super().snapshot(tx)
        if self._dressed is None or self._dressed[0] is not plain:
            self._dressed = (plain, _dress(plain, self._meter))
        return self._dressed[1]


def _dress(plain: Snapshot, meter: Meter) -> Snapshot:
    reads = ("understand", "intent_kind", "is_keyword")
    names = {"screen": "screening"} | dict.fromkeys(reads, "understanding")
    lexicon: Any = Metered(meter, plain.assets.lexicon, names)
    finder: Any = Metered(meter, replace(plain.finder, lexicon=lexicon), {"find": "search"})
    return replace(plain, finder=finder, assets=replace(plain.assets, lexicon=lexicon, finder=finder))


class MeteredKeys(Keyring):
    """The keyring, timed. `meter` is set on the class: the keyring itself takes no more fields."""

    meter: Meter

    def seal(self, place: str, text: str) -> bytes:
        with self.meter.span("sealing"):
            return super().seal(place, text)

    def unseal(self, place: str, blob: bytes) -> str:
        with self.meter.span("sealing"):
            return super().unseal(place, blob)

    def index(self, kind: str, value: str) -> str:
        with self.meter.span("sealing"):
            return super().index(kind, value)


def watch_statements(engine: sa.Engine, meter: Meter) -> None:
    """Time what the database itself does, and its commit apart: the commit is the wait for the disk."""
    starts = ("before_cursor_execute", lambda *_: meter.start("statements"))
    ends = ("after_cursor_execute", lambda *_: meter.stop())
    for name, listener in (starts, ends):
        sa.event.listen(engine, name, listener)
    engine.dialect.do_commit = meter.timed("commit", engine.dialect.do_commit)  # type: ignore[method-assign]
