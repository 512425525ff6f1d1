"""Two records of one person made one, and taken apart: on both databases nothing is lost, doubled or got round."""

from collections.abc import Mapping
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from bot.casework import merging, parting, work
from bot.casework.accounts import SignedIn
from bot.casework.merging import Given, NoSuchPerson, NotSo, Stale
from bot.casework.work import Form
from bot.people import erasing, exporting, holds
from bot.people.changes import Fact, tell
from bot.people.enrol import enrol_sheet
from bot.refs import new_ref
from bot.store import addresses, contacts, erased, holding, keeping, merged, people, retaining, schema, staff, touches
from bot.store.people import Person
from scheduler.one_person import MERGED, SAID
from tests.houses import ON_SQLITE, Home
from tests.people.filling import every_value
from tests.turn.families import HEADING, check_in, four_weeks_ago
from tests.web.raising import KNIFE, case_of

HERS, SECOND = "+447700900701", "+447700900702"
WHY = "She told me both numbers are hers."


def a_row(
    home: Home, reference: str, mobile: str, *, name: str = "Ana", child: str = "", born: str = "",
    programme: str = "after-early-help", on: date | None = None, told: date | None = None, household: str = "",
) -> str:  # fmt: skip
    day = on or four_weeks_ago(home)
    event = f"{born}-01" if programme == "key-transitions" else day.isoformat()
    return (
        f"{reference},{name},Cole,{mobile},,en,SW18 2PU,{household},mother,{child},{born},{programme},{event},"
        f"{(told or day).isoformat()},Sam Worker,yes,"
    )


def enrol(home: Home, *rows: str) -> None:
    report = enrol_sheet(home.house, [HEADING, *rows])
    assert report.refused == []


def person(home: Home, reference: str) -> Person:
    with home.house.db.read() as tx:
        found = people.find_person_by_source(tx, reference)
    assert found is not None
    return found


def worker(home: Home, name: str = "Sam Okoro", role: str = "practitioner") -> SignedIn:
    with home.house.db.write() as tx:
        email = f"{name.split(maxsplit=1)[0].lower()}@council.example"
        found = staff.find_staff(tx, email)
        if found is None:
            staff.add_staff(tx, email=email, name=name, password_hash="x", role=role, now=home.clock.at)
            found = staff.find_staff(tx, email)
    assert found is not None
    return SignedIn(staff=found, token="t")


def given(home: Home, kept: Person, away: Person, by: SignedIn, **changes: Any) -> Given:
    stamp = merging.beside(home.house, kept.ref, away.ref, by).stamp
    form = {"ref": kept.ref, "other": away.ref, "facts": {}, "why": WHY, "stamp": stamp, "form_id": new_ref() * 3}
    return Given(**{**form, "by": by, **changes})


def merge(home: Home, kept: str, away: str, **changes: Any) -> SignedIn:
    by = worker(home)
    one, other = person(home, kept), person(home, away)
    merging.merge(home.house, given(home, one, other, by, **changes))
    return by


def part(home: Home, ref: str, by: SignedIn, **asked: str) -> str:
    _, found = parting.look(home.house, ref, by)
    assert found is not None
    return parting.part(home.house, ref, found.merge_id, asked, by)


def rows_of(home: Home) -> dict[str, list[dict[str, Any]]]:
    """Every row of what is of people, but for what tells when it was last changed."""
    names = ("person", "person_address", "enrolment", "cases", "consent", "score", "contact_log", "hold", "address")
    with home.house.db.read() as tx:
        found = {}
        for name in names:
            table = schema.METADATA.tables[name]
            columns = [c for c in table.c if c.name not in {"changed_at", "version", "next_at"}]
            listed = tx.execute(sa.select(*columns).order_by(*table.primary_key.columns)).mappings()
            found[name] = [dict(row) for row in listed]
    return found


def plans(home: Home, who: Person) -> list[keeping.Enrolment]:
    with home.house.db.read() as tx:
        return keeping.enrolments_of(tx, [who.id, *merged.behind(tx, [who.id])])


