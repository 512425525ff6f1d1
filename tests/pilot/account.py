"""What became of everything: messages, cases, dangers by their label, check-ins, logs and pages."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any, Final

import sqlalchemy as sa

from bot.store import addresses, casework, inbox, keeping
from bot.store.database import Database, Tx
from tests.chaos.accounting import Counts, database_of, finish
from tests.pilot.fortnight import Lived
from tests.pilot.households import Family
from tests.story.service import Service

GRAVER: Final = ("none", "routine", "concern", "urgent")
OVERDUE: Final = timedelta(days=1)  # a check-in waits for an hour of the day or a conversation, never so long
WORDS_OF_OURS: Final = 12  # shorter lines ("ok thanks") are no trace of anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Cases of one level. Minutes are from when the words came to when somebody looked."""

    cases: int
    in_time: int
    late: int
    not_looked: int
    median_minutes: float | None
    slowest_minutes: float | None


@dataclass(kw_only=True)
class Account:
    counts: Counts
    came_in: int
    web_posts: int
    web_kept: int
    purposes: Counter[str]
    states: Counter[str]
    levels: Mapping[str, Level]
    dangers: Mapping[str, Counter[str]]
    missed: Sequence[str]
    ledger: Counter[str]
    without_reason: int
    undecided: int  # check-ins whose day passed, and the ledger has nothing of them
    leaks: Sequence[str]
    pages: Mapping[str, tuple[int, float, float]]
    broken: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        ledger = not self.without_reason and not self.undecided
        return self.counts.kept and ledger and not self.broken and not self.leaks


def account(living: Service, done: Lived) -> Account:
    counts = finish(living, runs=len(done.slots), in_order=True)
    with database_of(living) as database:
        return _account(living, done, database, counts)


def _account(living: Service, done: Lived, database: Database, counts: Counts) -> Account:
    messages = living.provider.messages()
    told = living.thrive("ledger", "--json")
    assert told.returncode == 0, told.stderr  # an empty ledger would else be taken for one with nothing missing
    ledger = [json.loads(line) for line in told.stdout.splitlines() if line.strip()]
    with database.read() as tx:
        dangers, missed = _dangers(tx, done.families)
        web = _web_lines(tx)
        made = Account(
            counts=counts, came_in=sum(m["direction"] == "inbound" for m in messages), web_posts=0, web_kept=web,
            purposes=_outbox(tx, "purpose"), states=_outbox(tx, "state"), levels=_levels(tx), dangers=dangers,
            missed=missed, ledger=Counter(str(line["outcome"]) for line in ledger),
            without_reason=sum(not line.get("reason") for line in ledger), undecided=_undecided(tx, living.now()),
            leaks=_leaks(living, done.families),
            pages=_pages(done.office.seconds),
        )  # fmt: skip
    made.web_posts = sum(len(f.says) for f in done.families if f.number is None)
    if made.web_kept != made.web_posts:
        made.broken.append(f"{made.web_posts} lines were written at the web chat and {made.web_kept} are kept")
    made.broken += done.not_taken
    made.broken += [f"what was due in slot {slot} had not ended in time" for slot in done.unsettled]
    return made


def _outbox(tx: Tx, column: str) -> Counter[str]:
    from bot.store.outbox import outbox

    return Counter(str(value) for (value,) in tx.execute(sa.select(outbox.c[column])))


def _web_lines(tx: Tx) -> int:
    kept = sa.select(sa.func.count()).select_from(inbox.inbox)
    of_chats = kept.join(addresses.address, addresses.address.c.id == inbox.inbox.c.address_id)
    return int(tx.execute(of_chats.where(addresses.address.c.kind == "web")).scalar_one())


def _undecided(tx: Tx, now: datetime) -> int:
    c = keeping.enrolment.c
    late = sa.select(sa.func.count()).where(c.state == "active", c.next_at < now - OVERDUE)
    return int(tx.execute(late).scalar_one())


def _levels(tx: Tx) -> dict[str, Level]:
    found: dict[str, list[Any]] = defaultdict(list)
    c = casework.cases.c
    for row in tx.execute(sa.select(c.level, c.opened_at, c.look_by, c.looked_at)):
        found[str(row.level)].append(row)
    return {level: level_of(rows) for level, rows in found.items()}


def level_of(rows: Sequence[Any]) -> Level:
    looked = [row for row in rows if row.looked_at is not None]
    took = [(row.looked_at - row.opened_at) / timedelta(minutes=1) for row in looked]
    in_time = sum(row.looked_at <= row.look_by for row in looked)
    return Level(
        cases=len(rows), in_time=in_time, late=len(looked) - in_time, not_looked=len(rows) - len(looked),
        median_minutes=median(took) if took else None, slowest_minutes=max(took, default=None),
    )  # fmt: skip


def _dangers(tx: Tx, families: Sequence[Family]) -> tuple[dict[str, Counter[str]], list[str]]:
    """By label, what was seen in the words: the gravest level of any case of that family."""
    gravest: dict[int, str] = {}
    for address_id, level, reason in tx.execute(
        sa.select(casework.cases.c.address_id, casework.cases.c.level, casework.cases.c.reason)
    ):
        if address_id is not None and reason == "danger":
            gravest[address_id] = max(gravest.get(address_id, "none"), str(level), key=GRAVER.index)
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    missed: list[str] = []
    for family in families:
        if family.label is None or family.number is None:
            continue
        address = addresses.find_address(tx, "sms", family.number)
        level = gravest.get(address.id, "none") if address is not None else "never came"
        seen[family.label][level] += 1
        if family.label != "none" and level in {"none", "never came"}:
            missed.append(family.says[0].words)
    return dict(seen), missed


def _leaks(living: Service, families: Sequence[Family]) -> list[str]:
    """What of anybody's stands in the service's log: a kind of thing, never the thing itself."""
    log = living.running.log.read_text(encoding="utf-8", errors="replace")
    found = Counter[str]()
    for family in families:
        found["number"] += family.number is not None and family.number[-9:] in log
        found["name"] += family.name in log
        found["words"] += any(len(line.words) >= WORDS_OF_OURS and line.words in log for line in family.says)
    return [f"a {kind} of {times} families stands in the log" for kind, times in found.items() if times]


def _pages(seconds: Mapping[str, Sequence[float]]) -> dict[str, tuple[int, float, float]]:
    """How often each page was asked for, and its median and 95th percentile in milliseconds."""
    return {
        page: (len(took), 1000 * median(took), 1000 * (quantiles(took, n=20)[-1] if len(took) > 1 else took[0]))
        for page, took in sorted(seconds.items())
    }
