"""Services on databases that were furnished once, where a test says; and disks so small that they fill."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bot.store.sealed import new_key
from tests.chaos.accounting import database_of
from tests.conftest import missing
from tests.postgres import Cluster
from tests.running import free_port
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from tests.story.service import Service, at, furnish, quiet_fortnight, service

__all__ = ["Disk", "Grounds", "database_of", "small_disk"]
BLOCK = 4096


class Grounds:
    """Furnishes each kind of database once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = {"DATA_KEYS": f"test:{new_key()}", "PHONE_INDEX_KEY": new_key()}
        self._made = 0

    @contextmanager
    def service(
        self, *, folder: Path | None = None, cluster: Cluster | None = None, disk: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Iterator[Service]:  # fmt: skip
        """Running, at eleven on a Monday whose fortnight is quiet. `folder` is where SQLite and the log are, the clock
        and the provider's file never; with a `cluster` it is PostgreSQL, its tables on `disk` where that is named."""
        self._made += 1
        own = self._folder / f"{self._made:02}"
        own.mkdir()
        address = self._sqlite(folder or own) if cluster is None else self._postgres(cluster, disk)
        settings = {**self._keys, **(more or {})}
        log = None if folder is None else folder / "server.log"
        with service(own, address, more=settings, furnished=True, log=log) as living:
            living.move_to(at(quiet_fortnight(living.now()), 11))
            try:
                yield living
            finally:
                living.running.kill()
        if cluster is not None:
            cluster.drop(address)
            if disk is not None:
                name = address.rsplit("/", 1)[1]
                with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
                    connection.execute(f"DROP TABLESPACE small_{name}".encode())

    def _sqlite(self, folder: Path) -> str:
        furnished = self._folder / "furnished.db"
        if not furnished.exists():
            self._furnish(f"sqlite:///{furnished}")
        shutil.copyfile(furnished, folder / "thrive.db")
        return f"sqlite:///{folder / 'thrive.db'}"

    def _postgres(self, cluster: Cluster, disk: Path | None) -> str:
        address = cluster.clone("faults", self._furnish)
        if disk is not None:
            place = disk / "tables"
            place.mkdir()
            owner = cluster.home.stat()
            os.chown(place, owner.st_uid, owner.st_gid)
            disk.chmod(0o755)
            name = address.rsplit("/", 1)[1]
            with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE TABLESPACE small_{name} LOCATION '{place}'".encode())
                connection.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small_{name}'.encode())
        with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
            # The copy of a sequence believes that its next values are in the log, as the original's are. Lost power
            # before the first checkpoint would give them out again.
            connection.execute("CHECKPOINT")
        return address

    def _furnish(self, address: str) -> None:
        furnish(
            {
                "DATABASE_URL": address,
                "PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
                "SECRET_KEY": "k" * 48,
                "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
                "TWILIO_FROM": NUMBER,
                **self._keys,
            }
        )


@dataclass
class Disk:
    """A filesystem of its own. `fill` leaves nothing; `free` gives back what was filled."""

    path: Path
    _filler: Path = field(init=False)

    def __post_init__(self) -> None:
        self._filler = self.path / "filler"

    def fill(self) -> None:
        with self._filler.open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(b"\0" * BLOCK)

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A filesystem in memory of so many megabytes. Where this machine lets nobody mount one, the test is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    sudo = [] if os.getuid() == 0 else ["sudo", "-n"]
    mode = f"size={megabytes}m,mode=755,uid={os.getuid()},gid={os.getgid()}"
    mount = [*sudo, "mount", "-t", "tmpfs", "-o", mode, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        missing("A disk that is really full needs the right to mount one (root, or sudo with no password)")
    try:
        yield Disk(folder)
    finally:
        subprocess.run([*sudo, "umount", "--lazy", str(folder)], check=True, capture_output=True)
