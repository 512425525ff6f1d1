"""docs/tour.md: each picture is one that the command takes, with words for who cannot see it, and small."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures" / "tour"
MOST_BYTES = 200_000


def test_the_tour_shows_what_the_command_takes() -> None:
    """Claim: the page has every step's picture once, in the order in which they are taken, each told in words beside it
    and in its place; no picture is left over, and none is large."""
    source = ast.parse((ROOT / "scripts" / "tour.py").read_text("utf-8"))
    steps = next(
        ast.literal_eval(node.value)
        for node in source.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "STEPS"
    )
    page = (ROOT / "docs" / "tour.md").read_text("utf-8")
    shown = re.findall(r"!\[([^\]]*)\]\(pictures/tour/([a-z0-9-]+)\.png\)", page)
    assert tuple(name for _, name in shown) == steps
    assert all(len(words) > 25 for words, _ in shown)
    assert page.count("\n**") == len(steps)
    assert {path.stem for path in PICTURES.iterdir()} == set(steps)
    assert max(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES


def test_every_picture_is_shown_and_taken() -> None:
    """Claim: no document shows a picture that is not there, and none lies there unshown; each is taken by a script that
    `make screenshots` runs, but the pilot's, which a run of an hour draws."""
    folder = ROOT / "docs" / "pictures"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    shown = {
        name
        for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
        for name in re.findall(r"\]\((?:docs/)?pictures/([^)]+)\)", page.read_text("utf-8"))
    }
    assert shown == there
    command = (ROOT / "Makefile").read_text("utf-8").partition("\nscreenshots:")[2].partition("\n\n")[0]
    scripts = re.findall(r"scripts/(\w+\.py)", command)
    taken = "".join((ROOT / "scripts" / name).read_text("utf-8") for name in (*scripts, "tour.py"))
    assert "desk_pictures.py" in scripts
    assert "tour()" in (ROOT / "scripts" / "screenshots.py").read_text("utf-8")
    assert {name for name in there if f'"{Path(name).stem}"' not in taken and f'"{name}"' not in taken} == {
        "fortnight.svg"
    }
