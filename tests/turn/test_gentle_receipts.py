"""STOP and a wrong number beside a death: one answer still, in warm words."""

import pytest

from tests.houses import Home
from tests.turn.families import enrol, four_weeks_ago, row

A = "+447700900424"


@pytest.mark.parametrize(
    "text", ["my son died. STOP", "stop texting me my baby died", "my mum died dont text me again"]
)
def test_stop_beside_a_death_is_confirmed_with_a_sorry(home: Home, text: str) -> None:
    """Consent ends as ever, and the one text that confirms it begins with how sorry we are."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    assert home.talk(text, sender=A).startswith("We are so very sorry.")
    assert home.address(A).consent == "stopped"
    assert [o.text_id for o in home.out(sender=A)] == ["stop-receipt.loss"]


@pytest.mark.parametrize(
    "text", ["wrong number. my son died", "you have the wrong number, my mum died", "wrong person, we lost our baby"]
)
def test_a_wrong_number_that_tells_of_a_death_is_answered_kindly(home: Home, text: str) -> None:
    """The number is taken off the list as ever."""
    assert "We are so very sorry" in home.talk(text, sender=A)
    assert [o.text_id for o in home.out(sender=A)][-1] == "wrong-person.loss"
    assert home.address(A).released_at is not None


@pytest.mark.parametrize(("text", "said"), [("STOP", "stop-receipt"), ("stop texting me", "stop-receipt")])
def test_without_a_death_the_receipt_is_plain(home: Home, text: str, said: str) -> None:
    """Nobody is told that we are sorry for what did not happen."""
    home.talk(text, sender=A)
    assert [o.text_id for o in home.out(sender=A)] == [said]


def test_who_writes_in_another_language_has_the_receipt_in_it(home: Home) -> None:
    """The warm words are in English alone; the plain ones are understood."""
    home.talk("mój syn zmarł. proszę nie pisać", sender=A)
    assert [o.text_id for o in home.out(sender=A)] == ["stop-receipt"]
    assert home.address(A).consent == "stopped"
