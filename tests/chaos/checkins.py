"""Killed during the clock's tick, while check-ins are decided: each goes once, or the ledger says what became of it."""

import random
import time
from collections import Counter
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.store import outbox as rows
from bot.store import touches
from tests.chaos.accounting import Counts, database_of, finish
from tests.chaos.talking import holds, numbers
from tests.story.service import Service, at, families, quiet_fortnight

FAMILIES = 40
LONGEST_WAIT_SECONDS = 15.0
ENDED = frozenset({"sent", "answered", "no-reply", "undelivered", "unknown", "missed", "suppressed"})


def due_together(living: Service, whom: list[str], *, name: str = "families") -> datetime:
    """Enrol families whose first check-in falls due at ten on the next quiet Monday; returns five past that."""
    monday = quiet_fortnight(living.now())
    sheet = families(living.folder / f"{name}.csv", monday - timedelta(days=28), whom)
    done = living.thrive("enrol", str(sheet), "--json")
    assert done.returncode == 0, done.stderr
    return at(monday, 10, 5)


def touches_told(living: Service, count: int) -> int:
    """How many check-ins were decided, once `count` are, or after a while."""
    holds(lambda: _decided(living) >= count, 30)
    return _decided(living)


def killed_in_the_tick(living: Service, chance: random.Random, runs: int) -> Counts:
    """Forty check-ins fall due at once; the service is killed when some number of them has been decided."""
    whom = numbers(FAMILIES)
    living.move_to(due_together(living, whom) - timedelta(minutes=6))
    seen: Counter[str] = Counter()
    living.move_to(living.now() + timedelta(minutes=6))
    marks = sorted(chance.randrange(FAMILIES) for _ in range(runs))
    for mark in marks:
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < end and _decided(living) <= mark:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.05))
        living.running.freeze()
        seen[f"killed with {_decided(living)} decided"] += 1
        living.running.kill()
        living.running.start()
    touches_told(living, FAMILIES)
    return went_once(living, finish(living, runs=runs, seen=seen), FAMILIES)


def _decided(living: Service) -> int:
    with database_of(living) as database, database.read() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(touches.touch)).scalar_one())


def went_once(living: Service, counts: Counts, families: int) -> Counts:
    """Each of so many families has one check-in with an outcome, and each of its texts once."""
    broken: list[str] = []
    with database_of(living) as database, database.read() as tx:
        told = list(tx.execute(sa.select(touches.touch.c.id, touches.touch.c.outcome)))
        asked = sa.select(rows.outbox.c.touch_id, rows.outbox.c.text_id).where(rows.outbox.c.purpose == "check-in")
        texts = Counter((row.touch_id, row.text_id) for row in tx.execute(asked))
    if len(told) != families:
        broken.append(f"{len(told)} check-ins were decided, of {families}")
    broken += [f"touch {row.id} has no outcome" for row in told if row.outcome not in ENDED]
    kinds = {text_id for _, text_id in texts}  # who writes, and the question
    broken += [
        f"touch {row.id} has {texts[row.id, kind]} texts {kind}"
        for row in told
        for kind in kinds
        if texts[row.id, kind] != 1
    ]
    return counts.but(broken)
