"""Migrated databases to measure on: SQLite in a temporary folder, and PostgreSQL where the machine has it."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.store.database import Database
from bot.store.schema import upgrade
from tests import postgres
from tests.houses import KEYS


class Makers:
    """`fresh(kind)` is the address of a new, migrated database of that kind."""

    def __init__(self, folder: Path, cluster: postgres.Cluster | None) -> None:
        self.kinds = ("SQLite", "PostgreSQL") if cluster else ("SQLite",)
        self._folder = folder
        self._cluster = cluster
        self._made = 0

    def fresh(self, kind: str) -> str:
        url = self.empty(kind)
        database = Database(url, KEYS)
        upgrade(database)
        database.close()
        return url

    def empty(self, kind: str) -> str:
        self._made += 1
        if kind == "PostgreSQL":
            assert self._cluster is not None
            return self._cluster.fresh()
        return f"sqlite:///{self._folder / f'bench{self._made}.db'}"


@contextmanager
def databases(*, postgres_too: bool = True) -> Iterator[Makers]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thrive-bench-")))
        cluster = None
        if postgres_too and postgres.binaries() is None:
            print(f"left out: {postgres.MISSING}", file=sys.stderr)
        elif postgres_too:
            cluster = stack.enter_context(postgres.cluster())
        yield Makers(folder, cluster)
