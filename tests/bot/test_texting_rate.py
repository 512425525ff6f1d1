"""The council's own sending rate: read from its file, with a default, and refused by file, line and key."""

from pathlib import Path

import pytest

from bot.content import ContentFaults, compile_content, read_content
from bot.rules import rules_of
from bot.settings import ROOT
from flows.flood import AnswerLimits
from messages.bucket import Rate

CONTENT = ROOT / "content"


def council_with(tmp_path: Path, texting: str) -> Path:
    """The shipped council with another rate, or with none."""
    before, _, after = (
        (CONTENT / "council.yaml").read_text("utf-8").partition("texting:\n  per_second: 5\n  burst: 5\n")
    )
    own = tmp_path / "own.yaml"
    own.write_text(before + texting + after)
    return own


def rate_of(path: Path) -> Rate:
    return rules_of(compile_content(read_content(CONTENT, path)).council).texting


def test_the_shipped_council_says_its_rate() -> None:
    """What the file says is what the rules hold."""
    assert rate_of(CONTENT / "council.yaml") == Rate(per_second=5, burst=5)


def test_a_council_may_say_another_or_none(tmp_path: Path) -> None:
    """A part of a message a second is read; left out, an ordinary number's rate stands."""
    assert rate_of(council_with(tmp_path, "texting:\n  per_second: 12.5\n  burst: 20\n")) == Rate(
        per_second=12.5, burst=20
    )
    assert rate_of(council_with(tmp_path, "")) == Rate()


@pytest.mark.parametrize(
    ("texting", "key", "line"),
    [
        ("texting:\n  per_second: 0.2\n  burst: 5\n", "per_second", 1),
        ("texting:\n  per_second: 5\n  burst: 1\n", "burst", 2),
        ("texting:\n  per_second: fast\n", "per_second", 1),
        ("texting:\n  per_minute: 60\n", "per_minute", 1),
    ],
)
def test_a_rate_that_cannot_be_is_told_by_key_and_line(tmp_path: Path, texting: str, key: str, line: int) -> None:
    """Too slow for safety, nothing to keep for it, no number, or a word nobody knows: nothing is published."""
    own = council_with(tmp_path, texting)
    first = own.read_text("utf-8").splitlines().index("texting:") + 1
    with pytest.raises(ContentFaults) as told:
        read_content(CONTENT, own)
    (fault,) = told.value.faults
    assert key in str(fault)
    assert fault.line == first + line


ANSWERS = "answers: {in_ten_minutes: 30, in_a_day: 100, same_words: 3}\n"


def answers_with(tmp_path: Path, answers: str) -> Path:
    own = tmp_path / "own.yaml"
    own.write_text((CONTENT / "council.yaml").read_text("utf-8").replace(ANSWERS, answers))
    return own


def test_the_limit_of_automatic_answers_is_the_councils(tmp_path: Path) -> None:
    """What the file says is what the rules hold; left out, the defaults that it is shipped with."""
    for answers in (ANSWERS, ""):
        rules = rules_of(compile_content(read_content(CONTENT, answers_with(tmp_path, answers))).council)
        assert rules.answers == AnswerLimits()
    own = answers_with(tmp_path, "answers: {in_ten_minutes: 40, in_a_day: 60, same_words: 2}\n")
    rules = rules_of(compile_content(read_content(CONTENT, own)).council)
    assert rules.answers == AnswerLimits(in_ten_minutes=40, in_a_day=60, same_words=2)


@pytest.mark.parametrize(
    ("answers", "key"),
    [
        ("answers: {in_ten_minutes: 5}\n", "in_ten_minutes"),
        ("answers: {in_a_day: 20}\n", "in_a_day"),
        ("answers: {same_words: 1}\n", "same_words"),
        ("answers: {in_an_hour: 60}\n", "in_an_hour"),
    ],
)
def test_a_limit_that_would_silence_a_family_is_told_by_its_key(tmp_path: Path, answers: str, key: str) -> None:
    """Fewer answers than a referral has questions, or a word nobody knows: nothing is published."""
    with pytest.raises(ContentFaults) as told:
        read_content(CONTENT, answers_with(tmp_path, answers))
    (fault,) = told.value.faults
    assert key in str(fault)
