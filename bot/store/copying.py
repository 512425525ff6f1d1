"""Whole copies of a database: one taken while it is served, and one put back in its place.

A copy is a SQLite file, whatever it was taken from, and restores into either kind of database. Of an embedded database
it is made by SQLite's online backup (https://www.sqlite.org/backup.html): the database at one instant, with what its
write-ahead log holds. Of PostgreSQL, see `carrying`.
"""

import contextlib
import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from bot.store import published
from bot.store.addresses import ERASED, address
from bot.store.carrying import CarryFault, pour_in, pour_out
from bot.store.database import Database, DatabaseError, Tx
from bot.store.lost import begin_anew
from bot.store.outbox import outbox
from bot.store.sealed import Keyring
from bot.store.staff import staff_session
from bot.store.troubles import trouble_of

HEADER = b"SQLite format 3\0"
IN_WAL = b"\x02\x02"  # bytes 18 and 19 of a file that is written through a log beside it: served, and no copy
TAKEN = "backup"  # the heartbeat that says when the last copy was taken; in a copy, when it was
RESTORED = "A backup was restored: nobody knows whether this was sent"
LEAVING_SECONDS = 3.0  # for our own connections to be gone from the server's list


class CopyFault(Exception):
    """A copy that cannot be made or put back; says why, and what to do."""


def is_database(path: Path) -> bool:
    """Whether the file is a SQLite database, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def copy_out(database: Database, path: Path, now: datetime) -> None:
    """Write one file that holds the whole database, readable by its owner alone. It is there whole, or not at all.

    An earlier copy under the same name is replaced; any other file is left alone. `now` is noted in it, and in the
    database once it is there. Raises CopyFault, OSError and DatabaseError.
    """
    _may_be_replaced(path, _live(database))
    part = path.with_name(f".{path.name}.part")
    try:
        _remove(part)
        with _told_why(path.parent):
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            if database.is_sqlite:
                _copy_file(database, part)
            else:
                pour_out(database, part)
            _finish(part, database.keys, now)
            part.replace(path)
            _on_disk(path.parent)
    finally:
        _remove(part)
    with contextlib.suppress(DatabaseError), database.write() as tx:  # the copy is good, whatever becomes of the note
        published.beat(tx, TAKEN, now)


def _may_be_replaced(path: Path, live: Path | None) -> None:
    if not path.parent.is_dir():
        raise CopyFault(f"there is no folder {path.parent}; make it, or give another")
    if live is not None and path.resolve() in {live.with_name(live.name + end) for end in ("", "-wal", "-shm")}:
        raise CopyFault(f"{path} is the database itself; give another name")
    if not path.exists():
        return
    if live is not None and path.samefile(live):
        raise CopyFault(f"{path} is the database itself; give another name")
    if not path.is_file() or (path.stat().st_size and not _is_copy(path)):
        raise CopyFault(f"{path} is there already and is no backup; give another name")


def _is_copy(path: Path) -> bool:
    """Whether the file was made by `copy_out`: a database of ours that nobody serves from."""
    with path.open("rb") as file:
        begins = file.read(20)
    if not begins.startswith(HEADER) or begins[18:20] == IN_WAL:
        return False
    with contextlib.suppress(sqlite3.DatabaseError), closing(sqlite3.connect(_to_read(path), uri=True)) as found:
        return found.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is not None
    return False


def _to_read(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro"


def _copy_file(database: Database, part: Path) -> None:
    live = _live(database)
    if live is None or not live.exists():
        raise CopyFault("there is no database to copy yet")
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)


def _finish(part: Path, keys: Keyring, now: datetime) -> None:
    """Note when it was taken, close its log into it, and see that it is whole and on the disk."""
    with closing(Database(f"sqlite:///{part}", keys)) as copy, copy.write() as tx:
        published.beat(tx, TAKEN, now)
    with closing(sqlite3.connect(part)) as copied:
        copied.execute("PRAGMA journal_mode=DELETE")  # one file, with no log beside it
    whole(part)
    _on_disk(part)


def whole(path: Path) -> None:
    """See that a copy can be read from end to end and that all its rows find each other. Raises CopyFault."""
    try:
        with closing(sqlite3.connect(_to_read(path), uri=True)) as copy:
            fine = copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
            fine = fine and copy.execute("PRAGMA foreign_key_check").fetchone() is None
    except sqlite3.DatabaseError:
        fine = False
    if not fine:
        raise CopyFault("the copy is not whole: use another, or make one anew")


def _on_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _remove(part: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            part.with_name(part.name + end).unlink(missing_ok=True)


@contextmanager
def _told_why(folder: Path) -> Iterator[None]:
    """What a disk says when it cannot hold the copy, in words that say what to do."""
    try:
        yield
    except OSError as fault:
        if fault.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise CopyFault(_no_room(folder)) from None
        raise CopyFault(
            f"cannot write into {folder} ({fault.strerror}); give a folder that this user may write to"
        ) from None
    except sqlite3.Error as fault:
        if (fault.sqlite_errorcode & 0xFF) in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
            raise CopyFault(_no_room(folder)) from None
        raise CopyFault(f"the copy could not be written ({fault.sqlite_errorname}); try again") from None
    except DatabaseError as fault:
        orig = getattr(fault, "orig", None)
        if isinstance(orig, sqlite3.Error) and trouble_of(fault) == "disk":
            raise CopyFault(_no_room(folder)) from None
        raise
    except CarryFault as fault:
        raise CopyFault(str(fault)) from None


def _no_room(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    return f"no room for the copy in {folder} ({free} bytes free); make room, or give a folder of another disk"


def copy_in(source: Path, database: Database) -> None:
    """Put a copy of this version's schema in the place of what the database holds, in one transaction.

    Raises CopyFault while anybody else is connected: a service that runs would go on with what is no longer there.
    """
    database.close()
    live = _live(database)
    if live is None:
        _alone_there(database)
        try:
            pour_in(source, database)
        except CarryFault as fault:
            raise CopyFault(f"{fault}. The database is as it was") from None
        return
    with closing(sqlite3.connect(live, timeout=1)) as target, closing(sqlite3.connect(source)) as copy:
        try:
            target.execute("PRAGMA journal_mode=DELETE")  # SQLite grants it to the only connection there is
            copy.backup(target)
        except sqlite3.OperationalError as fault:
            raise CopyFault(f"the database is in use ({fault}): stop the service first") from None


def _alone_there(database: Database) -> None:
    """Nobody else is connected to this PostgreSQL by this account; another's, such as a monitor's, hinders nobody."""
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
        " AND pid <> pg_backend_pid()"
    )
    end = time.monotonic() + LEAVING_SECONDS
    while True:
        with database.read() as tx:
            number = int(tx.execute(others).scalar_one())
        if number == 0:
            return
        if time.monotonic() > end:
            raise CopyFault(f"the database is in use ({number} connections): stop the service first, on every machine")
        time.sleep(0.1)


def open_paused(tx: Tx, now: datetime) -> int:
    """Nothing leaves until an operator resumes, and nothing unsent ever leaves by itself: it may have gone out after
    the copy was taken. Returns how many messages are now `unknown`; they are looked up, then shown to a person.

    A chat's messages are shown from our own rows, so they are as unsent as they were. Everybody signs in again.
    """
    begin_anew(tx, now)
    chats = sa.select(address.c.id).where(address.c.kind == "web")
    unsent = outbox.c.state.in_(("queued", "sending"))
    shown = sa.update(outbox).where(unsent, outbox.c.address_id.in_(chats))
    tx.execute(shown.values(state="queued", claimed_at=None, claimed_by=None))
    told = sa.update(outbox).where(unsent, outbox.c.address_id.not_in(chats))
    tx.execute(sa.update(staff_session).where(staff_session.c.ended_at.is_(None)).values(ended_at=now))
    return tx.execute(told.values(state="unknown", reason=RESTORED, looked=0, not_before=now)).rowcount


def is_known(revision: str) -> bool:
    """Whether this version's migrations know a schema: it is as old as ours, or older."""
    script = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    return revision in {step.revision for step in script.walk_revisions()}


