"""A hold takes effect at once and everywhere: what was written has not left, what was parked is not said, and WHEN
tells no date."""

from collections.abc import Callable

import pytest

from bot.clock import local_date
from bot.people.changes import Fact, tell
from bot.standing import ENDED_MEANWHILE
from bot.store import addresses, holding, people, touches
from bot.turn import timers
from bot.turn.touches import decide_due, follow_up_due
from messages.channel import Accepted, ChannelError, Outgoing
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


def told(home: Home, change: Change, reference: str = "P1") -> None:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, reference)
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


def put_back_while(home: Home, happens: Callable[[], None]) -> None:
    """The provider is busy; while it is asked, this happens. Then it takes everything."""
    asked: list[Outgoing] = []

    def busy(outgoing: Outgoing) -> Accepted:
        if not asked:
            happens()
        asked.append(outgoing)
        raise ChannelError(permanent=False, code="20429", reason="slow down", retry_after_seconds=30, busy=True)

    home.pigeon.does = busy
    home.send()
    home.pigeon.does = None
    assert asked
    home.later(minutes=20)
    home.send()


def person_died(home: Home) -> None:
    told(home, "person-died")


def moved_away(home: Home) -> None:
    told(home, "moved-away")


@pytest.mark.parametrize(
    ("begins", "outcome", "why"),
    [(a_loss, "answered", ""), (social_care, "suppressed", "Paused: children's social care has an open case."),
     (person_died, "suppressed", "The person has died."),
     (moved_away, "suppressed", "The programme was ended for this family.")],
)  # fmt: skip
def test_what_is_with_a_sender_when_it_is_told_does_not_leave_after_it(
    parents: Home, begins: Begins, outcome: str, why: str
) -> None:
    """`sending`, then put back because the provider was busy: it is asked again whether it may leave, and may not; the
    ledger says that it was not sent, and not that nobody answered it."""
    parents.talk("hello", sender=A)  # they know who we are: the check-in is one text
    parents.later(hours=1)
    decide_due(parents.house, parents.clock.now())
    put_back_while(parents, lambda: begins(parents))
    written = [out for who in (A, B) for out in parents.out(sender=who) if out.purpose == "check-in"]
    assert {(out.state, out.accepted_at) for out in written} == {("refused", None)}
    touch = touches_of(parents, "P1")[0]
    assert (touch.outcome, touch.listed) == (outcome, False)
    assert touch.reason.startswith(why)


def test_a_reminder_that_is_with_a_sender_does_not_follow_what_ended_meanwhile(home: Home) -> None:
    """They answer while the provider is busy: the reminder, put back, has nothing to remind of."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    home.pigeon.does = None
    for _ in range(14):
        home.later(days=1)
        follow_up_due(home.house, home.clock.now())
        if any(out.purpose == "reminder" for out in home.out(sender=A)):
            break
        home.send()
    before = len(home.pigeon.carried)
    put_back_while(home, lambda: bool(home.text("8", sender=A)) and None)
    (reminder,) = [out for out in home.out(sender=A) if out.purpose == "reminder"]
    assert (reminder.state, reminder.reason) == ("refused", ENDED_MEANWHILE)
    assert reminder.body not in [out.body for out in home.pigeon.carried[before:]]
    (touch,) = touches_of(home, "P1")
    assert touch.outcome == "answered"


@pytest.mark.parametrize(("begins", "kind"), [(a_loss, "review"), (social_care, "social-care")])
def test_who_joins_the_household_is_held_with_it(home: Home, begins: Begins, kind: str) -> None:
    """The other parent comes by a sheet of the next day: nothing is texted to them, and WHEN tells no date, until a
    person has said that it goes on."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday, household="H"))
    begins(home)
    home.send()
    enrol(home, row("P2", B, monday, household="H"))
    check_in(home)
    assert [out for out in home.out(sender=B) if out.purpose == "check-in"] == []
    assert "no texts planned" in home.talk("when", sender=B)
    with home.house.db.read() as tx:
        joined = people.find_person_by_source(tx, "P2")
        assert joined is not None
        assert holding.holds_of(tx, joined.id) == {kind}
    home.later(days=1)
    told(home, "reviewed" if kind == "review" else "social-care-closed", "P2")
    check_in(home)
    assert [out for out in home.out(sender=B) if out.purpose == "check-in"]
