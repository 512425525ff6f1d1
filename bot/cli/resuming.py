"""`thrive resume`: an operator lets a paused service send again."""

import json
from argparse import Namespace

from bot.cli.opening import open_house, ready
from bot.house import House
from bot.store import published, staff


def command(options: Namespace) -> int:
    with open_house() as house:
        return _resume(house, options) if ready(house) else 1


def _resume(house: House, options: Namespace) -> int:
    now = house.clock.now()
    with house.db.write() as tx:
        was = published.flags(tx).get("paused")
        published.clear_flag(tx, "paused")
        staff.add_audit(tx, at=now, staff_id=None, action="service.resume", target="service")
    print(json.dumps({"was_paused": was is not None}) if options.json else "Sending." if was else "It was not paused.")
    return 0
