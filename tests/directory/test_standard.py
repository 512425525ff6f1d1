"""The checker itself: the validator's mock feeds that must pass do, and those that must fail are caught."""

import json

import pytest

from tests.directory.standard import FOLDER, faults


def mock(folder: str, name: str) -> list[str]:
    return faults(name.removesuffix("_full"), json.loads((FOLDER / folder / f"{name}.json").read_text("utf-8")))


@pytest.mark.parametrize("name", sorted(file.stem for file in (FOLDER / "passes").glob("*.json")))
def test_what_must_pass_passes(name: str) -> None:
    """Claim: the checker finds nothing in the feed that the validator keeps as a good one."""
    assert mock("passes", name) == []


@pytest.mark.parametrize(
    ("name", "addresses", "others"),
    [("service_list", 3, 8), ("service_full", 1, 1), ("api_details", 1, 1), ("taxonomy_term", 1, 1)],
)
def test_what_must_fail_fails(name: str, addresses: int, others: int) -> None:
    """Claim: each planted fault is found: web addresses that are none, and beside them 8 in the list, 1 in an entry."""
    found = mock("fails", name)
    assert sum("is not a 'uri'" in fault for fault in found) == addresses
    assert sum("is not a 'uri'" not in fault for fault in found) == others


def test_formats_are_held_to() -> None:
    """Claim: every format that the schemas use is one this checker knows; an unknown one would pass anything."""
    good = {"id": "ac148810-d857-441c-9679-408f346de14b", "name": "Group", "status": "active"}
    assert faults("service", good) == []
    for bad in ({"id": "7"}, {"url": "not an address"}, {"email": "nobody"}, {"last_modified": "2026-11-23 09:00"}):
        assert len(faults("service", good | bad)) == 1, bad
