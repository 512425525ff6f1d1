"""The answers to danger in every language that ships: whole, short, kept from a watched phone, dialled rightly."""

import re
from datetime import datetime, timedelta
from functools import cache

import pytest

from bot.content import Notes, parse_content
from bot.content.compiling import Talk, compile_talk
from flows.safety_replies import REPLY_IDS, WATCHED
from flows.wording import LONDON, RIGHT_TO_LEFT, Wording, placeholders, say_moment
from messages.fitting import fitted
from messages.sms import encoding_of, segments
from tests.flows.practice import CONTENT

LANGUAGES = ("pl", "pt", "es", "so", "ar", "ur", "fr", "it")
EVERY = [(language, text) for language in ("en", *LANGUAGES) for text in REPLY_IDS]
TRANSLATED = [(language, text) for language, text in EVERY if language != "en"]
NUMBER = re.compile(r"\d[\d ]*\d")
# What a reader over the shoulder must not see, in each language: harm, home, help, the helplines' kinds.
GIVEN_AWAY = {
    "en": "abuse violence hurt hit harm safe danger suicid child partner husband helpline police team council",
    "pl": "przemoc krzywd bije bezpiecz samobój dziec mąż partner policj zespół",
    "pt": "violência mal perigo segur suicíd criança parceiro marido polícia equipa",
    "es": "violencia daño peligro segur suicid niñ pareja marido policía equipo",
    "so": "dhib dhaawac halis ammaan ilmo nin booliis koox",
    "ar": "عنف أذى تؤذ خطر أمان انتحار طفل زوج شرطة فريق",
    "ur": "تشدد نقصان خطر محفوظ خودکشی بچ شوہر پولیس ٹیم",
    "fr": "violence mal danger sûr suicid enfant conjoint mari police équipe",
    "it": "violenza male pericol sicur suicid bambin compagno marito polizia servizio",
}


@cache
def shipped() -> Talk:
    notes = Notes()
    talk = compile_talk(parse_content(CONTENT, notes).files, notes)
    assert talk is not None
    assert not notes.faults
    return talk


@cache
def longest(language: str) -> datetime:
    """Of every quarter of an hour in a year of days, the moment that takes the most letters to say."""
    quarters = [(9, 0), (10, 45), (12, 45), (22, 45)]
    days = (datetime(2026, 1, 1, tzinfo=LONDON) + timedelta(days=n) for n in range(365))
    return max(
        (d.replace(hour=h, minute=m) for d in days for h, m in quarters), key=lambda a: len(say_moment(a, language))
    )


def said(language: str, text: str) -> tuple[tuple[str, str], ...]:
    return shipped().wording.render_beside(text, {"look_by": longest(language)}, language)


def source(language: str, text: str) -> str:
    wording = shipped().wording
    english = wording.texts[text]
    return english if language == "en" else {**wording.drafts[language], **wording.catalogs[language]}[english]


def test_every_language_that_families_speak_is_there() -> None:
    """Claim: the eight languages besides English, each whole: no answer to danger is without its translation."""
    wording = shipped().wording
    assert set(wording.catalogs) == set(wording.drafts) == set(LANGUAGES)
    for language in LANGUAGES:
        known = wording.catalogs[language].keys() | wording.drafts[language].keys()
        assert {wording.texts[text] for text in (*REPLY_IDS, "safety.carry-on")} <= known


@pytest.mark.parametrize(("language", "text"), EVERY)
def test_each_fits_two_texts_with_the_longest_of_everything(language: str, text: str) -> None:
    """Claim: two segments at most as it leaves, with the longest day, month and time and the council's own numbers."""
    (_, words), *_ = said(language, text)
    assert segments(fitted(words)) <= 2, (len(words), encoding_of(fitted(words)), words)
    assert "{" not in words


@pytest.mark.parametrize(("language", "text"), TRANSLATED)
def test_each_says_what_the_english_says(language: str, text: str) -> None:
    """Claim: 999 and the moment stand in each; no line is named that the English does not name, and where it names some
    a number to ring is in the translation too."""
    words, english = source(language, text), shipped().wording.texts[text]
    assert "999" in words
    assert "{look_by}" in words
    assert placeholders(words) <= placeholders(english)
    lines = placeholders(english) & shipped().helplines.keys()
    reached = placeholders(words) & (shipped().helplines.keys() | {"phone", "out_of_hours_phone"})
    assert bool(lines) <= bool(reached)


@pytest.mark.parametrize(("language", "text"), TRANSLATED)
def test_no_word_is_left_in_english(language: str, text: str) -> None:
    """Claim: of the words of the English none of the common ones is left in a translation."""
    left = {"call", "the", "you", "person", "please", "now", "if"} & set(source(language, text).lower().split())
    assert left == set()


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
@pytest.mark.parametrize("text", sorted(set(WATCHED.values())))
def test_a_watched_phone_names_nothing(language: str, text: str) -> None:
    """Claim: in no language does it name a harm, a need, a helpline or who we are; its only numbers are 999 and 55."""
    words = source(language, text)
    assert placeholders(words) == {"look_by"}
    assert re.findall(r"\d+", words) == ["999", "55"]
    shown = " ".join(body for _, body in said(language, text)).casefold()
    council = shipped().council
    for told in (council.name, council.service, *(line.name.split(" (")[0] for line in shipped().helplines.values())):
        assert told.casefold() not in shown
    for told in (*GIVEN_AWAY["en"].split(), *GIVEN_AWAY[language].split()):
        assert not re.search(rf"(?<!\w){told}", shown), told


@pytest.mark.parametrize("text", REPLY_IDS)
@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT & set(LANGUAGES)))
def test_right_to_left_a_number_cannot_be_read_in_pieces(language: str, text: str) -> None:
    """Claim: no number has a space in it, and none stands straight after a Latin name's number, whose direction it
    would take (Unicode Standard Annex 9, W2 and W7)."""
    (_, words), *_ = said(language, text)
    assert not re.search(r"\d \d", words)
    assert not re.search(r"[A-Za-z]\W*\d+\W+\d", re.sub(r"\d{1,2}:\d\d\W*[AP]?M?", "", words))


@pytest.mark.parametrize(("language", "text"), TRANSLATED)
def test_until_a_speaker_has_checked_it_the_english_stands_beside_it(language: str, text: str) -> None:
    """Claim: an unchecked text goes first, then the English; checked, the language alone, unless only guessed."""
    wording = shipped().wording
    values = {"look_by": longest(language)}
    english = wording.texts[text]
    draft = Wording(texts=wording.texts, shared=wording.shared, drafts={language: {english: source(language, text)}})
    assert [spoken for spoken, _ in draft.render_beside(text, values, language)] == [language, "en"]
    checked = Wording(
        texts=wording.texts, shared=wording.shared, catalogs={language: {english: source(language, text)}}
    )
    assert [spoken for spoken, _ in checked.render_beside(text, values, language)] == [language]
    guessed = checked.render_beside(text, values, language, chosen=False)
    assert [spoken for spoken, _ in guessed] == [language, "en"]
    assert guessed[1][1] == wording.render(text, values)


def test_a_language_nobody_wrote_is_said_in_english_once() -> None:
    """Claim: no translation, no second message."""
    assert [spoken for spoken, _ in said("de", "safety.urgent")] == ["en"]
