"""Erasing a person: nothing of theirs is left in any column of any table, and nothing of anybody else's is touched."""

import csv
import json
from datetime import date

import pytest
import sqlalchemy as sa

from bot.casework import auditing
from bot.people import erasing, subject
from bot.people.enrol import Report
from bot.people.erasing import Forbidden, again, rehearse
from bot.store import addresses, erased, people, schema, staff, uploads
from bot.store import erasing as rows
from bot.store.columns import Sealed
from tests.houses import ON_SQLITE, Home
from tests.people.filling import Filled, every_value
from tests.turn.families import enrol, four_weeks_ago, row

HER, HIS = "+447700900611", "+447700900622"


def fill(home: Home, words: str, number: str, **codes: object) -> Filled:
    with home.house.db.write() as tx:
        return Filled(tx, words, number, home.clock.now(), **codes)


def left(home: Home, *needles: str) -> set[str]:
    """Where any of these stand, in any column of any table."""
    return {place for place, value in every_value(home.house.db) if any(needle in value for needle in needles)}


def ref_of(home: Home, reference: str) -> str:
    with home.house.db.read() as tx:
        found = people.find_person_by_source(tx, reference)
    assert found is not None
    return found.ref


def test_every_table_is_decided() -> None:
    """A table that somebody adds holds something of a person, or says why not: else this fails until they decide."""
    decided = [set(rows.OF), set(rows.OTHERWISE), set(rows.KEEPS)]
    assert set.union(*decided) == set(schema.METADATA.tables)
    assert sum(map(len, decided)) == len(schema.METADATA.tables)


def test_what_is_kept_names_no_family(home: Home) -> None:
    """No kept table points at a person, an address or a case, save what the audit and the staff's own rows are."""
    theirs = {"person", "address", "cases", "inbox", "enrolment", "touch"}
    for name in rows.KEEPS:
        pointing = {key.column.table.name for key in schema.METADATA.tables[name].foreign_keys}
        assert not pointing & theirs, name


def test_nothing_of_hers_is_left_in_any_column(home: Home) -> None:
    """With a row in every table, each of its columns full of her words: no column opens to them, nor to her number; the
    other family, filled alike, has every row it had."""
    her, his = fill(home, "Zuzanna Quillfeather", HER), fill(home, "Barnaby Oxtoby", HIS)
    before = sorted(v for v in every_value(home.house.db) if "Oxtoby" in v[1])
    assert {place.split(".")[0] for place in left(home, "Quillfeather")} >= {
        name for name in rows.OF if any(isinstance(c.type, Sealed) for c in schema.METADATA.tables[name].c)
    }
    with home.house.db.read() as tx:
        told = rehearse(tx, her.ref)
    gone = erasing.erase(home.house, her.ref, by=None)
    assert told.rows == {name: number for name, number in gone.items() if name in rows.OF}
    assert set(told.rows) == set(rows.OF)
    assert left(home, "Quillfeather", HER, HER[-9:], her.ref) <= {"audit.target", *_staff()}
    assert sorted(v for v in every_value(home.house.db) if "Oxtoby" in v[1]) == before
    assert his.ref in {value for place, value in every_value(home.house.db) if place == "person.ref"}


def _staff() -> set[str]:
    """The filler wrote her words into a colleague's account as well, and into the name of a sheet that is nobody's."""
    named = {
        "staff": ("email", "name", "password_hash", "role"),
        "upload": ("name", "ref"),
    }
    return {f"{table}.{column}" for table, columns in named.items() for column in columns}


@ON_SQLITE
def test_sheets_and_posts_forget_her(home: Home) -> None:
    """A sheet that waits, one that was taken, and a post's answers: her rows go, the others' stay, and how far a post
    has come is still known."""
    enrol(home, row("Q-77", HER, four_weeks_ago(home)))
    cells = [1, *next(csv.reader([row("Q-77", HER, four_weeks_ago(home))]))]
    his = [2, *next(csv.reader([row("Q-78", HIS, four_weeks_ago(home))]))]
    told = json.dumps(
        {"read": [{"line": 3, "reference": "Q-77", "reasons": ["mobile: 07700 900611 is odd"]}], "late": []}
    )
    with home.house.db.write() as tx:
        by = staff.add_staff(tx, email="a@b.c", name="A", password_hash="x", role="manager", now=home.clock.now())
        uploads.add_upload(
            tx, ref="UPLDAAAA", staff_id=by, name="the NameQ-77 family.csv", rows=2,
            parts=[(json.dumps([cells, his]), told)], at=home.clock.now(),
        )  # fmt: skip
        post = uploads.open_posted(tx, caller="mosaic", key="k", body="b", now=home.clock.now())
        answers = [{"row": n, "reference": ref, "person": "x", "reasons": []} for n, ref in ((1, "Q-77"), (2, "Q-78"))]
        uploads.keep_answers(tx, post.id, json.dumps(answers))
    erasing.erase(home.house, ref_of(home, "Q-77"), by=None)
    assert not left(home, "Q-77", "07700 900611", HER)
    assert left(home, "NameQ-78") == {"upload_part.rows"}
    with home.house.db.write() as tx:
        kept = uploads.open_posted(tx, caller="mosaic", key="k", body="b", now=home.clock.now())
    assert len(json.loads(kept.answers)) == 2


