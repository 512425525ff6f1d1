"""An operator at a terminal: commands with settings of their own, in this process or in one of theirs."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.settings import ROOT
from tests.houses import AT, KEY, Home, bare_home
from tests.story.service import COLUMNS

SETTINGS = {"SECRET_KEY": "s" * 40, "DATA_KEYS": f"test:{KEY}", "PHONE_INDEX_KEY": KEY}
OURS = (
    "DEMO", "DATABASE_URL", "PUBLIC_URL", "CONTENT_DIR", "COUNCIL", "QUEUE", "CLOCK_FILE", "SECRET_KEY", "DATA_KEYS",
    "PHONE_INDEX_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "TWILIO_API_BASE", "METRICS_TOKEN",
    "LOG_LEVEL",
)  # fmt: skip
HEADING = ",".join(COLUMNS)
ROW = "R-{n},Ana,Test,0770090{n:04},,en,SW18 2PU,H-{n},mother,Kit,2021-05,after-early-help,{on},{on},A worker,yes,"


@dataclass(frozen=True)
class Told:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Operator:
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str | bytes = "", **settings: str) -> Told:
        """Run a command in this process. `settings` are for this one command."""
        with self.monkeypatch.context() as patch:
            for name in OURS:
                patch.delenv(name, raising=False)
            for name, value in {**self.settings, **settings}.items():
                patch.setenv(name, value)
            typed = stdin.encode() if isinstance(stdin, str) else stdin
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8"))
            self.capsys.readouterr()
            try:
                code = main(list(arguments))
            except SystemExit as usage:
                code = int(usage.code or 0)
            told = self.capsys.readouterr()
        assert "Traceback" not in told.err
        return Told(code, told.out, told.err)

    def process(self, *arguments: str, stdin: str | bytes = b"", environment: Mapping[str, str] | None = None) -> Told:
        """Run a command as a process of its own, with these settings and nothing else of ours."""
        bare = {name: value for name, value in os.environ.items() if name not in OURS}
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            env={**bare, "PYTHONPATH": str(ROOT), **(self.settings if environment is None else environment)},
            input=stdin.encode() if isinstance(stdin, str) else stdin, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        told = Told(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in told.err, told.err
        return told

    def at(self, folder: Path, moment: datetime) -> None:
        """From now on commands run at this moment, as the house of the test does."""
        clock = folder / "clock"
        clock.write_text(repr((moment - datetime.now(UTC)).total_seconds()))
        self.settings["CLOCK_FILE"] = str(clock)


def sheet(path: Path, *, rows: int = 2, on: date | None = None, more: str = "") -> Path:
    """A sheet of families whose early help closed on one day, then `more` rows as they are."""
    on = on or datetime.now(UTC).date()
    path.write_text("\n".join([HEADING, *(ROW.format(n=n, on=on) for n in range(1, rows + 1)), more]) + "\n")
    return path


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Operator:
    """An operator with no settings at all."""
    return Operator(monkeypatch, capsys)


@pytest.fixture
def thrive(bare: Operator, tmp_path: Path, sqlite_template: Callable[[], Path]) -> Operator:
    """An operator of a service with keys and an embedded database, migrated and empty."""
    path = tmp_path / "thrive.db"
    path.write_bytes(sqlite_template().read_bytes())
    bare.settings.update({**SETTINGS, "DATABASE_URL": f"sqlite:///{path}"})
    return bare


@pytest.fixture
def served(bare: Operator, furnished_url: str, tmp_path: Path) -> Iterator[Home]:
    """A service with families, a conversation and cases, on either database, whose operator is `bare`."""
    bare.settings.update({**SETTINGS, "DATABASE_URL": furnished_url})
    home = bare_home(furnished_url)
    bare.at(tmp_path, AT)
    assert bare("enrol", str(sheet(tmp_path / "families.csv"))).code == 0
    for words in ("hello", "he hit me and hes outside now", "xylophone near SW18 2PU", "STOP", "zażółć 🙂 \x1f"):
        home.text(words)
        home.send()
    home.text("hello", kind="web", sender="a-chat")
    yield home
    home.house.db.close()
