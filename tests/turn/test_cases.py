"""Cases as turns raise them: one a person, told by what matters, with the name once it is known."""

import json

from bot.casework import raising
from bot.store import people
from bot.turn.receive import Arrival, receive
from flows.effects import Level
from tests.houses import Home
from tests.turn.families import enrol, four_weeks_ago, row

MOTHER = "+447700900321"


def test_the_name_given_in_a_referral_reaches_the_case_raised_before_it(home: Home) -> None:
    """Danger first, then who they are: the urgent case is that person's too."""
    home.talk("he has a knife hes outside")
    for words in ("REFER", "just call me", "Nadia", "any time"):
        home.talk(words)
    cases = home.cases()
    assert {c.kind for c in cases} == {"escalation", "referral"}
    assert len({c.person_id for c in cases}) == 1
    assert cases[0].person_id is not None


def test_words_that_are_part_of_earlier_words_are_kept_too(home: Home) -> None:
    """The shorter after the longer: each message stands in the case by itself."""
    home.talk("he has a knife hes outside")
    home.later(minutes=3)
    home.talk("he has a knife")
    home.later(minutes=3)
    home.talk("he has a knife hes outside")
    assert home.cases()[0].words.splitlines() == ["he has a knife hes outside", "he has a knife"]


def test_a_case_that_said_little_says_what_a_worker_tells_of_the_person(home: Home) -> None:
    """A picture raised it, then comes what no text of theirs told: one case, named by what matters, its words kept; and
    its level and its promise only ever as a text's would be."""
    enrol(home, row("P1", MOTHER, four_weeks_ago(home)))
    receive(home.house, Arrival(kind="sms", account="AC1", sid="SM1", sender=MOTHER, text="", pictures=1))
    (pictured,) = home.cases()
    assert pictured.reason == "picture"
    ref = told_of(home, "routine", "child-died")
    (case,) = home.cases()
    assert (case.ref, case.reason, case.level, case.words) == (ref, "child-died", "routine", pictured.words)
    assert told_of(home, "concern", "person-died") == ref
    assert told_of(home, "routine", "early-help-opened") == ref
    (case,) = home.cases()
    assert (case.reason, case.level) == ("person-died", "concern")
    assert json.loads(case.because) == ["told of child-died", "told of person-died", "told of early-help-opened"]


def told_of(home: Home, level: Level, reason: str) -> str:
    with home.house.db.write() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        return raising.raise_for(
            tx, home.house.live.snapshot(tx), person=person, level=level, reason=reason, because=[f"told of {reason}"],
            now=home.clock.now(),
        )  # fmt: skip
