"""`thrive directory import` of an address: first dry, then done; what vanished is told and kept."""

import json
from typing import Any

import pytest

from tests.bot.cli.conftest import Operator
from tests.bot.test_feeds_by_address import record
from tests.feed_server import Feed, answers, serving

pytestmark = pytest.mark.net


def offered(thrive: Operator, tmp: Any) -> set[str]:
    path = tmp / "out.json"
    if thrive("directory", "export", str(path)).code:
        return set()
    return {one["name"] for one in json.loads(path.read_text(encoding="utf-8"))}


def test_an_address_dry_then_done_then_again(thrive: Operator, tmp_path: Any) -> None:
    """Claim: a dry run changes nothing and says what would be; the import adds; a record that vanished is told, kept
    and still offered; one that the feed has but cannot give is refused and not taken for vanished."""
    with serving(Feed([record(n) for n in range(1, 5)])) as feed:
        dry = thrive("directory", "import", feed.base, "--dry-run", "--json")
        assert (dry.code, len(dry.json["added"])) == (0, 4), dry.err
        done = thrive("directory", "import", feed.base, "--json")
        assert (done.code, len(done.json["added"]), len(done.json["repaired"])) == (0, 4, 4)
        gone, broken = feed.records[3], feed.records[0]
        feed.records = feed.records[:3]
        feed.troubles = {f"/api/services/{broken['id']}": answers(404, 99)}
        again = thrive("directory", "import", f"{feed.base}/services", "--json")
        assert again.code == 0
        assert again.json["missing"] == [gone["id"]]
        assert [line["id"] for line in again.json["refused"]] == [broken["id"]]
        assert {"Group 1", "Group 4"} <= offered(thrive, tmp_path)
        told = thrive("directory", "import", feed.base)
        assert "refused record 1 Group 1" in told.out
        assert "repaired record" in told.out
        assert "1 no longer listed (kept)" in told.out


def test_a_feed_that_breaks_leaves_the_last_good_copy(thrive: Operator, tmp_path: Any) -> None:
    """Claim: an import that fails ends with 1, says why and changes nothing; a closed service is withdrawn only when
    the feed says so; --changed asks only for what changed."""
    with serving(Feed([record(n) for n in range(1, 5)], listens=True)) as feed:
        assert thrive("directory", "import", feed.base).code == 0
        before = offered(thrive, tmp_path)
        feed.troubles = {"/api/services?page=2": answers(404, 99)}
        failed = thrive("directory", "import", feed.base)
        assert failed.code == 1
        assert "what we hold from it stands" in failed.err
        assert offered(thrive, tmp_path) == before
        feed.troubles = {}
        feed.records[1] = record(2, status="inactive", last_modified="2999-01-01T00:00:00Z")
        changed = thrive("directory", "import", feed.base, "--changed", "--json")
        assert changed.code == 0, changed.err
        assert changed.json["withdrawn"] == [feed.records[1]["id"]]
        assert changed.json["missing"] == []
        assert offered(thrive, tmp_path) == before - {"Group 2"}


def test_what_an_outpost_cannot_give_is_not_taken_for_vanished(thrive: Operator) -> None:
    """Claim: its entries are known by ids that we make of its numbers; one that it lists and cannot give is refused,
    and is not among what it lists no more."""
    groups = [
        {
            "id": n,
            "name": f"Group {n}",
            "organisation": {"id": 9, "name": "Org"},
            "contacts": [{"phone": "020 7946 0001"}],
        }
        for n in (1, 2)
    ]
    with serving(Feed(groups, old=True)) as feed:
        assert len(thrive("directory", "import", feed.base, "--json").json["added"]) == 2
        feed.troubles = {"/api/services/1": answers(404, 99)}
        again = thrive("directory", "import", feed.base, "--json").json
        assert [line["name"] for line in again["refused"]] == ["Group 1"]
        assert again["missing"] == []
        feed.records = groups[1:]
        assert len(thrive("directory", "import", feed.base, "--json").json["missing"]) == 1


def test_a_change_that_could_not_be_had_is_asked_for_again(thrive: Operator, tmp_path: Any) -> None:
    """Claim: a service that the feed would not give stays among the changes to ask for, until it has been had, however
    long ago it changed by then."""
    with serving(Feed([record(n) for n in range(1, 5)], listens=True)) as feed:
        late = feed.records[1]
        feed.troubles = {f"/api/services/{late['id']}": answers(500, 99)}
        for _ in range(2):
            assert thrive("directory", "import", feed.base, "--changed").code == 0
            assert "Group 2" not in offered(thrive, tmp_path)
        feed.troubles = {}
        assert thrive("directory", "import", feed.base, "--changed", "--json").json["added"] == [late["id"]]
        assert thrive("directory", "import", feed.base, "--changed", "--json").json["unchanged"] == []


def test_what_is_not_asked_ends_with_one(thrive: Operator) -> None:
    """Claim: an address inside a network is refused by the command with what to do; --changed of a file is a usage."""
    done = thrive("directory", "import", "https://10.0.0.1/api")
    assert done.code == 1
    assert "Save the feed to a file" in done.err
    assert thrive("directory", "import", "x.json", "--changed").code == 2