def going_on(home: Home, who: Person) -> list[tuple[str, int]]:
    return [(one.programme, one.child_id) for one in plans(home, who) if one.state in keeping.GOING_ON]


def two(home: Home, **second: Any) -> None:
    """Ana with her number, and Ana once more with another."""
    enrol(home, a_row(home, "P1", HERS), a_row(home, "P2", SECOND, **second))


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
        assert person_of_source(home, "P2") == kept
        assert {a.value for a in people.addresses_of(tx, kept.id)} == {HERS, SECOND}
        assert people.addresses_of(tx, other.id) == []
    assert {case.person_id for case in home.cases()} == {one.id}
    assert ("person.merged", f"person:{kept.ref}") in [(a, t) for a, t, _ in home.audited()]
    home.later(minutes=1)
    assert part(home, kept.ref, by) == other.ref
    assert rows_of(home) == before
    assert person(home, "P2").id == other.id
    assert ("person.parted", f"person:{kept.ref}", other.ref) in home.audited()


def person_of_source(home: Home, reference: str) -> Person:
    return person(home, reference)


def test_of_two_plans_of_one_event_one_goes_on_and_nothing_is_said_twice(home: Home) -> None:
    """Claim: of the same programme one plan is left, with the ledger of the other told as said; a check-in that the
    other had sent is not sent again, and taken apart both go on."""
    enrol(home, a_row(home, "P1", HERS, on=four_weeks_ago(home) + timedelta(days=3)))
    enrol(home, a_row(home, "P2", SECOND))
    check_in(home)
    carried = len(home.pigeon.carried)
    by = merge(home, "P1", "P2")
    kept = person(home, "P1")
    assert len(going_on(home, kept)) == 1
    home.later(days=4)
    check_in(home)
    assert len(home.pigeon.carried) == carried
    with home.house.db.read() as tx:
        reasons = {t.reason for t in touches.touches_of(tx, [e.id for e in plans(home, kept)])}
    assert {MERGED, SAID} <= reasons
    part(home, kept.ref, by)
    assert len(going_on(home, person(home, "P1"))) == len(going_on(home, person(home, "P2"))) == 1


def test_the_very_same_plan_of_both_goes_on_once(home: Home) -> None:
    """Claim: of the same day and programme the kept record's goes on; what the other had said is not said again."""
    two(home)
    check_in(home)
    carried = [o.to for o in home.pigeon.carried]
    assert set(carried) == {HERS, SECOND}
    before = rows_of(home)["enrolment"]
    by = merge(home, "P1", "P2")
    kept = person(home, "P1")
    assert going_on(home, kept) == [("after-early-help", 0)]
    home.later(days=1)
    check_in(home)
    assert [o.to for o in home.pigeon.carried] == carried
    part(home, kept.ref, by)
    assert rows_of(home)["enrolment"] == before


def test_a_check_in_that_waits_of_the_plan_that_ends_is_taken_back(home: Home) -> None:
    """Claim: both check-ins are written and neither has left: after the merge one goes."""
    two(home)
    from bot.turn.touches import decide_due

    decide_due(home.house, home.clock.now())
    merge(home, "P1", "P2")
    home.send()
    assert {o.to for o in home.pigeon.carried} == {HERS}


def test_a_stop_stays_with_its_number_and_is_not_got_round(home: Home) -> None:
    """Claim: the number that said STOP stays stopped and the other as it was; what was planned for the one that
    stopped ends, and does not go on at the other."""
    enrol(home, a_row(home, "P1", HERS))
    enrol(home, a_row(home, "P2", SECOND, programme="new-baby"))
    home.talk("STOP", sender=SECOND)
    by = merge(home, "P1", "P2")
    assert (home.address(HERS).consent, home.address(SECOND).consent) == ("given", "stopped")
    kept = person(home, "P1")
    assert going_on(home, kept) == [("after-early-help", 0)]
    ended = [one for one in plans(home, kept) if one.programme == "new-baby"]
    with home.house.db.read() as tx:
        assert any("STOP" in t.reason for t in touches.touches_of(tx, [ended[0].id]))
    part(home, kept.ref, by)
    assert going_on(home, person(home, "P2")) == [("new-baby", 0)]
    assert home.address(SECOND).consent == "stopped"


