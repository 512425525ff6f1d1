"""`thrive publish` and `thrive rollback`: content goes live, and who waits at what it changes is told, or moved."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from typing import Any, Final

from bot.cli.opening import open_house, ready
from bot.publishing import content
from bot.publishing.content import Publication
from bot.publishing.landing import Landing, LandingFaults, read_landings
from bot.turn.waiting import Waiting

STAYS: Final = "where they are, on the content they began with"


def command(options: Namespace) -> int:
    try:
        landings = read_landings(options.landing or ())
        with open_house() as house:
            if not ready(house, create=not options.dry_run):
                return 1
            folder = content.read(house.settings)
            if options.dry_run:
                return _look(content.preview(house, folder, landings), as_json=options.json)
            done = content.publish(house, folder, by="thrive publish", landings=landings)
    except LandingFaults as wrong:
        return _refused(wrong.faults)
    return _tell(done, landings, as_json=options.json)


def rollback(options: Namespace) -> int:
    try:
        landings = read_landings(options.landing or ())
        with open_house() as house:
            if not ready(house):
                return 1
            done = content.rollback(house, options.to, landings)
    except LandingFaults as wrong:
        return _refused(wrong.faults)
    except content.NoSuchBundle as fault:
        return _refused((str(fault),))
    return _tell(done, landings, as_json=options.json)


def _refused(faults: tuple[str, ...]) -> int:
    for told in faults:
        print(told, file=sys.stderr)
    print("Nothing was changed.", file=sys.stderr)
    return 1


def _look(waiting: tuple[Waiting, ...], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"bundle": None, "published": False, "waiting": _rows(waiting)}))
        return 0
    print("Nothing was published. This is who waits at what would change:" if waiting else "Nobody waits at a change.")
    _people(waiting)
    return 0


def _tell(done: Publication, landings: tuple[Landing, ...], *, as_json: bool) -> int:
    if as_json:
        told: dict[str, Any] = {"bundle": done.bundle_id, "published": done.fresh, "waiting": _rows(done.waiting)}
        print(json.dumps(told if done.restored is None else {**told, "restored": done.restored}))
        return 0
    if done.restored is not None:
        how = f"again, as bundle {done.bundle_id}" if done.fresh else "already"
        print(f"The content of bundle {done.restored} is live {how}.")
        print("The content folder was not touched: mend it before you publish again.")
    else:
        how = "Published" if done.fresh else "Published already,"
        print(f"{how} as bundle {done.bundle_id}.")
    _people(done.waiting)
    if landings and not any(one.lands for one in done.waiting):
        print("Nobody waited where the landings begin.")
    return 0


def _people(waiting: tuple[Waiting, ...]) -> None:
    for one in waiting:
        went = f"they go on at {one.lands}" if one.lands else f"they stay {STAYS}"
        print(f"  {one.people} wait at {one.flow}.{one.node}, which is {one.change}; {went}.")


def _rows(waiting: tuple[Waiting, ...]) -> list[dict[str, Any]]:
    return [{**asdict(one), "lands": one.lands or STAYS} for one in waiting]
