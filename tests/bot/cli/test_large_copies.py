"""A copy of many rows: streamed, of one instant while it is written, and never half."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.settings import ROOT
from bot.store import addresses, receipts
from bot.store import outbox as rows
from bot.store.copying import copy_out
from bot.store.database import Database
from tests.bot.cli.conftest import SETTINGS, Operator
from tests.bot.cli.copies import MANY, fill
from tests.houses import AT, KEYS


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
                who = addresses.open_address(tx, "sms", f"+4477009{n:05}", AT).id
                addresses.change_address(tx, who, language="pl")
                receipts.add_receipt(tx, outbox_id=None, provider_sid=f"pair{n}", status="sent", error_code=None, at=AT)
                receipts.add_receipt(tx, outbox_id=None, provider_sid=f"pair{n}", status="read", error_code=None, at=AT)
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
