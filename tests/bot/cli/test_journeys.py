"""`thrive journeys`: what was saved is played again, and the first step that differs is told."""

import shutil
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.bot.cli.conftest import Operator


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder of the author's own."""
    ignored = shutil.ignore_patterns("examples", "samples")
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content", ignore=ignored))


@pytest.fixture
def saved(bare: Operator, tmp_path: Path) -> Path:
    """A conversation as `thrive simulate --record` saves it."""
    path = tmp_path / "journeys" / "menu.yaml"
    path.parent.mkdir()
    assert bare("simulate", "menu", "--record", str(path), stdin="1\nfood bank\n").code == 0
    return path


def test_what_is_as_it_was_passes(bare: Operator, saved: Path) -> None:
    """Claim: a file, or a folder of them; exit 0, each by its name."""
    for path in (saved, saved.parent):
        done = bare("journeys", str(path))
        assert (done.code, done.out, done.err) == (0, "menu.yaml: goes as it was saved\n", "")


def test_a_step_that_goes_another_way_is_told(bare: Operator, saved: Path, folder: Path) -> None:
    """Claim: after a change of the flow, which step it is, what it did then and what it does now; exit 1."""
    menu = folder / "flows" / "menu.yaml"
    text = menu.read_text()
    assert "go: fresh-search" in text
    menu.write_text(text.replace("go: fresh-search", "go: to-human", 1))
    done = bare("journeys", str(saved), CONTENT_DIR=str(folder))
    assert done.code == 1
    assert "menu.yaml: step 2, hear 1" in done.out
    assert "was:" in done.out
    assert "raise routine asked-for-person" in done.out.partition("is now:")[2]
    (told,) = bare("journeys", str(saved), "--json", CONTENT_DIR=str(folder)).json
    assert (told["file"], told["differs"]["step"], told["error"]) == ("menu.yaml", 2, "")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("flow: nope\nturns: []\n", "a `flow` that the content has"),
        ("flow: menu\nturns:\n- dance: wild\n", "a line is a text"),
        ("flow: menu\nturns:\n- hello\n", "step 1 is not a line"),
        ("- 1\n", "not a journey"),
        ("[\n", "not YAML"),
    ],
)
def test_what_is_no_journey_is_told_and_the_others_go_on(bare: Operator, saved: Path, written: str, told: str) -> None:
    """Claim: one broken file is told by its name, the rest are still played; exit 1."""
    (saved.parent / "broken.yaml").write_text(written)
    done = bare("journeys", str(saved.parent))
    assert done.code == 1
    assert "broken.yaml: " in done.out
    assert told in done.out
    assert "menu.yaml: goes as it was saved" in done.out


def test_nothing_to_play_is_refused(bare: Operator, tmp_path: Path) -> None:
    """Claim: an empty folder or a path with nothing there is no success."""
    for path in (tmp_path, tmp_path / "nothing.yaml"):
        done = bare("journeys", str(path))
        assert done.code == 1
        assert "there are no journeys" in done.err
