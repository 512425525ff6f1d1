"""The real service as processes of its own: started, stopped, killed and started again, as an operator's would be."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 20


class Running:
    """One service on loopback. `url` is its address; `log` is the file of what it printed."""

    def __init__(self, command: list[str], *, port: int, environment: Mapping[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self._command = command
        self._environment = {**os.environ, "CI": "", **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when it answers. Raises RuntimeError with the end of its log when it does not."""
        setpriv = shutil.which("setpriv")
        # should the tests be killed, the service goes too
        prefix = [setpriv, "--pdeathsig=KILL", "--"] if setpriv else []
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*prefix, *self._command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if self.answers():
                return
            time.sleep(0.1)
        self.kill()
        raise RuntimeError("the service did not start:\n" + self.log.read_text(errors="replace")[-4000:])

    def change(self, environment: Mapping[str, str]) -> None:
        """Other settings, from its next start on."""
        self._environment.update(environment)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does, and give its exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self._process.returncode

    def freeze(self) -> None:
        """Stop every process of it where it stands, to look at what is there before it is killed."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        """`kill -9` to every process of it at once: what a power cut leaves."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=STOP_SECONDS)


@contextlib.contextmanager
def demo(data: Path, *, port: int | None = None) -> Iterator[Running]:
    """`make run` without make: the demo, with its data in `data`. Its keys, families and accounts are made there."""
    port = port or free_port()
    command = [sys.executable, "-m", "bot.cli", "demo", "--port", str(port), "--data", str(data)]
    data.mkdir(parents=True, exist_ok=True)
    running = Running(command, port=port, environment={"DEMO": "1"}, log=data / "server.log")
    running.start()
    try:
        yield running
    finally:
        running.kill()


def free_port() -> int:
    """A port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
