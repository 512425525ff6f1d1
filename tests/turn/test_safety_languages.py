"""The answer to danger as it leaves: in their language, with the English beside it until a speaker has checked it."""

import shutil
from pathlib import Path

import pytest

from bot.settings import ROOT
from bot.store import addresses
from bot.store.outbox import Outbox
from bot.turn import receive as receiving
from bot.turn.chat import bubbles, new_token
from messages.sms import encoding_of, segments
from tests.houses import Home, make_home

KNIFE = "he has a knife hes outside"
SPANISH = "mi marido me pega"


def speaks(home: Home, language: str, *, sender: str = "+447700900321", kind: str = "sms") -> None:
    """A family that chose this language."""
    home.text("hello", sender=sender, kind=kind)
    with home.house.db.write() as tx:
        address = addresses.find_address(tx, kind, sender)
        assert address is not None
        addresses.change_address(tx, address.id, language=language)


def safety(home: Home, *, sender: str = "+447700900321", kind: str = "sms") -> list[Outbox]:
    return [row for row in home.out(sender=sender, kind=kind) if row.purpose == "safety"]


@pytest.mark.parametrize("language", ["pl", "pt", "es", "so", "ar", "ur", "fr", "it"])
def test_the_draft_leaves_first_and_the_english_after_it(home: Home, language: str) -> None:
    """Claim: two messages of two segments at most, theirs first, in that order to the phone; the case has both."""
    speaks(home, language)
    home.send()
    home.pigeon.carried.clear()
    home.text(KNIFE)
    home.send()
    theirs, english = safety(home)
    assert (theirs.language, english.language) == (language, "en")
    assert [o.body for o in home.pigeon.carried[:2]] == [theirs.body, english.body]
    assert max(segments(theirs.body), segments(english.body)) <= 2
    assert "999" in theirs.body
    assert "999" in english.body
    (case,) = [case for case in home.cases() if case.reason == "danger"]
    assert {theirs.case_id, english.case_id} == {case.id}


def test_polish_goes_without_its_accents_where_they_would_cost_a_third_text(home: Home) -> None:
    """Claim: what leaves is GSM-7 for a long reply; the words are the same."""
    speaks(home, "pl")
    home.text(KNIFE)
    theirs, _ = safety(home)
    assert encoding_of(theirs.body) == "GSM-7"
    assert "najpozniej" in theirs.body


def test_words_in_another_language_are_answered_in_it_though_none_was_chosen(home: Home) -> None:
    """Claim: a first message in Spanish has its answer in Spanish and in English; the address has chosen nothing."""
    home.text(SPANISH)
    assert [row.language for row in safety(home)] == ["es", "en"]
    assert home.address().language == "en"


@pytest.mark.parametrize(("language", "says"), [("es", ("Ya no recibir", "Nos pidi")), ("ar", ("", ""))])
def test_stop_has_one_answer_in_both_languages_where_they_fit(home: Home, language: str, says: tuple[str, str]) -> None:
    """Claim: one message of two texts at most to STOP, and to words after it; a draft never goes without the English,
    which goes alone where both do not fit."""
    speaks(home, language)
    english = ("You won't get any more texts", "You asked us to stop texting")
    for words, theirs, ours in zip(("STOP", "what now"), says, english, strict=True):
        before = {row.id for row in home.out()}
        home.text(words)
        (said,) = [row for row in home.out() if row.id not in before]
        assert (said.purpose, said.language) == ("stop-receipt", language if theirs else "en")
        assert said.body.startswith(theirs or ours)
        assert ours in said.body
        assert segments(said.body) <= 2


def test_english_is_said_once(home: Home) -> None:
    """Claim: nobody who writes English gets a second message."""
    home.text(KNIFE)
    assert [row.language for row in safety(home)] == ["en"]


def test_a_checked_text_goes_alone(migrated_url: str, tmp_path: Path) -> None:
    """Claim: with the flag taken away by a speaker, only the language is sent; to one who chose it, not to a guess."""
    folder = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    for name in ("pl", "es"):
        po = folder / "wording" / f"{name}.po"
        po.write_text(
            po.read_text("utf-8").replace("#, fuzzy\n", "# Checked by a speaker, 22 November 2026\n"), "utf-8"
        )
    home = make_home(migrated_url, content_dir=folder)
    try:
        speaks(home, "pl")
        home.text(KNIFE)
        assert [row.language for row in safety(home)] == ["pl"]
        home.text(SPANISH, sender="+447700900322")
        assert [row.language for row in safety(home, sender="+447700900322")] == ["es", "en"]
    finally:
        home.house.db.close()


def test_on_the_web_each_stands_in_its_own_direction(home: Home) -> None:
    """Claim: two bubbles, each with its language, so that Arabic runs right to left and the English beside does not."""
    token = new_token()
    speaks(home, "ar", sender=token, kind="web")
    home.text(KNIFE, sender=token, kind="web")
    home.send()
    shown = [bubble for bubble in bubbles(home.house, token) if bubble.purpose == "safety"]
    assert [bubble.language for bubble in shown] == ["ar", "en"]


def test_a_watched_phone_gets_both_and_neither_names_anything(home: Home) -> None:
    """Claim: the English beside it is the careful one too."""
    speaks(home, "fr")
    home.text("he has a knife, cant talk he reads my phone")
    rows = safety(home)
    assert {row.text_id for row in rows} == {"safety.watched"}
    assert {row.language for row in rows} <= {"fr", "en"}
    assert not any(number in row.body for row in rows for number in ("0808", "0800", "116 123", "020 "))


def test_the_fallback_answers_in_their_language_too(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: when stepping raises, the fixed reply is still in the language they chose, English beside it."""
    speaks(home, "ur")

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(receiving, "step", broken)
    home.text(KNIFE)
    assert [row.language for row in safety(home)] == ["ur", "en"]


def test_what_the_fallback_could_not_say_is_said_at_the_next_try(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: the fallback knows only the chosen language; mended, the language heard is added, and nothing twice."""

    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "step", broken)
        home.text(SPANISH)
    assert [row.language for row in safety(home)] == ["en"]
    home.later(seconds=6)
    assert receiving.retry_stuck(home.house, home.clock.now()) == 1
    assert sorted(row.language for row in safety(home)) == ["en", "es"]
