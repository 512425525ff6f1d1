"""Prism between our client and the stand-in: the provider's published description judges both sides of every call.

Its packages are fetched by npm once, from a lock with hashes, into a folder that git ignores: they are many, and only
these tests want them, so no other set-up waits for them.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tests.running import free_port

HERE: Final = Path(__file__).resolve().parent
DOCUMENT: Final = HERE / "twilio_messages.json"  # of what our client calls (SOURCES.md)
COMMAND: Final = HERE / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
NO_NPM: Final = "Node and npm are missing, so prism cannot judge our client: `make test` brings them"
START_SECONDS: Final = 90
_PAGE_ADDRESSES: Final = ("first_page_uri", "next_page_uri", "previous_page_uri", "uri")


def tool(name: str) -> str | None:
    """`node` or `npm` of the machine, or those that set-up brought into the virtual environment."""
    return shutil.which(name) or shutil.which(name, path=Path(sys.executable).parent)


def install() -> None:
    """Fetch what the lock names, once; two runs at the same moment wait for one another."""
    mark = HERE / "node_modules" / ".installed-from"
    with (HERE / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = hashlib.sha256(lock.read()).hexdigest()
        if mark.exists() and mark.read_text() == digest:
            return
        options = ["--ignore-scripts", "--omit=optional", "--no-progress", "--loglevel=error"]
        path = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
        subprocess.run([tool("npm") or "npm", "ci", *options], cwd=HERE, check=True, env={**os.environ, "PATH": path})
        mark.write_text(digest)


def described(published: dict[str, Any]) -> dict[str, Any]:
    """The description with one fault mended: it calls the addresses of pages whole URIs, where its own examples, and
    the service, give paths."""
    answers = published["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["get"]["responses"]
    schema = answers["200"]["content"]["application/json"]["schema"]["properties"]
    for name in _PAGE_ADDRESSES:
        schema[name]["format"] = "uri-reference"
    return published


@contextmanager
def between(upstream: str, folder: Path) -> Iterator["Prism"]:
    """Prism on a free port of loopback before `upstream`, refusing whatever breaks the description."""
    document = folder / "described.json"
    document.write_text(json.dumps(described(json.loads(DOCUMENT.read_text("utf-8")))), "utf-8")
    port, log = free_port(), folder / "prism.log"
    command = [tool("node") or "node", str(COMMAND), "proxy", str(document), upstream]
    with log.open("wb") as printed:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port), "--errors"], stdout=printed, stderr=printed,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        running = Prism(f"http://127.0.0.1:{port}", log)
        running.wait(process)
        yield running
    finally:
        process.kill()
        process.wait()


class Prism:
    """A running one. `base` is what TWILIO_API_BASE is set to."""

    def __init__(self, base: str, log: Path) -> None:
        self.base = base
        self._log = log

    def wait(self, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + START_SECONDS
        while "Prism is listening" not in self._log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("prism did not start:\n" + self._log.read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def complaints(self) -> list[str]:
        """What it said against a call or an answer: warnings too, which it lets through."""
        lines = self._log.read_text(errors="replace").splitlines()
        return [line for line in lines if "\u2716" in line or "\u26a0" in line or "iolation" in line]

    def ask(self, method: str, path: str, form: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """One call that no client of ours would make."""
        request = urllib.request.Request(self.base + path, data=form, method=method, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()
