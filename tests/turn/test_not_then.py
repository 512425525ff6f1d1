""" "Don't text me at work": a phone that others may see. It is no STOP, and we start nothing until times are agreed."""

from tests.houses import Home
from tests.turn.families import check_in, enrol, four_weeks_ago, row, touches_of

A = "+447700900423"
WISH = "please dont text me at work"


def enrolled(home: Home) -> None:
    enrol(home, row("P1", A, four_weeks_ago(home)))


def test_nothing_is_started_and_a_person_is_told(home: Home) -> None:
    """The check-in is suppressed with the reason, consent stands, the team has their words, and they hear all that."""
    enrolled(home)
    said = home.talk(WISH, sender=A)
    assert "won't start texts to this phone" in said
    assert "HUMAN" in said
    assert (home.address(A).consent, home.address(A).safe_times) == ("given", WISH)
    (case,) = home.cases()
    assert (case.level, case.reason, case.words) == ("routine", "when-to-text", WISH)
    home.later(minutes=31)
    check_in(home)
    (touch,) = touches_of(home, "P1")
    assert touch.outcome == "suppressed"
    assert "when it is safe to text" in touch.reason


def test_what_they_write_is_still_answered(home: Home) -> None:
    """It is no STOP: a need gets its answer as before."""
    enrolled(home)
    home.talk(WISH, sender=A)
    assert home.talk("MENU", sender=A) != ""


def test_times_that_they_give_afterwards_are_kept_to(home: Home) -> None:
    """HUMAN asks when is safe, as the answer said it would; a time that can be read begins the check-ins again."""
    enrolled(home)
    home.talk(WISH, sender=A)
    assert "When is it safe" in home.talk("HUMAN", sender=A)
    home.talk("any time", sender=A)
    assert home.address(A).safe_times == "any time"
    home.later(minutes=31)
    check_in(home)
    assert [touch.outcome for touch in touches_of(home, "P1")] == ["sent"]


def test_danger_beside_it_is_answered_first(home: Home) -> None:
    """The safety reply goes, the case is one of danger, and the wish is kept."""
    enrolled(home)
    said = home.talk("he hit me again last night. dont text me when he is home", sender=A)
    assert "999" in said
    assert home.address(A).safe_times is not None
    assert [case.reason for case in home.cases()] == ["danger"]
    assert home.address(A).consent == "given"
