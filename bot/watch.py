"""Is the service alive? Beats in the database say so, whichever process wrote them, and whoever asks.

The clock cannot tell of its own death, nor the dispatcher carry the news of its own. So a web process reads the beats:
for each page of the desk, for `/readyz`, and once a minute for the log.
"""

import shutil
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import structlog

from bot.house import House
from bot.logs import one_pass
from bot.store import published, watching
from bot.store.database import DatabaseError
from bot.store.watching import Counts, Vitals

log = structlog.get_logger()
LATE: Final = timedelta(minutes=2)  # a beat, or a message that could leave, older than this
BEAT: Final = timedelta(seconds=30)  # how often a part that has nothing to do says that it lives
NEARLY_FULL_BYTES: Final = 512 * 1024 * 1024  # a busy council's week, and room for the log that SQLite keeps beside
MINUTE_SECONDS: Final = 60.0
RING: Final = "keys:"  # before the mark of a ring of keys, in the heartbeats
RING_KEPT: Final = timedelta(minutes=3)  # a web process says its own once a minute
RING_FORGOTTEN: Final = timedelta(days=1)
FAILING: Final = "failing:"  # before the name of a kind of the clock's work, in the heartbeats

Part = Literal["clock", "dispatcher", "email"]
Kind = Literal["clock", "work", "dispatcher", "email", "queue", "paused", "disk", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that keeps families or the team from being told. `since`: the last beat, or when the oldest message
    could have left; None where it is not known."""

    kind: Kind
    since: datetime | None = None
    work: str = ""  # of `work`: which of the clock's


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was found: the beats and queue, what is wrong with them, and the bytes free where the database is."""

    vitals: Vitals
    alerts: tuple[Alert, ...]
    free_bytes: int | None  # None: the database is on another machine, or its disk cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    health: Health
    counts: Counts
    database_bytes: int
    last_backup_at: datetime | None


def parts(house: House) -> tuple[Part, ...]:
    """What must beat: emails are carried by a sender of their own, where they are set up."""
    return ("clock", "dispatcher", "email") if "email" in house.channels else ("clock", "dispatcher")


def look(house: House) -> Health:
    """Ask the database. Raises DatabaseError where it is away."""
    with house.db.read() as tx:
        vitals = watching.vitals(tx, house.clock.now())
    free = free_bytes(house)
    return Health(vitals=vitals, alerts=_alerts(house, vitals, free), free_bytes=free)


def measure(house: House) -> Measured:
    """Everything that is counted, at one instant. Raises DatabaseError."""
    now = house.clock.now()
    with house.db.read() as tx:
        vitals = watching.vitals(tx, now)
        counts = watching.counts(tx, now)
        size = watching.size_bytes(house.db, tx)
    free = free_bytes(house)
    return Measured(
        health=Health(vitals=vitals, alerts=_alerts(house, vitals, free), free_bytes=free), counts=counts,
        database_bytes=size, last_backup_at=vitals.beats.get("backup"),
    )  # fmt: skip


def _alerts(house: House, vitals: Vitals, free: int | None) -> tuple[Alert, ...]:
    """What is judged, and what this process met itself: a disk that takes no writes cannot be read from the rows."""
    found = judge(vitals, parts(house), free)
    if house.db.disk_full:
        found = [Alert(kind="full"), *(alert for alert in found if alert.kind != "disk")]
    return tuple(found)


def judge(vitals: Vitals, beating: Iterable[Part], free: int | None) -> list[Alert]:
    """The rule, pure. A pause is why the queue stands, and so is a dead dispatcher: each is told alone of the two."""
    found = []
    for part in beating:
        at = vitals.beats.get(part)
        if at is None or vitals.now - at > LATE:
            found.append(Alert(kind=part, since=at))
    if not any(alert.kind == "clock" for alert in found):
        found += [Alert(kind="work", since=at, work=name) for name, at in failing(vitals) if vitals.now - at > LATE]
    if vitals.paused:
        found.append(Alert(kind="paused"))
    elif not any(alert.kind == "dispatcher" for alert in found) and _waits(vitals):
        found.append(Alert(kind="queue", since=vitals.due_since))
    if free is not None and free < NEARLY_FULL_BYTES:
        found.append(Alert(kind="disk"))
    return found


def failing(vitals: Vitals) -> list[tuple[str, datetime]]:
    """Kinds of the clock's work that fail, and since when each has not once succeeded."""
    return sorted((name[len(FAILING) :], at) for name, at in vitals.beats.items() if name.startswith(FAILING))


def mark_failing(house: House, failed: Collection[str], now: datetime, *, of: Collection[str]) -> None:
    """What the clock found: of the kinds of work that were done (`of`), one that fails is marked with its first
    failure, and freed by a success.

    A clock that beats while all its work fails would look alive. Writes only where something changed.
    """
    wanted, done = {FAILING + name for name in failed}, {FAILING + name for name in of}
    with house.db.read() as tx:
        marked = done & published.heartbeats(tx).keys()
    if wanted == marked:
        return
    with house.db.write() as tx:
        for name in sorted(wanted - marked):
            published.beat_once(tx, name, now)
        for name in sorted(marked - wanted):
            published.still(tx, name)


def say_ring(house: House, now: datetime, beats: Mapping[str, datetime] | None = None) -> None:
    """Say under which keys this process runs, where nobody has said the same of late. Raises DatabaseError."""
    name = RING + house.db.keys.mark
    if beats is None:
        with house.db.read() as tx:
            beats = published.heartbeats(tx)
    at = beats.get(name)
    if at is not None and now - at < BEAT:
        return
    with house.db.write() as tx:
        published.beat(tx, name, now)
        for old in [one for one, then in beats.items() if one.startswith(RING) and now - then > RING_FORGOTTEN]:
            published.still(tx, old)


def others_rings(house: House) -> bool:
    """Whether a process that runs, or ran within three minutes, holds other keys than this one, or in another order."""
    now, own = house.clock.now(), RING + house.db.keys.mark
    with house.db.read() as tx:
        beats = published.heartbeats(tx)
    return any(name.startswith(RING) and name != own and now - at < RING_KEPT for name, at in beats.items())


def _waits(vitals: Vitals) -> bool:
    return vitals.due_since is not None and vitals.now - vitals.due_since > LATE


def free_bytes(house: House) -> int | None:
    """Free where an embedded database is; None for one on a server of its own."""
    if not house.db.is_sqlite or not house.db.url.database:
        return None
    try:
        return shutil.disk_usage(Path(house.db.url.database).resolve().parent).free
    except OSError:
        return None


class Pulse:
    """Says that a part lives: at most one write each half minute, whichever of its threads or processes comes first."""

    def __init__(self, house: House, part: Part) -> None:
        self._house = house
        self._part = part
        self._said: datetime | None = None

    def beat(self) -> None:
        """Cheap where it was said lately. Raises DatabaseError."""
        now = self._house.clock.now()
        if self._said is not None and now - self._said < BEAT:
            return
        with self._house.db.read() as tx:
            beats = published.heartbeats(tx)
        at = beats.get(self._part)
        say_ring(self._house, now, beats)
        if at is None or now - at >= BEAT:
            with self._house.db.write() as tx:
                published.beat(tx, self._part, now)
            at = now
        self._said = at


class Watchman:
    """A thread of each web process: what it finds wrong is logged as an error, again each minute until it is right."""

    def __init__(self, house: House, every_seconds: float = MINUTE_SECONDS) -> None:
        self._house = house
        self._every_seconds = every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchman", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=15)

    def _run(self) -> None:
        self._say_ring()
        while not self._stop.wait(self._every_seconds):
            with one_pass("watchman"):
                self._say_ring()
                self.round()

    def _say_ring(self) -> None:
        try:
            say_ring(self._house, self._house.clock.now())
        except Exception as fault:  # noqa: BLE001 - the next round may; the look says what is wrong with the database
            log.error("could not say which keys", fault=type(fault).__name__)

    def round(self) -> None:
        """One look."""
        try:
            health = look(self._house)
        except DatabaseError as fault:
            log.error("service is not well", what="database", fault=type(fault).__name__)
            return
        except Exception as fault:  # noqa: BLE001 - the next look may see more
            log.error("could not look", fault=type(fault).__name__)
            return
        for alert in health.alerts:
            since = None if alert.since is None else alert.since.isoformat(timespec="seconds")
            log.error("service is not well", what=alert.kind, since=since, urgent_unanswered=health.vitals.urgent)
