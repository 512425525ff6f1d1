"""Where a fault happens: a fresh service on a copy of a database that was furnished once."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.settings import ROOT
from bot.store.sealed import new_key
from tests import postgres
from tests.running import free_port
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from tests.story.service import Service, at, furnish, quiet_fortnight, service


class Places:
    """Furnishes each kind of database once, and gives a running service on a copy of it. Close it at the end."""

    def __init__(self, folder: Path, cluster: "postgres.Cluster | None" = None) -> None:
        self._folder = folder
        self.cluster = cluster
        self._open = ExitStack()
        self._keys = {"DATA_KEYS": f"test:{new_key()}", "PHONE_INDEX_KEY": new_key()}
        self._made = 0

    def close(self) -> None:
        self._open.close()

    @contextmanager
    def service(self, kind: str) -> Iterator[Service]:
        """Running, at eleven on a Monday morning whose fortnight is quiet, so that nothing waits for its hour."""
        self._made += 1
        folder = self._folder / f"{self._made:02}-{kind}"
        folder.mkdir(parents=True)
        address = self._sqlite(folder) if kind == "sqlite" else self._postgres()
        with service(folder, address, more=self._keys, furnished=True) as living:
            living.move_to(at(quiet_fortnight(living.now()), 11))
            yield living
        if kind == "postgres" and self.cluster is not None:
            self.cluster.drop(address)

    def _sqlite(self, folder: Path) -> str:
        furnished = self._folder / "furnished.db"
        if not furnished.exists():
            self._furnish(f"sqlite:///{furnished}")
        copy = folder / "thrive.db"
        shutil.copyfile(furnished, copy)
        return f"sqlite:///{copy}"

    def _postgres(self) -> str:
        if self.cluster is None:
            self.cluster = self._open.enter_context(postgres.cluster())
        return self.cluster.clone("chaos", self._furnish)

    def _council(self) -> Path:
        """The shipped council with a number that texts fast: the more is under way at once, the more a fault meets.

        What a slow number does to a backlog is measured apart (tests/faults).
        """
        council = self._folder / "council.yaml"
        shipped = (ROOT / "content" / "council.yaml").read_text(encoding="utf-8")
        swift, changed = re.subn(r"(?m)^(  (?:per_second|burst)): \d+$", r"\1: 1000", shipped)
        assert changed == 2, "the council's file says its texting rate otherwise than before"
        council.write_text(swift, encoding="utf-8")
        return council

    def _furnish(self, address: str) -> None:
        port = free_port()
        furnish(
            {
                "DATABASE_URL": address,
                "PUBLIC_URL": f"http://127.0.0.1:{port}",
                "SECRET_KEY": "k" * 48,
                "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
                "TWILIO_FROM": NUMBER,
                "COUNCIL": str(self._council()),
                **self._keys,
            }
        )
