"""The council's own sending rate: read from its file, with a default, and refused by file, line and key."""

from pathlib import Path

import pytest

from bot.content import ContentFaults, compile_content, read_content
from bot.rules import rules_of
from bot.settings import ROOT
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
