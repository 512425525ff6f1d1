"""An upgrade beneath a service that serves: the earlier code answers before, during and after it, then this code."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.store import schema
from bot.store.database import Database
from tests.bot.cli.conftest import SETTINGS
from tests.houses import AT, KEYS
from tests.running import Running, free_port
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInProcess, standin
from tests.story.service import until
from tests.upgrading.conftest import CODE, LAST
from tests.upgrading.record import code_of

FAMILY, IN_DANGER = "+447700900341", "+447700900322"


@pytest.fixture
def earlier_code(tmp_path: Path) -> Path:
    """The earlier version's tree, with the front-end assets that set-up builds."""
    code = tmp_path / "earlier"
    code.mkdir()
    try:
        code_of(CODE, code)
    except subprocess.CalledProcessError:
        # An archive or a shallow clone holds one version's code alone, and nothing can be installed in its place. What
        # that version left in a database is recorded, and `test_from_a_copy` asks the same of it in every clone.
        pytest.skip("this clone has no history, so the earlier version's code is not in it")
    shutil.copytree(ROOT / "bot/web/static/vendor", code / "bot/web/static/vendor")
    return code


@pytest.mark.fault
@pytest.mark.slow
@pytest.mark.parametrize("earlier", [LAST], indirect=True)
def test_families_are_answered_all_the_while(
    earlier_code: Path, earlier: Path, database_url: str, tmp_path: Path
) -> None:
    """Claim: on either database, with the earlier code serving over HTTP, this version migrates beneath it; it answers
    texts and danger as before; then this version starts on the same database and goes on with the same families."""
    port, clock = free_port(), tmp_path / "clock"
    clock.write_text(repr((AT + timedelta(hours=1) - datetime.now(UTC)).total_seconds()))
    settings = {
        **SETTINGS, "DATABASE_URL": database_url, "CLOCK_FILE": str(clock), "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_FROM": NUMBER,
    }  # fmt: skip
    webhook = f"http://127.0.0.1:{port}/sms/inbound"
    with standin(tmp_path / "provider.db", webhook=webhook, clock_file=clock) as provider:
        settings["TWILIO_API_BASE"] = provider.base
        thrive(earlier_code, settings, "restore", str(earlier))
        thrive(earlier_code, settings, "resume", "--force")
        assert stands_at(database_url) == LAST
        was = served(earlier_code, settings, port, tmp_path / "earlier.log")
        try:
            answer(provider, FAMILY, "MENU", "1.")
            thrive(ROOT, settings, "db", "upgrade")
            assert stands_at(database_url) == schema.head()
            answer(provider, IN_DANGER, "he is back and has a knife", "999")
            answer(provider, FAMILY, "food bank SW18 2PU", " km")
        finally:
            was.kill()
        now = served(ROOT, settings, port, tmp_path / "now.log")
        try:
            assert "A computer replies" not in answer(provider, FAMILY, "MENU", "1.")
            answer(provider, IN_DANGER, "he hit me again", "999")
        finally:
            now.kill()
    assert "OperationalError" not in (tmp_path / "earlier.log").read_text()
    assert "ProgrammingError" not in (tmp_path / "earlier.log").read_text()


def thrive(code: Path, settings: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [*interpreter(code, settings), *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def served(code: Path, settings: Mapping[str, str], port: int, log: Path) -> Running:
    command = [*interpreter(code, settings), "serve", "--port", str(port)]
    running = Running(command, port=port, environment={}, log=log)
    running.start()
    return running


def interpreter(code: Path, settings: Mapping[str, str]) -> list[str]:
    """The command of one version's tree, with these settings and no others."""
    kept = {**settings, "PYTHONPATH": str(code), "PATH": "/usr/bin:/bin"}
    words = [f"{name}={value}" for name, value in kept.items()]
    return ["env", "-i", "-C", str(code), *words, sys.executable, "-m", "bot.cli"]


def answer(provider: StandInProcess, number: str, words: str, expect: str) -> str:
    """What is sent to a family that texts, once `expect` is in it."""
    before = len(provider.accepted(to=number))
    provider.text(number, words)

    def heard() -> str:
        return "\n".join(str(one["body"]) for one in provider.accepted(to=number)[before:])

    until(lambda: expect in heard(), f"an answer to {words!r} with {expect!r}", seconds=60)
    return heard()


def stands_at(url: str) -> str | None:
    database = Database(url, KEYS)
    try:
        return schema.revision_of(database)
    finally:
        database.close()
