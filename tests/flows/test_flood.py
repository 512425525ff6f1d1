"""The limit of automatic answers, as a rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.flood import FEWEST, AnswerLimits, Lately, bare, held_back

LIMITS = AnswerLimits()
WORDS = st.text(max_size=40)


@given(st.integers(0, 200), st.integers(0, 200), WORDS)
def test_below_both_limits_different_words_are_always_answered(short: int, day: int, words: str) -> None:
    """Claim: only the count holds back words that nobody said before, and either count does."""
    held = held_back(LIMITS, Lately(in_ten_minutes=short, in_a_day=day), words)
    assert (held == "many") == (short >= LIMITS.in_ten_minutes or day >= LIMITS.in_a_day)


@given(WORDS, st.integers(0, 6))
def test_the_same_words_are_held_after_so_many_and_never_before(words: str, times: int) -> None:
    """Claim: the fourth of the same words is held; a number, a sign or no words at all never are."""
    held = held_back(LIMITS, Lately(last=[words] * times), words)
    assert (held == "same") == (times >= LIMITS.same_words and bool(bare(words)))


def test_a_clock_in_the_words_makes_no_other_words_of_them() -> None:
    """Claim: an automatic answer with the time in it is the same; another sentence between ends the run."""
    last = ["I am away until 10:01.", "I am away until 10:02.", "I am away until 10:03."]
    assert held_back(LIMITS, Lately(last=last), "i am away until 10:04") == "same"
    assert held_back(LIMITS, Lately(last=[*last[:2], "sorry"]), "i am away until 10:04") is None
    assert held_back(LIMITS, Lately(last=["10"] * 3), "10") is None


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"in_ten_minutes": FEWEST - 1}, "in_ten_minutes: 15 or more"),
        ({"in_a_day": LIMITS.in_ten_minutes - 1}, "in_a_day: no fewer"),
        ({"same_words": 1}, "same_words: 2 or more"),
    ],
)
def test_a_limit_that_would_cut_a_family_off_is_refused(values: dict[str, int], told: str) -> None:
    """Claim: no council sets a limit that a referral told quickly, or a thing said twice, would meet."""
    with pytest.raises(ValueError, match=told):
        AnswerLimits(**values)
