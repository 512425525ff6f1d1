"""`thrive audit verify` and `prune`: whether the audit is what was sealed, and the end of what is old."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from typing import Final

from bot.casework import auditing
from bot.cli.opening import open_house, ready
from bot.clock import LONDON, local_date, midnight
from bot.house import House

SAYS: Final = {
    "seal-missing": "seal {number} is missing: it was taken away, with whatever it held",
    "seal-changed": "seal {number} of {at} was changed, or its key is not in DATA_KEYS",
    "removed": "seal {number} of {at} held {sealed} rows, and {found} are there: rows were taken away",
    "added": "seal {number} of {at} held {sealed} rows, and {found} are there: rows were added",
    "changed": "seal {number} of {at}: its {sealed} rows are not what they were",
    "head": "seal {number} of {at} is not the one whose head was given: the chain was made anew",
}


def command(given: Namespace) -> int:
    with open_house() as house:
        if not ready(house):
            return 1
        return _verify(house, given) if given.action == "verify" else _prune(house, given)


def _verify(house: House, given: Namespace) -> int:
    state = auditing.check_all(house, None, head=given.head)
    found = state.checked
    if given.json:
        told = {**asdict(found), "ok": not found.breaks, "late": state.late}
        print(json.dumps(told, default=lambda at: at.isoformat()))
    else:
        print(
            f"{found.seals} seals, {found.rows} rows, the rows of {found.pruned} seals pruned, "
            f"{found.waiting} rows not sealed yet."
        )
        if found.last_head is not None:
            print(f"The last: {found.last_number}:{found.last_head[:16]}")
        for broken in found.breaks:
            at = "" if broken.at is None else broken.at.astimezone(LONDON).strftime("%d %b %Y, %H:%M:%S")
            words = SAYS[broken.kind]
            print(words.format(number=broken.number, at=at, sealed=broken.sealed, found=broken.found))
    if found.breaks:
        print(f"thrive audit verify: {len(found.breaks)} not as sealed.", file=sys.stderr)
    if state.late:
        print("Rows have waited for a seal for minutes: is the clock running? `thrive doctor` says.", file=sys.stderr)
    return 1 if found.breaks else 0


def _prune(house: House, given: Namespace) -> int:
    if given.before >= local_date(house.clock.now()):
        print("thrive audit prune: --before must be a day that is over.", file=sys.stderr)
        return 1
    first_kept = midnight(given.before)
    done = auditing.prune(house, first_kept, dry_run=given.dry_run)
    if given.json:
        print(json.dumps({**done._asdict(), "removed": not given.dry_run}))
    else:
        print(
            f"{done.rows} rows of {done.seals} seals {'would be' if given.dry_run else 'were'} removed; the seals stay."
        )
    if done.kept:
        told = f"thrive audit prune: {done.kept} seals are not as sealed and keep their rows, as evidence."
        print(f"{told} `thrive audit verify` says which.", file=sys.stderr)
    return 1 if done.kept else 0
