"""`thrive search` and `thrive directory`, as an operator uses them."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.bot.cli.conftest import SETTINGS, Operator
from tests.houses import make_home

RESULT = ["id", "name", "organisation", "distance_km", "needs", "why", "assured_on"]


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Callable[[], Path]) -> Path:
    """A database with the sample directory, made once."""
    path = tmp_path_factory.mktemp("stocked") / "thrive.db"
    path.write_bytes(sqlite_template().read_bytes())
    make_home(f"sqlite:///{path}").house.db.close()
    return path


@pytest.fixture
def town(bare: Operator, stocked: Path) -> Operator:
    """An operator of a service with the sample directory, only to be read."""
    bare.settings.update({**SETTINGS, "DATABASE_URL": f"sqlite:///{stocked}"})
    return bare


def test_an_empty_directory_names_how_to_fill_it(bare: Operator, thrive: Operator, tmp_path: Path) -> None:
    """Claim: on a database with no services, migrated or not, search ends with 1 and names `import --sample`."""
    for url in (thrive.settings["DATABASE_URL"], f"sqlite:///{tmp_path}/new.db"):
        for more in (("hungry", "--json"), ("--batch", "--json")):
            done = thrive("search", *more, stdin='{"text":"hungry"}\n', DATABASE_URL=url)
            assert (done.code, done.out) == (1, "")
            assert "import --sample" in done.err


def test_results_have_the_promised_shape(town: Operator) -> None:
    """Claim: place and results with exactly the promised fields, three unless told."""
    done = town("search", "swimming for my son", "--postcode", "sw182pu", "--age", "4", "--json")
    assert (done.code, done.err) == (0, "")
    assert list(done.json) == ["place", "results"]
    assert done.json["place"] == {"read_as": "SW18 2PU", "precision": "postcode"}
    assert len(done.json["results"]) == 3
    for result in done.json["results"]:
        assert list(result) == RESULT
        km = result["distance_km"]
        assert km is None or (isinstance(km, float) and km == round(km, 1))
        assert result["why"]
        assert all(isinstance(reason, str) for reason in result["why"])
        assert result["assured_on"] is None or date.fromisoformat(result["assured_on"]) >= date.min
    assert len(town("search", "food", "--limit", "7", "--json").json["results"]) == 7
    assert len(town("search", "--need", "food", "--limit", "1", "--json").json["results"]) == 1


@pytest.mark.parametrize(
    ("postcode", "precision"),
    [("SW18 2PU", "postcode"), ("SW18 2", "sector"), ("SW18", "outcode"), ("here", "none"), (None, "none")],
)
def test_a_place_is_told_as_it_was_read(town: Operator, postcode: str | None, precision: str) -> None:
    """Claim: `precision` says how exactly the place is known."""
    options = () if postcode is None else ("--postcode", postcode)
    assert town("search", "food", *options, "--json").json["place"]["precision"] == precision


def test_an_unknown_need_is_refused(town: Operator) -> None:
    """Claim: a need that is not one is refused by name with those there are: no option is passed over."""
    done = town("search", "--need", "unicorns", "--json")
    assert (done.code, done.out) == (1, "")
    assert "unicorns" in done.err
    assert "food" in done.err


def test_batch_answers_each_line_in_order(town: Operator) -> None:
    """Claim: each line comes back with `results`, other fields untouched, and labels never read."""
    asked: list[dict[str, object]] = [
        {"id": 1, "text": "need a food bank", "postcode": "SW18 2PU", "note": {"a": [1]}},
        {
            "id": 2,
            "text": "need a food bank",
            "postcode": "SW18 2PU",
            "needs": ["housing"],
            "risk": "urgent",
            "results": 5,
        },
        {"id": 3, "text": "help", "need": "food", "child_age": 3},
        {"id": 4, "text": "help", "need": "food", "age": 3},
        {"text": "zzqqxx"},
    ]
    typed = "".join(json.dumps(line) + "\n" for line in asked)
    done = town("search", "--batch", "--json", stdin=typed)
    assert (done.code, done.err) == (0, "")
    told = done.lines
    assert [{k: v for k, v in line.items() if k != "results"} for line in told] == [
        {k: v for k, v in line.items() if k != "results"} for line in asked
    ]
    assert told[0]["results"] == told[1]["results"]
    assert told[2]["results"] == told[3]["results"]
    assert list(told[0]["results"][0]) == RESULT
    assert all(len(line["results"]) <= 3 for line in told)


def test_batch_tells_a_bad_line(town: Operator) -> None:
    """Claim: a bad line gives its number, id and error; the rest goes on; the exit is 1."""
    typed = (
        '{"id":1,"text":"food"}\nx\n{"id":3,"text":"food","age":"4"}\n{"id":4,"text":"food","postcode":7}\n{"id":5}\n'
    )
    done = town("search", "--batch", "--json", stdin=typed + '{"id":6,"text":"food"}')
    assert done.code == 1
    assert [(told["line"], told["id"]) for told in done.lines if "error" in told] == [(2, None), (3, 3), (4, 4), (5, 5)]
    assert [told["id"] for told in done.lines if "results" in told] == [1, 6]


def test_a_dry_run_of_an_import_changes_nothing(thrive: Operator) -> None:
    """Claim: the sample is told as it would be added, and is still to be added after it; then it is unchanged."""
    done = thrive("directory", "import", "--sample", "--dry-run", "--json")
    assert done.code == 0
    assert set(done.json) >= {"added", "updated", "withdrawn", "refused"}
    assert len(done.json["added"]) > 200
    assert thrive("search", "food").code == 1
    assert thrive("publish", "--json").json["published"] is True
    assert thrive("directory", "import", "--sample", "--json").json["added"] == done.json["added"]
    again = thrive("directory", "import", "--sample", "--json").json
    assert (again["added"], again["updated"], again["withdrawn"], again["refused"]) == ([], [], [], [])


def test_what_is_exported_comes_in_again(town: Operator, tmp_path: Path) -> None:
    """Claim: an export is Open Referral UK that an import on a new database takes whole."""
    path = tmp_path / "out.json"
    done = town("directory", "export", str(path), "--json")
    assert done.code == 0
    services = json.loads(path.read_text())
    assert done.json == {"services": len(services)}
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    taken = town("directory", "import", str(path), "--json", DATABASE_URL=fresh)
    assert (taken.code, len(taken.json["added"]), taken.json["refused"]) == (0, len(services), [])


def test_an_import_fails_only_where_all_is_refused(thrive: Operator, tmp_path: Path) -> None:
    """Claim: refused records are told each with its reason; some good ones make it 0, none makes it 1."""
    good = {"id": "s1", "name": "Lark play", "organization": {"id": "o1", "name": "Lark"}, "status": "active"}
    path = tmp_path / "feed.json"
    path.write_text(json.dumps([good, {"id": "s2"}]))
    mixed = thrive("directory", "import", str(path), "--json")
    assert mixed.code == 0
    assert mixed.json["added"] == ["s1"]
    assert [line["reason"] != "" for line in mixed.json["refused"]] == [True]
    path.write_text(json.dumps([{"id": "s2"}]))
    assert thrive("directory", "import", str(path), "--json").code == 1
    path.write_text("{")
    broken = thrive("directory", "import", str(path))
    assert (broken.code, broken.out) == (1, "")
    assert "feed.json" in broken.err
