"""`thrive backup` and `thrive restore`: the embedded database as one file, and back again, paused."""

import json
import shutil
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from bot.cli.opening import open_house, ready
from bot.house import House
from bot.store import schema, staff
from bot.store.copying import (
    CopyFault,
    copy_in,
    copy_out,
    file_of,
    holds_data,
    is_database,
    is_known,
    keys_fit,
    open_paused,
)
from bot.store.database import Database


def backup(options: Namespace) -> int:
    path = Path(options.path)
    with open_house() as house:
        file_of(house.db)
        if not ready(house):
            return 1
        copy_out(house.db, path)
    size = path.stat().st_size
    print(json.dumps({"path": str(path), "bytes": size}) if options.json else f"Copied to {path} ({size} bytes).")
    print("Keep DATA_KEYS and PHONE_INDEX_KEY apart from it: without them it cannot be read.", file=sys.stderr)
    return 0


def restore(options: Namespace) -> int:
    path = Path(options.path)
    with open_house() as house:
        unknown = _restore(house, path, force=options.force)
    if options.json:
        print(json.dumps({"path": str(path), "paused": True, "unknown": unknown}))
    else:
        print(f"Restored from {path}. {unknown} messages that had not left are now unknown, and will not be sent.")
    print("Start the service: it takes in what came since. Nothing is sent until `thrive resume`.", file=sys.stderr)
    return 0


def _restore(house: House, path: Path, *, force: bool) -> int:
    live = file_of(house.db)
    if not path.is_file():
        raise CopyFault(f"there is no file {path}")
    if not is_database(path):
        raise CopyFault(f"{path} is no backup of this service")
    if not force:
        with house.db.read() as tx:
            if holds_data(tx):
                raise CopyFault("this database holds data; --force puts the backup in its place")
    # beside the database, so that its words never pass through a folder that others read
    with tempfile.TemporaryDirectory(prefix="thrive-restore-", dir=live.parent) as folder:
        staged = Path(folder) / "staged.db"
        shutil.copyfile(path, staged)
        unknown = _prepare(house, staged)
        copy_in(staged, house.db)
    return unknown


def _prepare(house: House, staged: Path) -> int:
    """Bring a copy to this version's schema, see that its words open with our keys, and pause it.

    All of it before the database is touched: a backup that cannot be used changes nothing. Returns how many messages
    became unknown.
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
            if not keys_fit(tx, house.db.keys):
                raise CopyFault("PHONE_INDEX_KEY is not the one that the backup's numbers are found by")
            unknown = open_paused(tx, now)
            staff.add_audit(tx, at=now, staff_id=None, action="service.restore", target="service")
        return unknown
    finally:
        copy.close()
