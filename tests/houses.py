"""A whole house for tests: real content, real directory, either database, a clock that stands where it is put."""

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.content import Content
from bot.directory_source import load_places, load_sample
from bot.dispatcher import Dispatcher
from bot.house import House
from bot.live import Live
from bot.publishing import content, directory
from bot.queue import EmbeddedWake
from bot.settings import ROOT, Settings
from bot.store import addresses, outbox, published, staff
from bot.store.casework import Case, inbox_cases
from bot.store.database import Database
from bot.store.outbox import Outbox
from bot.store.sealed import Keyring
from bot.turn.receive import Arrival, receive
from directory.places import Places
from messages.bucket import Rate
from messages.channel import Accepted, Channel, Outgoing, Sighting
from messages.webchat import WebChat

KEY = base64.b64encode(bytes(range(32))).decode()
KEYS = Keyring.parse(f"test:{KEY}", KEY)
AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday morning, the team at work
SENDER = "+447700900000"
# Time stands still in a test, and an allowance that is spent does not come back: most tests are of something else.
AMPLE = Rate(per_second=1000, burst=1000)
# For a test of what stands on a page, or of rules that no database sees: whatever keeps the rows, it is the same.
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@dataclass
class Pigeon:
    """A channel for tests of what is around it: carries what it is given, or does as `does` says."""

    carried: list[Outgoing] = field(default_factory=list)
    does: Callable[[Outgoing], Accepted] | None = None
    listed: Callable[[str, str, datetime], list[Sighting] | None] | None = None

    def send(self, outgoing: Outgoing) -> Accepted:
        if self.does is not None:
            return self.does(outgoing)
        self.carried.append(outgoing)
        return Accepted(sid=f"SM{len(self.carried):032x}")

    def find(self, to: str, body: str, since: datetime) -> list[Sighting] | None:
        return self.listed(to, body, since) if self.listed else []


@cache
def shared_places() -> Places:
    return load_places(london=False)


@dataclass
class Home:
    """A house with ways to live in it: text it, let it send, look at what happened."""

    house: House
    clock: FixedClock
    pigeon: Pigeon
    _sid: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def text(self, body: str, *, sender: str = "+447700900321", sid: str | None = None, kind: str = "sms") -> bool:
        """A family writes. False where the message was seen before."""
        with self._lock:
            self._sid += 1
            number = self._sid
        return receive(
            self.house, Arrival(kind=kind, account="AC1", sid=sid or f"SM{number:032d}", sender=sender, text=body)
        ).fresh

    def send(self) -> int:
        """Let everything out that may leave; returns how many were carried."""
        before = len(self.pigeon.carried)
        while Dispatcher(self.house).once():
            pass
        return len(self.pigeon.carried) - before

    def talk(self, body: str, *, sender: str = "+447700900321") -> str:
        """A family writes, and hears: what was sent to them, joined."""
        before = len(self.pigeon.carried)
        self.text(body, sender=sender)
        self.send()
        return "\n".join(o.body for o in self.pigeon.carried[before:] if o.to == sender)

    def later(self, **by: float) -> None:
        self.clock.at += timedelta(**by)

    def living(self) -> None:
        """The clock and the dispatcher have just said that they live."""
        with self.house.db.write() as tx:
            for part in ("clock", "dispatcher"):
                published.beat(tx, part, self.clock.at)

    def audited(self) -> list[tuple[str, str, str]]:
        """What the audit holds, oldest first: action, target, detail."""
        with self.house.db.read() as tx:
            return [(row.action, row.target, row.detail) for row in reversed(staff.audit_rows(tx, limit=1_000))]

    def out(self, *, sender: str = "+447700900321", kind: str = "sms") -> list[Outbox]:
        with self.house.db.read() as tx:
            address = addresses.find_address(tx, kind, sender)
            return [] if address is None else outbox.outbox_of(tx, [address.id])

    def cases(self) -> list[Case]:
        with self.house.db.read() as tx:
            return inbox_cases(tx)

    def address(self, sender: str = "+447700900321", kind: str = "sms") -> addresses.Address:
        with self.house.db.read() as tx:
            found = addresses.find_address(tx, kind, sender)
        assert found is not None
        return found


def settings_for(url: str, **changes: object) -> Settings:
    values: dict[str, object] = {
        "database_url": url, "public_url": "http://127.0.0.1:8000", "secret_key": "s" * 40, "data_keys": f"test:{KEY}",
        "phone_index_key": KEY, "twilio_account_sid": "AC1", "twilio_auth_token": "token", "twilio_from": SENDER,
    }  # fmt: skip
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


def bare_home(url: str, *, channels: Mapping[str, Channel] | None = None) -> Home:
    """A house as its database is: one that is furnished, or one with no content and no directory, for tests of what is
    kept alone."""
    clock, pigeon = FixedClock(AT), Pigeon()
    house = House(
        settings=settings_for(url), db=Database(url, KEYS), clock=clock, live=Live(shared_places), wake=EmbeddedWake(),
        channels=channels or {"sms": pigeon, "web": WebChat()},
    )  # fmt: skip
    return Home(house=house, clock=clock, pigeon=pigeon)


def make_home(
    url: str, *, channels: Mapping[str, Channel] | None = None, content_dir: Path = ROOT / "content",
    rate: Rate | None = AMPLE,
) -> Home:  # fmt: skip
    """A furnished house on a migrated database: content published, the sample directory loaded.

    Without a `rate` the content is published as it is shipped, its own rate and daily cap included.
    """
    clock, pigeon = FixedClock(AT), Pigeon()
    house = House(
        settings=settings_for(url, content_dir=content_dir), db=Database(url, KEYS), clock=clock,
        live=Live(shared_places), wake=EmbeddedWake(), channels=channels or {"sms": pigeon, "web": WebChat()},
    )  # fmt: skip
    shipped = content.read(house.settings)
    content.publish(house, shipped if rate is None else at_rate(shipped, rate), by="test")
    directory.put(house, load_sample(shared_places()), source="sample")
    return Home(house=house, clock=clock, pigeon=pigeon)


def at_rate(shipped: Content, rate: Rate) -> Content:
    """The content with another sending rate in its council's file, and as many check-ins a day as fall due."""
    council = shipped.files["council.yaml"]
    assert isinstance(council, dict)
    texting = {"per_second": str(rate.per_second), "burst": str(rate.burst)}
    contact = {**council["contact"], "daily_cap": "none"}
    return Content({**shipped.files, "council.yaml": {**council, "texting": texting, "contact": contact}})
