"""What a page of the desk costs with 100,000 people and 1,000,000 messages, to the same page with a hundredth of them.

    python -m bench.desk [ROUNDS [PEOPLE]]

Each page is asked as a signed-in manager asks it, from the routing to the last byte, its audit rows written. Both
houses have the same open cases, and a family's story is ten messages in either, so what a page costs more is what it
reads beside what it shows. Searching by name compares every name: that alone may grow with how many there are. The
first search of a process reads every name, and is told by itself.
"""

import logging
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import structlog

from bench.databases import Makers, databases
from bench.due import _insert
from bench.measure import hold, interleave, med, p95, table, took_ms
from bot.app import build
from bot.refs import ref_of
from bot.store import addresses, casework, contacts, inbox, keeping, outbox, people, staff, touches
from bot.store.database import Tx
from tests.houses import AT, Home, make_home
from tests.web.worker import Worker, at_desk

PEOPLE, MESSAGES_EACH, SHARE = 100_000, 10, 100  # the small house has one in a hundred
OPEN, CLOSED_EACH, CONTACTS = 300, 5, 1_000  # cases that are open; people a closed case; of the log
AT_HOME = 10  # people of one postcode
ENOUGH_MS = 100  # the first answer, nineteen times in twenty; told, never judged
AT_MOST = 3.0  # a page in the large house, to the same page in the small one
AT_MOST_NAMES = 100.0  # of a hundred times the names
FIRST = "Amara Bilal Chloe Dawit Elif Farah Grace Hassan Imani Jakub Kiran Leila Maya Noor Omar Priya".split()  # noqa: SIM905
SOUNDS = ("ba be bo da de fa ga ka la le lo ma me mo na ne ra re ro sa se so ta te to va wa ya za".split(),  # noqa: SIM905
          ("n", "s", "r", "l", "lan", "son", "ska", "din", "ti", "wa"))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`asks` opens it and returns the answer's status and size in bytes. `most`: the ratio that it may have."""

    name: str
    asks: Callable[[], tuple[int, int]]
    most: float = AT_MOST


def names(count: int) -> Iterator[tuple[str, str]]:
    r = random.Random(4)
    for _ in range(count):
        # some 9,000 surnames hold two thirds of the people, and each of the others a few: as surnames do
        last = "".join(r.choice(SOUNDS[0]) for _ in range(r.choice((2, 2, 3)))) + r.choice(SOUNDS[1])
        yield r.choice(FIRST), last.capitalize()


def _numbered(count: int) -> sa.CTE:
    first = sa.select(sa.literal(1).label("i")).cte("numbered", recursive=True)
    return first.union_all(sa.select(first.c.i + 1).where(first.c.i < count))


def fill(home: Home, count: int) -> None:
    """`count` people with a number each and their messages; cases, check-ins and contacts among them."""
    with home.house.db.write() as tx:
        _people(tx, home, count)
        _messages(tx, count)
        _cases(tx, count)
        _kept_in_touch(tx, count)
    with home.house.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _people(tx: Tx, home: Home, count: int) -> None:
    """Names, numbers and postcodes are sealed and printed one by one, as in service."""
    keys, since = home.house.db.keys, AT - timedelta(days=400)
    everybody, homes = list(names(count)), count // AT_HOME
    for start in range(0, count, 5_000):
        some = range(start + 1, min(start + 5_000, count) + 1)
        tx.execute(
            sa.insert(people.person),
            [
                {"id": i, "ref": ref_of(10_000_000 + i), "first_name": everybody[i - 1][0],
                 "last_name": everybody[i - 1][1],
                 "postcode": "SW18 2PU", "postcode_print": keys.index("postcode", f"SW{i % homes}"), "child": False,
                 "language": "en", "worrying": i % 50 == 0, "team": ("North", "Central", "South")[i % 3],
                 "created_at": since, "changed_at": since + timedelta(minutes=i)}
                for i in some
            ],
        )  # fmt: skip
        numbers = {i: f"+44770{i:07d}" for i in some}
        tx.execute(
            sa.insert(addresses.address),
            [
                {"id": i, "kind": "sms", "fingerprint": keys.index("sms", number), "value": number, "consent": "given",
                 "safe": "safe", "created_at": since, "last_in_at": AT - timedelta(minutes=i)}
                for i, number in numbers.items()
            ],
        )  # fmt: skip
    numbered = _numbered(count)
    _insert(tx, people.person_address, numbered, {"person_id": numbered.c.i, "address_id": numbered.c.i},
            {"since": since})  # fmt: skip


