"""`thrive resume`: an operator lets a paused service send again."""

import json
import sys
from argparse import Namespace
from pathlib import Path

from bot.cli.opening import open_house, ready
from bot.cli.persons import read_list
from bot.house import House
from bot.logs import set_up_logs
from bot.people import erasing
from bot.store import erased, lost, staff
from bot.turn.backfill import backfill

NOT_FETCHED = (
    "What families wrote since the backup could not be fetched from the provider, and a STOP may be in it. Nothing was "
    "changed. `thrive doctor` says what is wrong; `thrive resume --force` sends without it."
)

NO_LIST = (
    "Who was erased since {since} is not in this copy. Give their list with --erased FILE: the log's lines `erased` "
    "since then, or what `thrive person erased` printed. It can be given later too, by `thrive resume` again."
)


def command(options: Namespace) -> int:
    with open_house() as house:
        set_up_logs(house.settings.log_level)
        return _resume(house, options) if ready(house) else 1


def _resume(house: House, options: Namespace) -> int:
    if not _fetched(house) and not options.force:
        print(NOT_FETCHED, file=sys.stderr)
        return 1
    try:
        listed = read_list(Path(options.erased)) if options.erased else []
    except ValueError as fault:
        print(f"thrive resume: {options.erased}: {fault}. Nothing was changed.", file=sys.stderr)
        return 1
    again = erasing.again(house, listed)  # before anything may be sent to them
    with house.db.write() as tx:
        gone, known = lost.lost_time(tx), erased.marks(tx)
        was = lost.resume(tx)
        staff.add_audit(tx, at=house.clock.now(), staff_id=None, action="service.resume", target="service")
    if was and gone is not None and not any(mark.at >= gone.since for mark in known):
        print(NO_LIST.format(since=gone.since.isoformat(timespec="minutes")), file=sys.stderr)
    if options.json:
        print(json.dumps({"was_paused": was, **({"erased_again": again} if again else {})}))
    else:
        print("Sending." if was else "It was not paused.")
        if again:
            print(f"{again} people or conversations whom the copy had brought back were erased again.")
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
