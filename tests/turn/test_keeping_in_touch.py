"""Check-ins as lived: what the ledger, the desk's list and the next score say after each answer."""

from datetime import timedelta

import pytest

from bot.store import addresses, keeping, people, scores
from bot.turn import timers, touches
from bot.turn.receipts import take_receipt
from messages.channel import Receipt
from tests.houses import Home
from tests.turn.families import check_in, enrol, follow_up, four_weeks_ago, listed, row, touches_of

A, B = "+447700900411", "+447700900412"


def test_an_answer_after_no_reply_takes_the_family_off_the_list(home: Home) -> None:
    """However late they answer: the ledger says answered, and the team need not think of them."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    follow_up(home, 12)
    assert [t.outcome for t in listed(home)] == ["no-reply"]
    home.text("8", sender=A)
    assert listed(home) == []
    assert [t.outcome for t in touches_of(home, "P1")] == ["answered"]


def test_an_answer_after_the_reminder_counts_once(home: Home) -> None:
    """Reminded once, answered: recorded for its touch, and never reminded again."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    follow_up(home, 3)
    (touch,) = touches_of(home, "P1")
    assert touch.reminded_at is not None
    home.text("7", sender=A)
    follow_up(home, 12)
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.listed) == ("answered", False)
    assert len([o for o in home.out(sender=A) if o.purpose == "reminder"]) == 1


def test_a_reminder_that_was_not_said_is_not_in_the_ledger(home: Home) -> None:
    """Their talk has moved on from the question: no reminder leaves, and none is told of."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    home.text("MENU", sender=A)
    with home.house.db.write() as tx:  # and the question is no longer open
        tx.exec_driver_sql("DELETE FROM conversation")
    follow_up(home, 14)
    (touch,) = touches_of(home, "P1")
    said = [o for o in home.out(sender=A) if o.purpose == "reminder"]
    assert (touch.outcome, touch.reminded_at, said) == ("no-reply", None, [])
    assert "reminder" not in touch.reason


def test_a_check_in_that_had_to_wait_for_a_talk_is_still_told_of(home: Home) -> None:
    """Parked, then sent by its timer: what the network says of it reaches the ledger."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("hello", sender=A)
    home.later(minutes=29)
    with home.house.db.write() as tx:  # the address says half an hour has passed; the talk itself says it has not
        addresses.change_address(tx, home.address(A).id, last_in_at=home.clock.now() - timedelta(hours=1))
    check_in(home)
    assert not [o for o in home.out(sender=A) if o.purpose == "check-in"]
    home.later(minutes=31)
    timers.fire_due(home.house, home.clock.now())
    home.send()
    (asked,) = [o for o in home.out(sender=A) if o.purpose == "check-in"]
    take_receipt(
        home.house,
        Receipt(outbox=asked.id, sid=asked.provider_sid or "", word="undelivered", event="undelivered", code="30005"),
    )
    assert [t.outcome for t in touches_of(home, "P1")] == ["undelivered"]


def test_a_low_score_with_words_of_need_tells_the_team_both(home: Home) -> None:
    """A "2 and we have no food" gives the team all of it: the score, the need and the words are in the case."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    home.text("2 and we have no food", sender=A)
    (case,) = home.cases()
    assert case.level == "concern"
    assert "2 out of 10" in case.because
    assert "food" in case.because
    assert "no food" in case.words


def test_please_call_me_and_stop_each_end_the_touch(home: Home) -> None:
    """A wish for a person reaches the team; STOP stops; neither is left waiting or reminded."""
    enrol(home, row("P1", A, four_weeks_ago(home)), row("P2", B, four_weeks_ago(home)))
    check_in(home)
    home.text("please call me", sender=A)
    home.text("STOP", sender=B)
    home.send()
    follow_up(home, 14)
    assert [touches_of(home, p)[0].outcome for p in ("P1", "P2")] == ["answered", "answered"]
    assert [c.reason for c in home.cases()] == ["asked-for-person"]
    assert home.address(B).consent == "stopped"


def test_two_parents_of_one_household_each_answer_their_own(home: Home) -> None:
    """Each by their own phone: two touches, two scores, each with its person."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday, household="H"), row("P2", B, monday, household="H"))
    check_in(home)
    home.text("9", sender=A)
    home.text("6", sender=B)
    assert _last(home, "P1", A) == 9
    assert _last(home, "P2", B) == 6
    assert home.cases() == []


def test_on_a_shared_phone_a_score_is_weighed_against_the_same_parents(home: Home) -> None:
    """One parent's 9 and the other's 6 are no fall; a parent's own fall of three is one."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday, household="H"), row("P2", A, monday, household="H"))
    check_in(home)
    home.text("9", sender=A)
    home.send()  # what they are answered, before it is a fortnight old
    home.later(days=14)
    check_in(home)
    home.text("6", sender=A)
    assert home.cases() == []
    assert {_last(home, "P1", A), _last(home, "P2", A)} == {9, 6}


def test_a_fall_of_three_raises_a_case_whatever_the_number(home: Home) -> None:
    """9 before and 6 now is a fall, though 6 is not low."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    with home.house.db.write() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        scores.add_score(
            tx, address_id=home.address(A).id, person_id=person.id, touch_id=None, value=9, at=home.clock.now()
        )
    check_in(home)
    home.text("6", sender=A)
    (case,) = home.cases()
    assert (case.reason, case.level) == ("score-fall", "concern")


def test_a_touch_is_decided_once_by_two_tickers(home: Home) -> None:
    """Both read it as due; the second finds it decided."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    with home.house.db.read() as tx:
        (due,) = keeping.due_enrolments(tx, home.clock.now())
    for _ in range(2):
        with home.house.db.write() as tx:
            touches._decide(home.house, tx, due.id, home.clock.now())
    home.send()
    assert len(touches_of(home, "P1")) == 1
    assert len([o for o in home.pigeon.carried if "0 to 10" in o.body]) == 1


def test_a_check_in_that_breaks_every_time_ends_in_the_ledger(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own fault holds up nobody else, is not tried every second, and ends when its window closes."""

    def broken(*_: object) -> None:
        raise RuntimeError

    enrol(home, row("P1", A, four_weeks_ago(home)))
    monkeypatch.setattr(touches, "run", broken)
    check_in(home)
    assert touches.decide_due(home.house, home.clock.now()) == 0
    home.later(days=15)
    check_in(home)
    (touch,) = touches_of(home, "P1")
    assert touch.outcome == "missed"


def _last(home: Home, reference: str, sender: str) -> int | None:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, reference)
        assert person is not None
        return scores.last_score(tx, home.address(sender).id, person.id)


def test_a_check_in_that_never_arrived_lists_the_family(home: Home) -> None:
    """Undelivered: the ledger says so, and the team thinks of them."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    asked = home.out(sender=A)[-1]
    take_receipt(
        home.house,
        Receipt(outbox=asked.id, sid=asked.provider_sid or "", word="undelivered", event="undelivered", code="30005"),
    )
    assert [t.outcome for t in listed(home)] == ["undelivered"]