def test_a_lived_story_is_erased(home: Home) -> None:
    """Enrolled, texted, answered, in danger, STOP: the count told first is what goes, and none of it opens after."""
    enrol(home, row("Q-77", HER, four_weeks_ago(home), email="zuz@example.org"), row("Q-78", HIS, four_weeks_ago(home)))
    home.talk("my ex Grimbald is outside with a knife", sender=HER)
    home.talk("quillfeather needs nappies", sender=HIS)
    home.talk("STOP", sender=HER)
    ref = ref_of(home, "Q-77")
    with home.house.db.write() as tx:
        tx.execute(sa.update(schema.METADATA.tables["cases"]).values(state="closed"))
    gone = erasing.erase(home.house, ref, by=None)
    assert gone["person"] == gone["enrolment"] == 1
    assert gone["inbox"] == 2
    assert not left(home, "NameQ-77", "zuz@example.org", "Q-77", "Grimbald", HER)
    assert left(home, "nappies")
    assert left(home, HIS)


def test_a_stop_outlives_the_erasure_as_a_fingerprint(home: Home) -> None:
    """The number is nowhere; a sheet that names it again with consent finds STOP, and nothing is sent to it."""
    enrol(home, row("S1", HER, four_weeks_ago(home)))
    home.talk("STOP", sender=HER)
    erasing.erase(home.house, ref_of(home, "S1"), by=None)
    assert not left(home, HER)
    assert home.address(HER).consent == "stopped"
    enrol(home, row("S2", HER, four_weeks_ago(home)))
    assert (home.address(HER).consent, home.address(HER).value) == ("stopped", HER)
    with home.house.db.read() as tx:
        assert [a.value for a in people.addresses_of(tx, _person(tx, "S2").id)] == [HER]


def test_who_writes_again_after_erasure_is_answered(home: Home) -> None:
    """The number is known again by their own text, with STOP standing; danger is still answered."""
    enrol(home, row("S1", HER, four_weeks_ago(home)))
    home.talk("STOP", sender=HER)
    erasing.erase(home.house, ref_of(home, "S1"), by=None)
    home.text("he is going to kill me tonight", sender=HER)
    assert home.address(HER).value == HER
    assert [case.level for case in home.cases()] == ["urgent"]


def test_an_old_sheet_brings_nobody_back(home: Home) -> None:
    """The case system's next sheet still has her: refused with the day and what to do; told of us since, she begins."""
    enrol(home, row("S1", HER, four_weeks_ago(home)))
    erasing.erase(home.house, ref_of(home, "S1"), by=None)
    again = enrol(home, row("S1", HER, four_weeks_ago(home)))
    assert [refused.reasons[0].partition(" on ")[0] for refused in again.refused] == ["reference: they were erased"]
    assert not left(home, "NameS1")
    home.later(days=1)
    assert enrol(home, row("S1", HER, four_weeks_ago(home), told_on=home.clock.at.date())).added == 1


@pytest.mark.parametrize("stopped", [True, False])
def test_an_old_sheet_brings_no_number_back(home: Home, stopped: bool) -> None:
    """A row that is refused leaves nothing of it behind: neither where STOP left a fingerprint nor where nothing was.
    Another family of the same sheet is enrolled."""
    enrol(home, row("S1", HER, four_weeks_ago(home)))
    if stopped:
        home.talk("STOP", sender=HER)
    erasing.erase(home.house, ref_of(home, "S1"), by=None)
    again = enrol(home, row("S1", HER, four_weeks_ago(home)), row("S2", HIS, four_weeks_ago(home)))
    assert (again.added, len(again.refused)) == (1, 1)
    assert not left(home, HER)
    assert left(home, HIS)


def test_an_old_sheet_brings_no_child_back(home: Home) -> None:
    """A child who was erased alone, with the parent left: the same row is refused until who told of it is newer."""
    began = four_weeks_ago(home)

    def kit(told_on: date) -> Report:
        told = row("S1", HER, began, household="H1", told_on=told_on)
        return enrol(home, told.replace(",mother,,,", ",mother,Thistle,2023-05,"))

    assert kit(began).added == 1
    with home.house.db.read() as tx:
        (child,) = [one for one in people.household_of(tx, _person(tx, "S1").household_id or 0) if one.child]
    erasing.erase(home.house, child.ref, by=None)
    assert not left(home, "Thistle")
    (refused,) = kit(began).refused
    assert refused.reasons[0].partition(" on ")[0] == "child_first_name: they were erased"
    assert not left(home, "Thistle")
    assert left(home, "NameS1")
    home.later(days=1)
    assert kit(home.clock.at.date()).refused == []
    assert left(home, "Thistle")


