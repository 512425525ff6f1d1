"""What a search costs, on the sample directory and on 10,000 made-up services, to SQLite FTS5 on the same queries.

    python -m bench.search [ROUNDS]

FTS5 (porter, bm25, the words joined by OR) is the floor: it knows no slips, places, ages or needs. `words` is
`directory.search.search` with two or three words of a service's name; `slips` the same with two of them misspelt;
`near` the same near a postcode; `a family's words` is the whole Finder, understanding included, as in a turn. A query
counts once, by the median of its rounds: p95 is of queries, not of what else the machine was doing.
"""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from bench.databases import databases
from bench.measure import hold, interleave, med, p95, table
from bench.synth import queries, services
from bot.directory_source import load_sample
from bot.finding import DirectoryFinder
from bot.live import Snapshot
from bot.settings import ROOT
from directory.search import Query, search
from directory.search import Snapshot as ServiceSnapshot
from directory.service import Service
from flows.facts import Search
from tests.houses import make_home, shared_places

MANY, ASKED, TOP = 10_000, 100, 5
MOST_MB = 150.0
MISSED, MISSED_SMALL = 0.07, 0.2  # half of the words of the names that ship could be anyone's
POSTCODE = "SW18 2PU"
TEXTS = (
    "my 4yr old is not talking much yet, SW18 2PU",
    "i need help with rent and food SW11 1AA",
    "somewhere to go with a toddler near SW17",
    "my son is anxious and wont go to school",
)
# FTS5 medians of clean words that nineteen searches of twenty may cost. A small directory costs FTS5 next to nothing.
AT_MOST = {"words": 1.5, "slips": 1.5, "near": 2.0}
AT_MOST_SMALL = {"words": 8.0, "slips": 8.0, "near": 10.0}


class Fts5:
    """The floor, in memory."""

    def __init__(self, found: Sequence[Service]) -> None:
        self.names = [service.name for service in found]
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE VIRTUAL TABLE t USING fts5(name, body, tokenize='porter unicode61')")
        told = [(i, service.name, service.description) for i, service in enumerate(found)]
        self.db.executemany("INSERT INTO t(rowid, name, body) VALUES (?, ?, ?)", told)
        self.db.execute("INSERT INTO t(t) VALUES ('optimize')")

    def search(self, typed: str) -> list[str]:
        match = " OR ".join(f'"{word}"' for word in typed.split())
        ranked = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, 5.0, 1.0) LIMIT ?"
        return [self.names[row] for (row,) in self.db.execute(ranked, (match, TOP))]


class Asked:
    """A way to search, asked the same queries each round: milliseconds of each, and for which the one meant came."""

    def __init__(self, find: Callable[[str], list[str]], asked: Sequence[tuple[str, str]]) -> None:
        self.find, self.asked = find, asked
        self.each: list[list[float]] = [[] for _ in asked]
        self.hits = [False for _ in asked]

    def __call__(self) -> float:
        for at, (typed, meant) in enumerate(self.asked):
            start = time.perf_counter()
            names = self.find(typed)
            self.each[at].append((time.perf_counter() - start) * 1e3)
            self.hits[at] = meant in names
        return self.each[-1][-1]

    @property
    def times(self) -> list[float]:
        return [med(rounds) for rounds in self.each]

    @property
    def missed(self) -> float:
        return 1 - sum(self.hits) / len(self.hits)


def memory_mb(many: int) -> float:
    """The most that a process took which holds so many services and answered queries with slips."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.search_memory", str(many), str(ASKED)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(told.stdout)


def measure(
    found: list[Service], live: Snapshot, rounds: int, at_most: Mapping[str, float], missed: float
) -> list[tuple[str, float, float]]:
    finder, lexicon = live.finder, live.compiled.lexicon
    started = time.perf_counter()
    snapshot = ServiceSnapshot(found, home=finder.snapshot.home)
    built = time.perf_counter() - started
    here = DirectoryFinder(snapshot=snapshot, places=finder.places, lexicon=finder.lexicon)
    fts, place = Fts5(snapshot.services), finder.places.read(POSTCODE)
    known = list(snapshot.services)
    clean, slipped = queries(known, ASKED, 0), queries(known, ASKED, 2)

    def words(typed: str) -> list[str]:
        results = search(snapshot, Query(text=typed, limit=TOP)).results
        return [result.service.name for result in results]

    def near(typed: str) -> list[str]:
        results = search(snapshot, Query(text=typed, place=place, limit=TOP)).results
        return [result.service.name for result in results]

    def whole(text: str) -> list[str]:
        lexicon.forget()  # one family does not write another's words
        return [listing.name for listing in here.find(Search(text=text)).listings]

    cases = {
        "FTS5, words": Asked(fts.search, clean), "FTS5, slips": Asked(fts.search, slipped),
        "words": Asked(words, clean), "slips": Asked(words, slipped), "near": Asked(near, clean),
        "a family's words": Asked(whole, [(text, "") for text in TEXTS]),
    }  # fmt: skip
    interleave(cases, rounds)
    base = med(cases["FTS5, words"].times)
    table(
        [f"search, {len(known):,} services", "median ms", "p95 ms", "p95 to FTS5's words", "the one meant, first five"],
        [
            [name, f"{med(case.times):.2f}", f"{p95(case.times):.2f}", f"{p95(case.times) / base:.1f}",
             f"{1 - case.missed:.0%}" if name not in {"near", "a family's words"} else "-"]
            for name, case in cases.items()
        ],
    )  # fmt: skip
    print(f"Compiling the snapshot of {len(known):,} took {built:.2f} s.\n")
    claims = [
        (f"p95 of {name} among {len(known):,}, to FTS5's median", p95(cases[name].times) / base, most)
        for name, most in at_most.items()
    ]
    return [*claims, (f"share missed of slips among {len(known):,}", cases["slips"].missed, missed)]


def main(rounds: float = 5, *, many: int = MANY) -> int:
    with databases(postgres_too=False) as makers:
        home = make_home(makers.fresh("SQLite"))
        live = home.house.live.of(home.house.db)
        home.house.db.close()
    needs = sorted({need for service in load_sample(shared_places()) for need in service.needs})
    claims = measure(load_sample(shared_places()), live, int(rounds), AT_MOST_SMALL, MISSED_SMALL)
    claims += measure(services(many, needs), live, int(rounds), AT_MOST, MISSED)
    used = memory_mb(many)
    print(f"One process that holds {many:,} and answers: at most {used:.0f} MB.\n")
    return hold([*claims, ("MB of one process", used, MOST_MB)])


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2])))
