"""An operator at a terminal: commands with settings of their own, in this process or in one of theirs."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.settings import ROOT
from tests.houses import KEY

SETTINGS = {"SECRET_KEY": "s" * 40, "DATA_KEYS": f"test:{KEY}", "PHONE_INDEX_KEY": KEY}
OURS = (
    "DEMO", "DATABASE_URL", "PUBLIC_URL", "CONTENT_DIR", "COUNCIL", "QUEUE", "CLOCK_FILE", "SECRET_KEY", "DATA_KEYS",
    "PHONE_INDEX_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "TWILIO_API_BASE", "METRICS_TOKEN",
    "LOG_LEVEL",
)  # fmt: skip


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
