"""`thrive diagrams`: the docs' pictures are what the content says."""

from pathlib import Path

from bot.content import compile_content, read_content
from bot.settings import ROOT
from tests.bot.cli.conftest import Operator


def test_the_pictures_of_the_docs_are_up_to_date(bare: Operator) -> None:
    """Claim: docs/flows is what `thrive diagrams` makes of content/flows. Run it after a change there."""
    done = bare("diagrams", "--check")
    assert (done.code, done.err) == (0, "")
    flows = compile_content(read_content(ROOT / "content")).flows
    assert {path.stem for path in (ROOT / "docs" / "flows").glob("*.svg")} == flows.keys()


def test_a_changed_flow_is_told_and_drawn_again(bare: Operator, tmp_path: Path) -> None:
    """Claim: with --check nothing is written, and what is old, missing or left over is named; without, it is mended."""
    folder = tmp_path / "flows"
    assert bare("diagrams", str(folder), "--check").code == 1
    assert not folder.exists()
    assert bare("diagrams", str(folder)).code == 0
    (folder / "menu.svg").write_text("old")
    (folder / "gone.svg").write_text("of a flow that is no more")
    checked = bare("diagrams", str(folder), "--check")
    assert checked.code == 1
    assert "menu.svg" in checked.err
    assert "gone.svg" in checked.err
    again = bare("diagrams", str(folder), "--json")
    assert again.json["changed"] == ["menu.svg"]
    assert again.json["removed"] == ["gone.svg"]
    assert bare("diagrams", str(folder), "--check").code == 0


def test_an_image_names_what_is_beside_it(bare: Operator, tmp_path: Path) -> None:
    """Claim: each page shows its picture with words for those who cannot see it, and each place in words."""
    assert bare("diagrams", str(tmp_path)).code == 0
    page = (tmp_path / "refer.md").read_text()
    assert "(refer.svg)" in page
    assert "![The flow refer as a diagram; the list below says the same]" in page
    assert "**going-well**" in page
    assert "First, what is going well for you and your family?" in page
