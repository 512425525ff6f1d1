"""`thrive db upgrade`."""

import json
from argparse import Namespace

from bot.cli.opening import open_house, too_new
from bot.store import schema


def command(options: Namespace) -> int:
    with open_house() as house:
        if too_new(house):
            return 1
        before = schema.revision_of(house.db)
        schema.upgrade(house.db)
        after = schema.revision_of(house.db)
    print(
        json.dumps({"from": before, "to": after})
        if options.json
        else f"The schema is at {after} (was {before or 'empty'})."
    )
    return 0
