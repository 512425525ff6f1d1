"""What was merged is taken apart: on both databases each row stands as before, and what came since finds its own."""

from datetime import timedelta

import pytest

from bot.casework import merging, parting
from bot.casework.merging import NotSo, Stale
from bot.people import erasing, holds
from bot.refs import new_ref
from bot.store import contacts, erased, keeping, people, staff
from tests.casework.two_records import (
    HERS,
    SECOND,
    a_row,
    enrol,
    given,
    going_on,
    merge,
    part,
    person,
    rows_of,
    two,
    worker,
)
from tests.houses import ON_SQLITE, Home
from tests.web.raising import KNIFE


def test_everything_goes_along_and_comes_back_as_it_was(home: Home) -> None:
    """Claim: cases, consents, scores, contacts, numbers and facts are of the record that is kept; its reference and the
    other's lead to it; taken apart, each row stands as before."""
    two(home, name="Anna")
    home.text(KNIFE, sender=SECOND)
    home.send()
    one, other = person(home, "P1"), person(home, "P2")
    with home.house.db.write() as tx:
        by_id = staff.add_staff(tx, email="x@y.z", name="X", password_hash="x", role="manager", now=home.clock.at)
        contacts.add(
            tx, reviews=(), ref=new_ref(), form_id="f" * 20, kind="call", on=home.clock.at.date(), person_id=other.id,
            who="Ann", words="w", made_by=by_id, made_at=home.clock.at,
        )  # fmt: skip
    before = rows_of(home)
    home.later(minutes=1)
    by = merge(home, "P1", "P2", facts={"first_name": "other"})
    kept = person(home, "P1")
    assert (kept.id, kept.first_name) == (one.id, "Anna")
    with home.house.db.read() as tx:
        assert people.find_person(tx, other.ref) == kept
        assert person(home, "P2") == kept
        assert {a.value for a in people.addresses_of(tx, kept.id)} == {HERS, SECOND}
        assert people.addresses_of(tx, other.id) == []
    assert {case.person_id for case in home.cases()} == {one.id}
    assert ("person.merged", f"person:{kept.ref}") in [(a, t) for a, t, _ in home.audited()]
    home.later(minutes=1)
    assert part(home, kept.ref, by) == other.ref
    assert rows_of(home) == before
    assert person(home, "P2").id == other.id
    assert ("person.parted", f"person:{kept.ref}", other.ref) in home.audited()


def test_what_came_since_goes_with_its_number_and_the_rest_is_asked(home: Home) -> None:
    """Claim: a case by the other's number goes back with it, one by the kept number stays; a contact and a plan without
    a number are asked, and without an answer nothing is taken apart."""
    two(home)
    other = person(home, "P2")
    by = merge(home, "P1", "P2")
    kept = person(home, "P1")
    home.later(hours=1)
    home.text(KNIFE, sender=SECOND)
    home.later(hours=1)
    enrol(home, a_row(home, "P1", HERS, programme="new-baby"))
    with home.house.db.read() as tx:
        (fresh,) = [one for one in keeping.enrolments_of(tx, [kept.id]) if one.programme == "new-baby"]
    _, found = parting.look(home.house, kept.ref, by)
    assert found is not None
    assert {(one.kind, one.whose) for one in found.came} == {("cases", "away"), ("enrolment", "ask")}
    assert [(one.value, one.whose) for one in found.spoken] == [(SECOND, "away")]
    with pytest.raises(NotSo, match="Say of each"):
        parting.part(home.house, kept.ref, found.merge_id, {}, by)
    parting.part(home.house, kept.ref, found.merge_id, {f"enrolment-{fresh.id}": "away"}, by)
    assert [case.person_id for case in home.cases()] == [other.id]
    assert ("new-baby", 0) in going_on(home, person(home, "P2"))
    with pytest.raises(Stale):
        parting.part(home.house, kept.ref, found.merge_id, {}, by)


