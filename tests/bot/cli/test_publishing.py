"""`thrive publish`, `lint` and `simulate`: what an author does, and what happens to a folder that is broken."""

import json
import re
import shutil
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.bot.cli.conftest import Operator
from tests.houses import make_home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder of the author's own."""
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def change(path: Path, was: str, now: str) -> None:
    text = path.read_text()
    assert was in text
    path.write_text(text.replace(was, now, 1))


def rename(path: Path, was: str, now: str) -> None:
    """A node of another name, and every way to it."""
    change(path, f"  {was}:", f"  {now}:")
    path.write_text(re.sub(rf"go: {was}\b", f"go: {now}", path.read_text()))


def test_publishing_twice_says_so(thrive: Operator) -> None:
    """Claim: the same content is published once; the second time says that it is there already."""
    assert thrive("publish", "--json").json == {"bundle": 1, "published": True, "waiting": []}
    assert thrive("publish", "--json").json == {"bundle": 1, "published": False, "waiting": []}
    assert "already" in thrive("publish").out


def test_who_waits_at_a_changed_node_is_told(thrive: Operator, folder: Path) -> None:
    """Claim: publishing names flow, node and how many people wait there, and where they land."""
    home = make_home(thrive.settings["DATABASE_URL"])
    home.talk("hello")
    home.talk("hello", sender="+447700900322")
    home.house.db.close()
    menu = folder / "flows" / "menu.yaml"
    change(menu, "  choose:", "  # a comment changes nothing\n  choose:")
    assert thrive("publish", "--json", CONTENT_DIR=str(folder)).json["waiting"] == []
    change(menu, "    options:\n", "    options:\n      - {label: Something more, value: more, go: to-human}\n")
    done = thrive("publish", "--json", CONTENT_DIR=str(folder))
    assert done.code == 0, done.err
    (waiting,) = done.json["waiting"]
    assert waiting.pop("lands")
    assert waiting == {"flow": "menu", "node": "choose", "people": 2, "change": "changed"}
    rename(menu, "choose", "choose-now")
    told = thrive("publish", CONTENT_DIR=str(folder))
    assert "2 wait at menu.choose, which is removed" in told.out


def test_people_are_moved_by_a_landing_looked_at_first(thrive: Operator, folder: Path) -> None:
    """Claim: --dry-run tells what would be and changes nothing; with the landing they go on there; a slip is told."""
    home = make_home(thrive.settings["DATABASE_URL"])
    home.talk("hello")
    home.house.db.close()
    rename(folder / "flows" / "menu.yaml", "choose", "choose-now")
    here = {"CONTENT_DIR": str(folder)}
    landing = ("--landing", "menu.choose=menu.choose-now")
    told = thrive("publish", "--dry-run", "--json", *landing, **here).json
    assert told == {
        "bundle": None,
        "published": False,
        "waiting": [
            {"flow": "menu", "node": "choose", "people": 1, "change": "removed", "lands": "menu.choose-now"},
        ],
    }
    slip = thrive("publish", "--landing", "menu.choose=menu.chose-now", **here)
    assert (slip.code, slip.out) == (1, "")
    assert "did you mean menu.choose-now?" in slip.err
    assert "Nothing was changed." in slip.err
    assert "would change" in thrive("publish", "--dry-run", **here).out
    done = thrive("publish", *landing, **here)
    assert "Published as bundle 2." in done.out
    assert "1 wait at menu.choose, which is removed; they go on at menu.choose-now." in done.out
    again = thrive("publish", "--landing", "menu.choose=menu.choose-now", **here)
    assert (again.code, "nobody waits at menu.choose" in again.err) == (1, True)


