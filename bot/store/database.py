"""One database: its engine, its keys, and the two ways to use it (`write` and `read`).

SQLite runs in WAL with `synchronous=FULL`; a writer takes `BEGIN IMMEDIATE` under one process-wide lock, so that a
read-then-write never has to upgrade its lock. PostgreSQL runs the same statements with row locks.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.sql.dml import Insert

from bot.store.columns import KEYRING
from bot.store.sealed import Keyring

Tx = sa.Connection  # what use cases pass along: an open transaction, opaque to them

# errors of the database that the shell may name without knowing SQL
DatabaseError = sa.exc.SQLAlchemyError
DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)  # away, busy, or its disk full


class Database:
    """Open with `Database(url, keys)`; safe to share between threads."""

    def __init__(self, url: str, keys: Keyring) -> None:
        self.url = normalise(url)
        self.keys = keys
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        if self.is_sqlite:
            self.engine = _sqlite_engine(self.url)
        else:
            self.engine = sa.create_engine(
                self.url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=10
            )
        setattr(self.engine.dialect, KEYRING, keys)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that may write: all of it commits, or none."""
        if not self.is_sqlite:
            with self.engine.begin() as tx:
                yield tx
            return
        with self._writing, self.engine.connect() as tx:
            tx.execution_options(sqlite_begin="IMMEDIATE")
            with tx.begin():
                yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent look that writes nothing."""
        with self.engine.connect() as tx, tx.begin():
            yield tx

    def close(self) -> None:
        self.engine.dispose()


def insert_ignoring(tx: Tx, table: sa.Table) -> Insert:
    """An insert that does nothing where a unique key is taken. Execute it with the values: it is built only once.

    It returns the new row's `id` where the table has one: no row was inserted where none comes back.
    """
    return _insert_ignoring(tx.dialect.name, table)


@cache
def _insert_ignoring(dialect: str, table: sa.Table) -> Insert:
    kind = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = kind(table).on_conflict_do_nothing()
    return statement.returning(table.c.id) if "id" in table.c else statement


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
        url, hide_parameters=True, connect_args={"timeout": 30, "check_same_thread": False}, pool_size=10
    )

    @sa.event.listens_for(engine, "connect")
    def _open(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin for us: see the begin event
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
