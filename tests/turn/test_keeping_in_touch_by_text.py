"""A family asks by text to be kept in touch with: what a yes begins, what is kept of it, and who is not asked."""

from datetime import date

import pytest

from bot.casework.accounts import SignedIn
from bot.clock import local_date
from bot.people import person_form, telephoning
from bot.people.changes import Fact, tell
from bot.store import addresses, keeping, people, staff, touches
from bot.turn.touches import decide_due
from tests.houses import AT, Home
from tests.turn.families import check_in, enrol, four_weeks_ago, row

A = "+447700900441"
CHILD = ("keep in touch", "1")
ASKED = "Shall we text this phone at the big moments"


def says(home: Home, *words: str) -> str:
    """What they hear to the last of these."""
    return [home.talk(text, sender=A) for text in words][-1]


def plans(home: Home) -> list[tuple[str, str, date, str | None]]:
    """Each enrolment of whoever is known at the number: programme, state, the day it counts from, whose month."""
    with home.house.db.read() as tx:
        found = keeping.enrolments_of(tx, [person.id for person in people.people_at(tx, home.address(A).id)])
        born = {e.child_id: people.person_by_id(tx, e.child_id).born for e in found if e.child_id}
        return [(e.programme, e.state, e.event_on, born.get(e.child_id)) for e in found]


def mark(home: Home, **marks: object) -> None:
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(A).id, **marks)


def not_done(said: str) -> bool:
    """A person sees to it, and nobody is told that it is done."""
    return "Someone on our team will read this" in said and "done" not in said and "WHEN" not in said


def test_a_yes_about_a_child_begins_the_key_moments_of_that_month_of_birth(home: Home) -> None:
    """Nobody we knew is somebody now, with a child of whom only the month is known; the words of the yes are kept."""
    assert ASKED in says(home, *CHILD, "march 2021")
    assert plans(home) == []
    assert "another child" in says(home, "yes")
    assert plans(home) == [("key-transitions", "active", date(2021, 3, 1), "2021-03")]
    address = home.address(A)
    assert (address.consent, address.safe) == ("given", "safe")
    with home.house.db.read() as tx:
        (person,) = people.people_at(tx, address.id)
        (consent,) = addresses.consents_of(tx, address_ids=[address.id], person_ids=[])
        (child,) = [one for one in people.household_of(tx, person.household_id or 0) if one.child]
    assert (consent.given, consent.wording_id, consent.via) == (True, "keep-in-touch.keep-child", "sms")
    assert ASKED in consent.wording
    assert (child.first_name, child.born) == (None, "2021-03")
    told = says(home, "no")
    assert "We are Larkline" in told
    assert "STOP to end" in told
    assert "WHEN" in told


def test_the_same_child_twice_is_one_plan_and_a_second_child_has_its_own(home: Home) -> None:
    """Asked again about the same month nothing is added; another month is a brother or sister in the same household."""
    says(home, *CHILD, "march 2021", "yes", "no", *CHILD, "March 2021", "yes", "yes", "june 2019", "yes", "no")
    assert [(programme, born) for programme, _, _, born in plans(home)] == [
        ("key-transitions", "2021-03"), ("key-transitions", "2019-06"),
    ]  # fmt: skip
    with home.house.db.read() as tx:
        (person,) = people.people_at(tx, home.address(A).id)
        assert len([one for one in people.household_of(tx, person.household_id or 0) if one.child]) == 2
    assert home.cases() == []


def test_a_child_that_staff_enrolled_is_not_added_again(home: Home) -> None:
    """The month of birth of a child we know means that child: one plan, as it stood."""
    on = four_weeks_ago(home).isoformat()
    enrol(home, f"P1,Ana,,{A},,en,SW18 2PU,H1,mother,Leo,2021-03,key-transitions,{on},{on},Sam Worker,yes,")
    says(home, *CHILD, "march 2021", "yes", "no")
    assert len(plans(home)) == 1
    assert home.cases() == []


def test_the_first_check_in_says_who_we_are_and_how_to_stop(home: Home) -> None:
    """After help has ended: four weeks later the first touch goes, greeted anew; the second is not."""
    says(home, "keep in touch", "3", "yes")
    assert [plan[:2] for plan in plans(home)] == [("after-early-help", "active")]
    greetings = []
    for weeks in (4, 4):
        home.clock.at += 7 * weeks * (AT - AT.replace(day=AT.day - 1))
        before = len(home.pigeon.carried)
        check_in(home)
        went = [o.body for o in home.pigeon.carried[before:]]
        greetings.append(("This is Larkline, from Larkmere Council" in went[0], "STOP to end" in went[0], len(went)))
        assert "Hi from Larkline" in went[-1]
    assert greetings == [(True, True, 2), (False, False, 1)]


def test_so_it_does_after_a_worker_has_telephoned_them(home: Home) -> None:
    """Who pressed "It is their number" told them nothing of who texts and how it ends: they had asked by text."""
    says(home, "keep in touch", "3", "yes")
    with home.house.db.write() as tx:
        (person,) = people.people_at(tx, home.address(A).id)
        (plan,) = keeping.enrolments_of(tx, [person.id])
        telephoning.wait_for_call(tx, plan.id, "The number is to be confirmed.", home.clock.now())
        staff.add_staff(
            tx, email="sam@council.example", name="Sam", role="manager", password_hash="-", now=home.clock.now()
        )
        sam = staff.find_staff(tx, "sam@council.example")
    assert sam is not None
    assert person_form.confirmed(home.house, SignedIn(staff=sam, token="t"), plan.id)
    home.later(weeks=4)
    before = len(home.pigeon.carried)
    check_in(home)
    went = [o.body for o in home.pigeon.carried[before:]]
    assert "This is Larkline, from Larkmere Council" in went[0]
    assert "STOP to end" in went[0]


