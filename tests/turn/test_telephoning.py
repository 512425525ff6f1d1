"""Numbers change hands: one that nobody has confirmed for a year is telephoned before it is texted, and nobody whose
number it is falls out of the plan."""

from datetime import date, timedelta

import pytest

from bot.casework.accounts import SignedIn
from bot.clock import local_date
from bot.people import person_form
from bot.people.changes import Fact, tell
from bot.store import keeping, people, staff
from bot.store.keeping import Enrolment
from bot.store.touches import Touch
from scheduler.confirmed import TELEPHONE_FIRST
from tests.houses import Home
from tests.turn.families import check_in, enrol, listed, row, touches_of

A = "+447700900451"


def today(home: Home) -> date:
    return local_date(home.clock.now())


def enrolled(home: Home, *, told_days_ago: int = 360, to_first: int = 10) -> None:
    """Confirmed within the year when enrolled, and no more when the first check-in is due, in so many days."""
    closed = today(home) + timedelta(days=to_first - 28)
    enrol(home, row("P1", A, closed, told_on=today(home) - timedelta(days=told_days_ago)))


def enrolment_of(home: Home, reference: str = "P1") -> Enrolment:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, reference)
        assert person is not None
        return keeping.enrolments_of(tx, [person.id])[-1]


def days_pass(home: Home, days: int) -> None:
    for _ in range(days):
        home.later(days=1)
        check_in(home)


def calls(home: Home) -> list[Touch]:
    return [touch for touch in touches_of(home, "P1") if touch.touch == TELEPHONE_FIRST]


def confirm(home: Home) -> bool:
    """A worker has telephoned, and says on the desk that it is their number."""
    with home.house.db.write() as tx:
        staff.add_staff(
            tx, email="sam@council.example", name="Sam", role="manager", password_hash="-", now=home.clock.now()
        )
        found = staff.find_staff(tx, "sam@council.example")
    assert found is not None
    return person_form.confirmed(home.house, SignedIn(staff=found, token="t"), enrolment_of(home).id)


def waiting(home: Home) -> list[str]:
    """Who stands under "Telephone first" on the desk."""
    return [one.name for one in person_form.to_telephone(home.house).listed]


def test_a_number_that_grew_old_is_telephoned_and_not_texted(home: Home) -> None:
    """On the day of the check-in: nothing goes, the family is on the sheet's list and the weekly one, once, with the
    reason in the ledger, and the plan stands."""
    enrolled(home)
    days_pass(home, 9)
    assert (calls(home), waiting(home)) == ([], [])
    days_pass(home, 4)
    assert home.pigeon.carried == []
    assert waiting(home) == ["NameP1"]
    (call,) = calls(home)
    assert (call.outcome, call.listed) == ("suppressed", True)
    assert call.reason.startswith("The number was last confirmed on 28 November 2025, over a year ago: telephone")
    assert [touch.id for touch in listed(home)] == [call.id]
    assert [touch.touch for touch in touches_of(home, "P1")] == [TELEPHONE_FIRST]
    assert enrolment_of(home).waited_for == call.reason


def test_once_telephoned_what_is_still_in_time_goes(home: Home) -> None:
    """Late and within its window, with the lists cleared; and a second call is asked for a year later, not sooner."""
    enrolled(home)
    days_pass(home, 12)
    assert confirm(home)
    assert (waiting(home), listed(home)) == ([], [])
    days_pass(home, 3)
    assert [t.outcome for t in touches_of(home, "P1") if t.touch == "four-weeks"] == ["sent"]
    assert home.pigeon.carried
    assert not confirm_again(home)


def confirm_again(home: Home) -> bool:
    """Pressed twice, or after it went on by itself: nothing waits any more."""
    with home.house.db.read() as tx:
        found = staff.find_staff(tx, "sam@council.example")
    assert found is not None
    return person_form.confirmed(home.house, SignedIn(staff=found, token="t"), enrolment_of(home).id)


