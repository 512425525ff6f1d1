"""What helps first with each need: there for all of them, short, and said once, above the services."""

import re
from datetime import date

import pytest

from bot.cli.lint_reading import too_long
from bot.content import read_document
from bot.content.compiling import Talk, compile_talk
from bot.content.documents import Notes
from flows.lix import reading_of
from flows.wording import placeholders
from tests.flows.practice import CONTENT, Family, said


def talk() -> Talk:
    notes = Notes()
    paths = [CONTENT / "council.yaml", *CONTENT.glob("flows/*.yaml"), *CONTENT.glob("wording/*.yaml")]
    names = [str(path.relative_to(CONTENT)) for path in paths]
    made = compile_talk(
        {name: read_document(path, name, notes) for name, path in zip(names, paths, strict=True)}, notes
    )
    assert made is not None
    return made


TALK = talk()
GROUPS = read_document(CONTENT / "needs.yaml", "needs.yaml", Notes())["needs"]
NEEDS = [need["id"] for group in GROUPS.values() for need in group]
SITE = re.compile(r"[a-z0-9.-]+\.(?:uk|com|org|lgbt)(?:/[a-z-]+)*")


@pytest.mark.parametrize("need", NEEDS)
def test_each_need_has_a_plain_word_and_somebody_to_ask_today(need: str) -> None:
    """Claim: within two texts, easy to read; each number and site is one of helplines.yaml, with date and source."""
    words = TALK.wording.texts[f"self-help.{need}"]
    assert not too_long(TALK, words)  # type: ignore[arg-type]  # it asks for the wording alone
    assert not reading_of(words).hard
    named = placeholders(words)
    assert named
    assert named <= TALK.helplines.keys()
    assert not re.search(r"\d{4}|\d \d", words), "a number belongs into helplines.yaml"
    assert not SITE.search(words), "a site belongs into helplines.yaml"
    assert all(TALK.helplines[line].checked_on >= date(2026, 11, 20) for line in named)
    assert all(TALK.helplines[line].source for line in named)


def test_there_are_forty_five_and_no_others() -> None:
    """Claim: no need is left out, and no text is written for a need that nobody has."""
    assert len(NEEDS) == 45
    assert {text for text in TALK.wording.texts if text.startswith("self-help.")} == {f"self-help.{n}" for n in NEEDS}


class TestWhenItIsSaid:
    def test_once_before_the_services_and_not_again_for_more_or_elsewhere(self) -> None:
        """Claim: a text of its own; more services and another postcode come without it; another need has its own."""
        family = Family.new()
        assert said(family.texts("food, SW18 2PU")) == ["self-help.food", "find.look", "find.next"]
        assert said(family.texts("more")) == ["find.look", "find.next"]
        assert said(family.texts("SW17")) == ["find.look", "find.next"]
        assert said(family.texts("his talking worries me"))[0] == "self-help.child-development"

    def test_also_where_no_service_is_found(self) -> None:
        """Claim: who is told that we found nothing has still been told what helps first."""
        assert said(Family.new().texts("heating for a unicorn, SW18 2PU")) == ["self-help.energy-bills", "find.nothing"]

    def test_never_beside_a_reply_to_danger(self) -> None:
        """Claim: the safety reply says whom to call, and nothing stands between it and the services."""
        assert said(Family.new().texts("no food, SW18 2PU")) == ["safety.concern", "find.look", "find.next"]

    def test_of_no_need_that_is_known_there_is_none(self) -> None:
        """Claim: words that show no need get services or an honest no, and no advice that does not fit."""
        assert said(Family.new().texts("somewhere to keep a unicorn, SW18 2PU")) == ["find.nothing"]
