"""`thrive db upgrade`."""

import json
from argparse import Namespace

from bot.cli.opening import open_house
from bot.store import schema


def command(options: Namespace) -> int:
    with open_house() as house:
        before = schema.revision_of(house.db)
        schema.upgrade(house.db)
        after = schema.revision_of(house.db)
    print(
        json.dumps({"from": before, "to": after})
        if options.json
        else f"The schema is at {after} (was {before or 'empty'})."
    )
    return 0