def test_a_number_without_stop_is_gone_whole(home: Home) -> None:
    """No address is left; what is kept of it is the list of the erased, fingerprints alone."""
    enrol(home, row("S1", HER, four_weeks_ago(home)))
    erasing.erase(home.house, ref_of(home, "S1"), by=None)
    with home.house.db.read() as tx:
        assert addresses.find_address(tx, "sms", HER) is None
        assert {mark.kind for mark in erased.marks(tx)} == {"person", "reference", "sms"}


def test_erasing_one_of_two_at_a_shared_phone_leaves_the_others(home: Home) -> None:
    """Her name, plan and check-ins go; what was said at the phone may be his, and stays with his number."""
    enrol(home, row("P1", HER, four_weeks_ago(home)), row("P2", HER, four_weeks_ago(home)))
    home.talk("which of us wrote this?", sender=HER)
    erasing.erase(home.house, ref_of(home, "P1"), by=None)
    assert not left(home, "NameP1")
    assert left(home, "which of us wrote this?")
    assert left(home, "NameP2")
    assert home.address(HER).value == HER


def test_a_number_that_changed_hands(home: Home) -> None:
    """What was said before it changed hands was the first one's, and goes with them; what came after stays."""
    enrol(home, row("P1", HER, four_weeks_ago(home)))
    home.text("words of the first", sender=HER)
    home.later(minutes=5)
    with home.house.db.write() as tx:
        people.release(tx, home.address(HER).id, home.clock.now())
    home.later(minutes=5)
    enrol(home, row("P2", HER, four_weeks_ago(home)))
    home.text("words of the second", sender=HER)
    erasing.erase(home.house, ref_of(home, "P1"), by=None)
    assert not left(home, "words of the first")
    assert left(home, "words of the second")


def test_children_known_only_through_her_go_with_her(home: Home) -> None:
    """The last grown-up's children have no number and no plan of their own; another parent's stay."""
    enrol(home, row("P1", HER, four_weeks_ago(home), household="H1"))
    with home.house.db.write() as tx:
        mother = _person(tx, "P1")
        people.add_person(
            tx, ref="CHDAAAAA", now=home.clock.now(), first_name="Thistle", born="2022-03", child=True,
            household_id=mother.household_id,
        )  # fmt: skip
    erasing.erase(home.house, ref_of(home, "P1"), by=None)
    assert not left(home, "Thistle", "H1")


def test_a_child_in_the_plan_of_a_parent_who_lives_apart_stays(home: Home) -> None:
    """Claim: the last grown-up of the household goes; the child stays, and so does the other parent's plan about it."""

    def parent(reference: str, mobile: str, household: str) -> str:
        told = row(reference, mobile, date(2024, 3, 1), household=household, told_on=four_weeks_ago(home))
        return told.replace(",mother,,,after-early-help,", ",mother,Thistle,2024-03,key-transitions,")

    enrol(home, parent("P1", HER, "H1"), parent("P2", HIS, "H1"))
    enrol(home, parent("P2", HIS, "H2"))  # moves out, with the child
    with home.house.db.read() as tx:
        stays = _person(tx, "P1")
        assert [m.first_name for m in people.household_of(tx, stays.household_id) if m.child] == []
    erasing.erase(home.house, ref_of(home, "P2"), by=None)
    assert not left(home, "NameP2")
    assert left(home, "Thistle")
    with home.house.db.read() as tx:
        enrolment = schema.METADATA.tables["enrolment"]
        assert tx.execute(sa.select(enrolment.c.person_id)).scalars().all() == [stays.id]


@pytest.mark.parametrize("of", ["person", "case"])
def test_a_legal_hold_forbids(home: Home, of: str) -> None:
    """Neither a person nor somebody whose case is evidence is erased; the reason is told; lifted, it goes."""
    her = fill(home, "Zuzanna Quillfeather", HER)
    with home.house.db.write() as tx:
        hold_id = erased.put_legal_hold(
            tx, person_id=her.ids["person"]["id"] if of == "person" else None,
            case_id=her.ids["cases"]["id"] if of == "case" else None, why="A claim against the council", by=None,
            now=home.clock.now(),
        )  # fmt: skip
    with pytest.raises(Forbidden) as fault:
        erasing.erase(home.house, her.ref, by=None)
    assert [(b.why, b.told) for b in fault.value.blocks] == [("legal-hold", "A claim against the council")]
    assert left(home, HER)
    with home.house.db.write() as tx:
        assert erased.lift_legal_hold(tx, hold_id, by=None, now=home.clock.now())
    erasing.erase(home.house, her.ref, by=None)
    assert not left(home, HER)


