"""Copies of either database: whole, private, at one instant while it is served; put back into either; refused in words
that say what to do."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.settings import ROOT
from bot.store import outbox as rows
from bot.store import people, published, schema
from bot.store.carrying import _tables
from bot.store.copying import copy_out
from bot.store.database import Database
from tests.bot.cli.conftest import SETTINGS, Operator
from tests.bot.cli.test_families import sheet
from tests.faults.grounds import small_disk
from tests.houses import AT, KEYS, ON_SQLITE, Home, make_home
from tests.postgres import Cluster

MANY = 50_000
# What a restore itself writes, or an earlier copy noted.
_TOUCHED = {"flag", "heartbeat", "audit"}
Held = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def served(bare: Operator, migrated_url: str, tmp_path: Path) -> Iterator[Home]:
    """A service with families, a conversation and cases, on either database, whose operator is `bare`."""
    bare.settings.update({**SETTINGS, "DATABASE_URL": migrated_url})
    home = make_home(migrated_url)
    at(bare, tmp_path, AT)
    assert bare("enrol", str(sheet(tmp_path / "families.csv"))).code == 0
    for words in ("hello", "he hit me and hes outside now", "xylophone near SW18 2PU", "STOP", "zażółć 🙂 \x1f"):
        home.text(words)
        home.send()
    home.text("hello", kind="web", sender="a-chat")
    yield home
    home.house.db.close()


def at(operator: Operator, folder: Path, moment: datetime) -> None:
    """Commands run at this moment, as the house of the test does."""
    clock = folder / "clock"
    clock.write_text(repr((moment - datetime.now(UTC)).total_seconds()))
    operator.settings["CLOCK_FILE"] = str(clock)


def held(url: str) -> Held:
    """Every row of every table, as it is stored."""
    database = Database(url, KEYS)
    with closing(database), database.read() as tx:
        return {
            t.name: [tuple(row) for row in tx.execute(sa.select(t).order_by(*t.primary_key.columns))] for t in _tables()
        }


def lasting(found: Held, *, but: frozenset[str] = frozenset()) -> Held:
    return {name: lines for name, lines in found.items() if name not in _TOUCHED | but}


def test_a_copy_is_whole_private_and_opens_nothing(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Claim: on either database one file, its owner's alone, with every row as it is stored (sealed bytes too), the
    schema it is of and when it was taken; the service learns when that was."""
    path = tmp_path / "copy.db"
    before = held(bare.settings["DATABASE_URL"])
    done = bare("backup", str(path), "--json")
    assert (done.code, done.json["path"], done.json["bytes"]) == (0, str(path), path.stat().st_size)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir() if "copy.db" in p.name] == ["copy.db"]
    copied = held(f"sqlite:///{shutil.copy(path, tmp_path / 'looked-at.db')}")
    assert lasting(copied) == lasting(before)
    assert any(lines for name, lines in before.items() if name == "outbox")
    assert b"xylophone" not in path.read_bytes()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert file.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.head(),)
        taken = file.execute("SELECT at FROM heartbeat WHERE name = 'backup'").fetchone()
    assert abs(datetime.fromisoformat(taken[0]).replace(tzinfo=UTC) - AT) < timedelta(minutes=1)
    with served.house.db.read() as tx:
        assert abs(published.heartbeats(tx)["backup"] - AT) < timedelta(minutes=1)


