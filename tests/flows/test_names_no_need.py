"""A text that nobody asked for may be read by somebody else: none names a need, save what every child of an age has."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.alerts import rules
from bot.content import compile_content, read_content
from bot.settings import ROOT
from flows.effects import Say
from flows.events import CheckInDue, CheckInReminded
from flows.session import Session
from flows.texts import CODE
from flows.wording import Wording
from tests.flows.practice import Family, assets, facts

CONTENT = ROOT / "content"
# Words of the needs' names that say nothing of a family: of everybody's school year and age, or of no subject at all.
# "Childcare", "health" and the rest stand in the letters that every family of a child that old gets.
NOBODYS = frozenset({
    "about", "care", "child", "childcare", "children", "development", "families", "going", "groups", "health",
    "help", "living", "meeting", "nursery", "people", "places", "plans", "play", "school", "services", "short",
    "starting", "support", "things", "training", "with", "young", "youth",
})  # fmt: skip


def need_words() -> frozenset[str]:
    """Each word of four letters or more in a need's id or label."""
    groups = yaml.safe_load((CONTENT / "needs.yaml").read_text(encoding="utf-8"))["needs"].values()
    said = " ".join(f"{need['id']} {need['label']}" for group in groups for need in group)
    return frozenset(re.findall(r"[a-z]{4,}", said.lower())) - NOBODYS


def begun() -> list[str]:
    """The flow of every touch of every programme."""
    flows = {
        name
        for path in Path(CONTENT / "programmes").glob("*.yaml")
        for name in re.findall(r"flow: ([\w-]+)", path.read_text(encoding="utf-8"))
    }
    return sorted(flows)


def said_first(flow: str) -> Iterator[str]:
    """What a check-in of this flow says before anybody answers, its choices and its reminder."""
    family = Family(Session.new(), facts(consent="given"))
    first = family.happens(CheckInDue(flow=flow, touch=1))
    family.passes(minutes=5000)
    for effect in (*first, *family.happens(CheckInReminded(touch=1))):
        if isinstance(effect, Say):
            assert effect.purpose in {"check-in", "reminder"}
            yield assets().wording.render(effect.text, effect.values)
            yield from (assets().wording.label(choice.label, "en") for choice in effect.choices)


def named(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower())) & need_words()


def test_the_words_that_are_looked_for() -> None:
    """Claim: the list holds the needs that a family would least want read, so that the tests below can fail."""
    assert len(need_words()) > 60
    hidden = {
        "debt",
        "abuse",
        "drugs",
        "alcohol",
        "bereavement",
        "separation",
        "housing",
        "domestic",
        "behaviour",
    }
    assert hidden <= need_words()
    assert named("Hi from Larkline. How is the debt going?") == {"debt"}


@pytest.mark.parametrize("flow", begun())
def test_no_check_in_or_reminder_names_a_need(flow: str) -> None:
    """Claim: neither a word of a need's name is in it, nor does our own reader of needs find one."""
    told = list(said_first(flow))
    assert told
    for text in told:
        assert named(text) == set(), text
    assert assets().lexicon.understand(told[0]).needs == ()


@cache
def shipped() -> Wording:
    """With its translations, the drafts among them."""
    return compile_content(read_content(CONTENT)).wording


# What a family would least want read, by the beginnings of the words: abuse, debt, drugs, alcohol, mourning, divorce,
# prison, housing, the mind. Of the programmes that are begun by such news none may say so either.
HIDDEN = {
    "ar": ("عنف", "دين", "ديون", "مخدر", "كحول", "حداد", "طلاق", "سجن", "مأوى"),
    "es": ("violencia", "maltrat", "deuda", "droga", "alcohol", "duelo", "divorcio", "cárcel", "vivienda", "depres"),
    "fr": ("violence", "dette", "drogue", "alcool", "deuil", "divorce", "prison", "logement", "dépress"),
    "it": ("violenz", "debit", "droga", "alcol", "lutto", "divorzi", "carcere", "alloggi", "depress"),
    "pl": ("przemoc", "dług", "narkot", "alkohol", "żałob", "rozwod", "rozwód", "więzien", "mieszkani", "depres"),
    "pt": ("violência", "dívida", "droga", "álcool", "luto", "divórcio", "prisão", "habitação", "depressão"),
    "so": ("rabshad", "deyn", "daroog", "khamri", "furriin", "xabsi", "guri la'aan"),
    "ur": ("تشدد", "قرض", "منشیات", "شراب", "سوگ", "طلاق", "جیل"),
}  # fmt: skip


@pytest.mark.parametrize("language", sorted(HIDDEN))
def test_no_translation_of_a_check_in_names_one(language: str) -> None:
    """Claim: of every programme, in each language that a check-in is drafted in, whoever has checked it."""
    wording, read = shipped(), 0
    for flow in begun():
        family = Family(Session.new(), facts(consent="given"))
        first = family.happens(CheckInDue(flow=flow, touch=1))
        family.passes(minutes=5000)
        for effect in (*first, *family.happens(CheckInReminded(touch=1))):
            if isinstance(effect, Say):
                for told, words in wording.render_beside(effect.text, effect.values, language):
                    if told == language:
                        read += 1
                        assert not [hidden for hidden in HIDDEN[language] if hidden in words.casefold()], words
    assert read >= 5, "hardly anything is drafted in it"
    assert [hidden for hidden in HIDDEN["pl"] if hidden in "Czy przemoc w domu".casefold()] == ["przemoc"]


@pytest.mark.parametrize("level", ["urgent", "concern", "routine"])
def test_no_alert_and_no_code_names_a_need(level: str) -> None:
    """Claim: what staff are sent on their own phones, and a code to carry on, say nothing of what it is about."""
    link = "https://example.org/desk/cases/ABCDEFGH"
    for text in (
        rules.text_of("Larkline", level, link),
        rules.email_of("Larkline", level, link),
        shipped().texts[CODE],
    ):
        assert named(text) == set(), text


@pytest.mark.parametrize("language", sorted(HIDDEN))
def test_no_translation_of_a_code_names_one(language: str) -> None:
    """Claim: drafted or checked, in every language, the text with a code names nothing that a family would hide."""
    (spoken, words), *_ = shipped().render_beside(CODE, {"code": "012 345"}, language)
    assert spoken == language
    assert not [hidden for hidden in HIDDEN[language] if hidden in words.casefold()], words
    assert named(words) == set()
