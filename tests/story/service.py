"""The product as its users meet it: `thrive serve` as a process, the stand-in provider as another, HTTP between.

Time is moved by the file both read; nothing inside the processes is touched.
"""

import html
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests

from bot.store.sealed import new_key
from scheduler.holidays_england import england_holidays
from tests.running import Running, free_port
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInProcess, standin

LONDON = ZoneInfo("Europe/London")
PASSWORD = "a-long-enough-password"
WAIT_SECONDS = 25


@dataclass
class Service:
    """One product with its provider. `clock` is the file of seconds that both add to the machine's time."""

    running: Running
    provider: StandInProcess
    environment: dict[str, str]
    clock: Path
    folder: Path
    _numbers: int = 0

    @property
    def url(self) -> str:
        return self.running.url

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.clock.read_text()))

    def move_to(self, at: datetime) -> None:
        """Move time forward for both processes."""
        shift = (at - datetime.now(UTC)).total_seconds()
        assert shift >= float(self.clock.read_text()), "time only moves forward"
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(repr(shift))
        fresh.replace(self.clock)

    def thrive(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """A command of an operator, against the same database."""
        return _thrive(self.environment, arguments, stdin)

    def heard(self, number: str) -> list[str]:
        """Everything the provider accepted for this number, oldest first."""
        return [str(m["body"]) for m in self.provider.accepted(to=number)]

    def text(self, number: str, body: str, *, expect: str = "", more: bool = True) -> str:
        """Text the service and wait for what it answers, until `expect` is in it; the new words joined."""
        before = len(self.heard(number))
        self.provider.text(number, body)
        found: list[str] = []

        def answered() -> bool:
            found[:] = self.heard(number)[before:]
            return bool(found) and expect in "\n".join(found)

        if more:
            until(answered, f"an answer to {body!r} with {expect!r}; heard {found}")
        return "\n".join(found)

    def desk(self, role: str = "practitioner") -> "Desk":
        return Desk(self.url, f"{role}@test.example")

    def chat(self) -> "Chat":
        return Chat(self.url)


def until(holds: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait for something the processes do in their own time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.1)


@dataclass
class Page:
    """A page as a browser without scripts sees it: its text, and its forms' hidden fields."""

    status: int
    source: str
    address: str

    @property
    def text(self) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.source)).split())

    def form(self, action: str) -> dict[str, str]:
        """The hidden fields of the first form that posts to an address ending so."""
        for found in re.finditer(r"<form\b([^>]*)>(.*?)</form>", self.source, re.DOTALL):
            target = re.search(r'action="([^"]*)"', found[1])
            if target and target[1].endswith(action):
                fields = re.findall(r"<input\b[^>]*>", found[2])
                pairs = [(re.search(r'name="([^"]*)"', f), re.search(r'value="([^"]*)"', f), f) for f in fields]
                return {n[1]: html.unescape(v[1]) for n, v, f in pairs if n and v and 'type="hidden"' in f}
        raise AssertionError(f"no form posts to {action} on {self.address}: {self.text[:500]}")


@dataclass
class Browser:
    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> Page:
        answer = self.session.get(self.url + path, timeout=30)
        return Page(status=answer.status_code, source=answer.text, address=answer.url)

    def post(self, path: str, fields: dict[str, str]) -> Page:
        answer = self.session.post(self.url + path, data=fields, headers={"Origin": self.url}, timeout=30)
        return Page(status=answer.status_code, source=answer.text, address=answer.url)


class Chat(Browser):
    """A family at the web chat, without JavaScript."""

    def say(self, words: str) -> str:
        page = self.post("/chat", {**self.get("/").form("/chat"), "text": words})
        assert page.status == 200, page.text
        return page.text


class Desk(Browser):
    """A worker at the desk."""

    def __init__(self, url: str, email: str) -> None:
        super().__init__(url)
        self.email = email

    def sign_in(self, password: str = PASSWORD) -> Page:
        fields = self.get("/desk/sign-in").form("/desk/sign-in")
        return self.post("/desk/sign-in", {**fields, "email": self.email, "password": password})

    def refs(self, path: str = "/desk") -> list[str]:
        """The cases of a page, in its order."""
        return list(dict.fromkeys(re.findall(r"/desk/cases/([0-9A-Z]{8})", self.get(path).source)))

    def act(self, ref: str, what: str, **fields: str) -> Page:
        page = self.get(f"/desk/cases/{ref}")
        return self.post(f"/desk/cases/{ref}/{what}", {**page.form(f"{ref}/{what}"), **fields})


