"""What is refused: by name, with what to do, exit 1 (2 for usage), and never a traceback."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot.cli.conftest import SETTINGS, Operator, sheet
from tests.houses import KEY


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("nothing",), ("search",), ("directory",), ("directory", "import"), ("user", "add"), ("ledger", "--bogus"),
        ("directory", "import", "a.csv", "--sample"), ("search", "x", "--limit", "0"), ("search", "x", "--age", "nan"),
        ("serve", "--port", "x"), ("simulate",), ("restore",),
    ],
)  # fmt: skip
def test_wrong_usage_is_2(thrive: Operator, arguments: tuple[str, ...]) -> None:
    """Claim: a command given wrongly prints nothing on standard output and ends with 2."""
    done = thrive(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "thrive" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("understand", "--evaluate", "{gone}"), ("lint", "{gone}"), ("simulate", "find", "--script", "{gone}"),
        ("enrol", "{gone}"), ("directory", "import", "{gone}"), ("restore", "{gone}"), ("backup", "{gone}/x/y"),
        ("simulate", "find", "--script", "{latin}"), ("enrol", "{latin}"), ("restore", "{latin}"),
        ("backup", "{latin}"), ("directory", "import", "{latin}"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named(thrive: Operator, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Claim: a missing file, or one that is not UTF-8, is told and ends with 1."""
    latin = tmp_path / "latin.csv"
    latin.write_bytes("reference,caf\xe9\n".encode("latin-1"))
    done = thrive(*(part.format(gone=tmp_path / "gone", latin=latin) for part in arguments))
    assert (done.code, done.out) == (1, "")
    assert f"thrive {arguments[0]}" in done.err
    assert latin.read_bytes() == "reference,caf\xe9\n".encode("latin-1")


@pytest.mark.parametrize(
    "arguments",
    [("search", "x"), ("enrol", "x.csv"), ("ledger",), ("serve",), ("db", "upgrade"), ("publish",), ("backup", "x")],
)
def test_missing_keys_are_refused_all_at_once(bare: Operator, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Claim: outside the demo each missing key is named, in one go."""
    (tmp_path / "x.csv").write_text("reference\n")
    arguments = tuple(str(tmp_path / a) if a == "x.csv" else a for a in arguments)
    done = bare(*arguments, DATABASE_URL=f"sqlite:///{tmp_path}/t.db")
    assert (done.code, done.out) == (1, "")
    assert [name for name in SETTINGS if f"{name} is not set" in done.err] == list(SETTINGS)
    assert "thrive keys new" in done.err


@pytest.mark.parametrize("url", ["postgres://u:p@127.0.0.1:1/x", "postgresql://u:secret-word@127.0.0.1:1/x"])
@pytest.mark.net
def test_a_database_that_is_away_is_told(thrive: Operator, url: str) -> None:
    """Claim: a database that does not answer is told with no password and no traceback."""
    done = thrive("ledger", DATABASE_URL=url)
    assert (done.code, done.out) == (1, "")
    assert "DATABASE_URL" in done.err
    assert "secret-word" not in done.err


def test_words_sealed_under_another_key_are_not_read(thrive: Operator, tmp_path: Path) -> None:
    """Claim: with the wrong DATA_KEYS a command that must read words says so, and names the setting."""
    assert thrive("enrol", str(sheet(tmp_path / "f.csv"))).code == 0
    done = thrive("ledger", "--json")
    assert done.code == 0
    done = thrive("doctor", "--json", DATA_KEYS=f"other:{KEY}")
    told = {check["check"]: check for check in done.json}
    assert (done.code, told["keys"]["ok"]) == (1, False)
    assert "DATA_KEYS" in told["keys"]["what_to_do"]


@pytest.mark.parametrize("role", ["web", "clock", "worker"])
def test_roles_apart_need_postgresql(thrive: Operator, role: str) -> None:
    """Claim: SQLite is served by one process; a role apart is refused and told what to use."""
    done = thrive(role)
    assert (done.code, done.out) == (1, "")
    assert "PostgreSQL" in done.err
    assert "thrive serve" in done.err


@pytest.mark.parametrize("arguments", [("db", "upgrade"), ("serve",), ("ledger",), ("publish",), ("search", "food")])
def test_a_database_of_a_newer_version_is_left_alone(thrive: Operator, arguments: tuple[str, ...]) -> None:
    """Claim: an older program says which schema it met, and changes nothing."""
    with closing(sqlite3.connect(thrive.settings["DATABASE_URL"].removeprefix("sqlite:///"))) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    done = thrive(*arguments)
    assert (done.code, done.out) == (1, "")
    assert "9999" in done.err
    assert "newer version" in {c["check"]: c["what_to_do"] for c in thrive("doctor", "--json").json}["schema"]


def test_a_demo_stays_on_this_machine(thrive: Operator, tmp_path: Path) -> None:
    """Claim: DEMO=1 refuses a public address, PostgreSQL and another host; `thrive demo` refuses settings of others."""
    done = thrive("serve", DEMO="1", PUBLIC_URL="https://a.example", DATABASE_URL="postgresql://u@h/d")
    assert done.code == 1
    assert "PUBLIC_URL" in done.err
    assert "DATABASE_URL" in done.err
    done = thrive("serve", "--host", "0.0.0.0", DEMO="1")
    assert (done.code, done.out) == (1, "")
    assert "this machine only" in done.err
    done = thrive("demo", "--data", str(tmp_path / "demo"), PUBLIC_URL="https://a.example")
    assert done.code == 1
    assert "PUBLIC_URL" in done.err
    assert "DATABASE_URL" in done.err
    assert not (tmp_path / "demo").exists()


def test_the_version_is_told(bare: Operator) -> None:
    """Claim: `thrive --version` prints the name and version."""
    done = bare.process("--version")
    assert done.code == 0
    assert done.out.startswith("thrive ")
    assert done.out.strip().split(" ")[1][0].isdigit()