def test_marks_and_words_of_each_number_stand(home: Home) -> None:
    """Claim: unsafe, shared, watched, safe times and a private word stay with their number; a plan for it ends rather
    than go on where it would be freer."""
    enrol(home, a_row(home, "P1", HERS))
    enrol(home, a_row(home, "P2", SECOND, programme="new-baby"))
    marks: Mapping[str, object] = {"safe": "unsafe", "shared": True, "safe_times": "weekday mornings", "word": "larch"}
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(SECOND).id, **marks)
    merge(home, "P1", "P2")
    stands = home.address(SECOND)
    assert {name: getattr(stands, name) for name in marks} == marks
    assert going_on(home, person(home, "P1")) == [("after-early-help", 0)]


def test_a_loss_told_of_one_ends_what_both_have(home: Home) -> None:
    """Claim: a pregnancy that ended in loss in one record ends the other's plans of it; taken apart, they go on."""
    enrol(home, a_row(home, "P1", HERS, programme="new-baby"))
    enrol(home, a_row(home, "P2", SECOND, programme="new-baby", on=four_weeks_ago(home) + timedelta(days=2)))
    lost = Fact(change="pregnancy-lost", ref=person(home, "P2").ref, on=home.clock.at.date())
    tell(home.house, lost, by="Sam")
    by = merge(home, "P1", "P2")
    kept = person(home, "P1")
    assert going_on(home, kept) == []
    assert {one.ended_for for one in plans(home, kept)} == {"pregnancy-lost"}
    part(home, kept.ref, by)
    assert going_on(home, person(home, "P1")) == [("new-baby", 0)]
    assert going_on(home, person(home, "P2")) == []


def test_a_hold_of_one_holds_both(home: Home) -> None:
    """Claim: a death under review, or social care, of one record holds the one that is left; what was written and has
    not left is taken back."""
    two(home)
    tell(home.house, Fact(change="social-care-opened", ref=person(home, "P2").ref, on=home.clock.at.date()), by="Sam")
    from bot.turn.touches import decide_due

    decide_due(home.house, home.clock.now())
    by = merge(home, "P1", "P2")
    kept = person(home, "P1")
    with home.house.db.read() as tx:
        assert holding.holds_of(tx, kept.id) == {"social-care"}
    home.send()
    assert home.pigeon.carried == []
    part(home, kept.ref, by)
    with home.house.db.read() as tx:
        assert holding.holds_of(tx, kept.id) == frozenset()
        assert holding.holds_of(tx, person(home, "P2").id) == {"social-care"}


def test_children_of_both_are_one_and_the_parent_hears_once(home: Home) -> None:
    """Claim: a child of the same name and month in both households is one child with one plan; a brother comes along;
    taken apart each is where it was."""
    child = {"child": "Leo", "born": "2024-11", "programme": "key-transitions"}
    enrol(home, a_row(home, "P1", HERS, **child), a_row(home, "P2", SECOND, **child))  # type: ignore[arg-type]
    enrol(home, a_row(home, "P2", SECOND, **{**child, "child": "Max", "born": "2021-03"}))  # type: ignore[arg-type]
    before = rows_of(home)
    by = worker(home)
    found = merging.beside(home.house, person(home, "P1").ref, person(home, "P2").ref, by)
    assert (found.effects.children, found.effects.brought) == (["Leo"], ["Max"])
    assert rows_of(home) == before  # what was tried is taken back
    merge(home, "P1", "P2")
    kept = person(home, "P1")
    with home.house.db.read() as tx:
        assert kept.household_id is not None
        home_of = people.household_of(tx, kept.household_id)
    assert [member.first_name for member in home_of] == ["Ana", "Leo", "Max"]
    assert len(going_on(home, kept)) == len(set(going_on(home, kept))) == 2
    part(home, kept.ref, by)
    assert rows_of(home) == before


