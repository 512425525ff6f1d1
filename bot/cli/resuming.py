"""`thrive resume`: an operator lets a paused service send again."""

import json
import sys
from argparse import Namespace

from bot.cli.opening import open_house, ready
from bot.house import House
from bot.store import lost, staff
from bot.turn.backfill import backfill

NOT_FETCHED = (
    "What families wrote since the backup could not be fetched from the provider, and a STOP may be in it. Nothing was "
    "changed. `thrive doctor` says what is wrong; `thrive resume --force` sends without it."
)


def command(options: Namespace) -> int:
    with open_house() as house:
        return _resume(house, options) if ready(house) else 1


def _resume(house: House, options: Namespace) -> int:
    if not _fetched(house) and not options.force:
        print(NOT_FETCHED, file=sys.stderr)
        return 1
    with house.db.write() as tx:
        was = lost.resume(tx)
        staff.add_audit(tx, at=house.clock.now(), staff_id=None, action="service.resume", target="service")
    print(json.dumps({"was_paused": was}) if options.json else "Sending." if was else "It was not paused.")
    return 0


def _fetched(house: House) -> bool:
    """Whether nothing that families wrote while nobody listened is still to be taken in; takes it in where it is."""
    for fetch in (True, False):
        with house.db.read() as tx:
            gone = lost.lost_time(tx)
        if gone is None or gone.fetched:
            return True
        if fetch:
            backfill(house, house.clock.now())
    return False
