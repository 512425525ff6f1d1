"""What the stand-in provider remembers, in a file of its own.

It outlives a killed product, so that what was accepted can be counted afterwards: every write is on the disk before
it is answered.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE,
    direction TEXT NOT NULL,
    sender TEXT,
    recipient TEXT NOT NULL,
    service TEXT,
    body TEXT NOT NULL,
    media INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL,
    error_code INTEGER,
    callback TEXT,
    created_at REAL NOT NULL,
    sent_at REAL,
    updated_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS message_by_recipient ON message (recipient);
CREATE INDEX IF NOT EXISTS message_by_sender ON message (sender);
CREATE TABLE IF NOT EXISTS webhook (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    sid TEXT NOT NULL,
    url TEXT NOT NULL,
    form TEXT NOT NULL,
    due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    answer INTEGER,
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS webhook_due ON webhook (done, due);
CREATE TABLE IF NOT EXISTS call (
    number INTEGER PRIMARY KEY,
    outbox TEXT,
    recipient TEXT,
    fault TEXT,
    at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS blocked (number TEXT PRIMARY KEY);
"""

_ORDER: Final = ("accepted", "queued", "sending", "sent", "failed", "undelivered", "delivered", "read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message either way. `callback` is the StatusCallback it was sent with."""

    number: int
    sid: str
    direction: str
    sender: str | None
    recipient: str
    service: str | None
    body: str
    media: int
    status: str
    error_code: int | None
    callback: str | None
    created_at: datetime
    sent_at: datetime | None
    updated_at: datetime

    @property
    def inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def outbox(self) -> str | None:
        """The product's own id, from the address it wants to be told at."""
        return outbox_of(self.callback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A call to the product, waiting or made. `due` is on a clock of the caller's; `answer` the HTTP status."""

    number: int
    kind: str
    sid: str
    url: str
    form: Mapping[str, str]
    tries: int
    answer: int | None
    done: bool


def outbox_of(callback: str | None) -> str | None:
    """The product's own id, from the address it wants to be told at."""
    return next(iter(parse_qs(urlsplit(callback or "").query).get("outbox", [])), None)


class Store:
    """One connection, one writer at a time, each change on the disk before the call returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + _SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _read(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def accept(
        self,
        *,
        now: datetime,
        recipient: str,
        body: str,
        sender: str | None,
        service: str | None,
        callback: str | None,
        status: str,
    ) -> Message:
        """Take a message to send on: from here it counts as accepted."""
        values = {
            "sid": f"SM{uuid4().hex}",
            "direction": "outbound-api",
            "sender": sender,
            "recipient": recipient,
            "service": service,
            "body": body,
            "status": status,
            "callback": callback,
            "created_at": now.timestamp(),
            "updated_at": now.timestamp(),
        }
        return self._insert(values)

    def receive(self, *, now: datetime, sid: str | None, sender: str, to: str, body: str, media: int) -> Message:
        """A text from a family's phone; the same `sid` again is the same message."""
        if sid is not None and (known := self.find(sid)) is not None:
            return known
        at = now.timestamp()
        values = {
            "sid": sid or f"SM{uuid4().hex}",
            "direction": "inbound",
            "sender": sender,
            "recipient": to,
            "body": body,
            "media": media,
            "status": "received",
            "created_at": at,
            "sent_at": at,
            "updated_at": at,
        }
        return self._insert(values)

    def _insert(self, values: Mapping[str, object]) -> Message:
        names = ", ".join(values)
        slots = ", ".join(f":{name}" for name in values)
        with self._write() as db:
            db.execute(f"INSERT INTO message ({names}) VALUES ({slots})", values)  # noqa: S608 - our own column names
        return _must(self.find(str(values["sid"])))

    def progress(self, sid: str, status: str, *, now: datetime, error_code: int | None = None) -> Message:
        """What became of a message. Told out of order, it keeps the furthest, as the provider's own record does; a word
        it does not know it only tells."""
        at = now.timestamp()
        with self._write() as db:
            known = db.execute("SELECT status FROM message WHERE sid = ?", (sid,)).fetchone()
            told = _ORDER.index(status) if status in _ORDER else -1
            if known is not None and told > _ORDER.index(known["status"]):
                db.execute(
                    "UPDATE message SET status = ?, error_code = ?, updated_at = ?, sent_at = coalesce(sent_at, ?)"
                    " WHERE sid = ?",
                    (status, error_code, at, at if status != "sending" else None, sid),
                )
        return _must(self.find(sid))

    def find(self, sid: str) -> Message | None:
        rows = self._read("SELECT * FROM message WHERE sid = ?", (sid,))
        return _message(rows[0]) if rows else None

    def messages(self, *, to: str | None = None, sender: str | None = None) -> list[Message]:
        """Newest first, as the provider lists them."""
        rows = self._read(
            "SELECT * FROM message WHERE (:to IS NULL OR recipient = :to) AND (:sender IS NULL OR sender = :sender)"
            " ORDER BY number DESC",
            {"to": to, "sender": sender},  # type: ignore[arg-type]  # sqlite3 takes a mapping too
        )
        return [_message(row) for row in rows]

    def conversation(self, number: str, *, after: int = 0) -> list[Message]:
        """Both ways with one number, oldest first, from the one after `after`."""
        rows = self._read(
            "SELECT * FROM message WHERE (recipient = ?1 OR sender = ?1) AND number > ?2 ORDER BY number",
            (number, after),
        )
        return [_message(row) for row in rows]

    def note_call(self, *, outbox: str | None, to: str | None, fault: str | None, now: datetime) -> None:
        """One asking to send, taken or not."""
        with self._write() as db:
            db.execute(
                "INSERT INTO call (outbox, recipient, fault, at) VALUES (?, ?, ?, ?)",
                (outbox, to, fault, now.timestamp()),
            )

    def calls(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Every asking to send since the one numbered `after`, in order; `at` is a Unix time."""
        return [dict(row) for row in self._read("SELECT * FROM call WHERE number > ? ORDER BY number", (after,))]

    def block(self, number: str, *, blocked: bool) -> None:
        """The provider's own STOP list."""
        sql = "INSERT OR IGNORE INTO blocked VALUES (?)" if blocked else "DELETE FROM blocked WHERE number = ?"
        with self._write() as db:
            db.execute(sql, (number,))

    def is_blocked(self, number: str) -> bool:
        return bool(self._read("SELECT 1 FROM blocked WHERE number = ?", (number,)))

    def add_webhooks(self, hooks: Sequence[tuple[str, str, str, Mapping[str, str], float]]) -> list[int]:
        """Calls to make: (kind, sid, url, form, due)."""
        with self._write() as db:
            return [
                int(
                    db.execute(
                        "INSERT INTO webhook (kind, sid, url, form, due) VALUES (?, ?, ?, ?, ?)",
                        (kind, sid, url, json.dumps(dict(form)), due),
                    ).lastrowid
                    or 0
                )
                for kind, sid, url, form, due in hooks
            ]

    def due_webhooks(self, until: float) -> list[Webhook]:
        rows = self._read("SELECT * FROM webhook WHERE done = 0 AND due <= ? ORDER BY due, number LIMIT 50", (until,))
        return [_webhook(row) for row in rows]

    def next_webhook_due(self) -> float | None:
        """When the next call is due, on the machine's clock; None where none waits."""
        return self._read("SELECT min(due) AS due FROM webhook WHERE done = 0")[0]["due"]  # type: ignore[no-any-return]

    def webhooks(self) -> list[Webhook]:
        return [_webhook(row) for row in self._read("SELECT * FROM webhook ORDER BY number")]

    def webhook_made(self, number: int, *, answer: int | None, done: bool, due: float) -> None:
        """One try was made: its answer, and when the next is due where it is not done."""
        with self._write() as db:
            db.execute(
                "UPDATE webhook SET tries = tries + 1, answer = ?, done = ?, due = ? WHERE number = ?",
                (answer, int(done), due, number),
            )


def _must(message: Message | None) -> Message:
    if message is None:
        raise LookupError("the message is gone from the stand-in's file")
    return message


def _message(row: sqlite3.Row) -> Message:
    values: dict[str, Any] = dict(row)
    for name in ("created_at", "updated_at", "sent_at"):
        values[name] = None if values[name] is None else datetime.fromtimestamp(values[name], UTC)
    return Message(**values)


def _webhook(row: sqlite3.Row) -> Webhook:
    values: dict[str, Any] = dict(row)
    del values["due"]
    return Webhook(**values | {"form": json.loads(values["form"]), "done": bool(values["done"])})