def quiet_fortnight(after: datetime) -> date:
    """The next Monday, at least a day away, whose fortnight has no bank holiday and no clock change."""
    holidays = england_holidays(range(after.year, after.year + 2))
    day = after.date() + timedelta(days=1)
    while True:
        days = [day + timedelta(days=n) for n in range(16)]
        offsets = {datetime.combine(d, wall(12), LONDON).utcoffset() for d in days}
        if day.weekday() == 0 and not holidays & set(days) and len(offsets) == 1:
            return day
        day += timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, wall(hour, minute), LONDON).astimezone(UTC)


@contextmanager
def service(
    folder: Path,
    database_url: str,
    *,
    pace_seconds: float = 0.02,
    more: Mapping[str, str] | None = None,
    furnished: bool = False,
    log: Path | None = None,
    keywords: bool = False,
) -> Iterator[Service]:
    """A product from nothing: keys made, schema and content by its own first start, sample directory, accounts.

    `more` are further settings. With `furnished`, `database_url` is a copy of what `furnish` made, with its keys.
    `log` is where the service prints, if not into `folder`. With `keywords` the provider answers STOP itself.
    """
    port = free_port()
    clock = folder / "clock"
    clock.write_text("0.0")
    environment = {
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "k" * 48,
        "DATA_KEYS": f"test:{new_key()}",
        "PHONE_INDEX_KEY": new_key(),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": NUMBER,
        "CLOCK_FILE": str(clock),
        **(more or {}),
    }
    webhook = f"http://127.0.0.1:{port}/sms/inbound"
    with standin(
        folder / "provider.db", webhook=webhook, pace_seconds=pace_seconds, clock_file=clock, keywords=keywords
    ) as provider:
        environment["TWILIO_API_BASE"] = provider.base
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)]
        running = Running(command, port=port, environment=environment, log=log or folder / "server.log")
        made = Service(running=running, provider=provider, environment=environment, clock=clock, folder=folder)
        if not furnished:
            furnish(made.environment)
        running.start()
        try:
            yield made
        finally:
            running.kill()


def furnish(environment: Mapping[str, str]) -> None:
    """What every service of a test begins with: schema, content, sample directory and accounts."""
    for arguments, stdin in _furnishing():
        done = _thrive(environment, arguments, stdin)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)


def _thrive(environment: Mapping[str, str], arguments: Sequence[str], stdin: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments], env={**os.environ, **environment},
        input=stdin, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def _furnishing() -> Iterator[tuple[tuple[str, ...], str]]:
    yield ("db", "upgrade"), ""
    yield ("directory", "import", "--sample"), ""
    for role in ("practitioner", "manager"):
        account = ("--email", f"{role}@test.example", "--name", f"{role.title()} Test", "--role", role)
        yield ("user", "add", *account), f"{PASSWORD}\n"


COLUMNS = (
    "reference", "first_name", "last_name", "mobile", "email", "language", "postcode", "household", "relation",
    "child_first_name", "child_born", "programme", "event_on", "told_on", "told_by", "safe_to_text", "team",
)  # fmt: skip


def families(path: Path, closed_on: date, numbers: list[str]) -> Path:
    """A sheet of families whose early help closed on one day."""
    lines = [",".join(COLUMNS)]
    for n, number in enumerate(numbers, 1):
        cells: dict[str, Any] = {
            "reference": f"T-{n}", "first_name": f"Parent{n}", "last_name": "Test", "mobile": number, "language": "en",
            "postcode": "SW18 2PU", "child_first_name": f"Child{n}", "child_born": "2021-05",
            "programme": "after-early-help", "event_on": closed_on.isoformat(), "told_on": closed_on.isoformat(),
            "told_by": "A worker", "safe_to_text": "yes",
        }  # fmt: skip
        lines.append(",".join(str(cells.get(column, "")) for column in COLUMNS))
    path.write_text("\n".join(lines) + "\n")
    return path
