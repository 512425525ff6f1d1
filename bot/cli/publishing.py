"""`thrive publish`: the content folder goes live, and who waits at what it changes is told."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict

from bot.cli.opening import open_house, ready
from bot.publishing import content

LANDING = "where they are, on the content they began with"


def command(options: Namespace) -> int:
    if options.landing:
        print("thrive publish --landing: moving people who wait is not built yet.", file=sys.stderr)
        return 1
    with open_house() as house:
        if not ready(house, create=True):
            return 1
        done = content.publish(house, content.read(house.settings), by="thrive publish")
    if options.json:
        waiting = [{**asdict(w), "lands": LANDING} for w in done.waiting]
        print(json.dumps({"bundle": done.bundle_id, "published": done.fresh, "waiting": waiting}))
        return 0
    print(f"Published as bundle {done.bundle_id}." if done.fresh else f"Published already, as bundle {done.bundle_id}.")
    for w in done.waiting:
        print(f"  {w.people} wait at {w.flow}.{w.node}, which is {w.change}; they stay {LANDING}.")
    return 0
