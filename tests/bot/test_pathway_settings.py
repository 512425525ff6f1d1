"""The council's own levels, checklist, partners, offers and clocks: read from its file, refused by key where wrong."""

from pathlib import Path

import pytest

from bot.content import ContentFaults, compile_content, read_content
from bot.content.pathway import Pathway
from bot.settings import ROOT

CONTENT = ROOT / "content"
SHIPPED = (CONTENT / "council.yaml").read_text("utf-8")
START, END = SHIPPED.index("pathway:\n"), SHIPPED.index("# How long each kind of record is kept")


def council_with(tmp_path: Path, pathway: str) -> Path:
    own = tmp_path / "own.yaml"
    own.write_text(SHIPPED[:START] + pathway + "\n" + SHIPPED[END:])
    return own


def pathway_of(path: Path) -> Pathway:
    return compile_content(read_content(CONTENT, path)).council.pathway


def test_what_is_shipped_is_what_stands_where_nothing_is_said(tmp_path: Path) -> None:
    """Claim: the shipped file and the defaults are one, with the promised checklist and clocks."""
    shipped = pathway_of(CONTENT / "council.yaml")
    assert shipped == pathway_of(council_with(tmp_path, "")) == Pathway()
    assert [name for name, _ in shipped.checks] == ["gp", "dentist", "school", "health-visitor"]
    assert (shipped.clocks.first_look_days, shipped.clocks.help_secured_days) == (1, 10)
    assert shipped.clocks.review_weeks == (4, 8, 12)


def test_a_council_has_its_own(tmp_path: Path) -> None:
    """Claim: its levels in its own words, and its own days."""
    own = pathway_of(council_with(tmp_path, "pathway:\n  levels: {green: Green, red: Red}\n  help_secured_days: 5\n"))
    assert own.levels == (("green", "Green"), ("red", "Red"))
    assert own.clocks.help_secured_days == 5


@pytest.mark.parametrize(
    ("written", "key", "told"),
    [
        ("levels: {}", "levels", "name at least one"),
        ("levels: {Level 1: Universal}", "levels", "small letters, digits and hyphens"),
        ('levels: {one: " "}', "levels", "say in 1 to 80 characters"),
        ("offers: {nfa: No further action}", "offers", "a referral ends with something offered"),
        ("partners: [North]", "partners", "no locality's"),
        ("help_secured_days: 0", "help_secured_days", "working days, 1 to 60"),
        ("first_look_days: 11", "help_secured_days", "no fewer days"),
        ("review_weeks: [8, 4]", "review_weeks", "the soonest first"),
        ("revew_weeks: [4]", "revew_weeks", "unknown key"),
    ],
)
def test_a_bad_value_is_refused_by_its_key(tmp_path: Path, written: str, key: str, told: str) -> None:
    """Claim: nothing of it is taken, and the fault names the key and what is wanted."""
    with pytest.raises(ContentFaults) as refused:
        pathway_of(council_with(tmp_path, f"pathway:\n  {written}\n"))
    assert key in str(refused.value)
    assert told in str(refused.value)