def test_one_number_held_by_both_is_one_time_there(home: Home) -> None:
    """Claim: a number that both records have is the one person's, who is then known by it; taken apart both have it."""
    enrol(home, a_row(home, "P1", HERS), a_row(home, "P2", HERS, programme="new-baby"))
    before = rows_of(home)["person_address"]
    by = merge(home, "P1", "P2")
    with home.house.db.read() as tx:
        assert [who.id for who in people.people_at(tx, home.address(HERS).id)] == [person(home, "P1").id]
    part(home, person(home, "P1").ref, by)
    assert rows_of(home)["person_address"] == before


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


def test_a_sheet_with_either_reference_is_of_the_one_record(home: Home) -> None:
    """Claim: the case system still has two: its sheet makes nobody anew, moves nobody to and fro, and changes no fact
    that was chosen."""
    rows = (a_row(home, "P1", HERS, household="H1"), a_row(home, "P2", SECOND, name="Anna", household="H2"))
    enrol(home, *rows)
    merge(home, "P1", "P2", facts={"first_name": "other"})
    with home.house.db.write() as tx:
        kept = people.find_person_by_source(tx, "P1")
        assert kept is not None
    again = enrol_sheet(home.house, [HEADING, rows[1]])
    assert (again.added, again.refused) == (0, [])
    with home.house.db.read() as tx:
        count = tx.execute(sa.select(sa.func.count()).select_from(people.person)).scalar_one()
        stands = people.person_by_id(tx, kept.id)
    assert (count, stands.first_name, stands.household_id) == (2, "Anna", kept.household_id)
    assert len(going_on(home, stands)) == 1


def test_a_copy_and_an_erasure_take_in_both(home: Home) -> None:
    """Claim: by either reference a copy tells of both records, and an erasure leaves nothing of either."""
    enrol(home, a_row(home, "P1", HERS, name="Zuzanna"), a_row(home, "P2", SECOND, name="Zuza"))
    home.text("quillfeather needs nappies", sender=SECOND)
    other = person(home, "P2").ref
    merge(home, "P1", "P2")
    record = exporting.export(home.house, other, by=None)
    assert "Zuza'" in str(record)
    assert "quillfeather" in str(record)
    with home.house.db.write() as tx:
        tx.execute(sa.update(schema.METADATA.tables["cases"]).values(state="closed"))
    erasing.erase(home.house, other, by=None)
    needles = ("Zuza", HERS, SECOND, "quillfeather", "P2,", WHY)
    left = {place for place, value in every_value(home.house.db) if any(one in value for one in needles)}
    assert left == set()
    with home.house.db.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(people.person)).scalar_one() == 0


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


def test_a_child_is_not_merged_with_a_grown_up_nor_anybody_with_themselves(home: Home) -> None:
    """Claim: each is refused in words, and nobody is told of who is not there."""
    enrol(home, a_row(home, "P1", HERS, child="Leo", born="2024-11", programme="key-transitions"))
    by, one = worker(home), person(home, "P1")
    with home.house.db.read() as tx:
        assert one.household_id is not None
        leo = next(member for member in people.household_of(tx, one.household_id) if member.child)
    assert merging.beside(home.house, one.ref, leo.ref, by).refused == merging.CHILD
    with pytest.raises(NotSo, match="this very record"):
        merging.beside(home.house, one.ref, one.ref, by)
    with pytest.raises(NotSo, match="Nobody here"):
        merging.beside(home.house, one.ref, "2345678X", by)
    with pytest.raises(NoSuchPerson):
        merging.beside(home.house, "2345678X", one.ref, by)


def test_a_form_made_before_a_stop_is_stale(home: Home) -> None:
    """Claim: what was shown is not so any more: nothing is merged."""
    two(home)
    by = worker(home)
    form = given(home, person(home, "P1"), person(home, "P2"), by)
    home.talk("STOP", sender=SECOND)
    before = rows_of(home)
    with pytest.raises(Stale):
        merging.merge(home.house, form)
    assert rows_of(home) == before


