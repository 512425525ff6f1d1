"""Everybody's name in this process's memory, so that a misspelt one finds them: names lie sealed in the database.

It is built at the first search and brought up to date at each one after, by what has changed since. It only proposes:
whoever shows a person reads them from the database again. Nothing of it is written anywhere.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.near_names import Names
from bot.store import contacts, naming
from bot.store.database import Tx


class Told(Protocol):
    """The names of every row after one, by its id."""

    def __call__(self, tx: Tx, *, after: int) -> Iterable[tuple[int, str]]: ...


@dataclass(slots=True)
class Fixed:
    """Names of rows that are only ever added, and never change. That some were erased shows in how many there are."""

    told: Told
    count: Callable[[Tx], int]
    _names: Names = field(default_factory=Names)
    _seen: set[int] = field(default_factory=set)

    def find(self, tx: Tx, typed: str, *, limit: int) -> list[tuple[int, float]]:
        self._read(tx, after=max(self._seen, default=0))
        if len(self._seen) != self.count(tx):
            self._names.clear()
            self._seen.clear()
            self._read(tx, after=0)
        return self._names.find(typed, limit=limit)

    def _read(self, tx: Tx, *, after: int) -> None:
        for row_id, name in self.told(tx, after=after):
            self._seen.add(row_id)
            self._names.put(row_id, name)


@dataclass(slots=True)
class NameIndex:
    """One for each process and database. Safe to ask from many threads."""

    _names: Names = field(default_factory=Names)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: set[int] = field(default_factory=set)  # everybody's id, named or not
    _read_at: datetime | None = None  # by the database's clock: what changed before then is known
    _families: Fixed = field(default_factory=lambda: Fixed(naming.told_names, naming.count_told))
    _contacts: Fixed = field(default_factory=lambda: Fixed(contacts.told_names, contacts.count))

    def find(self, tx: Tx, typed: str, *, limit: int) -> list[tuple[int, float]]:
        """The ids of people whose names are near what was typed, best first, each with how near, up to 100."""
        with self._lock:
            self._renew(tx)
            return self._names.find(typed, limit=limit)

    def find_told(self, tx: Tx, typed: str, *, limit: int) -> list[tuple[int, float]]:
        """The ids of professionals' referrals of a family whose name, as they told it, is near what was typed."""
        with self._lock:
            return self._families.find(tx, typed, limit=limit)

    def find_contacts(self, tx: Tx, typed: str, *, limit: int) -> list[tuple[int, float]]:
        """The ids of contacts of the log with somebody, or of an organisation, of a name near what was typed."""
        with self._lock:
            return self._contacts.find(tx, typed, limit=limit)

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
