"""`thrive keys`: `new` prints a set ready for an environment file; `rotate` seals everything again under a new one."""

import json
import secrets
import sys
from argparse import Namespace
from datetime import UTC, datetime
from typing import Final

from bot import rotating
from bot.cli.opening import open_house, ready
from bot.house import House
from bot.store.sealed import new_key

OTHER_KEYS: Final = (
    "A part of the service runs under other keys, or did within three minutes, and could not open what would be sealed "
    "anew. Nothing was changed. Give every part the same DATA_KEYS, in the same order, and the same PHONE_INDEX_KEY, "
    "restart it, wait three minutes, and run this again."
)


def command(options: Namespace) -> int:
    """`new` needs no settings and no database."""
    if options.action == "rotate":
        with open_house() as house:
            return _rotate(house, options) if ready(house) else 1
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_KEYS": f"{datetime.now(UTC):k%Y%m%d}:{new_key()}",
        "PHONE_INDEX_KEY": new_key(),
    }
    if options.json:
        print(json.dumps(keys))
    else:
        print("\n".join(f"{name}={value}" for name, value in keys.items()))
        print("Keep these safe and apart from the database: without them its words cannot be read.", file=sys.stderr)
    return 0


def _rotate(house: House, options: Namespace) -> int:
    keys = house.db.keys
    if options.dry_run:
        found = rotating.waiting(house)
        if options.json:
            print(json.dumps({"to_seal": found, "fingerprints": bool(keys.older_index_keys)}))
        else:
            print(
                "\n".join(f"{name}: {count} rows" for name, count in found.items()) or "Nothing is under an older key."
            )
        return 0
    if len(keys.keys) == 1 and not keys.older_index_keys:
        print("DATA_KEYS and PHONE_INDEX_KEY hold one key each: put the new one before it first.", file=sys.stderr)
    try:
        done = rotating.rotate(house, _tell)
    except rotating.OtherKeys:
        print(f"thrive keys rotate: {OTHER_KEYS}", file=sys.stderr)
        return 1
    if options.json:
        told = {"rows": dict(done.rows), "left": done.left, "unreadable": done.shut, "nameless": done.nameless}
        print(json.dumps(told))
    else:
        print("\n".join(f"{name}: {count} rows" for name, count in done.rows.items()) or "Nothing was to be done.")
    _say(house, done)
    return 1 if done.left else 0


def _say(house: House, done: rotating.Rotated) -> None:
    """What the operator may do now."""
    if done.shut:
        print(f"{done.shut} values open under no key given and are as they were.", file=sys.stderr)
    if done.left:
        print(f"{done.left} rows were in use to the end: run this again.", file=sys.stderr)
        return
    print(
        f"Everything is sealed under {house.db.keys.current}: the older keys may leave DATA_KEYS. "
        "Keep them, elsewhere, as long as the backups that were taken before.",
        file=sys.stderr,
    )
    if done.nameless:
        print(
            f"{done.nameless} households are still found under the older PHONE_INDEX_KEY, since their name was not "
            "kept: leave it in until their sheet has been enrolled again.",
            file=sys.stderr,
        )
    elif house.db.keys.older_index_keys:
        print("The older PHONE_INDEX_KEY may go as well.", file=sys.stderr)


def _tell(table: str, done: int) -> None:
    if done and done % 1000 == 0:
        print(f"{table}: {done} rows so far", file=sys.stderr)
