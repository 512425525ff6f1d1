"""docs/what-families-can-text.md is true: each word of its tables is texted, and does what its row says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.talking import in_words
from tests.journeys.test_journeys import begin

PAGE = Path(__file__).resolve().parents[2] / "docs" / "what-families-can-text.md"
# The first thing that each of the words does, as a journey tells it.
DOES = {
    "STOP": "consent text refused", "START": "consent text given", "HELP": "say help", "MENU": "say menu.choose",
    "BACK": "say back.none", "HUMAN": "raise routine asked-for-person", "LANGUAGE": "say language.which",
    "STATUS": "say status.none", "WHEN": "say when.none", "LESS": "wish less every 28 days", "PAUSE": "wish pause",
    "BACK ON": "wish back-on", "MY DATA": "raise routine my-data", "WRONG NUMBER": "raise routine wrong-person",
    "REFER": "start timer unfinished", "KEEP IN TOUCH": "say keep-in-touch.about",
    "COMPLAINT": "raise routine complaint", "FEEDBACK": "say feedback.better", "HOURS": "say hours.open",
    "TONIGHT": "say tonight.open", "YOUNG": "say young.yes",
    "LESS EVERY 3 MONTHS": "wish less every 90", "PAUSE TILL SEPTEMBER": "wish pause 2027-09-01",
}  # fmt: skip
STOPPED = {"consent": "stopped", "first_contact": "false"}
TEXTED = {"consent": "given", "first_contact": "false", "may_enrol": "true"}


def rows() -> Iterator[list[str]]:
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def words() -> Iterator[tuple[str, str]]:
    """Each word of the page in code quotes, with the command that it stands for."""
    heading: list[str] = []
    for cells in rows():
        if cells[0] == "language":
            heading = [cell.strip("`") for cell in cells]
        elif heading:
            yield from ((cell.strip("`"), command) for cell, command in zip(cells[1:], heading[1:], strict=True))
        else:
            yield from ((word, word) for word in re.findall(r"`([^`]+)`", " ".join(cells)) if word in DOES)


@pytest.mark.parametrize(("word", "command"), list(dict.fromkeys(words())))
def test_each_word_does_what_the_page_says(word: str, command: str) -> None:
    """Claim: texted alone by somebody we text, it does what its row says, in whatever language it is."""
    talk = begin({"facts": STOPPED if command == "START" else TEXTED})
    if command == "BACK ON":
        talk.hear("PAUSE TILL SEPTEMBER")
    done = [in_words(effect) for effect in talk.hear(word)]
    expected = "language " if command == "LANGUAGE" and word != "LANGUAGE" else DOES[command]
    assert done[0].startswith(expected), done


def test_the_page_has_every_command_and_all_eight_languages() -> None:
    """Claim: none of the commands is left out, and each language has each of the seven."""
    assert {command for _, command in words()} == set(DOES)
    assert [cells[0] for cells in rows()][-8:] == [
        "Polish", "Portuguese", "Spanish", "Somali", "Arabic", "Urdu", "French", "Italian",
    ]  # fmt: skip
    assert {len(cells) for cells in rows()} == {2, 8}
