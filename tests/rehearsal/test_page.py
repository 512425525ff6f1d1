"""docs/rehearsal.md and its picture are what the command says today; the picture can be read on a narrow phone."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.rehearsal.picture import draw
from bot.rehearsal.rehearsing import Rehearsal
from scheduler.desk_load import by_week
from scripts import rehearsal_page
from tests.browser import Chromium

SVG = "{http://www.w3.org/2000/svg}"
AGAIN = "run scripts/rehearsal_page.py"


@pytest.fixture(scope="module")
def school_year() -> Rehearsal:
    return rehearsal_page.school_year()


def test_the_page_is_what_is_rehearsed_today(school_year: Rehearsal) -> None:
    """Made again, neither the table nor the picture changes."""
    page = rehearsal_page.PAGE.read_text("utf-8")
    assert rehearsal_page.page(page, school_year) == page, AGAIN
    assert draw(school_year) == rehearsal_page.PICTURE.read_text("utf-8"), AGAIN


def test_the_page_names_as_many_as_there_are(school_year: Rehearsal) -> None:
    """The words of the page count the people and the programmes of the sample sheet."""
    words = " ".join(rehearsal_page.PAGE.read_text("utf-8").split())
    assert len(school_year.families.people) == 25
    assert len({placed.programme.id for placed in school_year.families.placed}) == 13
    assert "Twenty-five people on thirteen programmes" in words


def test_the_picture_is_whole_and_narrow(school_year: Rehearsal) -> None:
    """Well-formed, 320 pixels wide, no letter smaller than 12, nothing drawn outside; every touch has its square."""
    root = ET.fromstring(draw(school_year))
    assert root.get("width") == "320"
    sizes = [float(e.get("font-size", "12")) for e in root.iter(f"{SVG}text")]
    assert min(sizes) >= 12
    for box in root.iter(f"{SVG}rect"):
        assert float(box.get("x", "0")) + float(box.get("width", "0")) <= 320
        assert float(box.get("y", "0")) + float(box.get("height", "0")) <= float(root.get("height", "0"))
    squares = [e.text or "" for e in root.iter(f"{SVG}title") if re.match(r"S-\d\d, ", e.text or "")]
    drawn = re.search(r"\d+ people, (\d+) touches\.", ET.tostring(root, "unicode"))
    assert drawn is not None
    assert len(squares) == int(drawn[1]) > 60


def test_a_reference_is_only_ever_text(school_year: Rehearsal) -> None:
    """What a sheet names stands in the picture as words, whatever it is."""
    line = replace(school_year.year.ledger[-1], person="<script>alert('&')</script>")
    odd = replace(school_year, year=replace(school_year.year, ledger=[line]))
    assert "<script>" not in draw(odd)
    ET.fromstring(draw(odd))


def test_ten_thousand_families_fit(school_year: Rehearsal) -> None:
    """Where a week is full, one square stands for many touches and the picture says for how many."""
    lines = [line for line in school_year.year.ledger for _ in range(400)]
    year = replace(school_year.year, ledger=lines)
    full = replace(school_year, year=year, weeks=by_week(year, school_year.first, school_year.last))
    root = ET.fromstring(draw(full))
    assert "One square is up to" in ET.tostring(root, "unicode")
    assert max(float(b.get("x", "0")) + float(b.get("width", "0")) for b in root.iter(f"{SVG}rect")) <= 320


@pytest.mark.browser
def test_the_words_fit_in_a_real_browser(chromium: Chromium, school_year: Rehearsal, tmp_path: Path) -> None:
    """At 320 pixels Chromium lays out every word within the picture, and none over another."""
    (tmp_path / "year.svg").write_text(draw(school_year), encoding="utf-8")
    with chromium.person("http://127.0.0.1", width=320) as person:
        page = person.new_page()
        page.set_content(f"<body style='margin:0'>{draw(school_year)}</body>")
        boxes: list[dict[str, float]] = page.evaluate(
            "[...document.querySelectorAll('svg > text')].map(t => { const b = t.getBBox();"
            " return {left: b.x, right: b.x + b.width, top: b.y, bottom: b.y + b.height} })"
        )
    assert len(boxes) > 60
    assert all(box["left"] >= 0 and box["right"] <= 320 for box in boxes)
    assert not [pair for pair in _pairs(boxes) if _overlap(*pair)]


def _pairs(boxes: Sequence[dict[str, float]]) -> Iterator[tuple[dict[str, float], dict[str, float]]]:
    for n, box in enumerate(boxes):
        yield from ((box, other) for other in boxes[n + 1 :])


def _overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 0 and down > 2  # lines of text may touch by their leading
