"""A feed of services on loopback that behaves as real ones do: it pages, is shallow, tires, breaks off and lies."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SHORT = ("id", "name", "status", "description", "organization", "last_modified")
Trouble = Callable[[BaseHTTPRequestHandler, int], bool]  # answers itself (True) at this try of this address


@dataclass
class Feed:
    """`records` are whole; its list has them in short unless `shallow` is off. `troubles` by path; `lies` are put over
    each page's envelope; `listens` to modified_after where it is set."""

    records: list[dict[str, Any]]
    size: int = 2
    shallow: bool = True
    listens: bool = False
    old: bool = False  # the envelope of 1.0 and Outpost
    first: int = 1
    lies: Mapping[str, object] = field(default_factory=dict)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    base: str = ""

    def page(self, number: int, since: str | None) -> dict[str, Any]:
        kept = [r for r in self.records if not (since and self.listens) or str(r.get("last_modified", "")) > since]
        at = max(0, (number - self.first)) * self.size
        shown = kept[at : at + self.size]
        short = [{k: r[k] for k in SHORT if k in r} for r in shown] if self.shallow else shown
        pages = -(-len(kept) // self.size)
        ends = {"first": number == self.first, "last": number - self.first >= pages - 1}
        if self.old:
            told = {"totalElements": len(kept), "totalPages": pages, "number": number, **ends, "content": short}
        else:
            told = {
                "total_items": len(kept), "total_pages": pages, "page_number": number, "size": len(short),
                "first_page": ends["first"], "last_page": ends["last"], "contents": short,
            }  # fmt: skip
        return {**told, **self.lies}


@contextmanager
def serving(feed: Feed) -> Iterator[Feed]:
    tries: dict[str, int] = {}

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            feed.asked.append(self.path)
            where = parts.path + (f"?page={query['page'][0]}" if "page" in query else "")
            tries[where] = tries.get(where, 0) + 1
            if (trouble := feed.troubles.get(where)) and trouble(self, tries[where]):
                return
            if parts.path.rstrip("/") == "/api":
                say(self, {"version": "HSDS-UK-3.0"})
            elif parts.path == "/api/services":
                number = int(query.get("page", ["1"])[0])
                say(self, feed.page(number, query.get("modified_after", [None])[0]))
            else:
                own = parts.path.removeprefix("/api/services/")
                found = next((r for r in feed.records if str(r["id"]) == own), None)
                say(self, found or {"message": "not found"}, 200 if found else 404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    feed.base = f"http://127.0.0.1:{server.server_port}/api"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(door: BaseHTTPRequestHandler, told: object, status: int = 200, **headers: str) -> bool:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    door.send_response(status)
    for name, value in headers.items():
        door.send_header(name.replace("_", "-"), value)
    door.send_header("Content-Length", str(len(body)))
    door.end_headers()
    door.wfile.write(body)
    return True


def answers(status: int, times: int, **headers: str) -> Trouble:
    """Its first `times` tries are answered with this status."""
    return lambda door, number: number <= times and say(door, {"message": "no"}, status, **headers)


def breaks_off(times: int) -> Trouble:
    def half(door: BaseHTTPRequestHandler, number: int) -> bool:
        if number > times:
            return False
        door.send_response(200)
        door.send_header("Content-Length", "5000")
        door.end_headers()
        door.wfile.write(b'{"contents": [')
        door.close_connection = True
        return True

    return half


def drips(door: BaseHTTPRequestHandler, _: int) -> bool:
    """A byte, and another, for as long as somebody listens."""
    door.send_response(200)
    door.end_headers()
    try:
        for _again in range(200):
            door.wfile.write(b" ")
            time.sleep(0.05)
    except OSError:
        pass
    return True


def silent(_: BaseHTTPRequestHandler, __: int) -> bool:
    time.sleep(1.0)
    return True


def leads_to(address: str) -> Trouble:
    return lambda door, _: say(door, b"", 302, Location=address)


def endless(door: BaseHTTPRequestHandler, _: int) -> bool:
    """Longer than anybody reads."""
    door.send_response(200)
    door.end_headers()
    try:
        for _again in range(100):
            door.wfile.write(b"[" * 10_000)
    except OSError:
        pass
    return True
