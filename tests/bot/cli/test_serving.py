"""A service from its keys on, as processes: started, examined, copied while it serves, put back, let go again."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.store import published
from bot.store.database import Database
from tests.bot.cli.conftest import SETTINGS, Operator, Told
from tests.houses import AT, KEYS, make_home
from tests.mail import post_office
from tests.running import Running, demo, free_port
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, standin


def checks(done: Told) -> dict[str, tuple[bool, str]]:
    for check in done.json:
        assert set(check) == {"check", "ok", "what_to_do"}
        assert check["ok"] or check["what_to_do"]
    return {check["check"]: (check["ok"], check["what_to_do"]) for check in done.json}


def serving(folder: Path, environment: dict[str, str], *more: str) -> Running:
    port = free_port()
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port), *more]
    return Running(command, port=port, environment=environment, log=folder / "server.log")


@pytest.mark.net
@pytest.mark.slow
def test_keys_new_is_an_environment_file_that_serves(bare: Operator, tmp_path: Path) -> None:
    """Claim: what `thrive keys new` prints, and nothing else, starts `thrive serve` on an empty database: it migrates
    it, publishes the content and loads no sample data. A copy is taken while it serves, and no restore is."""
    made = bare.process("keys", "new")
    assert made.code == 0
    environment = dict(line.split("=", 1) for line in made.out.splitlines())
    assert set(environment) == set(SETTINGS)
    assert set(bare("keys", "new", "--json").json) == set(SETTINGS)
    assert bare("keys", "new").out != made.out
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/thrive.db"
    bare.settings.update(environment)
    running = serving(tmp_path, environment, "--json")
    running.start()
    try:
        found = checks(bare.process("doctor", "--json"))
        assert not found["directory"][0]
        assert "import --sample" in found["directory"][1]
        bad = {name for name, (ok, _) in found.items() if not ok}
        assert bad <= {"directory", "clock", "alerts"}  # its first beat comes within two seconds
        copy = tmp_path / "copy.db"
        assert bare.process("backup", str(copy)).code == 0
        refused = bare.process("restore", str(copy), "--force")
        assert (refused.code, refused.out) == (1, "")
        assert "stop the service first" in refused.err
        assert running.answers()
    finally:
        assert running.stop() == 0
    assert f'"url": "{running.url}"' in running.log.read_text()
    assert checks(bare("doctor", "--json"))["content"] == (True, "")


@pytest.mark.net
@pytest.mark.slow
def test_a_demo_with_broken_content_goes_on_with_the_old(tmp_path: Path) -> None:
    """Claim: at the demo's start broken content is refused by file and line, and what was published keeps serving."""
    data, content = tmp_path / "demo", Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    with demo(data):
        pass
    (content / "flows" / "menu.yaml").write_text("flow: menu\nnodes:\n  a: {say: x, colour: red}\n")
    port = free_port()
    command = [sys.executable, "-m", "bot.cli", "demo", "--port", str(port), "--data", str(data)]
    environment = {"DEMO": "1", "CONTENT_DIR": str(content)}
    running = Running(command, port=port, environment=environment, log=tmp_path / "second.log")
    running.start()
    try:
        log = (tmp_path / "second.log").read_text()
        assert "flows/menu.yaml:" in log
        assert "What was published before goes on" in log
    finally:
        running.kill()


def test_a_backup_is_whole_and_private(thrive: Operator, tmp_path: Path) -> None:
    """Claim: one file that only its owner may read, with everything in it; an earlier copy is replaced, no other file,
    and never the database itself."""
    home = make_home(thrive.settings["DATABASE_URL"])
    home.text("hello")
    path = tmp_path / "copy.db"
    first = thrive("backup", str(path), "--json")
    assert (first.code, first.json["path"]) == (0, str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    home.text("hello again")
    assert thrive("backup", str(path)).code == 0
    home.house.db.close()
    with sqlite3.connect(path) as copy:
        assert copy.execute("SELECT count(*) FROM inbox").fetchone() == (2,)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    copy.close()
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(("copy", ".copy"))) == ["copy.db"]
    live = thrive.settings["DATABASE_URL"].removeprefix("sqlite:///")
    assert thrive("backup", live).code == 1
    assert thrive("search", "food").code == 0


def test_a_restore_opens_paused_and_sends_nothing_twice(thrive: Operator, tmp_path: Path) -> None:
    """Claim: it refuses a database with data unless forced; then nothing leaves, what had not left is unknown with a
    plain reason, and `thrive resume` lets new words go but never those."""
    home = make_home(thrive.settings["DATABASE_URL"])
    thrive.at(tmp_path, AT)
    home.text("hello")
    path = tmp_path / "copy.db"
    assert thrive("backup", str(path)).code == 0
    home.send()
    sent = len(home.pigeon.carried)
    assert sent > 0
    home.house.db.close()

    refused = thrive("restore", str(path))
    assert (refused.code, refused.out) == (1, "")
    assert "--force" in refused.err
    done = thrive("restore", str(path), "--force", "--json")
    assert (done.code, done.json["paused"]) == (0, True)
    assert done.json["unknown"] == len(home.out()) > 0
    assert {(row.state, row.reason) for row in home.out()} == {
        ("unknown", "A backup was restored: nobody knows whether this was sent")
    }
    home.later(minutes=1)
    home.text("is anyone there", sid="SMnew")
    assert home.send() == 0
    assert not checks(thrive("doctor", "--json"))["sending"][0]
    assert thrive("resume", "--json").json == {"was_paused": True}
    assert thrive("resume", "--json").json == {"was_paused": False}
    assert home.send() > 0
    assert {row.state for row in home.out()[: done.json["unknown"]]} == {"unknown"}
    assert len(home.out()) == done.json["unknown"] + len(home.pigeon.carried) - sent
    home.house.db.close()


