"""`thrive enrol`, `ledger` and `user add`, as an operator uses them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.clockwork import tick
from bot.furnishing import furnish
from bot.settings import Settings
from bot.store.database import Database
from bot.store.staff import find_staff
from tests.bot.cli.conftest import Operator, sheet
from tests.houses import KEYS


def counts(told: dict[str, object]) -> tuple[object, ...]:
    return told["added"], told["changed"], told["unchanged"]


def test_enrolling_again_changes_nothing(thrive: Operator, tmp_path: Path) -> None:
    """Claim: added, then unchanged, then changed where a row says something new; the keys as promised."""
    path = str(sheet(tmp_path / "f.csv"))
    first = thrive("enrol", path, "--json")
    assert first.code == 0
    assert set(first.json) >= {"added", "changed", "unchanged", "refused"}
    assert counts(first.json) == (2, 0, 0)
    assert counts(thrive("enrol", path, "--json").json) == (0, 0, 2)
    Path(path).write_text(Path(path).read_text().replace("SW18 2PU,H-1", "SW11 3ER,H-1"))
    assert counts(thrive("enrol", path, "--json").json) == (0, 1, 1)


def test_a_refused_row_is_told_with_every_reason(thrive: Operator, tmp_path: Path) -> None:
    """Claim: a bad row does not stop a good one; the exit is 1 only where every record is refused."""
    bad = "R-9,,Test,12345,,en,,,,,,no-such-programme,yesterday,,,perhaps,"
    mixed = thrive("enrol", str(sheet(tmp_path / "mixed.csv", rows=1, more=bad)), "--json")
    assert mixed.code == 0
    assert counts(mixed.json) == (1, 0, 0)
    (refused,) = mixed.json["refused"]
    assert (refused["line"], refused["reference"]) == (3, "R-9")
    assert len(refused["reasons"]) >= 4
    whole = thrive("enrol", str(sheet(tmp_path / "bad.csv", rows=0, more=bad)), "--json")
    assert whole.code == 1
    assert counts(whole.json) == (0, 0, 0)
    told = thrive("enrol", str(tmp_path / "bad.csv"))
    assert told.code == 1
    assert "line 2 (R-9)" in told.out


def test_a_dry_run_changes_nothing(thrive: Operator, tmp_path: Path) -> None:
    """Claim: what would happen is told, and after it the same still would."""
    assert thrive("publish").code == 0
    path = str(sheet(tmp_path / "f.csv"))
    for _ in range(2):
        done = thrive("enrol", path, "--dry-run", "--json")
        assert (done.code, counts(done.json)) == (0, (2, 0, 0))
    assert "would be added" in thrive("enrol", path, "--dry-run").out
    assert counts(thrive("enrol", path, "--json").json) == (2, 0, 0)


def test_a_dry_run_publishes_nothing_either(thrive: Operator, tmp_path: Path) -> None:
    """Claim: with nothing published, a dry run says so and leaves it so."""
    done = thrive("enrol", str(sheet(tmp_path / "f.csv")), "--dry-run")
    assert (done.code, done.out) == (1, "")
    assert "thrive publish" in done.err
    assert thrive("publish", "--json").json["published"] is True


LEDGER = ["person", "programme", "touch", "child", "due_at", "decided_at", "outcome", "reason"]


def test_the_ledger_has_the_promised_fields(thrive: Operator, tmp_path: Path) -> None:
    """Claim: a line a decided check-in, exactly the promised fields, no name and no number; by person and by date."""
    assert thrive("enrol", str(sheet(tmp_path / "f.csv"))).code == 0
    assert (thrive("ledger", "--json").code, thrive("ledger", "--json").out) == (0, "")
    clock = FixedClock(datetime.now(UTC).replace(hour=11))
    house = furnish(Settings.from_env(thrive.settings), clock)
    for _ in range(60):
        clock.at += timedelta(days=1)
        tick(house)
    house.db.close()
    lines = thrive("ledger", "--json").lines
    assert len({line["person"] for line in lines}) == 2
    for line in lines:
        assert list(line) == LEDGER
        assert line["outcome"] in {
            "sent", "answered", "no-reply", "undelivered", "unknown", "missed", "suppressed",
        }  # fmt: skip
        assert line["reason"]
        assert datetime.fromisoformat(line["due_at"]).tzinfo is not None
        assert "Ana" not in str(line)
    one = lines[0]["person"]
    assert {line["person"] for line in thrive("ledger", "--person", one.lower(), "--json").lines} == {one}
    later = (datetime.now(UTC).date() + timedelta(days=99)).isoformat()
    assert thrive("ledger", "--since", later, "--json").lines == []
    assert one in thrive("ledger").out


@pytest.mark.parametrize(("option", "value"), [("--person", "AAAAAAAA"), ("--person", "x"), ("--since", "soon")])
def test_the_ledger_refuses_what_it_cannot_read(thrive: Operator, option: str, value: str) -> None:
    """Claim: an unknown reference or a date that is none is refused by name."""
    done = thrive("ledger", option, value, "--json")
    assert (done.code, done.out) == (1, "")
    assert value in done.err


def test_an_account_is_made_once(thrive: Operator, tmp_path: Path) -> None:
    """Claim: the password comes by standard input; a short one, an unknown role and a second account are refused."""
    account = ("user", "add", "--email", "Ann@test.example", "--name", "Ann", "--role", "manager")
    short = thrive(*account, stdin="short\n")
    assert (short.code, short.out) == (1, "")
    assert "12 characters" in short.err
    role = thrive(*account[:-1], "queen", stdin="a-long-enough-password\n")
    assert role.code == 1
    assert "roles are" in role.err
    made = thrive(*account, "--json", stdin="a-long-enough-password\n")
    assert (made.code, made.json["role"]) == (0, "manager")
    assert "password" not in made.out + made.err
    again = thrive(*account, stdin="a-long-enough-password\n")
    assert again.code == 1
    assert "already" in again.err
    database = Database(thrive.settings["DATABASE_URL"], KEYS)
    with database.read() as tx:
        found = find_staff(tx, "ann@test.example")
    database.close()
    assert found is not None
    assert found.password_hash.startswith("$argon2id$")
