"""Children's ages read from what families write."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.ages import OLDEST, read_age

AGES = [
    ("my 4yr old", 4), ("my 4 yr old is not talking", 4), ("she's 3", 3), ("she\u2019s 3", 3), ("shes 13", 13),
    ("hes 3 n not talking much", 3), ("for my lad hes 9", 9), ("mines 14", 14), ("im 15", 15), ("my son 11", 11),
    ("18 months", 1.5), ("10 month old baby", 0.83), ("she is 5 months", 0.42), ("twins 6wks old", 0.11),
    ("2 and a half", 2.5), ("2 1/2 yr old", 2.5), ("2½", 2.5), ("2 yr 6 month old", 2.5), ("my daughter is 2.5", 2.5),
    ("newborn", 0), ("just been born", 0), ("year 6", 10), ("yr 7", 11), ("school place yr 3 who do i ask", 7),
    ("a year 8 boy", 12), ("starting reception", 4), ("8 year old", 8), ("7 and 9 year olds", 7), ("aged 4-7", 4),
    ("kids 3 and 5", 3), ("17 yr old electrician", 17), ("he is nearly 5", 4.9), ("she just turned 4", 4),
    ("two", 2), ("six month old", 0.5), ("4", 4), ("13.", 13), ("niños de 8 años", 8), ("bébé de 10 mois", 0.83),
    ("flat 4, she's 12", 12), ("SW18 2PU my girl is 6", 6),
]  # fmt: skip
NO_AGES = [
    "", "2 kids", "i have 3 kids", "3 kids under 5", "we have 2 boys", "£20", "at 4pm", "call me at 5", "on bus 14",
    "SW18 2PU", "6 months pregnant", "waiting 18 months", "im 15 weeks", "im 34 with 3 kids", "in 2 years",
    "he hit me 3 times", "im 2 weeks late", "its 3 degrees", "he is 6 foot", "im one of three", "she owes 20 quid",
    "free 15 hours", "section 21", "07700 900123", "last year 6 weeks", "opens before 8", "1:1 support",
]  # fmt: skip


@pytest.mark.parametrize(("text", "years"), AGES)
def test_an_age_is_read_in_years(text: str, years: float) -> None:
    """Claim: years, months, weeks, halves, school years and bare answers are read as families write them."""
    assert read_age(text) == years


@pytest.mark.parametrize("text", NO_AGES)
def test_other_numbers_are_no_ages(text: str) -> None:
    """Claim: counts, prices, times, waits, postcodes and an adult's age are not a child's age."""
    assert read_age(text) is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"(my|hes|£|at )? ?\d{1,3} ?(yr|months|weeks|pm)? ?(old)?", fullmatch=True))
def test_an_age_is_always_a_childs(text: str) -> None:
    """Claim: whatever is written, reading never raises and gives an age from 0 to 25, or none."""
    age = read_age(text)
    assert age is None or 0 <= age <= OLDEST
