"""`kill -9` before, during and after the provider's POST, at moments chosen by chance and told by what is found.

Before each kill the service is frozen and looked at: which rows are `sending`, and what the provider has of them. So
the tally says which moments were met, not which were meant.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from bot.store import addresses
from bot.store import outbox as rows
from bot.store.database import Database
from tests.chaos.accounting import Counts, database_of, finish
from tests.chaos.talking import numbers, talking
from tests.story.service import Service

FAMILIES = 16
LONGEST_WAIT_SECONDS = 4.0
SETTLES_SECONDS = 0.05  # a request that was on its way when the service froze reaches the provider

BEFORE, HELD, TAKEN = "claimed, not called", "called, not taken", "taken, not recorded"
MOMENTS = ("any", "claimed", "held", "held then taken", "taken then silent", "called")


def killed_while_sending(living: Service, chance: random.Random, runs: int) -> Counts:
    """Families go on texting while the server is killed again and again; it comes back by itself each time."""
    seen: Counter[str] = Counter()
    with (
        database_of(living) as database,
        talking(living, numbers(FAMILIES), chance, pause_seconds=(0.05, 0.3)) as talkers,
    ):
        watch = Watch(living, database)
        for _ in range(runs):
            watch.reach(chance.choice(MOMENTS), chance.random())
            living.running.freeze()
            seen.update(watch.found() or ["between sends"])
            talkers.nobody_there.set()
            living.running.kill()
            living.provider.clear_faults()
            living.running.start()
            talkers.nobody_there.clear()
    return finish(living, runs=runs, danger=talkers.in_danger, seen=seen)


@dataclass
class Watch:
    """Looks from outside at what the service is sending. `left` are rows that an earlier kill left as `sending`."""

    living: Service
    database: Database
    left: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    _last: int = 0

    def reach(self, moment: str, late: float) -> None:
        """Wait for the moment, and a little by `late` (0 to 1); one that does not come in time is none."""
        self._calls()
        provider = self.living.provider
        if moment == "any":
            time.sleep(4 * late)  # the clock's first round is two seconds after a start
            return
        if moment == "claimed":
            # the call follows within a few milliseconds: any sleep would miss it
            self._until(lambda: bool(self._sending()))
            return
        if moment == "held":
            provider.fault("timeout-before", seconds=2.0)
        elif moment == "held then taken":
            provider.fault("delay", seconds=0.5 + late)
        elif moment == "taken then silent":
            provider.fault("timeout-after", seconds=2.0)
        self._until(self._calls)
        time.sleep(late * (0.02 if moment == "called" else 0.4))

    def found(self) -> list[str]:
        """Where each row stands that the frozen service was sending."""
        time.sleep(SETTLES_SECONDS)
        self._calls()
        found = []
        for row, number in self._sending():
            self.left.add(row)
            has = any(str(m["outbox"]) == row for m in self.living.provider.accepted(to=number))
            found.append(TAKEN if has else HELD if row in self.called else BEFORE)
        return found

    def _until(self, come: Callable[[], bool]) -> None:
        end = time.monotonic() + LONGEST_WAIT_SECONDS
        while time.monotonic() < end and not come():
            pass

    def _calls(self) -> bool:
        """Whether the provider was called since the last look."""
        fresh = self.living.provider.calls(after=self._last)
        self.called.update(str(call["outbox"]) for call in fresh)
        self._last = max([self._last, *(int(call["number"]) for call in fresh)])
        return bool(fresh)

    def _sending(self) -> list[tuple[str, str]]:
        """The rows that are marked as being sent, and were not left so: id and number."""
        asked = (
            sa.select(rows.outbox.c.id, addresses.address.c.value)
            .join(addresses.address, addresses.address.c.id == rows.outbox.c.address_id)
            .where(rows.outbox.c.state == "sending")
        )
        with self.database.read() as tx:
            return [(str(row.id), str(row.value)) for row in tx.execute(asked) if str(row.id) not in self.left]
