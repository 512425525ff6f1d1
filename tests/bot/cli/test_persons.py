"""`thrive person` and `thrive retention`: a copy, a count, an erasure, and its end after a restore."""

import json
import stat
from pathlib import Path

import pytest

from bot.store import addresses, erased, people, published
from tests.bot.cli.conftest import Operator, sheet
from tests.bot.cli.test_tell import known
from tests.houses import ON_SQLITE, Home
from tests.people.test_erasing import left

NUMBER = "+447700900001"


@pytest.fixture
def mother(thrive: Operator, tmp_path: Path) -> str:
    assert thrive("enrol", str(sheet(tmp_path / "f.csv", rows=1))).code == 0
    return known(thrive)[0]


def test_export_is_one_json_value_and_a_page_for_its_owner_alone(thrive: Operator, mother: str, tmp_path: Path) -> None:
    """The child's name, another person's, is held back from hers."""
    page = tmp_path / "page.html"
    done = thrive("person", "export", mother.lower(), "--json", "--page", str(page))
    assert done.code == 0
    assert done.json["about_you"]["first_name"] == "Ana"
    assert "Kit" not in done.out
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_erase_is_rehearsed_with_a_count_and_then_done(thrive: Operator, mother: str) -> None:
    """The dry run says what goes and changes nothing; the erasure says the same number; again there is nobody."""
    rehearsed = thrive("person", "erase", mother, "--dry-run", "--json")
    assert (rehearsed.code, rehearsed.json["erased"], rehearsed.json["children_with_them"]) == (0, False, 1)
    assert thrive("person", "erase", mother, "--dry-run", "--json").json == rehearsed.json
    done = thrive("person", "erase", mother, "--json")
    assert (done.code, done.json["erased"]) == (0, True)
    assert rehearsed.json["rows"].items() <= done.json["rows"].items()
    again = thrive("person", "erase", mother)
    assert (again.code, again.out) == (1, "")
    assert "has the reference" in again.err


def test_a_legal_hold_refuses_with_its_reason(thrive: Operator, mother: str) -> None:
    """In plain words, naming the law; lifted, it goes."""
    assert thrive("person", "hold", mother, "--why", "A claim against the council").code == 0
    refused = thrive("person", "erase", mother)
    assert refused.code == 1
    assert "A claim against the council." in refused.err
    assert "article 17(3)" in refused.err
    assert thrive("person", "erase", mother, "--json").json["forbidden"][0]["why"] == "legal-hold"
    assert thrive("person", "release", mother, "--json").json["lifted"] == 1
    assert thrive("person", "erase", mother).code == 0


@pytest.mark.parametrize("arguments", [("person",), ("person", "export"), ("person", "hold", "22222222")])
def test_wrong_usage_is_2(thrive: Operator, arguments: tuple[str, ...]) -> None:
    assert thrive(*arguments).code == 2


def test_retention_says_each_kind_its_period_and_its_source(thrive: Operator, mother: str) -> None:
    """Counted, and nothing removed; with --now what is past its time goes, and of this week's nothing is."""
    assert thrive("publish").code == 0
    told = {one["kind"]: one for one in thrive("retention", "--json").json}
    assert told["cases"]["keep"] == "25 years"
    assert all(one["source"] for one in told.values())
    assert sum(one["removed"] for one in thrive("retention", "--now", "--json").json) == 0
    assert thrive("person", "erase", mother, "--dry-run").code == 0


@pytest.mark.parametrize("listed", ["carried", "from a list"])
def test_a_restored_copy_erases_again_before_it_sends(
    served: Home, bare: Operator, tmp_path: Path, listed: str
) -> None:
    """A copy of before the erasure is put back: over the standing database the list is carried along; else the lines
    that the log and `thrive person erased` tell bring it. `thrive resume` erases again, and only then lets send."""
    copy, lines = tmp_path / "copy.db", tmp_path / "erased.log"
    assert bare("backup", str(copy)).code == 0
    with served.house.db.read() as tx:
        mother = people.find_person_by_source(tx, "R-1")
    assert mother is not None
    assert bare("person", "erase", mother.ref).code == 0
    printed = bare("person", "erased").out
    assert NUMBER not in printed
    lines.write_text("starting up\n" + printed + json.dumps({"event": "audit sealed", "at": "x"}) + "\n")
    if listed == "from a list":
        with served.house.db.write() as tx:
            tx.execute(erased.erased.delete())
    served.house.db.close()
    assert bare("restore", str(copy), "--force").code == 0
    assert left(served, NUMBER)
    arguments = ["--erased", str(lines)] if listed == "from a list" else []
    done = bare("resume", "--force", "--json", *arguments)
    assert (done.code, done.json["was_paused"], done.json["erased_again"]) == (0, True, 1)
    assert not left(served, NUMBER, "R-1")
    with served.house.db.read() as tx:
        assert not published.paused(tx)
        assert people.find_person_by_source(tx, "R-2") is not None
    assert bare("resume", "--json").json == {"was_paused": False}


@ON_SQLITE
def test_resume_says_that_it_knows_of_no_erasure_since(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Into a new database, with no list: it says what is missing, since nobody else would; a line that is torn is
    refused before anything is done."""
    copy = tmp_path / "copy.db"
    assert bare("backup", str(copy)).code == 0
    served.house.db.close()
    assert bare("restore", str(copy), "--force").code == 0
    torn = tmp_path / "torn.log"
    torn.write_text(json.dumps({"kind": "sms", "fingerprint": "ab", "at": "2026-11-23T11:00:00+00:00"}))
    refused = bare("resume", "--force", "--erased", str(torn))
    assert (refused.code, refused.out) == (1, "")
    assert "line 1 is not whole" in refused.err
    done = bare("resume", "--force")
    assert done.code == 0
    assert "thrive person erased" in done.err


def test_keys_and_copies_bear_with_an_erased_stop(served: Home, bare: Operator, tmp_path: Path) -> None:
    """The newest number is a STOP's fingerprint with no number: a copy is still taken, and the keys still fit."""
    number = "+447700900321"
    with served.house.db.read() as tx:
        address = addresses.find_address(tx, "sms", number)
    assert address is not None
    from bot.refs import ref_of
    from bot.store.schema import METADATA

    with served.house.db.write() as tx:
        tx.execute(METADATA.tables["cases"].update().values(state="closed"))
    done = bare("person", "erase", ref_of(address.id), "--json")
    assert (done.code, done.json["stops_kept"]) == (0, 1)
    assert bare("backup", str(tmp_path / "copy.db")).code == 0
    assert next(c for c in bare("doctor", "--json").json if c["check"] == "keys")["ok"]