def test_content_is_rolled_back(thrive: Operator, folder: Path) -> None:
    """Claim: what was live before is live again, and says so; with nothing earlier, exit 1 and nothing changes."""
    none = thrive("rollback")
    assert (none.code, none.err) == (1, "There is no earlier content to go back to.\nNothing was changed.\n")
    assert thrive("publish").code == 0
    change(folder / "flows" / "menu.yaml", "Hello. Tell us", "Good day. Tell us")
    assert thrive("publish", "--json", CONTENT_DIR=str(folder)).json["bundle"] == 2
    done = thrive("rollback", "--json")
    assert done.json == {"bundle": 3, "published": True, "waiting": [], "restored": 1}
    assert thrive("publish", "--json").json["published"] is False
    assert "live again, as bundle 4" in thrive("rollback", "--to", "2").out
    assert thrive("rollback", "--to", "99").code == 1


def test_broken_content_is_refused_and_the_old_stays(thrive: Operator, folder: Path) -> None:
    """Claim: every fault is told by file and line, nothing is changed, and what was published goes on."""
    assert thrive("publish").code == 0
    (folder / "flows" / "menu.yaml").write_text("name: menu\nstart: nowhere\nnodes:\n  a: {say: x, colour: red}\n")
    (folder / "needs.yaml").write_text("needs: [\n")
    done = thrive("publish", CONTENT_DIR=str(folder))
    assert (done.code, done.out) == (1, "")
    assert "flows/menu.yaml:" in done.err
    assert "needs.yaml:" in done.err
    assert "nothing was changed" in done.err
    assert thrive("publish", "--json").json == {"bundle": 1, "published": False, "waiting": []}


def test_lint_needs_nothing_and_tells_all_fields(bare: Operator, folder: Path) -> None:
    """Claim: with no settings, each issue has exactly the promised fields; shipped content has no error."""
    fine = bare("lint", "--json")
    assert (fine.code, fine.err) == (0, "")
    assert all(issue["severity"] == "warning" for issue in fine.json)
    (folder / "flows" / "menu.yaml").write_text("name: menu\nstart: nowhere\nnodes:\n  a: {say: x, colour: red}\n")
    for done in (bare("lint", str(folder), "--json"), bare("lint", "--json", CONTENT_DIR=str(folder))):
        assert done.code == 1
        assert done.json
        for issue in done.json:
            assert set(issue) == {"file", "line", "node", "key", "rule", "message", "severity"}
        assert any(issue["file"] == "flows/menu.yaml" and issue["line"] > 0 for issue in done.json)


def test_simulate_needs_nothing(bare: Operator, tmp_path: Path) -> None:
    """Claim: a conversation from typed lines or a script, recorded as a journey; with --json, one value."""
    script = tmp_path / "lines"
    script.write_text("1\n")
    typed = bare("simulate", "menu", stdin="1\n")
    assert typed.code == 0
    assert typed.out == bare("simulate", "menu", "--script", str(script)).out
    told = bare("simulate", "menu", "--json", "--record", str(tmp_path / "j.yaml"), stdin="1\n")
    assert told.code == 0
    assert [turn["line"] for turn in told.json["turns"]] == ["MENU", "1"]
    assert all(set(turn) == {"line", "said", "effects"} for turn in told.json["turns"])
    assert told.json["turns"][0]["said"][0] in typed.out.replace("\n  ", "\n")
    assert "turns:" in (tmp_path / "j.yaml").read_text()
    assert "check-in" in bare("simulate", "nope").err


def test_evaluate_counts_against_the_labels(bare: Operator, tmp_path: Path) -> None:
    """Claim: each figure has its n and interval, and every miss is shown; a line that cannot be read is told."""
    path = tmp_path / "labelled.jsonl"
    labelled = [
        {"id": 1, "text": "we need a food bank", "needs": ["food"], "risk": "none", "lang": "en"},
        {"id": 2, "text": "we need a food bank", "needs": ["housing"], "risk": "none"},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in labelled))
    done = bare("understand", "--evaluate", str(path), "--json")
    assert done.code == 0
    figures = {figure["name"]: figure for figure in done.json["figures"]}
    first = figures["first need right"]
    assert (first["hits"], first["n"], len(first["misses"])) == (1, 2, 1)
    assert 0 < first["low"] < 0.5 < first["high"] < 1
    assert "housing" in bare("understand", "--evaluate", str(path)).out
    path.write_text(path.read_text() + "nope\n")
    assert bare("understand", "--evaluate", str(path)).code == 1