def test_a_baby_on_the_way_counts_from_the_day_it_is_due_and_ends_with_a_loss(home: Home) -> None:
    """The plan counts from the day they said; "we lost the baby" ends it at once."""
    says(home, "keep in touch", "2", "20 march", "yes")
    assert plans(home) == [("pregnancy-to-two", "active", date(2027, 3, 20), None)]
    says(home, "we lost the baby")
    assert [state for _, state, _, _ in plans(home)] == ["ended"]


def test_a_young_person_is_enrolled_for_themselves_at_their_own_number(home: Home) -> None:
    """Sixteen by the month: the plan is theirs, of what is for young people alone, from the council's age on."""
    says(home, "keep in touch", "4", "yes", "march 2010")
    assert plans(home) == []
    says(home, "yes")
    with home.house.db.read() as tx:
        (young,) = people.people_at(tx, home.address(A).id)
        (plan,) = keeping.enrolments_of(tx, [young.id])
    assert (young.child, young.born, plan.child_id) == (True, "2010-03", young.id)
    decide_due(home.house, home.clock.now())
    with home.house.db.read() as tx:
        assert {t.touch for t in touches.touches_of(tx, [plan.id])} <= {"after-year-eleven", "turning-eighteen"}


@pytest.mark.parametrize("born", ["november 2010", "june 2013"])
def test_under_the_councils_age_nobody_is_enrolled(home: Home, born: str) -> None:
    """In the month of the sixteenth birthday and before it: told from what age, and that they may write any time."""
    said = says(home, "keep in touch", "4", "yes", born)
    assert "from the age of 16" in said
    assert "write to us" in said
    assert plans(home) == []


def test_a_parents_number_is_no_young_persons_own(home: Home) -> None:
    """Said at a number where a parent is known, a person looks, and the parent is not made a child."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    assert not_done(says(home, "keep in touch", "4", "yes", "march 2010", "yes"))
    assert [programme for programme, _, _, _ in plans(home)] == ["after-early-help"]
    assert [case.reason for case in home.cases()] == ["keep-in-touch"]
    with home.house.db.read() as tx:
        assert not people.people_at(tx, home.address(A).id)[0].child


@pytest.mark.parametrize("marks", [{"watched": True}, {"shared": True}, {"safe": "unsafe"}])
def test_a_phone_that_others_may_read_is_not_asked(home: Home, marks: dict[str, object]) -> None:
    """Nothing is asked there, by the keyword or in the menu; a person is told, and nobody enrolled."""
    home.talk("hi", sender=A)
    mark(home, **marks)
    assert "keep in touch" not in says(home, "menu").casefold()
    said = says(home, "keep in touch")
    assert said.endswith("You can write to us any time.")
    assert "?" not in said
    assert plans(home) == []
    assert [case.reason for case in home.cases()] == ["keep-in-touch"]


def test_a_yes_after_the_phone_was_marked_goes_before_a_person(home: Home) -> None:
    """What was asked while it was safe to ask begins nothing once it is not."""
    says(home, *CHILD, "march 2021")
    mark(home, watched=True)
    assert not_done(says(home, "yes"))
    assert plans(home) == []
    assert home.address(A).safe == "unknown"
    assert [case.reason for case in home.cases()] == ["keep-in-touch"]


def test_a_no_begins_nothing(home: Home) -> None:
    """No person, no plan, no consent, and the talk keeps no month of birth."""
    assert "we won't" in says(home, *CHILD, "march 2021", "no")
    assert plans(home) == []
    assert home.address(A).consent == "unasked"


def test_of_a_child_who_died_nothing_begins_anew(home: Home) -> None:
    """The other parent asks about the same month: a person looks first."""
    on = four_weeks_ago(home).isoformat()
    rows = [
        f"P{n},Ana,,{number},,en,SW18 2PU,H1,parent,{child},{born},{programme},{on},{on},Sam Worker,yes,"
        for n, number, child, born, programme in (
            (1, "+447700900442", "Leo", "2021-03", "key-transitions"), (2, A, "", "", "after-early-help"),
        )
    ]  # fmt: skip
    enrol(home, *rows)
    with home.house.db.read() as tx:
        one = people.find_person_by_source(tx, "P1")
        assert one is not None
        (leo,) = [member for member in people.household_of(tx, one.household_id or 0) if member.child]
    tell(home.house, Fact(change="child-died", ref=one.ref, on=local_date(home.clock.now()), child=leo.ref), by="Sam")
    assert not_done(says(home, *CHILD, "march 2021", "yes"))
    assert [programme for programme, _, _, _ in plans(home)] == ["after-early-help"]
    assert "keep-in-touch" in {case.reason for case in home.cases()}


def test_what_has_ended_for_a_child_is_not_said_to_be_begun_again(home: Home) -> None:
    """The months of a child whose key moments were ended: a person looks, and the next child begins as any."""
    says(home, *CHILD, "march 2021", "yes", "no")
    with home.house.db.write() as tx:
        (one,) = keeping.enrolments_of(tx, [person.id for person in people.people_at(tx, home.address(A).id)])
        keeping.change_enrolment(tx, one.id, state="ended", next_at=None)
    assert not_done(says(home, *CHILD, "march 2021", "yes"))
    assert [case.reason for case in home.cases()] == ["keep-in-touch"]
    assert "another child" in says(home, *CHILD, "june 2019", "yes")
    assert [(state, born) for _, state, _, born in plans(home)] == [("ended", "2021-03"), ("active", "2019-06")]
