"""A copy of either database is whole, private, put back into either, and loses nothing that stands at its path."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import addresses, published, schema
from bot.store import outbox as rows
from bot.store.carrying import _tables
from bot.store.copying import copy_out
from bot.store.database import Database
from tests.bot.cli.conftest import SETTINGS, Operator, sheet
from tests.bot.cli.copies import before_values, fill, held, lasting
from tests.faults.grounds import small_disk
from tests.houses import AT, KEYS, Home, make_home
from tests.postgres import Cluster


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
    bare.at(tmp_path, AT)
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
            assert addresses.open_address(tx, "sms", "+447700900999", AT).id == max(r[0] for r in before["address"]) + 1
            for table in _tables():
                if "id" in table.c and isinstance(table.c.id.type, sa.Integer):
                    ask = sa.text("SELECT nextval(pg_get_serial_sequence(:name, 'id'))")
                    assert tx.execute(ask, {"name": table.name}).scalar_one() > max(
                        (row[0] for row in before[table.name]), default=0
                    )
        with database.write() as tx, pytest.raises(sa.exc.IntegrityError):
            tx.execute(sa.insert(rows.outbox).values(before_values(tx)))


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
