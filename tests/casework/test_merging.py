"""Two records of one person made one: on both databases nothing is lost, doubled or got round."""

from collections.abc import Mapping
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from bot.casework import merging, work
from bot.casework.merging import Given, NoSuchPerson, NotSo, Stale
from bot.casework.work import Form
from bot.people import erasing, exporting
from bot.people.changes import Fact, tell
from bot.people.enrol import enrol_sheet
from bot.refs import new_ref
from bot.store import addresses, holding, people, retaining, schema, touches
from scheduler.one_person import MERGED, SAID
from tests.casework.two_records import (
    HERS,
    SECOND,
    WHY,
    a_row,
    enrol,
    given,
    going_on,
    merge,
    part,
    person,
    plans,
    rows_of,
    two,
    worker,
)
from tests.houses import ON_SQLITE, Home
from tests.people.filling import every_value
from tests.turn.families import HEADING, check_in, four_weeks_ago
from tests.web.raising import KNIFE, case_of


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
