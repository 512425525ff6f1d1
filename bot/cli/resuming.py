"""`thrive resume`: an operator lets a paused service send again."""

import json
from argparse import Namespace

from bot.cli.opening import open_house, ready
from bot.store import published, staff


def command(options: Namespace) -> int:
    house = open_house()
    if not ready(house):
        return 1
    now = house.clock.now()
    with house.db.write() as tx:
        was = published.flags(tx).get("paused")
        published.clear_flag(tx, "paused")
        staff.add_audit(tx, at=now, staff_id=None, action="service.resume", target="service")
    print(json.dumps({"was_paused": was is not None}) if options.json else "Sending." if was else "It was not paused.")
    return 0