def test_the_same_form_twice_and_two_forms_at_once_merge_once(home: Home) -> None:
    """Claim: of two workers who merge at once, one merges and the other is told; a form sent again changes nothing."""
    two(home)
    by, other = worker(home), worker(home, "Mina Shah", "manager")
    forms = [given(home, person(home, "P1"), person(home, "P2"), who) for who in (by, other)]
    gate, told = Barrier(2), dict[str, str]()

    def one(form: Given) -> None:
        gate.wait()
        try:
            told[form.form_id] = merging.merge(home.house, form)
        except (Stale, NotSo) as fault:
            told[form.form_id] = type(fault).__name__

    _at_once(*(lambda form=form: one(form) for form in forms))
    kept = person(home, "P1")
    assert min(told.values(), key=len) in {"NotSo", "Stale"}
    (won,) = [form for form in forms if told[form.form_id] == kept.ref]
    assert merging.merge(home.house, won) == kept.ref
    assert len([1 for action, _, _ in home.audited() if action == "person.merged"]) == 1


def _at_once(*works: Any) -> None:
    threads = [Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_messages_and_a_claim_meanwhile_are_of_the_one_who_is_left(home: Home) -> None:
    """Claim: while two records are merged the family writes in danger from both numbers and a worker claims a case:
    every case is of the kept record afterwards, none is lost, and the claim stands or was told as too late."""
    two(home)
    home.text(KNIFE, sender=HERS)
    home.send()
    by = worker(home)
    case = home.cases()[0]
    form = given(home, person(home, "P1"), person(home, "P2"), by)
    gate, faults = Barrier(3), list[BaseException]()

    def guarded(work_: Any) -> Any:
        def run() -> None:
            gate.wait()
            try:
                work_()
            except (Stale, work.Stale):
                pass
            except BaseException as fault:  # noqa: BLE001
                faults.append(fault)

        return run

    claim = Form(ref=case.ref, version=case.version, by=by, form_id="f" * 20)
    _at_once(
        guarded(lambda: merging.merge(home.house, form)),
        guarded(lambda: home.text(KNIFE, sender=SECOND)),
        guarded(lambda: work.claim(home.house, claim)),
    )
    assert faults == []
    if person(home, "P2").id != person(home, "P1").id:  # the message was first, so the form was stale
        merge(home, "P1", "P2")
    kept = person(home, "P1")
    assert {one.person_id for one in home.cases()} == {kept.id}
    assert len(home.cases()) == 2
    assert case_of(home, case.ref).state in {"open", "claimed"}
    with home.house.db.read() as tx:
        assert {a.value for a in people.addresses_of(tx, kept.id)} == {HERS, SECOND}


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


@ON_SQLITE
def test_retention_counts_both_as_one_by_the_later(home: Home) -> None:
    """Claim: the record that was made known later gives the day; nothing of either goes before, and both go as one."""
    with home.house.db.write() as tx:
        refs = [new_ref(), new_ref()]
        for place, ref in enumerate(refs):
            who = people.add_person(tx, ref=ref, now=home.clock.at + timedelta(days=100 * place), first_name="Ana")
            address = addresses.open_address(tx, "sms", (HERS, SECOND)[place], home.clock.at)
            people.link(tx, who, address.id, home.clock.at)
        one, other = (people.find_person(tx, ref) for ref in refs)
    assert one is not None
    assert other is not None
    merging.merge(home.house, given(home, one, other, worker(home)))
    with home.house.db.read() as tx:
        assert retaining.people(tx, home.clock.at + timedelta(days=99), limit=None) == []
        assert retaining.people(tx, home.clock.at + timedelta(days=101), limit=None) == [one.ref]
    with home.house.db.write() as tx:
        assert erasing.past_its_time(tx, one.ref) == 1
        assert tx.execute(sa.select(sa.func.count()).select_from(people.person)).scalar_one() == 0
