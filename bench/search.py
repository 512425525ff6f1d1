"""What a search costs, on the sample directory and on 10,000 made-up services, to SQLite FTS5 on the same queries.

    python -m bench.search [ROUNDS]

FTS5 (porter, bm25, the words joined by OR) is the floor: it knows no slips, places, ages or needs. `words` is
`directory.search.search` with two or three words of a service's name; `slips` the same with a word misspelt; `near`
the same near a postcode; `a family's words` is the whole Finder, understanding included, as in a turn.
"""

import sqlite3
import sys
import time
from collections.abc import Callable, Sequence

from bench.databases import databases
from bench.measure import hold, interleave, med, p95, table
from bench.synth import queries, services
from bot.directory_source import load_sample
from bot.finding import DirectoryFinder
from bot.live import Snapshot
from directory.search import Query, search
from directory.search import Snapshot as ServiceSnapshot
from directory.service import Service
from flows.facts import Search
from tests.houses import make_home, shared_places

MANY, ASKED, TOP = 10_000, 40, 5
POSTCODE = "SW18 2PU"
TEXTS = (
    "my 4yr old is not talking much yet, SW18 2PU",
    "i need help with rent and food SW11 1AA",
    "somewhere to go with a toddler near SW17",
    "my son is anxious and wont go to school",
)
# FTS5 medians that one search may cost. Without a place every entry is in reach, and so is looked at.
AT_MOST = {"words": 40.0, "slips": 40.0, "near": 20.0}


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
    """A way to search, asked the same queries each round: milliseconds of each, and how often the one meant came."""

    def __init__(self, find: Callable[[str], list[str]], asked: Sequence[tuple[str, str]]) -> None:
        self.find, self.asked = find, asked
        self.times: list[float] = []
        self.hits: list[bool] = []

    def __call__(self) -> float:
        for typed, meant in self.asked:
            start = time.perf_counter()
            names = self.find(typed)
            self.times.append((time.perf_counter() - start) * 1e3)
            self.hits.append(meant in names)
        return self.times[-1]


def measure(found: list[Service], live: Snapshot, rounds: int) -> list[tuple[str, float, float]]:
    finder, lexicon = live.finder, live.compiled.lexicon
    started = time.perf_counter()
    snapshot = ServiceSnapshot(found, home=finder.snapshot.home)
    built = time.perf_counter() - started
    here = DirectoryFinder(snapshot=snapshot, places=finder.places, lexicon=finder.lexicon)
    fts, place = Fts5(snapshot.services), finder.places.read(POSTCODE)
    known = list(snapshot.services)
    clean, slipped = queries(known, ASKED, 0), queries(known, ASKED, 1)

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
    ratio = {name: med(case.times) / base for name, case in cases.items()}
    table(
        [f"search, {len(known):,} services", "median ms", "p95 ms", "to FTS5's words", "the one meant, first five"],
        [
            [name, f"{med(case.times):.2f}", f"{p95(case.times):.2f}", f"{ratio[name]:.1f}",
             f"{sum(case.hits) / len(case.hits):.0%}" if name not in {"near", "a family's words"} else "-"]
            for name, case in cases.items()
        ],
    )  # fmt: skip
    print(f"Compiling the snapshot of {len(known):,} took {built:.2f} s.\n")
    return [(f"{name} among {len(known):,}, to FTS5", ratio[name], most) for name, most in AT_MOST.items()]


def main(rounds: float = 5, *, many: int = MANY) -> int:
    with databases(postgres_too=False) as makers:
        home = make_home(makers.fresh("SQLite"))
        live = home.house.live.of(home.house.db)
        home.house.db.close()
    needs = sorted({need for service in load_sample(shared_places()) for need in service.needs})
    claims = measure(load_sample(shared_places()), live, int(rounds))
    claims += measure(services(many, needs), live, int(rounds))
    return hold(claims)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:2])))
