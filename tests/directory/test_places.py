"""Postcodes found in what families write, and placed no more exactly than is known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.places import Places, distance_km
from tests.directory.samples import places

READ = [
    ("my 4yr old is not talking much yet, SW18 2PU", "SW18 2PU", "postcode"),
    ("sw182pu", "SW18 2PU", "postcode"),
    ("Sw18 2pU!", "SW18 2PU", "postcode"),
    ("we live at sw18-2pu now", "SW18 2PU", "postcode"),
    ("SW18, 2PU", "SW18 2PU", "postcode"),
    ("SWI8 2PU", "SW18 2PU", "postcode"),
    ("SW17 OQT", "SW17 0QT", "postcode"),
    ("18 2PU", "SW18 2PU", "postcode"),
    ("in SW18, well SW18 2PU", "SW18 2PU", "postcode"),
    ("SW19 9AB or so", "SW19 9", "sector"),
    ("SW111", "SW11 1", "sector"),
    ("SW18 2P", "SW18 2", "sector"),
    ("RH10 1HT", "RH10 1", "sector"),
    ("SW18 7AA", "SW18", "outcode"),
    ("SW18", "SW18", "outcode"),
    ("no i meant sw17", "SW17", "outcode"),
    ("sw 18", "SW18", "outcode"),
    ("SW18 2 kids", "SW18", "outcode"),
    ("SW9 9yr old boy", "SW9", "outcode"),
    ("im in e8", "E8", "outcode"),
    ("BT1 1AA", "BT1 1AA", "none"),
]
NOT_PLACES = [
    "", "no 10", "e10 quid", "IG", "my 4yr old", "year 6", "im 15 2nd time asking", "so 15 of us", "i have 2 4yr olds",
    "got a section s21 notice", "between 10 2pm", "ps5 and mp3", "h1n1", "M25 traffic", "e1 old street", "me 2 please",
    "la 1 st", "call 07700 900123", "b12 tablets", "£20 2pm", "1st 2nd 3rd", "A1 2B", "hes 3 n not talking",
    "co2 alarm",
    "covid19 2", "😀", "ß 10", "ZZ99 9ZZ",
]  # fmt: skip


@pytest.mark.parametrize(("text", "read_as", "precision"), READ)
def test_a_postcode_is_read_as_far_as_it_is_known(text: str, read_as: str, precision: str) -> None:
    """Claim: any spacing, case and the slips O and I are read; an unknown one falls back to its sector or outcode."""
    place = places().read(text)
    assert place is not None
    assert (place.read_as, place.precision) == (read_as, precision)


@pytest.mark.parametrize("text", NOT_PLACES)
def test_ordinary_words_are_no_postcodes(text: str) -> None:
    """Claim: prices, times, ages, vitamins, motorways and notices name no place."""
    assert places().read(text) is None


def test_a_single_letter_district_is_read_where_it_is_the_whole_answer() -> None:
    """Claim: "N1" answers "what is your postcode?", though in a sentence something must say it is a place."""
    answered = places().read("N1")
    assert answered is not None
    assert answered.read_as == "N1"
    assert places().read("take n1 pill") is None


def test_a_whole_postcode_has_its_point_and_authority() -> None:
    """Claim: SW18 2PU lies in Wandsworth, where the data puts it, with no uncertainty."""
    place = places().read("SW18 2PU")
    assert place is not None
    assert place.lad_code == "E09000032"
    assert place.radius_km == 0
    assert place.outcode == "SW18"
    assert place.lat is not None
    assert place.lon is not None
    assert distance_km(place.lat, place.lon, 51.4547, -0.1843) < 1


def test_part_of_a_postcode_says_how_wide_it_is() -> None:
    """Claim: a sector is wider than a postcode, and an outcode wider still."""
    sector, outcode = places().read("SW18 2"), places().read("SW18")
    assert sector is not None
    assert outcode is not None
    assert 0 < sector.radius_km < outcode.radius_km


def test_the_words_it_was_read_from_are_marked() -> None:
    """Claim: `start` and `end` cut the postcode, and nothing else, out of the text."""
    text = "stay and play near SW18 2PU please"
    place = places().read(text)
    assert place is not None
    assert text[place.start : place.end] == "SW18 2PU"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_without_error(text: str) -> None:
    """Claim: reading never raises, and what it marks lies inside the text."""
    place = places().read(text)
    if place is not None:
        assert 0 <= place.start < place.end <= len(text)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["SW18 2PU", "SW11 1EJ", "SW2 1JQ", "SE1 7QP", "SW15 2DR"]),
    st.sampled_from(["", " ", "  "]),
    st.booleans(),
    st.sampled_from(["", "hello ", "i live at ", "hes 3. "]),
    st.sampled_from(["", ".", " please", ", 2 kids", "!!"]),
)
def test_spacing_case_and_surroundings_do_not_matter(
    postcode: str, gap: str, lower: bool, before: str, after: str
) -> None:
    """Claim: a postcode we hold is read from any sentence, however it is spaced or cased."""
    written = postcode.replace(" ", gap)
    place = places().read(before + (written.lower() if lower else written) + after)
    assert place is not None
    assert (place.read_as, place.precision) == (postcode, "postcode")


def test_a_row_that_is_no_postcode_is_refused() -> None:
    """Claim: broken data is found when it is loaded, not when a family asks."""
    with pytest.raises(ValueError, match="not a postcode"):
        Places(home=[("SW18-2PU", "E09000032", 51.4, -0.1)], sectors=(), outcodes=())