def test_a_restore_into_nothing(thrive: Operator, tmp_path: Path) -> None:
    """Claim: on a new machine a backup becomes the database, without --force."""
    make_home(thrive.settings["DATABASE_URL"]).house.db.close()
    path = tmp_path / "copy.db"
    assert thrive("backup", str(path)).code == 0
    fresh = f"sqlite:///{tmp_path}/elsewhere/new.db"
    assert thrive("restore", str(path), DATABASE_URL=fresh).code == 0
    assert thrive("search", "food", DATABASE_URL=fresh).code == 0


@pytest.mark.parametrize("spoil", ["other", "newer", "keys", "index"])
def test_a_backup_that_cannot_be_used_changes_nothing(thrive: Operator, tmp_path: Path, spoil: str) -> None:
    """Claim: another database, a newer schema or one sealed under other keys is refused before anything is touched."""
    home = make_home(thrive.settings["DATABASE_URL"])
    home.text("hello")
    home.house.db.close()
    path = tmp_path / "copy.db"
    assert thrive("backup", str(path)).code == 0
    settings = {}
    other = SETTINGS["PHONE_INDEX_KEY"].replace("A", "B", 1)
    with sqlite3.connect(path) as copy:
        if spoil == "other":
            copy.execute("DROP TABLE alembic_version")
        elif spoil == "newer":
            copy.execute("UPDATE alembic_version SET version_num = '9999'")
    copy.close()
    if spoil == "keys":
        settings["DATA_KEYS"] = f"test:{other}"
    elif spoil == "index":
        settings["PHONE_INDEX_KEY"] = other
    done = thrive("restore", str(path), "--force", **settings)
    assert (done.code, done.out) == (1, "")
    assert done.err
    database = Database(thrive.settings["DATABASE_URL"], KEYS)
    with database.read() as tx:
        assert published.flags(tx) == {}
    database.close()
    assert home.out()
    home.house.db.close()


@pytest.mark.net
def test_the_doctor_asks_the_provider(thrive: Operator, tmp_path: Path) -> None:
    """Claim: a listing proves the credentials; a wrong token or nobody there is told, and nothing is sent."""
    make_home(thrive.settings["DATABASE_URL"]).house.db.close()
    texting = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_FROM": NUMBER, "PUBLIC_URL": "https://text.example.gov.uk"}
    with standin(tmp_path / "provider.db") as provider:
        for token, ok in ((AUTH_TOKEN, True), ("wrong", False)):
            done = thrive("doctor", "--json", **texting, TWILIO_AUTH_TOKEN=token, TWILIO_API_BASE=provider.base)
            assert checks(done)["provider"][0] is ok
            assert token not in done.out
        # Everybody can be texted; that their emails go nowhere is said, and fails nothing.
        assert checks(done)["alerts"] == (
            True, "Emails are named for alerts, but SMTP_URL is not set: none are sent.",
        )  # fmt: skip
        assert provider.accepted(to=NUMBER) == []
    gone = f"http://127.0.0.1:{free_port()}"
    done = thrive("doctor", "--json", **texting, TWILIO_AUTH_TOKEN="t", TWILIO_API_BASE=gone)
    assert "could not be reached" in checks(done)["provider"][1]


@pytest.fixture
def mailbox() -> Iterator[str]:
    with post_office() as office:
        yield office.url


@pytest.mark.net
def test_the_doctor_tells_everything_that_is_wrong(thrive: Operator, tmp_path: Path, mailbox: str) -> None:
    """Claim: each fault has its check and what to do, and the exit is 1; with all well it is 0."""
    assert list(checks(thrive("doctor", "--json", SECRET_KEY=""))) == ["settings"]
    new = checks(thrive("doctor", "--json", DATABASE_URL=f"sqlite:///{tmp_path}/new.db"))
    assert new["database"][0]
    assert "thrive db upgrade" in new["schema"][1]
    empty = thrive("doctor", "--json")
    assert empty.code == 1
    assert {name for name, (ok, _) in checks(empty).items() if not ok} == {
        "content", "directory", "clock", "dispatcher",
    }  # fmt: skip

    home = make_home(thrive.settings["DATABASE_URL"], rate=None)
    home.text("hello")
    thrive.at(tmp_path, AT + timedelta(minutes=5))
    with home.house.db.write() as tx:
        published.beat(tx, "clock", AT + timedelta(minutes=4))
    late = checks(thrive("doctor", "--json"))
    assert {name for name, (ok, _) in late.items() if not ok} == {"dispatcher", "alerts"}
    assert "Nobody can be told of urgent cases: set up texting, or SMTP_URL" in late["alerts"][1]
    thrive.settings["SMTP_URL"] = mailbox
    assert checks(thrive("doctor", "--json"))["alerts"] == (True, "")
    home.send()
    with home.house.db.write() as tx:
        for part in ("dispatcher", "email"):
            published.beat(tx, part, AT + timedelta(minutes=4))
    home.house.db.close()
    fine = thrive("doctor")
    assert fine.code == 0, fine.out
    content = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    menu = content / "flows" / "menu.yaml"
    text = menu.read_text()
    menu.write_text(text + "# the same\n")
    assert checks(thrive("doctor", "--json", CONTENT_DIR=str(content)))["content"][0]
    menu.write_text(text.replace("Hello.", "Hello there.", 1))
    assert "thrive publish" in checks(thrive("doctor", "--json", CONTENT_DIR=str(content)))["content"][1]
    menu.write_text("nodes: [\n")
    assert "flows/menu.yaml:" in checks(thrive("doctor", "--json", CONTENT_DIR=str(content)))["content"][1]
