"""One inbound turn of the real product against the floor turn on the same database, and where its time goes.

    python -m bench.turn [SECONDS]

The product: the provider's signature, then `receive` in this process, with the shipped content and directory. Families
write five texts each, a minute apart. SQLite runs in WAL with `synchronous=FULL`; PostgreSQL with fsync on.
"""

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from bench.databases import Makers, databases
from bench.floor import floor_turn, signed
from bench.measure import hold, interleave, med, p95, table
from bench.meter import Meter, MeteredKeys, MeteredLive, watch_statements
from bot.store.database import Database
from bot.turn import receive
from flows.step import step
from tests.houses import KEYS, Home, make_home, shared_places

TALK = (
    "hello",
    "my 4yr old is not talking much yet, SW18 2PU",
    "more",
    "i need help with rent and food for 3 kids, we are behind and dont know who to ask",
    "thanks",
)
TURNS = 2 * len(TALK)  # of each case, a round
AT_MOST = {"SQLite": 15.0, "PostgreSQL": 20.0}  # floor turns that one real turn may cost


def talker(home: Home) -> Callable[[], None]:
    """Each call is one text: the next of the talk, from the next family when the talk is over."""
    numbers = itertools.count()
    lexicon = home.house.live.of(home.house.db).compiled.lexicon

    def turn() -> None:
        number = next(numbers)
        home.clock.at = home.clock.at.replace(microsecond=0)
        home.later(minutes=1)
        lexicon.forget()  # one family does not write another's words
        signed()
        assert home.text(TALK[number % len(TALK)], sender=f"+4477009{number // len(TALK):05d}")

    return turn


@contextmanager
def metered(home: Home, meter: Meter) -> Iterator[Home]:
    """The same house with its lexicon, finder, keys, statements and step timed."""
    keys = MeteredKeys(current=KEYS.current, keys=KEYS.keys, index_key=KEYS.index_key)
    MeteredKeys.meter = meter
    database = Database(home.house.settings.database_url, keys)
    watch_statements(database.engine, meter)
    house = replace(home.house, db=database, live=MeteredLive(shared_places, meter))
    with patch.object(receive, "step", meter.timed("step", step)):
        yield Home(house=house, clock=home.clock, pigeon=home.pigeon)
    database.close()


def each_us(turn: Callable[[], None], times: list[float], count: int = TURNS) -> Callable[[], float]:
    """A case: `count` turns; microseconds of each kept in `times`, of the middle one returned."""

    def case() -> float:
        here = []
        for _ in range(count):
            start = time.perf_counter()
            turn()
            here.append((time.perf_counter() - start) * 1e6)
        times.extend(here)
        return med(here)

    return case


def measure(makers: Makers, kind: str, seconds: float) -> float:
    """Print both tables of one kind of database; the ratio of a real turn to a floor turn."""
    home, meter = make_home(makers.fresh(kind)), Meter()
    second = make_home(makers.fresh(kind))
    real, floor, watched = talker(home), floor_turn(makers.empty(kind)), 0
    with metered(second, meter) as measured_home:
        measured = talker(measured_home)
        for _ in range(TURNS):  # caches warm, as in a service that has run for a minute
            real(), floor(), measured()
        meter.seconds.clear()

        def whole() -> None:
            nonlocal watched
            watched += 1
            with meter.span("the rest: statements built, rows read, texts laid out"):
                measured()

        times: dict[str, list[float]] = {"floor": [], "real": [], "watched": []}
        cases = {
            "floor": each_us(floor, times["floor"]),
            "real": each_us(real, times["real"]),
            "watched": each_us(whole, times["watched"]),
        }
        per_round = sum(interleave(cases, 1)[name][0] for name in cases) * TURNS / 1e6
        interleave(cases, max(2, int(seconds / per_round)))
    home.house.db.close()
    second.house.db.close()
    base = med(times["floor"])
    mean = {name: sum(taken) / len(taken) for name, taken in times.items()}
    ratio = mean["real"] / mean["floor"]
    table(
        [f"one inbound turn, {kind}", "median us", "mean us", "p95 us", "mean to the floor's"],
        [
            [
                what,
                f"{med(times[it]):.0f}",
                f"{mean[it]:.0f}",
                f"{p95(times[it]):.0f}",
                f"{mean[it] / mean['floor']:.1f}",
            ]
            for what, it in (("the floor turn", "floor"), ("the product's turn", "real"))
        ],
    )
    spent = sorted(meter.seconds.items(), key=lambda part: -part[1])
    total = sum(meter.seconds.values())
    table(
        [f"part of the turn, {kind}", "mean us", "share", "to a median floor turn"],
        [
            [name, f"{s / watched * 1e6:.0f}", f"{s / total:.0%}", f"{s / watched * 1e6 / base:.2f}"]
            for name, s in spent
        ],
    )
    return ratio


def main(seconds: float = 40.0) -> int:
    with databases() as makers:
        ratios = {kind: measure(makers, kind, seconds / len(makers.kinds)) for kind in makers.kinds}
    return hold(
        [(f"a turn costs so many floor turns on {kind}", ratio, AT_MOST[kind]) for kind, ratio in ratios.items()]
    )


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2])))
