"""`thrive tell`: a fact of a family that changes what is planned, with what followed from it."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from datetime import date

from bot.cli.opening import open_house, ready
from bot.clock import local_date
from bot.house import House
from bot.people.changes import Fact, NotSo, tell
from bot.refs import read_ref
from scheduler.schoolyear import BirthMonth

BY = "the command line"


def command(given: Namespace) -> int:
    with open_house() as house:
        return _tell(house, given) if ready(house) else 1


def _tell(house: House, given: Namespace) -> int:
    try:
        on = date.fromisoformat(given.on) if given.on else local_date(house.clock.now())
        fact = Fact(
            change=given.change, ref=_ref(given.ref, "ref"), on=on,
            child=_ref(given.child, "child") if given.child else None,
            born=BirthMonth.read(given.born) if given.born else None, programme=given.programme,
            event_on=date.fromisoformat(given.event_on) if given.event_on else None,
        )  # fmt: skip
        effects = tell(house, fact, by=BY)
    except NotSo as fault:
        print(f"thrive tell: {fault.field}: {fault}", file=sys.stderr)
        return 1
    except ValueError as fault:
        print(f"thrive tell: {fault}", file=sys.stderr)
        return 1
    told = asdict(effects)
    print(json.dumps(told) if given.json else "  ".join(f"{name}: {value or '-'}" for name, value in told.items()))
    return 0


def _ref(text: str, field: str) -> str:
    ref = read_ref(text)
    if ref is None:
        raise NotSo(field, "A reference has eight letters and digits. Check it for a slip.")
    return ref
