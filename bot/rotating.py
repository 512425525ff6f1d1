"""Changing the keys while the service runs: first every part of it holds both, then everything is sealed again.

Each process says under which ring of keys it runs, by a beat that bears the ring's mark (bot.watch). While one runs
under another, nothing is sealed anew: it could not open what it finds.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.house import House
from bot.store import rotating, staff
from bot.store.rotating import Table
from bot.watch import others_rings

ROWS: Final = 100  # of one transaction: a few milliseconds, so that no family's turn waits long
REST_SECONDS: Final = 0.01  # between two: SQLite has one writer, and its others look only now and then
PASSES: Final = 20
PASS_SECONDS: Final = 0.5

Tell = Callable[[str, int], None]  # a table's name, and how many of its rows are done


class OtherKeys(Exception):
    """A part of the service runs, or ran minutes ago, under other keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """`rows` by table were sealed anew or found anew. `left` rows somebody held to the end: the command goes on there
    when it is given again. `shut` values open under no key; `nameless` households keep the older fingerprint until a
    sheet names them."""

    rows: Mapping[str, int]
    left: int
    shut: int
    nameless: int


def waiting(house: House) -> dict[str, int]:
    """How many rows of each table hold something under an older key. Changes nothing."""
    found = {}
    for table in rotating.tables():
        with house.db.read() as tx:
            found[table.name] = rotating.waiting(tx, table)
    return {name: count for name, count in found.items() if count}


def rotate(house: House, tell: Tell) -> Rotated:
    """Seal everything again. Raises OtherKeys, having changed nothing."""
    if others_rings(house):
        raise OtherKeys
    rows: dict[str, int] = {}
    shut = left = 0
    for table in rotating.tables():
        for again in range(PASSES):
            changed, shut_here, left_here = _pass(house, table, tell)
            rows[table.name] = rows.get(table.name, 0) + changed
            if not left_here:
                break
            if again < PASSES - 1:
                time.sleep(PASS_SECONDS)
        shut, left = shut + shut_here, left + left_here
    done = {name: count for name, count in rows.items() if count}
    with house.db.write() as tx:
        nameless = rotating.nameless_households(tx) if house.db.keys.older_index_keys else 0
        told = f"{sum(done.values())} rows, {left} left, {shut} values that no key opens"
        staff.add_audit(tx, at=house.clock.now(), staff_id=None, action="keys.rotate", target="keys", detail=told)
    return Rotated(rows=done, left=left, shut=shut, nameless=nameless)


def _pass(house: House, table: Table, tell: Tell) -> tuple[int, int, int]:
    """Once through a table: rows changed, values that do not open, rows that somebody held."""
    after, changed, shut, skipped = None, 0, 0, 0
    while True:
        part = house.db.attempt(partial(rotating.rotate_part, table=table, after=after, limit=ROWS))
        if part.last is None:
            return changed, shut, skipped
        after, changed, shut = part.last, changed + part.changed, shut + part.shut
        skipped += part.skipped
        tell(table.name, changed)
        time.sleep(REST_SECONDS)
