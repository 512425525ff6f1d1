"""A step that raises, by a fault in the database beneath it: saving a conversation fails.

Content that could break a step is refused when it is published, so the fault is put where the service cannot refuse
it: a trigger of the database that raises whenever a conversation is saved.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from bot.store import addresses, casework, inbox, outbox
from bot.store.database import Database
from tests.chaos.accounting import Counts, database_of, finish
from tests.chaos.talking import DANGER, NEED, deliver, holds, keep, numbers
from tests.story.service import Service

SQLITE = (
    "CREATE TRIGGER chaos_{when} BEFORE {when} ON conversation BEGIN SELECT RAISE(ABORT, 'chaos'); END",
    "DROP TRIGGER chaos_{when}",
)
POSTGRES = (
    "CREATE TRIGGER chaos_{when} BEFORE {when} ON conversation FOR EACH ROW EXECUTE FUNCTION chaos_raises()",
    "DROP TRIGGER chaos_{when} ON conversation",
)
RAISES = (
    "CREATE OR REPLACE FUNCTION chaos_raises() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RAISE EXCEPTION 'chaos'; END $$"
)
WHEN = ("INSERT", "UPDATE")


def stepping_raises(living: Service, chance: random.Random, runs: int) -> Counts:
    """Every step fails. Danger is answered and has its case all the same; what can be handled once the fault has
    passed is; what never can ends before a person, after a bounded number of tries. No reply is doubled by a try."""
    broken: list[str] = []
    families = numbers(2 * runs)
    words = {number: DANGER if chance.random() < 0.4 else NEED for number in families}
    danger = {number for number, said in words.items() if said == DANGER}
    for_a_while, for_good = families[:runs], families[runs:]
    with database_of(living) as database:
        with _saving_fails(database):
            _text(living, for_a_while, words)
            broken += _not_safe(living, database, danger & set(for_a_while))
        counts = finish(living, runs=runs, danger=danger & set(for_a_while), broken=broken)
        broken = [*counts.broken, *_states(database, for_a_while, {"done"})]
        with _saving_fails(database):
            _text(living, for_good, words)
            broken += _not_safe(living, database, danger & set(for_good))
            counts = finish(living, runs=runs, danger=danger, broken=broken)
        broken = [*counts.broken, *_states(database, for_good, {"failed"})]
        safety = _safety_replies(database)
        broken += [f"{number[-3:]} had {safety.get(number, 0)} safety replies" for number in danger
                   if safety.get(number, 0) != 1]  # fmt: skip
        seen = {"passed": len(for_a_while), "never passed": len(for_good), "dangers": len(danger)}
        return finish(living, runs=2 * runs, danger=danger, seen=seen, broken=broken)


@contextmanager
def _saving_fails(database: Database) -> Iterator[None]:
    make, drop = SQLITE if database.is_sqlite else POSTGRES
    with database.write() as tx:
        if not database.is_sqlite:
            tx.execute(sa.text(RAISES))
        for when in WHEN:
            tx.execute(sa.text(make.format(when=when)))
    try:
        yield
    finally:
        with database.write() as tx:
            for when in WHEN:
                tx.execute(sa.text(drop.format(when=when)))


def _text(living: Service, families: list[str], words: dict[str, str]) -> None:
    for number in families:
        sid = keep(living, number, words[number])
        assert deliver(living, number, words[number], sid) == 200


def _not_safe(living: Service, database: Database, danger: set[str]) -> list[str]:
    """Whoever is in danger and was not answered at once, while steps still fail."""
    holds(lambda: all(any("999" in body for body in living.heard(number)) for number in danger), 20)
    told = [f"{number[-3:]} was not answered" for number in sorted(danger)
            if not any("999" in body for body in living.heard(number))]  # fmt: skip
    with database.read() as tx:
        urgent = {c.address_id for c in casework.inbox_cases(tx, limit=10_000) if c.level == "urgent"}
        known = {number: addresses.find_address(tx, "sms", number) for number in danger}
    return told + [f"{number[-3:]} has no case" for number, a in known.items() if a is None or a.id not in urgent]


def _states(database: Database, families: list[str], wanted: set[str]) -> list[str]:
    told = []
    with database.read() as tx:
        for number in families:
            address = addresses.find_address(tx, "sms", number)
            states = {m.state for m in inbox.inbox_of(tx, [address.id])} if address else {"unknown to us"}
            if states != wanted:
                told.append(f"{number[-3:]}'s text ended {sorted(states)}")
    return told


def _safety_replies(database: Database) -> dict[str, int]:
    asked = (
        sa.select(addresses.address.c.value, sa.func.count())
        .join(outbox.outbox, outbox.outbox.c.address_id == addresses.address.c.id)
        .where(outbox.outbox.c.purpose == "safety")
        .group_by(addresses.address.c.id, addresses.address.c.value)
    )
    with database.read() as tx:
        return {str(value): int(n) for value, n in tx.execute(asked)}
