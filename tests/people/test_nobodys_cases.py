"""A professional's referral of a family without a number that can be texted: nobody's, and found by its reference."""

import pytest

from bot.casework import professional
from bot.people import erasing, exporting
from bot.people.subject import NoSuchSubject
from bot.refs import new_ref
from bot.store import casework, erased
from tests.houses import Home

TOLD = {
    "who": "Dr Ivy Grant, 020 7946 0555", "organisation": "Larkmere Surgery", "family": "Cole",
    "told": "The mother agreed", "number": "020 7946 0777",
    "words": "Mrs Amara Cole and her boy of three, who hardly sleeps",
}  # fmt: skip


def referred(home: Home, **given: str) -> str:
    return professional.refer(home.house, new_ref(), {**TOLD, **given}).ref


def closed(home: Home, ref: str) -> None:
    with home.house.db.write() as tx:
        found = casework.find_case(tx, ref)
        assert found is not None
        casework.change_case(tx, found.id, state="closed", closed_at=home.clock.at, outcome="advice-given")


def test_it_is_exported_and_erased_by_its_own_reference(home: Home) -> None:
    """Claim: on either database its export holds what was written; open, it may not be erased; closed, all of it goes,
    no other's does, the audit says case, and the list of the erased holds it as a fingerprint."""
    ref, other = referred(home), referred(home)
    assert "Amara" in str(exporting.export(home.house, ref, by=None))
    with pytest.raises(erasing.Forbidden) as refused:
        erasing.erase(home.house, ref, by=None)
    assert [(block.why, block.about) for block in refused.value.blocks] == [("open-case", ref)]
    closed(home, ref)
    gone = erasing.erase(home.house, ref, by=None)
    assert (gone["cases"], gone["referral"]) == (1, 1)
    with home.house.db.read() as tx:
        assert casework.find_case(tx, ref) is None
        assert casework.find_case(tx, other) is not None
        assert [mark.kind for mark in erased.marks(tx)] == ["case"]
    assert ("person.erased", f"case:{ref}") in {(action, target) for action, target, _ in home.audited()}
    with pytest.raises(NoSuchSubject):
        erasing.erase(home.house, ref, by=None)


def test_a_restored_copy_erases_it_again(home: Home) -> None:
    """Claim: told of the fingerprint, a copy that still has it, open even, removes it and no other."""
    ref, other = referred(home), referred(home)
    with home.house.db.read() as tx:
        mark = erased.mark_of(tx, "case", ref, home.clock.at)
    assert erasing.again(home.house, [mark]) == 1
    with home.house.db.read() as tx:
        assert casework.find_case(tx, ref) is None
        assert casework.find_case(tx, other) is not None
    assert erasing.again(home.house, []) == 0


def test_a_case_that_has_a_number_is_erased_with_whoever_has_it(home: Home) -> None:
    """Claim: the reference of a case of somebody's number finds nothing: it goes with them, not without."""
    ref = referred(home, number="07700 900555")
    with pytest.raises(NoSuchSubject):
        erasing.erase(home.house, ref, by=None)
