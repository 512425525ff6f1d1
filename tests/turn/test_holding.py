"""A hold takes effect at once and everywhere: what was written has not left, what was parked is not said, and WHEN
tells no date."""

from collections.abc import Callable

import pytest

from bot.clock import local_date
from bot.people.changes import Fact, tell
from bot.store import addresses, people, touches
from bot.turn import timers
from bot.turn.touches import decide_due
from scheduler.changes import Change
from tests.houses import Home
from tests.turn.families import check_in, enrol, four_weeks_ago, row, touches_of

A, B = "+447700900461", "+447700900462"


@pytest.fixture
def parents(home: Home) -> Home:
    """Two of one household, a check-in due to each."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday, household="H"), row("P2", B, monday, household="H"))
    return home


def told(home: Home, change: Change) -> None:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, "P1")
    assert person is not None
    tell(home.house, Fact(change=change, ref=person.ref, on=local_date(home.clock.now())), by="Sam")


def park(home: Home, sender: str) -> None:
    """Their check-in was decided, and waits for their talk to end."""
    home.text("hello", sender=sender)
    home.later(minutes=1)
    with home.house.db.write() as tx:  # the tick saw no talk; the step that would have said it did
        addresses.change_address(tx, home.address(sender).id, last_in_at=None)
    check_in(home)


def a_loss(home: Home) -> None:
    home.text("our son died", sender=A)


def social_care(home: Home) -> None:
    told(home, "social-care-opened")


Begins = Callable[[Home], None]
BEGINS: list[tuple[Begins, str]] = [
    (a_loss, "Held: there was a death in the family"),
    (social_care, "Paused: children's social care has opened"),
]


@pytest.mark.parametrize(("begins", "why"), BEGINS)
def test_the_other_parents_parked_check_in_is_not_said(parents: Home, begins: Begins, why: str) -> None:
    """It waited for a talk to end, the hold is put meanwhile: its timer finds nothing to say; the ledger says why."""
    park(parents, B)
    assert [touch.outcome for touch in touches_of(parents, "P2")] == [touches.PARKED]
    begins(parents)
    parents.later(hours=1)
    timers.fire_due(parents.house, parents.clock.now())
    parents.send()
    assert [out for out in parents.out(sender=B) if out.purpose == "check-in"] == []
    (touch,) = touches_of(parents, "P2")
    assert touch.outcome == "suppressed"
    assert touch.reason.startswith(why)


@pytest.mark.parametrize(("begins", "why"), BEGINS)
def test_what_was_written_and_has_not_left_does_not_leave(parents: Home, begins: Begins, why: str) -> None:
    """Between the tick and the sending: neither parent's text goes."""
    decide_due(parents.house, parents.clock.now())
    written = [out for who in (A, B) for out in parents.out(sender=who) if out.purpose == "check-in"]
    assert len(written) >= 2
    begins(parents)
    parents.send()
    written = [out for who in (A, B) for out in parents.out(sender=who) if out.purpose == "check-in"]
    assert {(out.state, out.accepted_at) for out in written} == {("refused", None)}
    (touch,) = touches_of(parents, "P2")
    assert touch.outcome == "suppressed"
    assert touch.reason.startswith(why)


def test_while_a_plan_is_held_when_tells_no_date(parents: Home) -> None:
    """Nobody is told day after day of a text that does not come; once it goes on, the date is told again."""
    assert "around" in parents.talk("when is my next text", sender=A)
    social_care(parents)
    assert "no texts planned" in parents.talk("when", sender=A)
    told(parents, "social-care-closed")
    assert "around" in parents.talk("when", sender=A)