def test_what_was_changed_since_stays_as_it_was_changed(home: Home) -> None:
    """Claim: taking apart puts back what the merge wrote, and nothing that was written after it."""
    two(home, name="Anna")
    by = merge(home, "P1", "P2", facts={"first_name": "other"})
    kept = person(home, "P1")
    with home.house.db.write() as tx:
        people.change_person(tx, kept.id, first_name="Annabel")
        people.release(tx, home.address(SECOND).id, home.clock.at + timedelta(days=1))
    part(home, kept.ref, by)
    assert person(home, "P1").first_name == "Annabel"
    with home.house.db.read() as tx:
        assert people.addresses_of(tx, person(home, "P2").id) == []


def test_a_legal_hold_refuses_both_ways(home: Home) -> None:
    """Claim: what is evidence stays as it stands: neither merged nor taken apart, until the hold is lifted."""
    two(home)
    by, one, other = worker(home), person(home, "P1"), person(home, "P2")
    form = given(home, one, other, by)
    holds.put(home.house, other.ref, why="A claim", by=None)
    with pytest.raises(NotSo, match="legal hold"):
        merging.merge(home.house, form)
    holds.lift_all(home.house, other.ref, by=None)
    merging.merge(home.house, given(home, one, other, by))
    holds.put(home.house, one.ref, why="A claim", by=None)
    _, found = parting.look(home.house, one.ref, by)
    assert found is not None
    assert "legal hold" in found.refused
    with pytest.raises(NotSo, match="legal hold"):
        part(home, one.ref, by)


def test_a_child_erased_since_refuses_the_taking_apart(home: Home) -> None:
    """Claim: where a child that the merge brought together is gone, it is said and nothing is taken apart."""
    child = {"child": "Leo", "born": "2024-11", "programme": "key-transitions"}
    enrol(home, a_row(home, "P1", HERS, **child), a_row(home, "P2", SECOND, **child))  # type: ignore[arg-type]
    by = merge(home, "P1", "P2")
    kept = person(home, "P1")
    with home.house.db.read() as tx:
        assert kept.household_id is not None
        leo = next(one for one in people.household_of(tx, kept.household_id) if one.child)
    erasing.erase(home.house, leo.ref, by=None)
    with pytest.raises(NotSo, match="erased since"):
        part(home, kept.ref, by)


@ON_SQLITE
def test_a_merge_of_a_merge_is_taken_apart_newest_first(home: Home) -> None:
    """Claim: three records become one, and come apart in the order in which they came together."""
    enrol(home, a_row(home, "P1", HERS), a_row(home, "P2", SECOND), a_row(home, "P3", "+447700900703"))
    before = rows_of(home)
    home.later(minutes=1)
    by = merge(home, "P2", "P3")
    home.later(minutes=1)
    merge(home, "P1", "P2")
    kept = person(home, "P1")
    assert {person(home, ref).id for ref in ("P1", "P2", "P3")} == {kept.id}
    part(home, kept.ref, by)
    middle = person(home, "P2")
    assert person(home, "P3").id == middle.id != kept.id
    part(home, middle.ref, by)
    assert rows_of(home) == before


@ON_SQLITE
def test_a_copy_from_before_the_taking_apart_erases_only_who_was_erased(home: Home) -> None:
    """Claim: merged, taken apart, and one of the two erased: restored to when they were merged, that one is erased
    again and the other stays, with all that is theirs."""
    enrol(home, a_row(home, "P1", HERS, name="Zuzanna"), a_row(home, "P2", SECOND, name="Quilla"))
    other = person(home, "P2").ref
    merge(home, "P1", "P2")
    with home.house.db.write() as tx:
        mark = erased.mark_of(tx, "person", other, home.clock.at + timedelta(days=1))
    assert erasing.again(home.house, [mark]) == 1
    assert person(home, "P1").first_name == "Zuzanna"
    with home.house.db.read() as tx:
        assert people.find_person(tx, other) is None
        assert [a.value for a in people.addresses_of(tx, person(home, "P1").id)] == [HERS]