@pytest.mark.postgres
def test_there_and_back_is_the_identity(bare: Operator, tmp_path: Path, postgres_cluster: Cluster) -> None:
    """Claim: SQLite to PostgreSQL and back again holds what it held, byte for byte as it is stored; new rows go on from
    the highest numbers, and what was unique or referred to stays so."""
    first, second = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/second.db"
    other = postgres_cluster.fresh()
    bare.settings.update({**SETTINGS, "DATABASE_URL": first})
    at(bare, tmp_path, AT)
    assert bare("db", "upgrade").code == 0
    home = make_home(first)
    assert bare("enrol", str(sheet(tmp_path / "families.csv"))).code == 0
    for words in ("hello", "he hit me and hes outside now", "REFER", "zażółć 🙂"):
        home.text(words)
        home.send()
    home.house.db.close()
    before = held(first)
    for source, target in ((first, other), (other, second)):
        assert bare("backup", str(tmp_path / "copy.db"), DATABASE_URL=source).code == 0
        done = bare("restore", str(tmp_path / "copy.db"), DATABASE_URL=target)
        assert done.code == 0, done.err
    assert lasting(held(other)) == lasting(before)
    assert lasting(held(second)) == lasting(before)

    database = Database(other, KEYS)
    with closing(database):
        with database.write() as tx:
            assert people.open_address(tx, "sms", "+447700900999", AT).id == max(r[0] for r in before["address"]) + 1
            for table in _tables():
                if "id" in table.c and isinstance(table.c.id.type, sa.Integer):
                    ask = sa.text("SELECT nextval(pg_get_serial_sequence(:name, 'id'))")
                    assert tx.execute(ask, {"name": table.name}).scalar_one() > max(
                        (row[0] for row in before[table.name]), default=0
                    )
        with database.write() as tx, pytest.raises(sa.exc.IntegrityError):
            tx.execute(sa.insert(rows.outbox).values(before_values(tx)))


def before_values(tx: sa.Connection) -> dict[str, object]:
    """A message under a key that is used."""
    row = tx.execute(sa.select(rows.outbox).limit(1)).one()._asdict()
    return {**row, "id": 10**6}


def fill(url: str, number: int = MANY) -> None:
    """A long-lived council's messages, sealed, a few hundred bytes each."""
    database = Database(url, KEYS)
    with closing(database), database.write() as tx:
        who = people.open_address(tx, "sms", "+447700900777", AT).id
        for start in range(0, number, 1000):
            tx.execute(
                sa.insert(rows.outbox),
                [
                    {
                        "key": f"many:{n}", "address_id": who, "purpose": "answer", "class_": "conversation", "rank": 1,
                        "state": "delivered", "text_id": "x", "body": "words " * 40, "created_at": AT, "not_before": AT,
                        "provider_sid": f"SM{n:032d}",
                    }
                    for n in range(start, start + 1000)
                ],
            )  # fmt: skip


@pytest.mark.slow
def test_a_large_table_streams(bare: Operator, migrated_url: str, tmp_path: Path) -> None:
    """Claim: fifty thousand messages are copied and put back in memory that does not grow with them: less than a
    quarter of what they are."""
    bare.settings.update({**SETTINGS, "DATABASE_URL": migrated_url})
    fill(migrated_url)
    path = tmp_path / "copy.db"
    tracemalloc.start()
    try:
        assert bare("backup", str(path)).code == 0
        assert bare("restore", str(path), "--force").code == 0
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 20_000_000
    assert most < path.stat().st_size / 4, most
    database = Database(migrated_url, KEYS)
    with closing(database), database.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(rows.outbox)).scalar_one() == MANY
        assert rows.outbox_by_id(tx, MANY).body == "words " * 40


@pytest.mark.slow
def test_a_copy_taken_while_it_is_written_is_of_one_instant(migrated_url: str, tmp_path: Path) -> None:
    """Claim: pairs of rows that are always written together are in the copy together, however busy the writers are,
    and no writer waits for the copy."""
    fill(migrated_url, 10_000)
    database, stop, slowest = Database(migrated_url, KEYS), threading.Event(), [0.0]

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            began = time.monotonic()
            with database.write() as tx:
                who = people.open_address(tx, "sms", f"+4477009{n:05}", AT).id
                people.change_address(tx, who, language="pl")
                rows.add_receipt(tx, outbox_id=None, provider_sid=f"pair{n}", status="sent", error_code=None, at=AT)
                rows.add_receipt(tx, outbox_id=None, provider_sid=f"pair{n}", status="read", error_code=None, at=AT)
            slowest[0] = max(slowest[0], time.monotonic() - began)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not slowest[0]:
            time.sleep(0.01)
        for n in range(3):
            path = tmp_path / f"copy{n}.db"
            copy_out(database, path, AT)
            with closing(sqlite3.connect(path)) as copy:
                odd = copy.execute(
                    "SELECT provider_sid FROM receipt GROUP BY provider_sid HAVING count(*) <> 2"
                ).fetchall()
                halves = copy.execute("SELECT count(*) FROM address WHERE language = 'en'").fetchone()
                pairs = copy.execute("SELECT count(*) FROM receipt").fetchone()[0] / 2
                written = copy.execute("SELECT count(*) FROM address").fetchone()[0] - 1
            assert (odd, halves) == ([], (1,))  # the one of `fill`
            assert pairs == written > 0
    finally:
        stop.set()
        writer.join()
        database.close()
    assert slowest[0] < 4.0


