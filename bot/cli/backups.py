"""`thrive backup` and `thrive restore`: the whole database as one file, and back again, paused."""

import json
import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.cli.opening import is_new, open_house, ready, too_new
from bot.house import House
from bot.store import erased, published, schema, staff
from bot.store.copying import (
    TAKEN,
    CopyFault,
    beside,
    copy_in,
    copy_out,
    holds_data,
    is_database,
    is_known,
    is_live_file,
    keys_fit,
    open_paused,
    whole,
)
from bot.store.database import Database, DatabaseError, Tx
from bot.store.erased import Mark
from bot.watch import LATE

ALIVE = ("clock", "dispatcher")  # whose beats say that a service runs
KEPT_IN_PLACE = "this database holds data; --force puts the backup in its place"


def backup(options: Namespace) -> int:
    path = Path(options.path)
    with open_house() as house:
        if is_new(house):
            raise CopyFault("there is no database to copy yet")
        if not ready(house):
            return 1
        with house.db.read() as tx:
            _check_keys(tx, house)
        now = house.clock.now()
        copy_out(house.db, path, now)
    size = path.stat().st_size
    if options.json:
        print(json.dumps({"path": str(path), "bytes": size, "at": now.isoformat()}))
    else:
        print(f"Copied to {path} ({size} bytes), as it was at {now.isoformat(timespec='seconds')}.")
    print("Keep DATA_KEYS and PHONE_INDEX_KEY apart from it: without them it cannot be read.", file=sys.stderr)
    return 0


def restore(options: Namespace) -> int:
    path = Path(options.path)
    with open_house() as house:
        taken_at, unknown = _restore(house, path, force=options.force)
    when = None if taken_at is None else taken_at.isoformat(timespec="seconds")
    if options.json:
        print(json.dumps({"path": str(path), "paused": True, "unknown": unknown, "taken_at": when}))
    else:
        told = "" if when is None else f", as it was at {when}"
        print(f"Restored from {path}{told}.")
        print(f"{unknown} messages that had not left are now unknown, and will not be sent.")
    print("Start the service: it takes in what came since. Nothing is sent until `thrive resume`.", file=sys.stderr)
    return 0


def _restore(house: House, path: Path, *, force: bool) -> tuple[datetime | None, int]:
    if not path.is_file():
        raise CopyFault(f"there is no file {path}")
    if not is_database(path):
        raise CopyFault(f"{path} is no backup of this service")
    if is_live_file(house.db, path):
        raise CopyFault(f"{path} is the database itself; name a backup")
    if not house.db.is_sqlite and too_new(house):
        raise CopyFault("nothing was changed")
    if not force:
        _nothing_in_the_way(house)
    # beside an embedded database, so that its words never pass through a folder that others read
    with tempfile.TemporaryDirectory(prefix="thrive-restore-", dir=beside(house.db)) as folder:
        staged = Path(folder) / "staged.db"
        shutil.copyfile(path, staged)
        whole(staged)
        taken_at, unknown = _prepare(house, staged)
        copy_in(staged, house.db)
    return taken_at, unknown


def _nothing_in_the_way(house: House) -> None:
    """A service that runs, or ran this minute, and a database that somebody filled: both are said at once."""
    now = house.clock.now()
    with house.db.read() as tx:
        told = [] if is_new(house) else [*_running(tx, now)]
        if holds_data(tx):
            told.append(KEPT_IN_PLACE)
    if told:
        raise CopyFault("; ".join(told))


def _running(tx: Tx, now: datetime) -> Iterator[str]:
    beats = [at for name, at in published.heartbeats(tx).items() if name in ALIVE]
    last = max(beats, default=None)
    if last is not None and abs(now - last) < LATE:
        ago = f"{max((now - last).total_seconds(), 0):.0f} seconds ago"
        yield (
            f"a service runs on this database (it last said so {ago}): stop the service first, on every machine, "
            "then wait two minutes, or use --force if you know that it has stopped"
        )


def _prepare(house: House, staged: Path) -> tuple[datetime | None, int]:
    """Bring a copy to this version's schema, see that its words open with our keys, and pause it.

    All of it before the database is touched: a backup that cannot be used changes nothing. Returns when it was taken,
    where it says so, and how many messages became unknown.
    """
    copy = Database(f"sqlite:///{staged}", house.db.keys)
    try:
        revision = schema.revision_of(copy)
        if revision is None:
            raise CopyFault("the file is no backup of this service")
        if not is_known(revision):
            raise CopyFault(f"the backup is of a newer version (schema {revision}); install that version first")
        schema.upgrade(copy)
        now = house.clock.now()
        with copy.write() as tx:
            erased.keep_marks(tx, _erased_here(house))  # whoever was erased since the copy is erased again at `resume`
            _check_keys(tx, house)
            taken_at = published.heartbeats(tx).get(TAKEN)
            unknown = open_paused(tx, now)
            staff.add_audit(tx, at=now, staff_id=None, action="service.restore", target="service")
        return taken_at, unknown
    finally:
        copy.close()


def _erased_here(house: House) -> list[Mark]:
    """The list of the database that is about to be replaced, where it still has one."""
    try:
        with house.db.read() as tx:
            return erased.marks(tx)
    except DatabaseError:
        return []


def _check_keys(tx: Tx, house: House) -> None:
    """Raises CopyFault where numbers are found by another key, SealError where words are sealed under another."""
    if not keys_fit(tx, house.db.keys):
        raise CopyFault("PHONE_INDEX_KEY is not the one that its numbers are found by; put the right one back")
