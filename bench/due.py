"""What the clock costs with 1,000,000 enrolled, to the same with 10,000: the same 1,000 due, and none due.

    python -m bench.due [ROUNDS [MANY]]

A tick is `bot.clockwork.tick` as it runs: heartbeat, inbox, lookups, timers, touches. It decides two hundred at most,
so 1,000 due are five ticks, measured together. Each due enrolment is decided, its check-in written to the outbox and
its next instant set, in a transaction of its own. Filling a database with a million families takes a minute or two and
about a gigabyte.
"""

import sys
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa

from bench.databases import Makers, databases
from bench.measure import hold, interleave, med, table, took_ms
from bot.clockwork import tick
from bot.store import addresses, keeping, people, touches
from bot.store.database import Tx
from tests.houses import AT, Home, make_home

DUE = 1_000
FEW, MANY = 10_000, 1_000_000
AT_MOST = 1.3  # a tick among the many, to one among the few
A_TICK = 200  # are decided in one tick at most
ENROLLED_AT = AT - timedelta(weeks=4, days=1)


def fill(home: Home, count: int) -> None:
    """`count` families enrolled, each a person, a number and an enrolment; none is due yet.

    One statement a table: the sealed words are the same in all of them, which nobody reads here.
    """
    numbered = sa.select(sa.literal(1).label("i")).cte("numbered", recursive=True)
    numbered = numbered.union_all(sa.select(numbered.c.i + 1).where(numbered.c.i < count))
    i = numbered.c.i
    family = {"created_at": ENROLLED_AT, "language": "en"}
    with home.house.db.write() as tx:
        ref = sa.cast(i, sa.String)
        _insert(tx, people.person, numbered, {"id": i, "ref": ref},
                {**family, "first_name": "Ama", "child": False, "worrying": False})  # fmt: skip
        _insert(tx, addresses.address, numbered, {"id": i, "fingerprint": ref},
                {**family, "kind": "sms", "value": "+447700900001", "consent": "given", "asked_since_stop": False,
                 "safe": "safe", "shared": False, "watched": False})  # fmt: skip
        _insert(tx, people.person_address, numbered, {"person_id": i, "address_id": i}, {"since": ENROLLED_AT})
        told_on = ENROLLED_AT.date()
        _insert(tx, keeping.enrolment, numbered, {"id": i, "person_id": i},
                {"programme": "after-early-help", "child_id": 0, "event_on": told_on, "told_on": told_on,
                 "told_by": "Sam", "state": "active", "next_at": AT + timedelta(days=30),
                 "created_at": ENROLLED_AT})  # fmt: skip
    with home.house.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        if not home.house.db.is_sqlite:
            connection.exec_driver_sql("CHECKPOINT")
    # What filling wrote is on the disk before anything is timed: a gigabyte of it would be the many's to wait for.
    if home.house.db.is_sqlite:
        raw = home.house.db.engine.raw_connection()  # SQLite puts its journal away only outside a transaction
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        raw.close()


def _insert(tx: Tx, table: sa.Table, numbered: sa.CTE, own: dict[str, object], same: dict[str, object]) -> None:
    values = [sa.literal(value, table.c[name].type).label(name) for name, value in same.items()]
    chosen = sa.select(*own.values(), *values).select_from(numbered)  # type: ignore[call-overload]
    tx.execute(sa.insert(table).from_select([*own, *same], chosen))


def due_ticks(home: Home, due: int) -> Callable[[], float]:
    """A case: the next `due` fall due (untimed), then ticks until all are decided; milliseconds."""
    fallen = 0

    def ticks() -> None:
        for _ in range(-(-due // A_TICK)):
            tick(home.house)

    def case() -> float:
        nonlocal fallen
        first, fallen = fallen + 1, fallen + due
        enrolment = keeping.enrolment
        with home.house.db.write() as tx:
            these = enrolment.c.id.between(first, fallen)
            tx.execute(sa.update(enrolment).where(these).values(next_at=AT - timedelta(minutes=1)))
        taken = took_ms(ticks)
        assert _sent(home) == fallen, f"{_sent(home)} check-ins were written, not {fallen}"
        return taken

    return case


def idle_tick(home: Home) -> Callable[[], float]:
    return lambda: med([took_ms(lambda: tick(home.house)) for _ in range(5)])


def _sent(home: Home) -> int:
    with home.house.db.read() as tx:
        return int(tx.execute(sa.select(sa.func.count()).where(touches.touch.c.outcome == "sent")).scalar_one())


def measure(
    makers: Makers, kind: str, rounds: int, *, few: int, many: int, due: int
) -> list[tuple[str, float, float]]:  # fmt: skip
    few_home, many_home = (make_home(makers.fresh(kind)) for _ in range(2))
    fill(few_home, few)
    fill(many_home, many)
    cases = {
        "due few": due_ticks(few_home, due), "due many": due_ticks(many_home, due),
        "idle few": idle_tick(few_home), "idle many": idle_tick(many_home),
    }  # fmt: skip
    for case in cases.values():
        case()  # untimed: what is read first is read from the disk
    got = interleave(cases, rounds)
    few_home.house.db.close()
    many_home.house.db.close()
    ratio = {state: med(got[f"{state} many"]) / med(got[f"{state} few"]) for state in ("due", "idle")}
    words = {"due": f"{due:,} due", "idle": "none due"}
    table(
        [f"the clock, {kind}", f"{few:,} enrolled, median ms", f"{many:,} enrolled, median ms", "ratio"],
        [[words[s], f"{med(got[f'{s} few']):.1f}", f"{med(got[f'{s} many']):.1f}", f"{ratio[s]:.2f}"] for s in words],
    )
    return [(f"the clock with {words[s]} among {many:,}, on {kind}", ratio[s], AT_MOST) for s in words]


def main(rounds: float = 3, many: float = MANY, *, few: int = FEW, due: int = DUE) -> int:
    rounds = min(int(rounds), few // due - 1)
    with databases() as makers:
        held = [c for kind in makers.kinds for c in measure(makers, kind, rounds, few=few, many=int(many), due=due)]
    return hold(held)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:3])))
