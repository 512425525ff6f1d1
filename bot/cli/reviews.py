"""`thrive reviews export`: what staff marked, as labelled lines for those who mend the lexicon."""

import sys
from argparse import Namespace
from datetime import UTC, date, datetime, time

from bot.casework.labelled import labelled
from bot.cli.lines import to_json
from bot.cli.opening import open_house, ready
from bot.clock import LONDON

MASKED = (
    "These are families' words. Names, numbers, postcodes and addresses are masked by rule, and a rule misses some: "
    "read every line before you pass any on.\n"
)
AS_WRITTEN = (
    "These are families' words as they wrote them, with names, numbers and addresses. Keep the file as you keep a case "
    "file, pass it to nobody, and delete it when you are done.\n"
)


def command(options: Namespace) -> int:
    try:
        since = datetime.combine(date.fromisoformat(options.since), time(), LONDON) if options.since else None
    except ValueError:
        sys.stderr.write(f"thrive reviews export: --since {options.since} is not a date such as 2026-11-21\n")
        return 1
    with open_house() as house:
        if not ready(house):
            return 1
        lines = labelled(house, since=None if since is None else since.astimezone(UTC), masked=options.anonymous)
    sys.stderr.write(MASKED if options.anonymous else AS_WRITTEN)
    for line in lines:
        sys.stdout.write(to_json(line, sys.stdout) + "\n")
    sys.stderr.write(f"{len(lines)} marks.\n" if len(lines) != 1 else "1 mark.\n")
    return 0
