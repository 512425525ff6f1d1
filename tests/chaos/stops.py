"""STOP racing a send: whatever is claimed after STOP was answered is only what STOP itself calls for."""

import random
import time
from collections import Counter
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from bot.store import addresses
from bot.store import outbox as rows
from tests.chaos.accounting import Counts, database_of, finish
from tests.chaos.talking import NEED, at_once, deliver, keep, numbers
from tests.story.service import Service

AFTER_STOP = frozenset({"stop-receipt", "safety"})
SIDE_BY_SIDE = 6
ASKING = (NEED, "menu", "food bank near SW11 1AA", "refer")


def racing(living: Service, chance: random.Random, runs: int) -> Counts:
    """Families ask something, and text STOP while its answers are leaving, at moments chosen by chance.

    Consent is read in the transaction that claims: a row claimed after STOP was answered 200 must be STOP's own
    receipt. What was claimed before may still be on its way; nothing can call it back.
    """
    stopped_at: dict[str, datetime] = {}
    families = numbers(runs)
    for start in range(0, runs, SIDE_BY_SIDE):
        together = families[start : start + SIDE_BY_SIDE]
        works = []
        for number in together:
            if chance.random() < 0.5:
                living.provider.fault("delay", to=number, seconds=chance.uniform(0.02, 0.3), times=2)
            asked = chance.sample(ASKING, 2)
            works.append(partial(_race, living, number, asked, chance.uniform(0, 0.25), stopped_at))
        at_once(works)
    counts = finish(living, runs=runs, seen=_seen(living, families))
    return _checked(living, counts, stopped_at)


def _race(living: Service, number: str, asked: list[str], wait: float, stopped_at: dict[str, datetime]) -> int:
    texts = [(words, keep(living, number, words)) for words in (*asked, "STOP")]
    for words, sid in texts[:-1]:
        deliver(living, number, words, sid)
    time.sleep(wait)
    words, sid = texts[-1]
    assert deliver(living, number, words, sid) == 200
    stopped_at[number] = living.now()
    return 0


def _seen(living: Service, families: list[str]) -> Counter[str]:
    """How the race went: what was refused for the STOP, and what had left before it."""
    with database_of(living) as database, database.read() as tx:
        found = [
            rows.outbox_of(tx, [a.id]) for n in families if (a := addresses.find_address(tx, "sms", n)) is not None
        ]
    answers = [row for out in found for row in out if row.purpose == "answer"]
    return Counter("held back by STOP" if row.state == "refused" else "left before it" for row in answers)


def _checked(living: Service, counts: Counts, stopped_at: dict[str, datetime]) -> Counts:
    broken: list[str] = []
    claimed = sa.select(rows.outbox.c.id, rows.outbox.c.purpose, rows.outbox.c.claimed_at, rows.outbox.c.state)
    with database_of(living) as database, database.read() as tx:
        for number, at in stopped_at.items():
            address = addresses.find_address(tx, "sms", number)
            if address is None or address.consent != "stopped":
                broken.append(f"{number[-3:]} texted STOP and has not stopped")
                continue
            out = list(tx.execute(claimed.where(rows.outbox.c.address_id == address.id)))
            broken += [
                f"outbox row {row.id} ({row.purpose}) was claimed after STOP was answered"
                for row in out
                if row.purpose not in AFTER_STOP and row.claimed_at is not None and row.claimed_at > at
            ]
            receipts = [row for row in out if row.purpose == "stop-receipt" and row.claimed_at is not None]
            if len(receipts) != 1:
                broken.append(f"{number[-3:]} texted STOP and was told so {len(receipts)} times")
    return counts.but(broken)