def test_whom_nobody_reaches_is_missed_touch_by_touch(home: Home) -> None:
    """Nothing is lost without a line: each window that closes meanwhile ends as missed and says what it waited for."""
    enrolled(home)
    days_pass(home, 10 + 15 + 28)
    ended = [touch for touch in touches_of(home, "P1") if touch.touch != TELEPHONE_FIRST]
    assert [(touch.touch, touch.outcome) for touch in ended] == [("four-weeks", "missed"), ("eight-weeks", "missed")]
    assert all("was still waiting then. The number was last confirmed on" in touch.reason for touch in ended)
    assert len(calls(home)) == 1
    assert waiting(home) == ["NameP1"]
    assert home.pigeon.carried == []


def test_who_writes_from_the_number_has_confirmed_it(home: Home) -> None:
    """Before it is due nobody is asked to telephone; while it waits, it goes on by itself at the next look."""
    enrolled(home)
    days_pass(home, 11)
    assert waiting(home) == ["NameP1"]
    home.text("hello", sender=A)
    home.send()
    before = len(home.pigeon.carried)
    days_pass(home, 4)
    assert (waiting(home), listed(home), enrolment_of(home).state) == ([], [], "active")
    assert [t.outcome for t in touches_of(home, "P1") if t.touch == "four-weeks"] == ["sent"]
    assert len(home.pigeon.carried) > before


def test_who_wrote_within_the_year_is_texted(home: Home) -> None:
    """Their own text counts as a worker's word does."""
    enrolled(home)
    home.text("hello", sender=A)
    days_pass(home, 10)
    assert calls(home) == []
    assert [touch.outcome for touch in touches_of(home, "P1")] == ["sent"]


def test_a_worker_who_was_told_of_another_programme_was_told_the_number(home: Home) -> None:
    """The newest day of any of their programmes counts for all of them."""
    enrolled(home)
    separated = row("P1", A, today(home) - timedelta(days=250)).replace(",after-early-help,", ",separation,")
    assert enrol(home, separated).added == 1
    days_pass(home, 10)
    assert waiting(home) == []
    assert [t.outcome for t in touches_of(home, "P1") if t.touch == "four-weeks" and t.outcome == "sent"] == ["sent"]


def test_who_has_a_number_from_somebody_else_has_not_confirmed_it_by_that(home: Home) -> None:
    """What was written from the number before it was given up confirms it for nobody who has it now."""
    home.text("hello", sender=A)
    home.text("wrong number", sender=A)
    home.later(days=1)
    enrolled(home)
    days_pass(home, 10)
    assert waiting(home) == ["NameP1"]


@pytest.mark.parametrize("days", [300, 400])
def test_a_step_down_asks_nobody_for_the_number(home: Home, days: int) -> None:
    """The programme begins, and its first check-in is texted to a number confirmed within the year and to no other."""
    closed = today(home) - timedelta(days=800)
    enrol(home, row("P1", A, closed, told_on=today(home) - timedelta(days=days)))
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "P1")
    assert person is not None
    tell(home.house, Fact(change="stepped-down", ref=person.ref, on=today(home)), by="Sam")
    days_pass(home, 28)
    assert bool(home.pigeon.carried) == (days == 300)
    assert waiting(home) == ([] if days == 300 else ["NameP1"])


def test_nobody_is_telephoned_for_a_plan_that_has_ended(home: Home) -> None:
    """A family that moved away is taken off both lists."""
    enrolled(home)
    days_pass(home, 10)
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "P1")
    assert person is not None
    tell(home.house, Fact(change="moved-away", ref=person.ref, on=today(home)), by="Sam")
    assert (waiting(home), listed(home)) == ([], [])


def test_an_old_number_of_a_sheet_ends_its_touches_too(home: Home) -> None:
    """Held from the day of enrolment: what could go meanwhile is missed with the reason, and not forgotten."""
    enrol(home, row("P1", A, today(home) - timedelta(days=26), told_on=today(home) - timedelta(days=400)))
    assert waiting(home) == ["NameP1"]
    days_pass(home, 20)
    assert [(t.touch, t.outcome) for t in touches_of(home, "P1")] == [
        (TELEPHONE_FIRST, "suppressed"), ("four-weeks", "missed"),
    ]  # fmt: skip
    assert len(listed(home)) == 1
    assert home.pigeon.carried == []
