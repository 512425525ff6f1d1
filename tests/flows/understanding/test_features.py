"""The parts of a message that the linear model weighs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.understanding.features import letters, parts, root, stem

WORDS = st.lists(st.text(min_size=1, max_size=12), max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [("nurseries", "nursery"), ("hitting", "hit"), ("punched", "punching"), ("babies", "baby"), ("moved", "moving")],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    """What is learnt of one form holds for the others."""
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["bus", "dad", "mess", "his", "żona", "بيت"])
def test_short_words_and_other_scripts_stay(word: str) -> None:
    """The stem is English: it takes nothing from words that it cannot know."""
    assert stem(word) == word


AGES = {"0": "#0", "4": "#1-5", "four": "#1-5", "11": "#6-12", "nine": "#6-12", "15": "#13-17", "34": "#18-99"}


@pytest.mark.parametrize(("age", "range_"), [*AGES.items(), ("450", "#100-"), ("٩", "#6-12")])
def test_a_number_is_a_range(age: str, range_: str) -> None:
    """ "hes 9" and "hes eleven" say the same of a child."""
    assert root(age) == range_


@given(WORDS, st.booleans())
def test_every_part_has_its_place(words: list[str], with_letters: bool) -> None:
    """Each part stands at a word of the message; a message of n words has n words and n + 1 pairs."""
    found = parts(words, with_letters=with_letters)
    assert all(0 <= place < max(len(words), 1) for _, place in found)
    assert sum(part.startswith("w") for part, _ in found) == len(words)
    assert sum(part.startswith("b") for part, _ in found) == len(words) + 1
    assert with_letters or not any(part.startswith("c") for part, _ in found)


@given(st.text(min_size=1, max_size=20))
def test_letters_cover_the_word(word: str) -> None:
    """Every letter is in some group, and a group is three to five of them, the marks of the ends counted."""
    groups = letters(word)
    assert all(3 <= len(group) - 1 <= 5 for group in groups)
    assert all(any(letter in group for group in groups) for letter in word)


def test_numbers_of_other_scripts_raise_nothing() -> None:
    """Not every digit is a number that can be counted with: an Ethiopic one is a word like any other."""
    assert parts(["፩", "²", "½", "10²"], with_letters=True)
