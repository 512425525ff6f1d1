"""A name that somebody heard on the telephone finds whom they mean."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.near_names import EXACT, Names, words_of

WORDS = st.text(string.ascii_lowercase, min_size=4, max_size=10)


def known(*names: str) -> Names:
    made = Names()
    for number, name in enumerate(names):
        made.put(number, name)
    return made


def ids(made: Names, typed: str) -> list[int]:
    return [person_id for person_id, _ in made.find(typed, limit=50)]


@given(st.lists(WORDS, min_size=2, max_size=2, unique=True), st.data())
@settings(max_examples=200, deadline=None)
def test_one_slip_in_a_word_of_four_letters_or_more_is_forgiven(words: list[str], data: st.DataObject) -> None:
    """A letter left out, put in, changed or swapped with its neighbour: the person is still found."""
    made = known("Somebody Else", " ".join(words))
    which = data.draw(st.integers(0, 1))
    word = words[which]
    at = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    slips = [word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :],
             word[:at] + word[at + 1] + word[at] + word[at + 2 :]]  # fmt: skip
    typed = [*words]
    typed[which] = data.draw(st.sampled_from([slip for slip in slips if len(slip) >= 4] or [word]))
    assert 1 in ids(made, " ".join(typed))


def test_what_is_typed_may_be_a_part_in_any_order_and_without_marks() -> None:
    """Either name alone, its beginning, both the other way round, accents, apostrophes and hyphens left out."""
    made = known("Zoë O'Brien", "Ann-Marie Łukasz", "Mohammed Ali Khan")
    for typed in ("zoe", "obrien", "O Brien zoe", "Obri"):
        assert ids(made, typed)[0] == 0, typed
    for typed in ("annmarie", "Ann Marie", "lukasz ann"):
        assert ids(made, typed)[0] == 1, typed
    for typed in ("Muhammad Khan", "Mohamed", "khan mohammed", "moh", "Aly Khan"):
        assert ids(made, typed)[0] == 2, typed


def test_every_word_must_be_near_and_the_exact_comes_first() -> None:
    """A second name that is another's keeps a person out; the name itself stands before what is like it."""
    made = known("Sara Khan", "Sarah Khan", "Sarah Smith")
    assert ids(made, "Sarah Khan") == [1, 0]
    found = dict(made.find("Sarah Khan", limit=5))
    assert found[1] == EXACT
    assert found[0] < EXACT
    assert made.find("   ", limit=5) == []
    assert ids(made, "Oyelaran") == []


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", "Ana Lee", "Ana", "Ben Lee", "Bea"])), max_size=30))
def test_a_changed_name_is_found_by_the_new_and_not_the_old(changes: list[tuple[int, str]]) -> None:
    """After any changes, the index finds exactly what one made afresh would; a name taken away is nowhere in it."""
    changed, last = Names(), dict[int, str]()
    for who, name in changes:
        changed.put(who, name)
        last[who] = name
    afresh = Names()
    for who, name in last.items():
        afresh.put(who, name)
    for typed in ("ana", "ana lee", "ben", "bea"):
        assert changed.find(typed, limit=9) == afresh.find(typed, limit=9)
    assert len(changed) == sum(bool(words_of(name)) for name in last.values())


def test_a_number_is_near_no_name_unless_some_name_has_one() -> None:
    """A telephone number, a postcode and a case system's reference are compared with nobody; a nought that slipped into
    a name is forgiven; a name that has a number in it is found by it."""
    made = known("Jones Sowerby", "Ali Khan")
    for typed in ("07700 900123", "SW18 2PU", "sw182pu", "LCS-123"):
        assert ids(made, typed) == []
    assert ids(made, "j0nes") == [0]
    made.put(7, "Henry 8")
    assert ids(made, "henry 8") == [7]
    made.drop(7)
    assert ids(made, "8") == []
