"""Whole copies of an embedded database: one taken while it is served, and one put back in its place.

Both use SQLite's online backup (https://www.sqlite.org/backup.html): a copy is the database at one instant, with what
its write-ahead log holds. PostgreSQL has its own: pg_dump and pg_restore.
"""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot.store import published
from bot.store.database import Database, Tx
from bot.store.messages import outbox
from bot.store.people import address
from bot.store.sealed import Keyring

HEADER = b"SQLite format 3\0"
RESTORED = "A backup was restored: nobody knows whether this was sent"


class CopyFault(Exception):
    """A copy that cannot be made or put back; says why, and what to do."""


def is_database(path: Path) -> bool:
    """Whether the file is a SQLite database, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def copy_out(database: Database, path: Path) -> None:
    """Write one file that holds the whole database, readable by its owner alone. It is there whole, or not at all.

    An earlier copy under the same name is replaced; any other file is left alone. Raises CopyFault and OSError.
    """
    live = file_of(database)
    if not live.exists():
        raise CopyFault("there is no database to copy yet")
    if path.exists():
        if path.samefile(live):
            raise CopyFault(f"{path} is the database itself; give another name")
        if path.is_dir() or (path.stat().st_size and not is_database(path)):
            raise CopyFault(f"{path} is there already and is no backup; give another name")
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
            if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise CopyFault("the copy is not whole; the database itself may be damaged")
        with part.open("rb") as whole:
            os.fsync(whole.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def copy_in(source: Path, database: Database) -> None:
    """Put a copy in the place of what the database holds, in one transaction of SQLite's. Raises CopyFault.

    Refused while any other connection is open: a service that runs would go on with what is no longer there.
    """
    live = file_of(database)
    database.close()
    with closing(sqlite3.connect(live, timeout=1)) as target, closing(sqlite3.connect(source)) as copy:
        try:
            target.execute("PRAGMA journal_mode=DELETE")  # SQLite grants it to the only connection there is
            copy.backup(target)
        except sqlite3.OperationalError as fault:
            raise CopyFault(f"the database is in use ({fault}): stop the service first") from None


def open_paused(tx: Tx, now: datetime) -> int:
    """Nothing leaves until an operator resumes, and nothing unsent ever leaves by itself: it may have gone out after
    the copy was taken. Returns how many messages are now `unknown`; they are looked up, then shown to a person."""
    published.set_flag(tx, "paused", "restored from a backup", now)
    unsent = (
        sa.update(outbox)
        .where(outbox.c.state.in_(("queued", "sending")))
        .values(state="unknown", reason=RESTORED, looked=0, not_before=now)
    )
    return tx.execute(unsent).rowcount


def is_known(revision: str) -> bool:
    """Whether this version's migrations know a schema: it is as old as ours, or older."""
    script = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    return revision in {step.revision for step in script.walk_revisions()}


def keys_fit(tx: Tx, keys: Keyring) -> bool:
    """Whether the newest address opens and is found by these keys; true where there is none. Raises SealError."""
    newest = sa.select(address.c.kind, address.c.value, address.c.fingerprint).order_by(address.c.id.desc()).limit(1)
    row = tx.execute(newest).one_or_none()
    return row is None or keys.index(row[0], row[1]) == row[2]


def holds_data(tx: Tx) -> bool:
    """Whether anything is here that a family, a worker or an operator put in."""
    tables = sa.inspect(tx).get_table_names()
    kept = [t for t in published.BundleRow.metadata.sorted_tables if t.name in tables and t.name not in _MADE_ANEW]
    return any(tx.execute(sa.select(sa.literal(1)).select_from(t).limit(1)).first() is not None for t in kept)


_MADE_ANEW = frozenset({"bundle", "version", "heartbeat", "flag"})  # `thrive serve` makes them itself


def file_of(database: Database) -> Path:
    """Where an embedded database is. Raises CopyFault for PostgreSQL."""
    if not database.is_sqlite:
        raise CopyFault("DATABASE_URL is PostgreSQL: use pg_dump and pg_restore, which copy it while it is served")
    return Path(database.url.database or "")
