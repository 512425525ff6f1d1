"""Fetching what a feed of services says, by its address: the one door by which this service asks the open network for
data that somebody typed the address of.

So it asks little, and trusts less. Only https, or http on this very machine; no name and password in an address;
nothing that answers from inside the council's network, also not by a redirect or a name that leads there, because an
address that somebody typed must not become a way to read what only machines inside may (cloud metadata, an admin page).
The check is made on the connection itself, after the name was looked up and before a word is sent. Redirects, the
length of an answer, the time it takes and the number of tries are bounded. The environment's proxies and saved
passwords are not used: a proxy would make the check one of the proxy.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

_CHUNK: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200
_TOO_MANY: Final = 429
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class AddressRefused(ValueError):
    """We do not ask this address, or what it leads to; says why and what to do instead."""


class FetchFault(Exception):
    """No answer to be used. `status` is the HTTP status where there was one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one address may cost us. Seconds and bytes."""

    connect_seconds: float = 5.0
    silence_seconds: float = 20.0  # between two pieces of an answer
    answer_seconds: float = 60.0  # of a whole answer, however it drips
    answer_bytes: int = 20_000_000
    redirects: int = 3
    tries: int = 3
    pause_seconds: float = 1.0  # before the second try; twice as long before each after it
    longest_pause_seconds: float = 30.0  # whatever `Retry-After` asks for


class _GuardedHttp(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), http=True)


class _GuardedHttps(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), http=False)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHttp


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHttps


class _Guarded(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class Fetcher:
    """Asks one feed, a request after the other. `with Fetcher() as fetch: fetch.get(url)`."""

    def __init__(
        self, limits: Limits | None = None, *, monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.limits = limits or Limits()
        self._monotonic, self._sleep = monotonic, sleep
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"Accept": "application/json, text/csv;q=0.5", "User-Agent": "thrive-in-touch"})
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Guarded())
        self.at = ""  # the address that answered last, after what it led to

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str, query: Mapping[str, str] | None = None) -> bytes:
        """The body of the answer 200. Raises AddressRefused, and FetchFault when every try has failed.

        429 and 5xx, and an answer that broke off, are tried again after a pause, which is the server's own
        `Retry-After` where it is not longer than we wait for anybody.
        """
        pause = self.limits.pause_seconds
        for left in range(self.limits.tries - 1, -1, -1):
            wanted: float | None = None
            try:
                status, body, wanted = self._once(url, query)
            except FetchFault:
                if not left:
                    raise
            else:
                if status == _OK:
                    return body
                fault = FetchFault(f"{_named(url)} answered {status}", status)
                if not left or (status != _TOO_MANY and status < 500):
                    raise fault
            self._sleep(min(self.limits.longest_pause_seconds, pause if wanted is None else max(pause, wanted)))
            pause *= 2
        raise AssertionError("no try was made")

    def _once(self, url: str, query: Mapping[str, str] | None) -> tuple[int, bytes, float | None]:
        """The status, the body, and the seconds it asks us to wait. Follows redirects, each checked as the first."""
        local = check_address(url)
        end = self._monotonic() + self.limits.answer_seconds
        params: Mapping[str, str] | None = query
        for _ in range(self.limits.redirects + 1):
            try:
                with self._session.get(
                    url, params=params, stream=True, allow_redirects=False,
                    timeout=(self.limits.connect_seconds, self.limits.silence_seconds),
                ) as answer:  # fmt: skip
                    if answer.status_code in _REDIRECTS and (to := answer.headers.get("Location")):
                        url, params = urljoin(answer.url, to), None
                        if check_address(url) and not local:
                            raise AddressRefused(f"{_named(answer.url)} leads to this machine itself")
                        continue
                    self.at = answer.url
                    body = self._body(answer, end)
                    return answer.status_code, body, _seconds(answer.headers.get("Retry-After"))
            except requests.RequestException as fault:
                raise FetchFault(f"{_named(url)}: {_in_words(fault)}") from fault
            except HTTPError as fault:  # while the answer was read
                silent = isinstance(fault, ReadTimeoutError)
                raise FetchFault(f"{_named(url)}: {'it fell silent' if silent else 'the answer broke off'}") from fault
            except OSError as fault:
                raise FetchFault(f"{_named(url)}: {type(fault).__name__}") from fault
        raise FetchFault(f"{_named(url)}: led on more than {self.limits.redirects} times")

    def _body(self, answer: requests.Response, end: float) -> bytes:
        """Read as it comes, not in full pieces: an answer that drips must not hold us longer than it may."""
        body = bytearray()
        while piece := answer.raw.read1(_CHUNK, decode_content=True):
            body += piece
            if len(body) > self.limits.answer_bytes:
                raise FetchFault(f"{_named(answer.url)}: the answer is longer than {self.limits.answer_bytes} bytes")
            if self._monotonic() > end:
                raise FetchFault(f"{_named(answer.url)}: no whole answer in {self.limits.answer_seconds:g} seconds")
        return bytes(body)


def check_address(url: str) -> bool:
    """Whether it is an address on this very machine. Raises AddressRefused where we ask none such."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as fault:
        raise AddressRefused(f"not an address: {fault}") from fault
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefused("the address must begin with https://")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("a name or password in an address would stand in logs: a feed that needs one is not read")
    local = host in _LOCAL
    if parts.scheme == "http" and not local:
        raise AddressRefused(
            f"http://{host} could be changed on its way: give its https:// address, or save it to a file"
        )
    if not local:
        try:
            _refuse_inside(ipaddress.ip_address(host), host)
        except ValueError as fault:
            if isinstance(fault, AddressRefused):
                raise
    return local


def _checked(sock: socket.socket, *, http: bool) -> socket.socket:
    """The socket, where the machine at its other end is one that we ask; else it is closed and AddressRefused."""
    peer = str(sock.getpeername()[0])
    try:
        address = ipaddress.ip_address(peer.split("%", 1)[0])
        if http and not address.is_loopback:
            raise AddressRefused(f"{peer} is not this machine, and http is for this machine alone")
        if not http:
            _refuse_inside(address, peer)
    except AddressRefused:
        sock.close()
        raise
    return sock


def _refuse_inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address, named: str) -> None:
    mapped = getattr(address, "ipv4_mapped", None) or address
    if not mapped.is_global or mapped.is_multicast:
        raise AddressRefused(
            f"{named} is an address inside a network, not on the internet: it is not asked, so that an address which"
            " somebody typed opens nothing inside. Save the feed to a file and import that"
        )


def _named(url: str) -> str:
    """The address without its query, as messages and the report name it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None


def _in_words(fault: Exception) -> str:
    known: tuple[tuple[type[Exception], str], ...] = (
        (requests.exceptions.SSLError, "its certificate is not to be trusted"),
        (requests.exceptions.ConnectTimeout, "nobody answered"),
        (requests.exceptions.ReadTimeout, "it fell silent"),
        (requests.exceptions.ChunkedEncodingError, "the answer broke off"),
        (requests.exceptions.ConnectionError, "cannot be reached, or the answer broke off"),
    )
    return next((words for kind, words in known if isinstance(fault, kind)), type(fault).__name__)
