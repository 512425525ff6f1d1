"""`thrive ledger`: how every decided check-in ended, and why. No names or numbers: references only."""

import json
import sys
from argparse import Namespace
from datetime import UTC, date

from bot.cli.opening import open_house, ready
from bot.clock import midnight
from bot.house import House
from bot.refs import read_ref
from bot.store import people, touches


def command(options: Namespace) -> int:
    try:
        since = date.fromisoformat(options.since) if options.since else None
    except ValueError:
        print(f"thrive ledger: --since {options.since} is not a date such as 2026-11-21", file=sys.stderr)
        return 1
    with open_house() as house:
        return _tell(house, options, since) if ready(house) else 1


def _tell(house: House, options: Namespace, since: date | None) -> int:
    with house.db.read() as tx:
        person = None
        if options.person:
            ref = read_ref(options.person)
            person = None if ref is None else people.find_person(tx, ref)
            if person is None:
                print(f"thrive ledger: no person has the reference {options.person}", file=sys.stderr)
                return 1
        start = None if since is None else midnight(since).astimezone(UTC)
        for touch, enrolment in touches.ledger(tx, person_id=None if person is None else person.id, since=start):
            if touch.outcome == touches.PARKED:  # still waiting: it is told of once it has ended
                continue
            row = {
                "person": people.person_by_id(tx, enrolment.person_id).ref,
                "programme": enrolment.programme,
                "touch": touch.touch,
                "child": people.person_by_id(tx, enrolment.child_id).ref if enrolment.child_id else None,
                "due_at": touch.due_at.isoformat(),
                "decided_at": touch.decided_at.isoformat(),
                "outcome": touch.outcome,
                "reason": touch.reason,
            }
            print(json.dumps(row) if options.json else "  ".join(str(value or "-") for value in row.values()))
    return 0
