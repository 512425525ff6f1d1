"""Enrolling a long sheet while families are answered: what a row costs, and what it costs a family who writes.

    python -m bench.enrol [ROWS]

`ROWS` (5,000) families of a sheet are enrolled as `thrive enrol` does, by a process of its own, while another takes
in a message every 50 ms. Judged, as ratios: a row to the least that any import must do for it, both in processor time
(the import leaves the lock alone between its transactions); a turn beside the import to a turn with none; a row among
many to one among few, in two databases turn about; and the same sheet once more, which changes nothing, to the first
time. Told: the seconds for
100,000 such rows, and once more. The busier the machine, the shorter the transactions and the dearer a row.

The floor writes five plain rows for each of the sheet's, a hundred of those a transaction: it reads, checks and seals
nothing.
"""

import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain

from bench import floor
from bench.databases import databases
from bench.measure import hold, interleave, med, p95, table, took_ms
from bot.people.enrol import Report, enrol_sheet
from bot.store.database import Database
from tests.houses import KEYS, Home, make_home
from tests.turn.families import HEADING, four_weeks_ago

ROWS = 5_000
LONG = 100_000
TOGETHER = 100  # rows a transaction of the floor
FLOOR_ROWS = 5  # a person, a number, what joins them, a child, an enrolment
WRITES_EVERY_SECONDS = 0.05
TO_THE_FLOOR = 60.0  # a row to five plain inserts, in transactions as short as they get
BESIDE = 5.0  # a turn beside the import to one alone, nineteen of twenty each
AT_MOST = 1.5  # a row among many, to one among few
ROUNDS, A_ROUND = 12, 50  # of rows among many and among few, turn about
ONCE_MORE = 0.5  # a row that stands already, to a new one


Import = tuple[float, float, Report]  # seconds, seconds of the processor, what it did


def lines(home: Home, first: int, count: int) -> Iterator[str]:
    on = four_weeks_ago(home)
    rows = (
        f"M-{n},Ana{n % 97},Test{n % 89},07{400_000_000 + n},,en,SW18 2PU,H-{n // 2},mother,Kit,2021-05,"
        f"after-early-help,{on},{on},Sam Worker,yes,North team"
        for n in range(first, first + count)
    )
    return chain([HEADING], rows)


def _import(url: str, first: int, count: int, told: "multiprocessing.Queue[Import]") -> None:
    home = _open(url)
    home.house.live.of(home.house.db)  # read once by a process, however long its sheet
    begun, worked = time.perf_counter(), time.process_time()
    report = enrol_sheet(home.house, lines(home, first, count))
    told.put((time.perf_counter() - begun, time.process_time() - worked, report))
    home.house.db.close()


def _open(url: str) -> Home:
    from bot.clock import FixedClock
    from bot.house import House
    from bot.live import Live
    from bot.queue import EmbeddedWake
    from bot.store.database import Database
    from messages.webchat import WebChat
    from tests.houses import AT, KEYS, Pigeon, settings_for, shared_places

    clock, pigeon = FixedClock(AT), Pigeon()
    house = House(
        settings=settings_for(url), db=Database(url, KEYS), clock=clock, live=Live(shared_places), wake=EmbeddedWake(),
        channels={"sms": pigeon, "web": WebChat()},
    )  # fmt: skip
    return Home(house=house, clock=clock, pigeon=pigeon)


def beside(url: str, home: Home, first: int, count: int) -> tuple[Import, list[float]]:
    """An import in a process of its own, and the milliseconds of each turn meanwhile."""
    spawn = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[Import] = spawn.Queue()
    process = spawn.Process(target=_import, args=(url, first, count, told))
    process.start()
    turns: list[float] = []
    while process.is_alive() and told.empty():
        turns.append(took_ms(lambda: home.text("thank you", sender="+447700900999")))
        time.sleep(WRITES_EVERY_SECONDS)
    done = told.get(timeout=WRITES_EVERY_SECONDS * 20)  # nothing comes from one that broke off
    process.join()
    return done, turns


def least_ms(url: str, count: int) -> float:
    """Milliseconds of the processor for a sheet's row by the floor."""
    database = Database(url, KEYS)
    floor.meta.create_all(database.engine)
    insert, _, _ = floor.LOGS
    begun = time.process_time()
    for first in range(0, count, TOGETHER):
        rows = [
            {"contact": f"+447{400_000_000 + n}", "sid": f"M-{n}", "body": "after-early-help", "at": 1.0}
            for n in range(first, first + TOGETHER)
        ]
        with database.write() as tx:
            for _ in range(FLOOR_ROWS):
                tx.execute(insert, rows)
    took = time.process_time() - begun
    database.close()
    return took * 1e3 / count


def alone(home: Home, seconds: float) -> list[float]:
    done = threading.Event()
    threading.Timer(seconds, done.set).start()
    turns: list[float] = []
    while not done.is_set():
        turns.append(took_ms(lambda: home.text("thank you", sender="+447700900999")))
        time.sleep(WRITES_EVERY_SECONDS)
    return turns


def to_few(many: Home, few: Home, first: int) -> float:
    """A row among many, to one among few: medians of rounds turn about, so that a noisy minute falls on both."""

    def case(home: Home) -> Callable[[], float]:
        from_row = iter(range(first, first + ROUNDS * A_ROUND, A_ROUND))
        return lambda: took_ms(lambda: enrol_sheet(home.house, lines(home, next(from_row), A_ROUND)))

    took = interleave({"many": case(many), "few": case(few)}, ROUNDS)
    return med(took["many"]) / med(took["few"])


def main(count: int = ROWS) -> int:
    claims: list[tuple[str, float, float]] = []
    rows: list[list[object]] = []
    few = max(1, count // 10)
    with databases() as makers:
        for kind in makers.kinds:
            url = makers.fresh(kind)
            home = make_home(url)
            quiet = alone(home, 5.0)
            (took, worked, report), turns = beside(url, home, 0, count)
            (again, _, same), _ = beside(url, home, 0, count)
            assert (report.added, same.unchanged) == (count, count), (report, same)
            least = least_ms(makers.empty(kind), count)
            dear, waits = worked * 1e3 / count / least, p95(turns) / p95(quiet)
            fewer = make_home(makers.fresh(kind))
            enrol_sheet(fewer.house, lines(fewer, 0, few))
            ratio = to_few(home, fewer, count)
            rows.append(
                [kind, f"{took / count * LONG:.0f} s", f"{again / count * LONG:.0f} s",
                 f"{med(quiet):.0f} / {p95(quiet):.0f} ms",
                 f"{med(turns):.0f} / {p95(turns):.0f} / {max(turns):.0f} ms", f"{dear:.0f}", f"{ratio:.2f}"]
            )  # fmt: skip
            claims += [
                (f"{kind}: a row, to five plain inserts", dear, TO_THE_FLOOR),
                (f"{kind}: a turn beside the import (95th), to one alone", waits, BESIDE),
                (f"{kind}: a row among many, to one among few", ratio, AT_MOST),
                (f"{kind}: the same sheet once more, to the first time", again / took, ONCE_MORE),
            ]
            home.house.db.close()
            fewer.house.db.close()
    head = ["database", "100,000 rows", "once more", "a turn alone, median / 95th", "beside it, median / 95th / worst",
            "row / floor", "many / few"]  # fmt: skip
    table(head, rows)
    return hold(claims)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