def _messages(tx: Tx, count: int) -> None:
    """Half of them theirs, half ours. The sealed words are the same in all: each is opened as if it were not."""
    numbered = _numbered(count * MESSAGES_EACH // 2)
    i = numbered.c.i
    whose, sid = (i % count) + 1, sa.cast(i, sa.String)
    _insert(tx, inbox.inbox, numbered, {"address_id": whose, "provider_sid": "S" + sid},
            {"account": "AC", "body": "We had a hard week and the school has not called back.", "pictures": 0,
             "received_at": AT - timedelta(days=30), "state": "done", "attempts": 1, "risk": "none"})  # fmt: skip
    _insert(tx, outbox.outbox, numbered, {"address_id": whose, "key": "K" + sid},
            {"purpose": "answer", "class_": "answer", "rank": 2, "state": "delivered", "text_id": "thanks",
             "body": "Thank you for telling us. Somebody on our team reads this.", "language": "en",
             "created_at": AT - timedelta(days=30), "not_before": AT - timedelta(days=30), "attempts": 1,
             "looked": 0})  # fmt: skip


def _cases(tx: Tx, count: int) -> None:
    levels = ("urgent", *("concern",) * 4, *("routine",) * 15)
    made = [
        {"ref": ref_of(5_000_000 + n), "kind": ("escalation", "referral", "request")[n % 3], "state": "open",
         "level": levels[n % 20], "rank": casework.RANK[levels[n % 20]], "reason": "wrote", "address_id": n + 1,
         "person_id": n + 1, "words": "We cannot go on like this. " * 8, "because": '["cannot go on"]',
         "opened_at": AT - timedelta(hours=n), "look_by": AT + timedelta(hours=24 - n % 48), "not_reached": False,
         "version": 1}
        for n in range(min(OPEN, count))
    ]  # fmt: skip
    tx.execute(sa.insert(casework.cases), made)
    numbered = _numbered(max(count // CLOSED_EACH, 1))
    i = numbered.c.i
    then = AT - timedelta(days=100)
    _insert(tx, casework.cases, numbered,
            {"ref": "D" + sa.cast(i, sa.String), "address_id": (i % count) + 1, "person_id": (i % count) + 1},
            {"kind": "escalation", "state": "closed", "level": "routine", "rank": 2, "reason": "wrote",
             "words": "We cannot go on like this.", "because": "[]", "opened_at": then, "look_by": then,
             "closed_at": then, "outcome": "advice-given", "not_reached": False, "version": 3})  # fmt: skip
    every = tx.execute(sa.select(sa.func.count()).select_from(casework.cases)).scalar_one()
    numbered = _numbered(every * 3)
    _insert(tx, casework.case_event, numbered, {"case_id": (numbered.c.i % every) + 1},
            {"at": then, "kind": "note", "body": "Spoken to the school."})  # fmt: skip


def _kept_in_touch(tx: Tx, count: int) -> None:
    numbered = _numbered(count)
    i, on = numbered.c.i, AT.date() - timedelta(days=60)
    _insert(tx, keeping.enrolment, numbered, {"id": i, "person_id": i},
            {"programme": "after-early-help", "child_id": 0, "event_on": on, "told_on": on, "told_by": "Sam",
             "state": "active", "next_at": AT + timedelta(days=30), "created_at": AT - timedelta(days=60)})  # fmt: skip
    numbered = _numbered(count * 2)
    i, then = numbered.c.i, AT - timedelta(days=20)
    _insert(tx, touches.touch, numbered,
            {"enrolment_id": (i % count) + 1, "touch": "t" + sa.cast(i, sa.String), "address_id": (i % count) + 1,
             "listed": i <= OPEN},
            {"occurrence": 1, "due_at": then, "decided_at": then, "outcome": "no-reply", "reason": "No answer.",
             "settled_at": then})  # fmt: skip


def _log(home: Home) -> None:
    """The contact log: as many in either house, a fifth of them due again today."""
    with home.house.db.write() as tx:
        by = int(tx.execute(sa.select(sa.func.min(staff.staff.c.id))).scalar_one())
        for n in range(CONTACTS):
            contacts.add(
                tx, reviews=[AT.date()] if n % 5 == 0 else [], ref=ref_of(6_000_000 + n), form_id=f"form-{n}",
                kind="advice",
                on=AT.date() - timedelta(days=n % 300), who=f"Dr Ivy {n}", organisation="Larkmere Surgery",
                words="Asked about a family.", next_step="Ring back.", made_by=by, made_at=AT, person_id=None,
            )  # fmt: skip


def pages(home: Home, count: int) -> list[Page]:
    app = build(home.house.settings, house=home.house)
    mina = at_desk(app, home, "manager")
    _log(home)
    first, last = list(names(count))[count // 2]
    slip = f"{first} {last[:2]}{last[3:]}"

    def get(address: str) -> Callable[[], tuple[int, int]]:
        return lambda: _answer(mina.get(address))

    return [
        Page(name="inbox", asks=get("/desk")),
        Page(name="inbox, mine", asks=get("/desk?show=mine")),
        Page(name="inbox, closed", asks=get("/desk?show=closed")),
        Page(name="what a page polls", asks=get("/desk/count?after=1")),
        Page(name="a case", asks=get(f"/desk/cases/{ref_of(5_000_000)}")),
        Page(name="a person", asks=get(f"/desk/people/{ref_of(10_000_000 + count // 2)}")),
        Page(name="conversations", asks=get("/desk/conversations")),
        Page(name="no replies", asks=get("/desk/no-replies")),
        Page(name="ledger", asks=get("/desk/ledger")),
        Page(name="contact log", asks=get("/desk/log")),
        Page(name="team", asks=get("/desk/team")),
        Page(name="audit", asks=get("/desk/audit")),
        Page(name="search by number", asks=_search(mina, f"07700{count // 2:06d}")),
        Page(name="search by postcode", asks=_search(mina, f"SW{count // 2 % (count // AT_HOME)}")),
        Page(name="search by a misspelt name", asks=_search(mina, slip), most=AT_MOST_NAMES),
    ]


def _search(worker: Worker, words: str) -> Callable[[], tuple[int, int]]:
    form = worker.fields("/desk/search", "/desk/search")
    return lambda: _answer(worker.client.post("/desk/search", data={**form, "words": words}))


def _answer(answer: object) -> tuple[int, int]:
    return answer.status_code, len(answer.data)  # type: ignore[attr-defined]


def measure(makers: Makers, kind: str, rounds: int, count: int) -> list[tuple[str, float, float]]:
    houses = {"small": max(count // SHARE, min(count, OPEN)), "large": count}
    asked: dict[str, list[Page]] = {}
    for name, people_there in houses.items():
        home = make_home(makers.fresh(kind))
        took = took_ms(lambda home=home, people_there=people_there: fill(home, people_there)) / 1e3  # type: ignore[misc]
        asked[name] = pages(home, people_there)
        first = took_ms(asked[name][-1].asks)
        print(f"{kind}: filled with {people_there:,} people in {took:.0f} s; the first search took {first:.0f} ms.",
              file=sys.stderr, flush=True)  # fmt: skip
    rows, claims = [], []
    for small, large in zip(asked["small"], asked["large"], strict=True):
        for page in (small, large):
            status, _ = page.asks()
            assert status == 200, f"{page.name}: {status}"
        got = interleave({"small": _timed(small), "large": _timed(large)}, rounds)
        ratio = med(got["large"]) / med(got["small"])
        late = p95(got["large"])
        rows.append([large.name, f"{med(got['small']):.0f}", f"{med(got['large']):.0f}", f"{late:.0f}",
                     "yes" if late < ENOUGH_MS else "NO", f"{ratio:.2f}", f"{large.asks()[1] / 1000:.0f}"])  # fmt: skip
        claims.append((f"{large.name}, {kind}", ratio, large.most))
    table(
        [f"a page of the desk, {kind}", f"ms, {houses['small']:,} people", f"ms, {count:,} people", "p95 ms",
         f"under {ENOUGH_MS} ms", "ratio", "kB"],
        rows,
    )  # fmt: skip
    return claims


def _timed(page: Page) -> Callable[[], float]:
    return lambda: took_ms(page.asks)


def main(rounds: float = 20, people_there: float = PEOPLE) -> int:
    with databases() as makers:
        return hold([one for kind in makers.kinds for one in measure(makers, kind, int(rounds), int(people_there))])


if __name__ == "__main__":
    # each request is a line of the log, which would bury the table
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sys.exit(main(*map(float, sys.argv[1:3])))