def test_a_death_or_an_open_case_or_a_text_on_its_way_forbids(home: Home) -> None:
    """A death in the household waits for its review; what nobody has closed is still work; what a sender holds is
    waited for."""
    her = fill(home, "Zuzanna Quillfeather", HER, cases__state="open", outbox__state="sending")
    with home.house.db.write() as tx:
        hold = schema.METADATA.tables["hold"]
        tx.execute(sa.insert(hold).values(person_id=her.ids["person"]["id"], kind="review", since=home.clock.now()))
    with pytest.raises(Forbidden) as fault:
        erasing.erase(home.house, her.ref, by=None)
    assert [block.why for block in fault.value.blocks] == ["death", "open-case", "in-flight"]


@ON_SQLITE
def test_a_wish_to_be_erased_does_not_stand_in_its_own_way(home: Home) -> None:
    """The open case that asks for the erasure goes with it; any other open case forbids it."""
    her = fill(home, "Zuzanna Quillfeather", HER, cases__state="open", cases__reason="my-data-erase")
    assert erasing.erase(home.house, her.ref, by=None)["cases"] == 1


@ON_SQLITE
def test_the_audit_stays_as_it_was_sealed(home: Home) -> None:
    """Its rows hold references and codes: none is removed or changed, and every seal of before and after fits."""
    her = fill(home, "Zuzanna Quillfeather", HER)
    with home.house.db.write() as tx:
        staff.add_audit(tx, at=home.clock.at, staff_id=None, action="person.view", target=f"person:{her.ref}")
    before = home.audited()
    auditing.seal_due(home.house, home.clock.at)
    erasing.erase(home.house, her.ref, by=None)
    home.later(minutes=2)
    auditing.seal_due(home.house, home.clock.at)
    state = auditing.check_all(home.house, None)
    assert state.checked.breaks == ()
    assert state.checked.seals == 2
    assert home.audited()[: len(before)] == before
    assert ("person.erased", f"person:{her.ref}") in {(action, target) for action, target, _ in home.audited()}


def test_who_a_restored_copy_brings_back_is_erased_again(home: Home) -> None:
    """By the list alone: the person of before the erasure goes once more, with what a provider's list brought in; who
    wrote since, and whoever was enrolled anew since, stays."""
    enrol(home, row("R1", HER, four_weeks_ago(home)))
    home.text("before the erasure", sender=HER)
    with home.house.db.read() as tx:
        stands = _copy(tx)
    home.later(minutes=1)
    ref = ref_of(home, "R1")
    erasing.erase(home.house, ref, by=None)
    with home.house.db.read() as tx:
        listed = erased.marks(tx)
    with home.house.db.write() as tx:
        _put_back(tx, stands)
    assert left(home, "before the erasure")
    home.later(minutes=1)
    home.text("my baby is not breathing", sender=HER)
    assert again(home.house, listed) >= 1
    assert not left(home, "before the erasure", "NameR1")
    assert [case.level for case in home.cases()] == ["urgent"]
    assert home.address(HER).value == HER
    home.later(days=1)
    enrol(home, row("R1", HIS, four_weeks_ago(home), told_on=home.clock.now().date()))
    assert again(home.house, listed) == 0
    assert left(home, "NameR1")


def test_nobody_is_a_subject_but_by_their_reference(home: Home) -> None:
    with home.house.db.read() as tx, pytest.raises(subject.NoSuchSubject):
        subject.find(tx, "22222222")


def test_a_conversation_of_nobody_is_erased_by_its_reference(home: Home) -> None:
    """Who wrote and was never enrolled has the same right."""
    from bot.refs import ref_of as conversation_ref

    home.talk("where is a quibbler group", sender=HER)
    gone = erasing.erase(home.house, conversation_ref(home.address(HER).id), by=None)
    assert gone["inbox"] == 1
    assert not left(home, "quibbler", HER)


def _person(tx: sa.Connection, reference: str) -> people.Person:
    found = people.find_person_by_source(tx, reference)
    assert found is not None
    return found


def _copy(tx: sa.Connection) -> dict[str, list[dict[str, object]]]:
    """The rows of the tables that a family is in, as a copy holds them."""
    names = ("household", "person", "address", "person_address", "enrolment", "inbox", "conversation")
    return {
        name: [dict(found) for found in tx.execute(sa.select(schema.METADATA.tables[name])).mappings()]
        for name in names
    }


def _put_back(tx: sa.Connection, stands: dict[str, list[dict[str, object]]]) -> None:
    for name, found in stands.items():
        for values in found:
            tx.execute(sa.insert(schema.METADATA.tables[name]).values(values))
