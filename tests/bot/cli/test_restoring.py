"""A copy put back: refused in words that say what to do where it cannot be used, and as the page for operators says."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.settings import ROOT
from bot.store import published
from tests.bot.cli.conftest import SETTINGS, Operator
from tests.bot.cli.copies import held
from tests.houses import AT, ON_SQLITE, Home, make_home


@pytest.mark.parametrize("spoil", ["other", "newer", "keys", "index", "torn"])
def test_a_copy_that_cannot_be_used_changes_nothing(served: Home, bare: Operator, tmp_path: Path, spoil: str) -> None:
    """Claim: no backup of ours, a newer schema, other keys, a damaged file: each is refused with
    what to do, before anything is touched."""
    path = tmp_path / "copy.db"
    assert bare("backup", str(path)).code == 0
    url = bare.settings["DATABASE_URL"]
    before, settings = held(url), {}
    other = SETTINGS["PHONE_INDEX_KEY"].replace("A", "B", 1)
    with closing(sqlite3.connect(path)) as copy, copy:
        if spoil == "other":
            copy.execute("DROP TABLE alembic_version")
        elif spoil == "newer":
            copy.execute("UPDATE alembic_version SET version_num = '9999'")
    if spoil == "torn":
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif spoil in {"keys", "index"}:
        settings = {"DATA_KEYS": f"test:{other}"} if spoil == "keys" else {"PHONE_INDEX_KEY": other}
    served.house.db.close()
    done = bare("restore", str(path), "--force", **settings)
    assert (done.code, done.out) == (1, "")
    words = {
        "other": "no backup of this service", "newer": "install that version first", "keys": "Check DATA_KEYS",
        "index": "put the right one back", "torn": "not whole: use another",
    }  # fmt: skip
    assert words[spoil] in done.err
    assert held(url) == before
    if spoil in {"keys", "index"}:
        refused = bare("backup", str(tmp_path / "wrong.db"), **settings)
        assert (refused.code, refused.out) == (1, "")
        assert words[spoil] in refused.err
        assert not (tmp_path / "wrong.db").exists()


@ON_SQLITE
def test_the_database_itself_is_no_copy_of_itself(served: Home, bare: Operator) -> None:
    """Claim: an embedded database is a file too; restored from itself it is refused, and stays as it was."""
    url = bare.settings["DATABASE_URL"]
    before = held(url)
    served.house.db.close()
    done = bare("restore", url.removeprefix("sqlite:///"), "--force")
    assert (done.code, done.out) == (1, "")
    assert "name a backup" in done.err
    assert held(url) == before


def test_a_newer_version_s_database_is_left_alone(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Claim: a database that a newer version made is neither copied nor, on PostgreSQL, filled by this one."""
    path = tmp_path / "copy.db"
    assert bare("backup", str(path)).code == 0
    with served.house.db.write() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    served.house.db.close()
    commands = [("backup", str(tmp_path / "another.db"))]
    if not bare.settings["DATABASE_URL"].startswith("sqlite"):
        commands.append(("restore", str(path), "--force"))
    for command in commands:
        done = bare(*command)
        assert (done.code, done.out) == (1, "")
        assert "Install that version" in done.err
    assert not (tmp_path / "another.db").exists()


def test_a_restore_asks_for_a_stopped_service(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Claim: while the clock or a sender said within two minutes that it lives, a restore is refused, saying so and how
    to go on, together with what else is in the way; --force goes on, but never while somebody is connected."""
    path = tmp_path / "copy.db"
    assert bare("backup", str(path)).code == 0
    with served.house.db.write() as tx:
        published.beat(tx, "clock", AT)
    refused = bare("restore", str(path))
    assert (refused.code, refused.out) == (1, "")
    assert "stop the service first" in refused.err
    assert "this database holds data; --force" in refused.err
    with served.house.db.read():
        connected = bare("restore", str(path), "--force")
    assert (connected.code, connected.out) == (1, "")
    assert "stop the service first" in connected.err
    served.house.db.close()
    done = bare("restore", str(path), "--force", "--json")
    assert (done.code, done.json["paused"]) == (0, True)
    assert done.json["taken_at"].startswith("2026-11-23T11:00")


@pytest.mark.slow
def test_the_page_for_operators_can_be_followed(tmp_path: Path, bare: Operator) -> None:
    """Claim: docs/backup-and-restore.md: its commands, run one after the other as they stand, do what it says."""
    page = (ROOT / "docs" / "backup-and-restore.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert sum(block.count("thrive ") for block in blocks) >= 6
    lines = {**SETTINGS, "DATABASE_URL": f"sqlite:///{tmp_path}/thrive.db"}
    (tmp_path / "service.env").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    bare.settings.update(lines)
    assert bare("db", "upgrade").code == 0
    home = make_home(lines["DATABASE_URL"])
    home.text("hello")
    home.house.db.close()
    command = tmp_path / "bin" / "thrive"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m bot.cli "$@"\n')
    command.chmod(0o755)
    environment = {"PATH": f"{command.parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(blocks)], cwd=tmp_path, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Copied to copies/today.db" in done.stdout
    assert done.stdout.count("Restored from copies/today.db") == 2
    assert "Sending." in done.stdout
    assert "NOT sending" in done.stdout
