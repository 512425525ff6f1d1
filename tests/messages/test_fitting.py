"""Bodies made to fit two segments: without accents where that is what it takes, joined where both fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.fitting import fitted, together, unaccented
from messages.sms import encoding_of, segments

LATIN = st.text(
    st.characters(min_codepoint=0xA0, max_codepoint=0x17F) | st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    max_size=400,
)


@pytest.mark.parametrize(
    ("body", "bare"),
    [
        ("Zadzwoń do środy, Łódź", "Zadzwon do srody, Lodz"),
        ("segunda-feira, não, você, ação", "segunda-feira, nao, voce, açao".replace("ç", "c")),
        ("è già lunedì, perché", "è già lunedì, perché"),  # GSM-7 has these
        ("sábado, mañana", "sabado, mañana"),
        ("d\u2019août", "d'aout"),
    ],
)
def test_only_what_gsm_lacks_loses_its_accent(body: str, bare: str) -> None:
    """Claim: the letter beneath stays; letters that a text can hold stay as they were written."""
    assert unaccented(body) == bare
    assert encoding_of(bare) == "GSM-7"


def test_a_short_text_keeps_its_letters() -> None:
    """Claim: nothing is taken away where two segments hold it as it is."""
    assert fitted("Zadzwoń pod 999.") == "Zadzwoń pod 999."
    assert fitted("ż" * 134) == "ż" * 134


def test_a_long_text_is_sent_without_them() -> None:
    """Claim: past 134 UCS-2 characters it goes in GSM-7, where two segments hold 306."""
    assert fitted("ż" * 135) == "z" * 135
    assert fitted("ż" * 306) == "z" * 306


def test_what_cannot_fit_stays_as_it_is() -> None:
    """Claim: accents are not given up for nothing."""
    assert fitted("ż" * 307) == "ż" * 307
    assert fitted("\u0627" * 135) == "\u0627" * 135


@given(LATIN)
def test_fitting_never_makes_longer(body: str) -> None:
    """Claim: as it was, or two segments at most and every character of it in GSM-7."""
    made = fitted(body)
    assert made == body or (segments(made) <= 2 < segments(body) and encoding_of(made) == "GSM-7")


@given(st.lists(LATIN.filter(str.strip), min_size=1, max_size=3))
def test_together_loses_nothing(bodies: list[str]) -> None:
    """Claim: one body of two segments at most that holds them all, or each by itself in its order."""
    made = together(bodies)
    if len(made) == 1 and len(bodies) > 1:
        assert segments(made[0]) <= 2
        assert all(body in made[0] for body in bodies)
    else:
        assert made == tuple(fitted(body) for body in bodies) or made == tuple(bodies)
