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
