"""Everybody's name in this process's memory, so that a misspelt one finds them: names lie sealed in the database.

It is built at the first search and brought up to date at each one after, by what has changed since. It only proposes:
whoever shows a person reads them from the database again. Nothing of it is written anywhere.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime

from bot.near_names import Names
from bot.store import naming
from bot.store.database import Tx


@dataclass(slots=True)
class NameIndex:
    """One for each process and database. Safe to ask from many threads."""

    _names: Names = field(default_factory=Names)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: set[int] = field(default_factory=set)  # everybody's id, named or not
    _read_at: datetime | None = None  # by the database's clock: what changed before then is known
    _told: Names = field(default_factory=Names)  # by case: whom professionals' referrals are about
    _told_of: set[int] = field(default_factory=set)

    def find(self, tx: Tx, typed: str, *, limit: int) -> list[tuple[int, float]]:
        """The ids of people whose names are near what was typed, best first, each with how near, up to 100."""
        with self._lock:
            self._renew(tx)
            return self._names.find(typed, limit=limit)

    def find_told(self, tx: Tx, typed: str, *, limit: int) -> list[tuple[int, float]]:
        """The ids of professionals' referrals of a family whose name, as they told it, is near what was typed.

        What such a form told never changes; a referral that was erased shows in how many there are.
        """
        with self._lock:
            self._know_told(tx, after=max(self._told_of, default=0))
            if len(self._told_of) != naming.count_told(tx):
                self._told.clear()
                self._told_of.clear()
                self._know_told(tx, after=0)
            return self._told.find(typed, limit=limit)

    def _know_told(self, tx: Tx, *, after: int) -> None:
        for case_id, name in naming.told_names(tx, after=after):
            self._told_of.add(case_id)
            self._told.put(case_id, name)

    def _renew(self, tx: Tx) -> None:
        began = naming.clock(tx)
        if self._read_at is not None:
            self._seen |= self._read(tx, since=self._read_at)
        if self._read_at is None or len(self._seen) != naming.count_people(tx):
            there = self._read(tx, since=None)
            for gone in self._seen - there:
                self._names.drop(gone)
            self._seen = there
        self._read_at = began

    def _read(self, tx: Tx, *, since: datetime | None) -> set[int]:
        """Know the names of the rows that may have changed since, or of all; the ids that were read."""
        read = set()
        for named in naming.names(tx, since=since):
            read.add(named.id)
            self._names.put(named.id, named.name)
        return read
