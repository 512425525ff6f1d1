"""`thrive user add`: the password comes by standard input, so that no list of processes shows it."""

import getpass
import json
import sys
from argparse import Namespace

from bot.casework.accounts import AccountFault, add_account
from bot.cli.opening import open_house, ready
from bot.house import House


def command(options: Namespace) -> int:
    with open_house() as house:
        return _add(house, options) if ready(house, create=True) else 1


def _add(house: House, options: Namespace) -> int:
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        staff_id = add_account(house, email=options.email, name=options.name, role=options.role, password=password)
    except AccountFault as fault:
        print(f"thrive user add: {fault}", file=sys.stderr)
        return 1
    print(
        json.dumps({"id": staff_id, "email": options.email, "role": options.role})
        if options.json
        else f"Added {options.email}."
    )
    return 0
