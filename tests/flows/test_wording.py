"""Texts by id, in each language, with dates and times as people write them."""

from datetime import UTC, date, datetime

import pytest

from flows.wording import UnknownTextError, Wording, catalog, say_date, say_moment

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: pl\\n"

msgid "Hello {name}, call {phone} by {look_by}."
msgstr "Witaj {name}, zadzwoń {phone} do {look_by}."

#, fuzzy
msgid "More"
msgstr "Mniej"

msgid "Yes"
msgstr ""
"""
WORDING = Wording(
    texts={"hello": "Hello {name}, call {phone} by {look_by}."},
    catalogs={"pl": catalog(PO)},
    shared={"phone": "020 7946 0110"},
)
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "10am on Monday 23 November"),
        (datetime(2026, 7, 6, 15, 30, tzinfo=UTC), "4:30pm on Monday 6 July"),  # summer time
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "12 noon on Monday 23 November"),
        (datetime(2026, 11, 23, 0, tzinfo=UTC), "midnight on Monday 23 November"),
        (datetime(2026, 11, 23, 0, 5, tzinfo=UTC), "12:05am on Monday 23 November"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "1:30am on Sunday 25 October"),  # after the clocks went back
    ],
)
def test_moments_in_english(at: datetime, words: str) -> None:
    """Claim: local time, twelve-hour clock, weekday and date."""
    assert say_moment(at) == words


def test_other_languages_use_their_own_names() -> None:
    """Claim: dates come from the language's own calendar words; an unknown language gets English."""
    assert "poniedziałek" in say_moment(AT, "pl")
    assert say_date(date(2026, 11, 23), "fr") == "lundi, 23 novembre"
    assert say_date(date(2026, 11, 23), "xx-nothing") == "Monday, 23 November"


def test_a_far_date_has_its_year() -> None:
    """Claim: beyond ten months, in each language's own form, and not before: a pause may be 400 days."""
    today = date(2026, 11, 22)
    assert say_date(date(2027, 9, 18), "en", today) == "Saturday 18 September"
    assert say_date(date(2027, 9, 19), "en", today) == "Sunday 19 September 2027"
    assert say_date(date(2027, 12, 1), "pl", today) == "środa, 1 grudnia 2027"
    assert say_date(date(2027, 12, 1), "es", today) == "miércoles, 1 de diciembre de 2027"
    texts = Wording(texts={"until": "Until {day}."}, drafts={"fr": {"Until {day}.": "Jusqu'au {day}."}})
    day = {"day": date(2027, 12, 1)}
    assert texts.render("until", day, "en", today) == "Until Wednesday 1 December 2027."
    assert texts.render_beside("until", day, "fr", today=today) == (
        ("fr", "Jusqu'au mercredi, 1 décembre 2027."), ("en", "Until Wednesday 1 December 2027.")
    )  # fmt: skip


def test_a_text_is_said_in_their_language_with_its_values() -> None:
    """Claim: shared values and the step's own fill the translation."""
    assert WORDING.render("hello", {"name": "Jo", "look_by": AT}) == (
        "Hello Jo, call 020 7946 0110 by 10am on Monday 23 November."
    )
    assert WORDING.render("hello", {"name": "Jo", "look_by": AT}, "pl").startswith("Witaj Jo, zadzwoń 020 7946 0110 do")


def test_a_text_in_english_has_english_dates() -> None:
    """Claim: dates are in the language the words were found in, not in the one that was wished for."""
    english = WORDING.render("hello", {"name": "Jo", "look_by": AT})
    assert WORDING.render("hello", {"name": "Jo", "look_by": AT}, "so") == english


def test_what_is_not_translated_or_not_checked_is_english() -> None:
    """Claim: a missing, empty or fuzzy translation is never shown."""
    assert WORDING.label("More", "pl") == "More"
    assert WORDING.label("Yes", "pl") == "Yes"
    assert WORDING.label("More", "so") == "More"


def test_a_value_with_braces_is_only_words() -> None:
    """Claim: what a family wrote is never read as a placeholder."""
    assert WORDING.render("hello", {"name": "{phone}", "look_by": AT}).startswith("Hello {phone},")


def test_an_unknown_text_is_our_fault() -> None:
    """Claim: no text is invented for an id that nobody wrote."""
    with pytest.raises(UnknownTextError):
        WORDING.render("nothing", {})


def test_the_values_a_text_takes() -> None:
    """Claim: shared values are not asked of the step."""
    assert WORDING.needs("hello") == {"name", "look_by"}
