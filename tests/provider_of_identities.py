"""A real OpenID Connect provider on loopback, as a process of its own: oidc-provider-mock, whose tokens are real.

What a person's claims hold goes into the ID token as it is, over what the provider itself would write: so a token of
another issuer, another audience or another nonce is one that a provider really signed.
"""

import contextlib
import http.client
import json
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.running import free_port

START_SECONDS = 30


class _Stay(urllib.request.HTTPRedirectHandler):
    """Where the provider sends the browser is looked at, not gone to."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    issuer: str
    process: "subprocess.Popen[bytes]"

    def knows(self, sub: str, **claims: object) -> None:
        body = json.dumps(claims).encode()
        asked = urllib.request.Request(
            f"{self.issuer}/users/{sub}", data=body, method="PUT", headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=5):
            pass

    def sign_in(self, address: str, sub: str) -> str:
        """Somebody signs in at the page that `address` opens; where their browser is sent then."""
        return self._post(address, {"sub": sub})

    def deny(self, address: str) -> str:
        return self._post(address, {"action": "deny"})

    def _post(self, address: str, form: Mapping[str, str]) -> str:
        assert address.startswith(f"{self.issuer}/")
        try:
            urllib.request.build_opener(_Stay).open(address, data=urlencode(form).encode(), timeout=5)
        except urllib.error.HTTPError as answer:
            with answer:
                return str(answer.headers["Location"])  # none in an answer of another kind: nothing of ours begins so
        raise AssertionError("the provider sent nobody back")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False


@contextlib.contextmanager
def overheard(at: Provider) -> Iterator[tuple[Provider, list[tuple[str, str, str]]]]:
    """The same provider by another address, which keeps what was posted there: path, Authorization, body."""
    heard: list[tuple[str, str, str]] = []

    class Between(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass(None)

        def do_PUT(self) -> None:
            self._pass(self.rfile.read(int(self.headers["Content-Length"])))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((urlsplit(self.path).path, self.headers.get("Authorization", ""), body.decode()))
            self._pass(body)

        def _pass(self, body: bytes | None) -> None:
            # with the host that was asked for: the provider names itself by it, and so is the issuer of what it signs
            behind = http.client.HTTPConnection(urlsplit(at.issuer).netloc, timeout=5)
            behind.request(self.command, self.path, body=body, headers=dict(self.headers.items()))
            answer = behind.getresponse()
            said = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Type", "Location"):
                if value := answer.headers.get(name):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
            behind.close()

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Provider(issuer=f"http://127.0.0.1:{server.server_port}", process=at.process), heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def provider(log: Path, *, port: int | None = None) -> Iterator[Provider]:
    port = port or free_port()
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig=KILL", "--"] if setpriv else []
    command = [*prefix, sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    made = Provider(issuer=f"http://127.0.0.1:{port}", process=process)
    try:
        until = time.monotonic() + START_SECONDS
        while not made.answers():
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError("the provider did not start:\n" + log.read_text(errors="replace")[-2000:])
            time.sleep(0.1)
        yield made
    finally:
        process.kill()
        process.wait(timeout=10)
