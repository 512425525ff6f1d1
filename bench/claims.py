"""What one claim of the dispatcher costs with 50,000 messages queued, to the same with 100.

    python -m bench.claims [CLAIMS]

A claim is `Dispatcher.once` as it runs: look at the sender's bucket, lock, ask "may it leave?", spend, commit
`sending`, hand to a channel that takes it at once, record. Three backlogs: 100 due; 50,000 due; and 100 due among
10,000 that wait for the morning. Then a look that finds the bucket spent, with 50,000 that wait for it.
"""

import sys
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from bench.databases import Makers, databases
from bench.measure import hold, interleave, med, p95, table, took_ms
from bot.dispatcher import Dispatcher
from bot.publishing import content
from bot.store import addresses
from bot.store import outbox as rows
from bot.store.database import Database
from messages.bucket import Rate
from messages.classes import Purpose, class_of, priority_of
from tests.houses import Home, at_rate, make_home

FEW, MANY, WAITING = 100, 50_000, 10_000
AT_MOST = 2.0  # a claim's cost with the long backlog, to its cost with the short one


def fill(
    home: Home,
    count: int,
    *,
    waits: timedelta = timedelta(0),
    first: int = 0,
    purpose: Purpose = "answer",
    expires: timedelta | None = None,
) -> None:
    """`count` messages queued, answers unless told, each to a number of its own."""
    now = home.clock.now()
    keys = home.house.db.keys
    with home.house.db.write() as tx:
        for start in range(first, first + count, 1000):
            numbers = [f"+44777{n:07d}" for n in range(start, min(start + 1000, first + count))]
            tx.execute(
                sa.insert(addresses.address),
                [
                    {"kind": "sms", "fingerprint": keys.index("sms", n), "value": n, "created_at": now,
                     "consent": "given", "safe": "safe", "last_in_at": now}
                    for n in numbers
                ],
            )  # fmt: skip
            prints = [keys.index("sms", n) for n in numbers]
            found = tx.execute(sa.select(addresses.address.c.id).where(addresses.address.c.fingerprint.in_(prints)))
            tx.execute(
                sa.insert(rows.outbox),
                [
                    {"key": f"bench:{address_id}", "address_id": address_id, "purpose": purpose,
                     "rank": priority_of(purpose), "class_": class_of(purpose), "state": "queued", "text_id": "thanks",
                     "body": "Thank you. " * 12, "created_at": now, "not_before": now + waits,
                     "expires_at": None if expires is None else now + expires}
                    for (address_id,) in found
                ],
            )  # fmt: skip


def tidy(database: Database) -> None:
    """What a running server does by itself: statistics, so that the plan is the one it would choose."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def claimer(home: Home) -> Callable[[], float]:
    """A case: one claim and its send; milliseconds."""
    dispatcher = Dispatcher(home.house)

    def case() -> float:
        home.later(seconds=1)  # what a message takes is earned again
        return took_ms(lambda: _claimed(dispatcher.once()))

    return case


def _claimed(count: int) -> None:
    assert count == 1, "nothing was claimed"


def looker(home: Home) -> Callable[[], float]:
    """A case: one look with the bucket spent, which finds nothing it may take; milliseconds."""
    dispatcher = Dispatcher(home.house)
    while dispatcher.once():
        pass

    def case() -> float:
        return took_ms(dispatcher.once)

    return case


def measure(makers: Makers, kind: str, claims: int, many: int) -> list[tuple[str, float, float]]:
    homes = {name: make_home(makers.fresh(kind)) for name in ("short", "long", "waiting")}
    waiting = min(many, WAITING)
    fill(homes["short"], FEW)
    fill(homes["long"], many)
    fill(homes["waiting"], FEW)
    fill(homes["waiting"], waiting, waits=timedelta(hours=9), first=FEW)
    for home in homes.values():
        tidy(home.house.db)
    got = interleave({name: claimer(home) for name, home in homes.items()}, claims)
    got["spent"] = spent(homes["long"], claims)
    for home in homes.values():
        home.house.db.close()
    words = {
        "short": f"{FEW:,} due", "long": f"{many:,} due", "waiting": f"{FEW:,} due, {waiting:,} waiting",
        "spent": f"a look, nothing to spend, {many:,} due",
    }  # fmt: skip
    base = med(got["short"])
    table(
        [f"one claim and its send, {kind}", "median ms", "p95 ms", "to the short backlog"],
        [[words[n], f"{med(t):.2f}", f"{p95(t):.2f}", f"{med(t) / base:.2f}"] for n, t in got.items()],
    )
    return [(f"{words[n]}, on {kind}", med(got[n]) / base, AT_MOST) for n in ("long", "waiting", "spent")]


def spent(home: Home, looks: int) -> list[float]:
    """So many looks at the long backlog by a sender who has nothing left to spend, as check-ins wait for it."""
    publish(home, Rate(per_second=1, burst=2))
    with home.house.db.write() as tx:
        tx.execute(sa.update(rows.outbox).values(purpose="check-in", class_="check-in", rank=priority_of("check-in")))
    tidy(home.house.db)
    look = looker(home)
    return [look() for _ in range(looks)]


def publish(home: Home, rate: Rate) -> None:
    content.publish(home.house, at_rate(content.read(home.house.settings), rate), by="bench")


def main(claims: float = 60, *, many: int = MANY) -> int:
    with databases() as makers:
        claimed = min(int(claims), FEW - 1)
        return hold([claim for kind in makers.kinds for claim in measure(makers, kind, claimed, many)])


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2])))
