"""`thrive retention`: how much of each kind is past the council's periods; and, with `--now`, its end."""

import json
from argparse import Namespace

from bot.cli.opening import open_house, ready
from bot.house import House
from bot.logs import set_up_logs
from bot.people import retaining


def command(given: Namespace) -> int:
    with open_house() as house:
        set_up_logs(house.settings.log_level)
        return _retention(house, given) if ready(house) else 1


def _retention(house: House, given: Namespace) -> int:
    """The count comes first, also where it is then removed."""
    due = retaining.count(house)
    gone = retaining.carry_out(house) if given.now else {}
    if given.json:
        told = [
            {"kind": one.kind, "keep": one.period, "source": one.source, "count": one.count,
             "before": None if one.before is None else one.before.isoformat(), "removed": gone.get(one.kind, 0)}
            for one in due
        ]  # fmt: skip
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for one in due:
        since = "" if one.before is None else f", from before {one.before.isoformat()}"
        print(f"{one.kind:11} kept {one.period}: {one.count} past it{since}. {one.source}".rstrip())
    if given.now:
        print(f"Removed: {', '.join(f'{number} {kind}' for kind, number in gone.items()) or 'nothing'}.")
    else:
        print("The clock removes it at night; `thrive retention --now` at once.")
    return 0
