"""`thrive user ...`: staff accounts, by whoever runs the service.

A password comes by standard input, so that no list of processes shows it.
"""

import getpass
import json
import sys
from argparse import Namespace
from typing import Final

from bot.casework import proving, staffing
from bot.casework.accounts import AccountFault, add_account
from bot.cli.opening import open_house, ready
from bot.house import House

_DONE: Final = {
    "password": "The password is set, and their sessions have ended.",
    "code": "The second factor is taken away, and their sessions have ended.",
    "passkeys": "The passkeys are taken away, and their sessions have ended.",
    "end": "Their sessions have ended.",
    "close": "The account is closed, and its sessions have ended.",
    "open": "The account is open again.",
}


def command(options: Namespace) -> int:
    with open_house() as house:
        if not ready(house, create=options.action == "add"):
            return 1
        if options.action == "list":
            return _list(house, options)
        try:
            return _add(house, options) if options.action == "add" else _do(house, options)
        except AccountFault as fault:
            print(f"thrive user {options.action}: {fault}", file=sys.stderr)
            return 1


def _add(house: House, options: Namespace) -> int:
    staff_id = add_account(house, email=options.email, name=options.name, role=options.role, password=_password())
    print(
        json.dumps({"id": staff_id, "email": options.email, "role": options.role})
        if options.json
        else f"Added {options.email}."
    )
    return 0


def _list(house: House, options: Namespace) -> int:
    for member in staffing.everyone(house, by=None):
        one = member.staff
        how = ("password and code" if member.has_code else "password alone") if one.local else "council account"
        if member.passkeys:
            how = f"{'password and code' if member.has_code else 'password'}, passkeys: {member.passkeys}"
        told = {"id": one.id, "email": one.email, "role": one.role, "how": how, "closed": one.disabled_at is not None}
        closed = ", closed" if told["closed"] else ""
        print(json.dumps(told) if options.json else f"{one.email}: {one.role}, {how}{closed}")
    return 0


def _do(house: House, options: Namespace) -> int:
    """Raises AccountFault."""
    found = staffing.by_email(house, options.email)
    if found is None:
        raise AccountFault(f"there is no account for {options.email}")
    if options.action == "password":
        proving.set_password(house, found.id, _password(), by=None)
    elif not staffing.do(house, options.action, found.id, by=None):
        raise AccountFault(f"{options.email} has no {'passkey' if options.action == 'passkeys' else 'second factor'}")
    print(json.dumps({"id": found.id, "did": options.action}) if options.json else _DONE[options.action])
    return 0


def _password() -> str:
    return getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
