"""One database: its engine, its keys, and the two ways to use it (`write` and `read`).

SQLite runs in WAL with `synchronous=FULL`; a writer takes `BEGIN IMMEDIATE` under one process-wide lock, so that a
read-then-write never has to upgrade its lock; who only looks first (`look_then_write`) gives up where that fails.
PostgreSQL runs the same statements with row locks.

Nobody waits long for either: a provider's webhook has fifteen seconds (Twilio's own limit), and the threads that wait
are the ones that show pages. Whoever waited in vain is told so, having written nothing.
"""

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.sql.dml import Insert

from bot.store.columns import KEYRING
from bot.store.sealed import Keyring
from bot.store.troubles import Trouble, trouble_of

T = TypeVar("T")
Seen = TypeVar("Seen")
Tx = sa.Connection  # what use cases pass along: an open transaction, opaque to them

# errors of the database that the shell may name without knowing SQL
DatabaseError = sa.exc.SQLAlchemyError
DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)  # away, busy, or its disk full

TURN_SECONDS = 5.0  # for the other writers of this process
BUSY_SECONDS = 8.0  # for another process on the same file
LOCK_SECONDS = 5.0  # for another's lock on a row: PostgreSQL counts it twice for all but the first who wait
CONNECT_SECONDS = 5
TRIES = 3  # of a transaction that the database gave up for another's sake
ROOM_BYTES = 2**20  # what must fit for the disk to count as no longer full
STANDS_SECONDS = 60.0  # how long a trouble that nobody met again is taken to last, where nobody proves otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A trouble that this process met while it wrote. Seconds of the process's own monotonic clock."""

    trouble: Trouble
    since: float
    last: float


