"""`thrive documents`: every paper filled from the sample council, no gap left but what only the council can write."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.papers import GAP, MARK, PAPERS, filled, values_of
from bot.content import compile_content, read_content
from bot.content.retention import Retention
from bot.settings import ROOT
from flows.lix import HARD, reading_of

NAMES = (
    "accessibility-statement.md", "impact-assessment-draft.md", "privacy-notice-for-children.md", "privacy-notice.md",
    "retention-schedule.md", "safety-case.md",
)  # fmt: skip
# What an author leaves where something is still to be written: none of it may stand in a filled paper.
PAIRS = re.compile(r"[{}\[\]]|TODO|TBC|XXX|\?\?")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    monkeypatch.delenv("COUNCIL", raising=False)

    def ran(*arguments: str) -> tuple[int, str, str]:
        status = main(["documents", *arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    return ran


def test_each_paper_is_filled(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Claim: from the sample settings each paper comes out whole: no brace, bracket or note to self is left in it but
    the marks of what only the council can supply, each of which says what."""
    status, told, _ = run(str(tmp_path / "papers"), "--json")
    assert status == 0
    left = json.loads(told)["left_to_write"]
    assert tuple(sorted(left)) == NAMES
    for name in NAMES:
        text = (tmp_path / "papers" / name).read_text("utf-8")
        assert len(MARK.findall(text)) == left[name] > 0
        assert PAIRS.findall(MARK.sub("", text)) == [], name
        assert "Larkline" in text
        assert "Larkmere Council" in text


def test_the_settings_stand_in_them() -> None:
    """Claim: promises, hours, telephones and the ladder are those of council.yaml."""
    papers = filled(compile_content(read_content(ROOT / "content")).council)
    case = papers["safety-case.md"]
    assert "15 minutes, at any hour" in case
    assert "2 of the team's hours, Monday to Friday, 9am to 5pm" in case
    assert "Duty worker, then Deputy, then Team manager, then Emergency duty team" in case
    assert "past 30 in ten minutes or 100 in a day" in case
    assert "020 7946 0119" in case
    assert all("020 7946 0110" in papers[name] for name in NAMES if name.startswith(("privacy", "access")))


@pytest.mark.parametrize("name", ["privacy-notice.md", "privacy-notice-for-children.md"])
def test_a_child_of_ten_can_read_what_is_for_families(name: str) -> None:
    """Claim: each notice as a whole, and each part of it, is as easy to read as children's books."""
    text = (PAPERS / name).read_text("utf-8")
    parts = re.split(r"^## .*$", re.sub(r"^# .*$", "", MARK.sub("", text), flags=re.MULTILINE), flags=re.MULTILINE)
    for part in (text, *parts):
        # A line of a list ends as a sentence does.
        told = re.sub(
            r"\n(?!\n|- )", " ", part.replace(";\n", ".\n").replace("Information Commissioner's Office", "ICO")
        )
        assert reading_of(told).lix <= (20 if "children" in name else HARD), (reading_of(told), told)


def test_a_notice_says_the_periods_the_rights_and_how_to_complain() -> None:
    """Claim: in both notices the council's own periods stand without their sources, a month to answer and 30 days to
    acknowledge; a period that the council has not set is marked for it."""
    council = compile_content(read_content(ROOT / "content")).council
    for name in ("privacy-notice.md", "privacy-notice-for-children.md"):
        told = " ".join(filled(council)[name].split())
        assert "24 months" in told
        assert "25 years" in told
        assert "Limitation Act" not in told
        assert "one month" in told
        assert "30 days" in told
        assert "COMPLAINT" in told
        bare = filled(replace(council, retention=Retention()))[name]
        assert "[The council must write: a period]" in bare


def test_who_closes_an_urgent_case_is_told_as_it_is_set() -> None:
    """Claim: the safety case and the assessment say whether a second person is asked for."""
    council = compile_content(read_content(ROOT / "content")).council
    for name in ("safety-case.md", "impact-assessment-draft.md"):
        assert "the council asks for no second" in filled(council)[name]
        assert "when a second person confirms it" in filled(replace(council, second_person=True))[name]


def test_another_council_s_file_is_used(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claim: the file that COUNCIL names fills them, as it fills the service."""
    own = tmp_path / "council.yaml"
    own.write_text((ROOT / "content/council.yaml").read_text().replace("Larkmere Council", "Wandle Borough Council"))
    monkeypatch.setenv("COUNCIL", str(own))
    assert run(str(tmp_path / "out"))[0] == 0
    assert "Wandle Borough Council" in (tmp_path / "out/safety-case.md").read_text()


def test_what_somebody_wrote_is_not_written_over(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Claim: a folder that holds one of them already is left as it is, and said so; --force writes."""
    mine = tmp_path / "safety-case.md"
    mine.write_text("signed")
    status, _, told = run(str(tmp_path))
    assert (status, mine.read_text()) == (1, "signed")
    assert "safety-case.md" in told
    assert run(str(tmp_path), "--force")[0] == 0
    assert mine.read_text() != "signed"


def test_no_gap_is_unknown() -> None:
    """Claim: every word in braces of every paper is a value that a council's settings give."""
    known = set(values_of(compile_content(read_content(ROOT / "content")).council))
    for path in PAPERS.glob("*-*.md"):
        assert set(GAP.findall(path.read_text("utf-8"))) <= known, path.name
