"""Enrolling a long sheet while families are answered: what a row costs, and what it costs a family who writes.

    python -m bench.enrol [ROWS]

`ROWS` (20,000) families of a sheet are enrolled as `thrive enrol` does, by a process of its own, while another takes
in a message every 50 ms. Told: the seconds for 100,000 such rows; how much longer a turn takes than with no import
beside it; the same sheet once more, which changes nothing; and that a row costs no more among many than among few.
Only ratios are judged.
"""

import multiprocessing
import sys
import threading
import time
from collections.abc import Iterator
from itertools import chain

from bench.databases import databases
from bench.measure import hold, med, p95, table, took_ms
from bot.people.enrol import Report, enrol_sheet
from tests.houses import Home, make_home
from tests.turn.families import HEADING, four_weeks_ago

ROWS = 20_000
LONG = 100_000
WITHIN_SECONDS = 120
WRITES_EVERY_SECONDS = 0.05
MORE_MS = 60  # a family's turn may wait so much longer while a sheet is taken, nineteen times of twenty
AT_MOST = 1.5  # a row among many, to one among few


def lines(home: Home, first: int, count: int) -> Iterator[str]:
    on = four_weeks_ago(home)
    rows = (
        f"M-{n},Ana{n % 97},Test{n % 89},07{400_000_000 + n},,en,SW18 2PU,H-{n // 2},mother,Kit,2021-05,"
        f"after-early-help,{on},{on},Sam Worker,yes,North team"
        for n in range(first, first + count)
    )
    return chain([HEADING], rows)


def _import(url: str, first: int, count: int, told: "multiprocessing.Queue[tuple[float, Report]]") -> None:
    home = _open(url)
    begun = time.perf_counter()
    report = enrol_sheet(home.house, lines(home, first, count))
    told.put((time.perf_counter() - begun, report))
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


def beside(url: str, home: Home, first: int, count: int) -> tuple[float, Report, list[float]]:
    """Seconds of an import in a process of its own, its report, and the milliseconds of each turn meanwhile."""
    spawn = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[tuple[float, Report]] = spawn.Queue()
    process = spawn.Process(target=_import, args=(url, first, count, told))
    process.start()
    turns: list[float] = []
    while process.is_alive() and told.empty():
        turns.append(took_ms(lambda: home.text("thank you", sender="+447700900999")))
        time.sleep(WRITES_EVERY_SECONDS)
    took, report = told.get()
    process.join()
    return took, report, turns


def alone(home: Home, seconds: float) -> list[float]:
    done = threading.Event()
    threading.Timer(seconds, done.set).start()
    turns: list[float] = []
    while not done.is_set():
        turns.append(took_ms(lambda: home.text("thank you", sender="+447700900999")))
        time.sleep(WRITES_EVERY_SECONDS)
    return turns


def main(count: int = ROWS) -> int:
    claims: list[tuple[str, float, float]] = []
    rows: list[list[object]] = []
    few = max(1, count // 10)
    with databases() as makers:
        for kind in makers.kinds:
            url = makers.fresh(kind)
            home = make_home(url)
            quiet = alone(home, 5.0)
            first, _, _ = beside(url, home, 0, few)
            took, report, turns = beside(url, home, few, count)
            again, same, _ = beside(url, home, few, count)
            assert (report.added, same.unchanged) == (count, count), (report, same)
            ratio = (took / count) / (first / few)
            waits = p95(turns) - p95(quiet)
            rows.append(
                [kind, f"{took / count * LONG:.0f} s", f"{again / count * LONG:.0f} s",
                 f"{med(quiet):.0f} / {p95(quiet):.0f} ms",
                 f"{med(turns):.0f} / {p95(turns):.0f} / {max(turns):.0f} ms", f"{ratio:.2f}"]
            )  # fmt: skip
            claims += [
                (f"{kind}: 100,000 rows, to two minutes", took / count * LONG / WITHIN_SECONDS, 1.0),
                (f"{kind}: what a turn waits longer (95th), to {MORE_MS} ms", waits / MORE_MS, 1.0),
                (f"{kind}: a row among many, to one among few", ratio, AT_MOST),
            ]
            home.house.db.close()
    head = ["database", "100,000 rows", "once more", "a turn alone, median / 95th", "beside it, median / 95th / worst",
            "many / few"]  # fmt: skip
    table(head, rows)
    return hold(claims)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
