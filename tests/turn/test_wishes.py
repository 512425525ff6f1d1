"""WHEN, LESS, PAUSE and BACK ON by text: what families ask for is what the clock does, with their words as evidence."""

from datetime import date

from bot.store import addresses, keeping, wishes
from tests.houses import Home
from tests.turn.families import check_in, enrol, follow_up, four_weeks_ago, row, touches_of

A = "+447700900421"


def enrolled(home: Home) -> None:
    enrol(home, row("P1", A, four_weeks_ago(home)))


def heard(home: Home, words: str) -> str:
    """What they hear, half an hour before the next thing happens."""
    said = home.talk(words, sender=A)
    home.later(minutes=31)
    return said


def test_a_pause_holds_every_check_in_and_ends_by_itself(home: Home) -> None:
    """Until the date nothing is started and nothing said; on it the check-in goes, with no word of theirs."""
    enrolled(home)
    assert "until Monday 7 December" in heard(home, "stop for 2 weeks")
    check_in(home)
    assert touches_of(home, "P1") == []
    with home.house.db.read() as tx:
        (enrolment,) = [e for e in keeping.enrolments_of(tx, [1]) if e.state == "active"]
        (wish,) = wishes.wishes_of(tx, [home.address(A).id])
    assert enrolment.waited_for == "Paused at their wish until 7 December 2026."
    assert (wish.wish, wish.until, wish.words) == ("pause", date(2026, 12, 7), "stop for 2 weeks")
    before = len(home.pigeon.carried)
    home.later(days=14)
    check_in(home)
    assert [t.outcome for t in touches_of(home, "P1")] == ["sent"]
    assert len(home.pigeon.carried) == before + 1


def test_a_pause_is_no_stop_and_stop_wins(home: Home) -> None:
    """Consent is as it was after PAUSE; STOP after it ends it, and START begins again with no pause."""
    enrolled(home)
    heard(home, "pause till september")
    assert home.address(A).consent == "given"
    heard(home, "stop")
    assert home.address(A).consent == "stopped"
    heard(home, "start")
    assert (home.address(A).consent, home.address(A).paused_until) == ("given", None)


def test_start_ends_the_pause_and_leaves_the_pace(home: Home) -> None:
    """LESS was no break: who pauses and texts START gets texts again, as few as they asked for."""
    enrolled(home)
    heard(home, "LESS")
    assert "2027" in heard(home, "pause for 13 months")
    heard(home, "start")
    assert (home.address(A).paused_until, home.address(A).every_days) == (None, 28)
    with home.house.db.read() as tx:
        assert [w.wish for w in wishes.wishes_of(tx, [home.address(A).id])] == ["less", "pause", "unpause"]
    heard(home, "BACK ON")
    assert home.address(A).every_days is None


def test_back_on_ends_the_pause_at_once(home: Home) -> None:
    """The check-in that waited goes."""
    enrolled(home)
    heard(home, "pause for 2 weeks")
    check_in(home)
    assert "back on" in heard(home, "BACK ON")
    with home.house.db.read() as tx:
        (enrolment,) = keeping.enrolments_of(tx, [1])
    assert enrolment.next_at is not None
    assert enrolment.next_at <= home.clock.now()
    check_in(home)
    assert [t.outcome for t in touches_of(home, "P1")] == ["sent"]


def test_danger_beside_a_pause_is_danger(home: Home) -> None:
    """The safety reply goes first, a case stands, and the pause is kept."""
    enrolled(home)
    said = heard(home, "pause till september, he is hitting me now")
    assert said.index("999") < len(said)
    assert [case.reason for case in home.cases()] == ["danger"]
    assert home.address(A).paused_until is not None


def test_less_doubles_the_cap_and_then_keeps_to_what_they_say(home: Home) -> None:
    """LESS is 28 days for the council's 14; LESS EVERY 3 MONTHS is that; both are kept with their words."""
    enrolled(home)
    assert "once in 4 weeks" in heard(home, "LESS")
    assert home.address(A).every_days == 28
    heard(home, "less every 3 months")
    assert home.address(A).every_days == 90
    with home.house.db.read() as tx:
        assert [w.words for w in wishes.wishes_of(tx, [home.address(A).id])] == ["LESS", "less every 3 months"]


def test_fewer_texts_are_fewer(home: Home) -> None:
    """With 90 days between, the check-in of eight weeks waits for them and says why."""
    enrolled(home)
    check_in(home)
    home.later(minutes=31)
    heard(home, "less every 3 months")
    home.later(days=28)
    check_in(home)
    assert len(touches_of(home, "P1")) == 1
    with home.house.db.read() as tx:
        (enrolment,) = keeping.enrolments_of(tx, [1])
    assert enrolment.waited_for is not None
    assert "get one in 90 days at most" in enrolment.waited_for


def test_fewer_texts_have_no_reminder(home: Home) -> None:
    """At most one in so many weeks is what they were told: it ends as no reply on its day, and the ledger says so."""
    enrolled(home)
    check_in(home)
    home.later(minutes=31)
    heard(home, "LESS")
    before = len(home.pigeon.carried)
    follow_up(home, 20)
    assert len(home.pigeon.carried) == before
    (touch,) = touches_of(home, "P1")
    assert (touch.outcome, touch.reminded_at) == ("no-reply", None)
    assert touch.reason.startswith("No answer to the text of")


def test_when_tells_a_date_and_nothing_else(home: Home) -> None:
    """The date by the rules that would decide it: a pause moves it; and neither need nor programme is named."""
    enrolled(home)
    check_in(home)
    home.later(minutes=31)
    told = heard(home, "when is my next text")
    assert "around Monday 21 December" in told
    assert "early help" not in told.lower()
    heard(home, "pause till february")
    assert "paused until Monday 1 February" in heard(home, "WHEN")


def test_a_shared_phone_is_told_no_date(home: Home) -> None:
    """Nothing is started there, so nothing is planned; a date would tell its other reader that there is something."""
    enrolled(home)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(A).id, shared=True)
    assert "no texts planned" in heard(home, "when")


def test_a_wish_holds_at_its_own_number_alone(home: Home) -> None:
    """One parent's pause is not the other's."""
    other = "+447700900422"
    enrol(
        home, row("P1", A, four_weeks_ago(home), household="H"), row("P2", other, four_weeks_ago(home), household="H")
    )
    heard(home, "pause till september")
    check_in(home)
    assert touches_of(home, "P1") == []
    assert [t.outcome for t in touches_of(home, "P2")] == ["sent"]
    assert home.address(other).paused_until is None
