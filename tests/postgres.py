"""A real PostgreSQL server for the tests: a new cluster on loopback, fsync on, gone when the tests are.

It runs as another user than root, since initdb refuses root: Debian's `postgres` where the package made one, else
`nobody`. Its password is made for it, so that other people of the machine stay out.
"""

import contextlib
import getpass
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from tests.running import free_port

MISSING = "PostgreSQL is missing, so its tests cannot run; on Debian: apt-get install postgresql"
START_SECONDS = 30
TRIES = 5


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, newest version first, or None. Debian keeps it off the PATH."""
    debian = Path("/usr/lib/postgresql")
    versions = sorted(debian.glob("[0-9]*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*versions, *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


class Cluster:
    """One running server. `fresh` gives the address of an empty database, `clone` one of a prepared copy."""

    def __init__(self, home: Path, port: int, password: str, server: "subprocess.Popen[bytes]") -> None:
        self.home = home
        self.port = port
        self.pid = server.pid
        self._password = password
        self._server = server
        self._made = 0
        self._templates: dict[str, str] = {}

    def address(self, database: str) -> str:
        """As an operator would write it in `DATABASE_URL`."""
        return f"postgresql://thrive:{self._password}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        return self.address(self._create("fresh", template="template0"))

    def clone(self, name: str, prepare: Callable[[str], None]) -> str:
        """A copy of the database that `prepare(address)` filled, once a cluster. It must leave no connection open."""
        if name not in self._templates:
            made = self._create(f"template_{name}", template="template0")
            prepare(self.address(made))
            self._templates[name] = made
        return self.address(self._create(name, template=self._templates[name]))

    def drop(self, address: str) -> None:
        """Remove a database, closing whatever is still connected to it."""
        self._command(f'DROP DATABASE IF EXISTS "{address.rsplit("/", 1)[1]}" WITH (FORCE)')

    def _create(self, name: str, *, template: str) -> str:
        self._made += 1
        database = f"{name}_{self._made}"
        self._command(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return database

    def _command(self, statement: str) -> None:
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def crash(self) -> None:
        """Lose power, as far as one process group can: the server gets no time to write anything."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(timeout=START_SECONDS)

    def start(self) -> None:
        """Start again after `crash` or `stop`, on the same port, with what was committed."""
        folder = binaries()
        assert folder is not None
        self._server = _serve(folder, self.home, self.port)
        self.pid = self._server.pid
        _wait(self.address("postgres"), self._server, self.home)

    def stop(self) -> None:
        """Close connections and shut down (PostgreSQL's "fast" stop)."""
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            try:
                self._server.wait(timeout=START_SECONDS)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a server, and stop it and remove its files at the end. Raises `FileNotFoundError(MISSING)`."""
    folder = binaries()
    if folder is None:
        raise FileNotFoundError(MISSING)
    home = Path(tempfile.mkdtemp(prefix="thrive-postgres-"))
    running: Cluster | None = None
    try:
        password = secrets.token_hex(16)
        _initialise(folder, home, password)
        running = _start(folder, home, password)
        yield running
    finally:
        if running is not None:
            running.stop()
        shutil.rmtree(home, ignore_errors=True)


def _initialise(folder: Path, home: Path, password: str) -> None:
    words = home / "password"
    words.write_text(password)
    if os.getuid() == 0:
        user = _owner()
        for path in (home, words):
            os.chown(path, user.pw_uid, user.pw_gid)
    how = ["--encoding=UTF8", "--no-locale", "--auth=scram-sha-256", "--username=thrive", f"--pwfile={words}"]
    # --no-sync spares the tests waiting for an empty cluster to reach the disk; the server itself keeps fsync on
    command = [str(folder / "initdb"), f"--pgdata={home / 'data'}", "--no-sync", *how]
    subprocess.run(_as_owner(command), check=True, capture_output=True, cwd=home)
    words.unlink()


def _start(folder: Path, home: Path, password: str) -> Cluster:
    for attempt in range(TRIES):
        port = free_port()
        server = _serve(folder, home, port)
        found = Cluster(home, port, password, server)
        try:
            _wait(found.address("postgres"), server, home)
        except RuntimeError:
            found.stop()
            if attempt == TRIES - 1:
                raise
        else:
            return found
    raise AssertionError("unreachable")


def _serve(folder: Path, home: Path, port: int) -> "subprocess.Popen[bytes]":
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "timezone": "Pacific/Auckland",  # so that a query leaning on the server's zone is found out
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(folder / "postgres"), "-D", str(home / "data"), *options]
    with (home / "server.log").open("ab") as log:
        return subprocess.Popen(_as_owner(command), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home)


def _wait(address: str, server: "subprocess.Popen[bytes]", home: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start: " + (home / "server.log").read_text(errors="replace")[-2000:])


def _owner() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError(f"neither postgres nor nobody is a user here, and initdb refuses {getpass.getuser()}")


def _as_owner(command: list[str]) -> list[str]:
    """Prefix what changes the user, and what stops the server should the tests be killed."""
    setpriv = shutil.which("setpriv")
    if setpriv is not None:
        user = _owner() if os.getuid() == 0 else None
        who = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"] if user else []
        return [setpriv, *who, "--pdeathsig=INT", "--", *command]
    if os.getuid() == 0:
        return ["runuser", "-u", _owner().pw_name, "--", *command]
    return command
