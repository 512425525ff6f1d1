"""Cases as turns raise them: one a person, told by what matters, with the name once it is known."""

from tests.houses import Home


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