def keys_fit(tx: Tx, keys: Keyring) -> bool:
    """Whether the newest address opens and is found by these keys; true where there is none. Raises SealError."""
    known = sa.select(address.c.kind, address.c.value, address.c.fingerprint).where(address.c.created_at != ERASED)
    row = tx.execute(known.order_by(address.c.id.desc()).limit(1)).one_or_none()
    return row is None or row[2] in keys.prints(row[0], row[1])


def holds_data(tx: Tx) -> bool:
    """Whether anything is here that a family, a worker or an operator put in."""
    tables = sa.inspect(tx).get_table_names()
    kept = [t for t in published.BundleRow.metadata.sorted_tables if t.name in tables and t.name not in _MADE_ANEW]
    return any(tx.execute(sa.select(sa.literal(1)).select_from(t).limit(1)).first() is not None for t in kept)


_MADE_ANEW = frozenset({"bundle", "version", "heartbeat", "flag", "bucket"})  # `thrive serve` makes them itself


def is_live_file(database: Database, path: Path) -> bool:
    """Whether the path is the embedded database itself."""
    live = _live(database)
    return live is not None and live.exists() and path.exists() and path.samefile(live)


def beside(database: Database) -> Path | None:
    """A folder for a copy's own copy that nobody else reads: the embedded database's; None for PostgreSQL."""
    live = _live(database)
    return None if live is None else live.parent


def _live(database: Database) -> Path | None:
    return Path(database.url.database or "").resolve() if database.is_sqlite else None