@pytest.mark.fault
@pytest.mark.slow
def test_an_interrupted_copy_leaves_no_half_file(bare: Operator, migrated_url: str, tmp_path: Path) -> None:
    """Claim: killed in the middle, nothing is at the path, or the earlier copy is, whole; the next one succeeds and
    leaves nothing beside it."""
    bare.settings.update({**SETTINGS, "DATABASE_URL": migrated_url})
    fill(migrated_url, 30_000)
    folder = tmp_path / "copies"
    folder.mkdir()
    path = folder / "copy.db"
    killed = 0
    for earlier in (False, True):
        if earlier:
            assert bare("backup", str(path)).code == 0
        before = path.read_bytes() if earlier else None
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "backup", str(path)], env={**os.environ, **bare.settings}, cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while process.poll() is None and not any(folder.glob(".copy.db.part*")):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert (path.read_bytes() if path.exists() else None) == before
    assert killed == 2
    assert bare("backup", str(path)).code == 0
    assert [p.name for p in folder.iterdir()] == ["copy.db"]


def test_what_is_at_the_path_is_not_lost(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Claim: an earlier copy is replaced; the database, its logs, another's database, a served one and any other file
    are refused and left as they are."""
    path = tmp_path / "copy.db"
    assert bare("backup", str(path)).code == 0
    assert bare("backup", str(path)).code == 0
    stranger, text = tmp_path / "stranger.db", tmp_path / "notes.txt"
    with closing(sqlite3.connect(stranger)) as other:
        other.execute("CREATE TABLE theirs (n)")
        other.commit()
    text.write_text("mine")
    used = Database(f"sqlite:///{tmp_path}/served.db", KEYS)
    schema.upgrade(used)
    refused = [stranger, text, tmp_path / "served.db", tmp_path]
    if bare.settings["DATABASE_URL"].startswith("sqlite"):
        live = Path(bare.settings["DATABASE_URL"].removeprefix("sqlite:///"))
        link = tmp_path / "link.db"
        link.symlink_to(live)
        refused += [live, link, live.with_name(f"{live.name}-wal")]
    for one in refused:
        before = one.read_bytes() if one.is_file() else None
        done = bare("backup", str(one))
        assert (done.code, done.out) == (1, ""), one
        assert "give another name" in done.err
        assert (one.read_bytes() if one.is_file() else None) == before
    used.close()
    assert served.talk("hello", sender="+447700900111")


def test_a_folder_that_takes_no_copy_is_named(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Claim: a folder that is not there, or may not be written to, is named with what to do."""
    gone = bare("backup", str(tmp_path / "gone" / "copy.db"))
    assert (gone.code, gone.out) == (1, "")
    assert f"there is no folder {tmp_path / 'gone'}; make it" in gone.err
    fixed = bare("backup", "/sys/copy.db")  # where even root makes no file
    assert (fixed.code, fixed.out) == (1, "")
    assert "cannot write into /sys" in fixed.err
    assert "give a folder that this user may write to" in fixed.err


@pytest.mark.fault
def test_a_full_disk_is_told_and_leaves_nothing(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Claim: a disk without room for the copy is named with what to do; nothing of the copy stays on it, and an earlier
    copy does."""
    with small_disk(tmp_path / "small", 2) as disk:
        path = disk.path / "copy.db"
        earlier = tmp_path / "earlier.db"
        early = Database(f"sqlite:///{earlier}", KEYS)
        schema.upgrade(early)
        copy_out(early, path, AT)
        early.close()
        before = path.read_bytes()
        fill(bare.settings["DATABASE_URL"], 5_000)
        done = bare("backup", str(path))
        assert (done.code, done.out) == (1, "")
        assert f"no room for the copy in {disk.path}" in done.err
        assert "make room" in done.err
        assert [(p.name, p.read_bytes()) for p in disk.path.iterdir()] == [("copy.db", before)]
    assert served.talk("hello", sender="+447700900111")


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