class Database:
    """Open with `Database(url, keys)`; safe to share between threads."""

    def __init__(self, url: str, keys: Keyring) -> None:
        self.url = normalise(url)
        self.keys = keys
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        self._standing: Standing | None = None
        if self.is_sqlite:
            self.engine = _sqlite_engine(self.url)
        else:
            self.engine = _postgres_engine(self.url)
        setattr(self.engine.dialect, KEYRING, keys)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that may write: all of it commits, or none."""
        try:
            with self._begin() as tx:
                yield tx
        except DatabaseError as fault:
            self._met_by(fault)
            raise

    @contextmanager
    def _begin(self) -> Iterator[Tx]:
        if not self.is_sqlite:
            with self.engine.begin() as tx:
                yield tx
            return
        if not self._writing.acquire(timeout=TURN_SECONDS):
            raise sa.exc.TimeoutError("another writer of this process holds the database")
        try:
            with self.engine.connect() as tx:
                tx.execution_options(sqlite_begin="IMMEDIATE")
                with tx.begin():
                    yield tx
        finally:
            self._writing.release()

    def attempt(self, work: Callable[[Tx], T]) -> T:
        """Do `work` in a transaction of its own, once more where the database gave it up for another's sake."""
        for _ in range(TRIES - 1):
            try:
                with self.write() as tx:
                    return work(tx)
            except DatabaseError as fault:
                if trouble_of(fault) != "again":
                    raise
        with self.write() as tx:
            return work(tx)

    def look_then_write(self, look: Callable[[Tx], Seen], write: Callable[[Tx, Seen], T]) -> T | None:
        """Look with SQLite's lock left to others, then write by what was seen, all in one transaction.

        None where anybody wrote since the look began, or is writing, or what was to be written has to be thought
        through again: nothing was written, and what was seen may be so no longer. Another process is never waited
        for; the caller begins again with `write`, which waits its turn.
        """
        with self.engine.connect() as tx, tx.begin() as whole:
            seen = look(tx)
            if not self._writing.acquire(timeout=TURN_SECONDS):
                return None
            try:
                if not _takes_lock(tx):
                    return None
                told = write(tx, seen)
                whole.commit()
                return told
            except DatabaseError as fault:
                whole.rollback()
                if trouble_of(fault) == "again":
                    return None
                self._met_by(fault)
                raise
            finally:
                self._writing.release()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent look that writes nothing."""
        with self.engine.connect() as tx, tx.begin():
            yield tx

    @property
    def standing(self) -> Standing | None:
        """The trouble this process met while it wrote, until `prove` finds it gone or nobody meets it any more."""
        found = self._standing
        return None if found is None or time.monotonic() - found.last > STANDS_SECONDS else found

    @property
    def disk_full(self) -> bool:
        """The disk takes no writes, as far as this process knows."""
        found = self.standing
        return found is not None and found.trouble == "disk"

    def prove(self) -> bool:
        """Whether the database takes writes again, and its disk has room for more than a line. Ends `standing` or
        renews it. It writes as much as a busy minute would, and takes all of it back."""
        try:
            if self.is_sqlite:
                self._room_beside()
            with self.write() as tx:
                if not self.is_sqlite:
                    tx.execute(_TAKE_ROOM)
                    tx.execute(_FILL_ROOM)
                tx.rollback()
        except (DatabaseError, OSError):
            return False
        self._standing = None
        return True

    def _room_beside(self) -> None:
        """SQLite may hold what is written in memory until the commit: only the disk itself tells of room."""
        if not self.url.database or self.url.database == ":memory:":
            return
        try:
            with tempfile.TemporaryFile(dir=Path(self.url.database).resolve().parent) as trial:
                trial.write(os.urandom(ROOM_BYTES))
                trial.flush()
                os.fsync(trial.fileno())
        except OSError:
            self._met("disk")
            raise

    def _met_by(self, fault: DatabaseError) -> None:
        trouble = trouble_of(fault)
        if trouble is not None and trouble != "again":
            self._met(trouble)

    def _met(self, trouble: Trouble) -> None:
        now = time.monotonic()
        before = self.standing
        # A full disk is what it is, also while a lock or a lost connection is met beside it.
        keeps = before is not None and before.trouble == "disk"
        self._standing = Standing(
            trouble="disk" if keeps else trouble, since=now if before is None else before.since, last=now
        )

    def close(self) -> None:
        self.engine.dispose()


def _takes_lock(tx: Tx) -> bool:
    """Whether a transaction of SQLite that only read may write now: what it read is still so, and nobody else writes
    (SQLITE_BUSY_SNAPSHOT and SQLITE_BUSY, https://www.sqlite.org/rescode.html). Deletes nothing."""
    try:
        tx.exec_driver_sql("DELETE FROM version WHERE 0")
    except DatabaseError as fault:
        if trouble_of(fault) != "locked":
            raise
        return False
    return True


# A table of this session alone, in the database's own tablespace; the rollback gives its pages back.
_TAKE_ROOM = sa.text("CREATE TEMP TABLE trial_of_room (n integer, filler text) ON COMMIT DROP")
_FILL_ROOM = sa.text("INSERT INTO trial_of_room SELECT n, repeat('-', 1000) FROM generate_series(1, 1024) AS n")


def insert_ignoring(tx: Tx, table: sa.Table, *, returning: bool = True) -> Insert:
    """An insert that does nothing where a unique key is taken. Execute it with the values: it is built only once.

    It returns the new row's `id` where the table has one: no row was inserted where none comes back. Without
    `returning`, many rows are one call of the driver.
    """
    return _insert_ignoring(tx.dialect.name, table, returning)


@cache
def _insert_ignoring(dialect: str, table: sa.Table, returning: bool) -> Insert:
    kind = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = kind(table).on_conflict_do_nothing()
    return statement.returning(table.c.id) if returning and "id" in table.c else statement


def normalise(url: str) -> URL:
    """A SQLAlchemy URL. `postgres://` and `postgresql://` mean psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def _own_file(path: Path) -> None:
    """A new database is its owner's alone; SQLite gives its journal the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _sqlite_engine(url: URL) -> sa.Engine:
    if url.database and url.database != ":memory:":
        _own_file(Path(url.database))
    engine = sa.create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=10
    )
    busy = f"busy_timeout={int(BUSY_SECONDS * 1000)}"

    @sa.event.listens_for(engine, "connect")
    def _open(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin for us: see the begin event
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", busy):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _postgres_engine(url: URL) -> sa.Engine:
    # A server that vanished is found out in seconds, not in the kernel's quarter of an hour. The address may say else.
    usual = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
             "tcp_user_timeout": 15_000}  # fmt: skip
    engine = sa.create_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=10, pool_timeout=TURN_SECONDS,
        connect_args={name: value for name, value in usual.items() if name not in url.query},
    )  # fmt: skip

    @sa.event.listens_for(engine, "connect")
    def _open(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        # Where the role, the database or the address sets none: nobody waits for a row for ever.
        connection.execute(
            "SELECT set_config('lock_timeout', %s, false) WHERE current_setting('lock_timeout') = '0'",
            (f"{int(LOCK_SECONDS * 1000)}ms",),
        )
        connection.autocommit = False

    return engine
