"""Flows drawn: every place and way is in the picture and in the words beside it, and nothing lies on anything."""

import re
from functools import cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import Compiled, compile_content, read_content
from flows.diagram import WIDTH, draw, width_of, wrapped
from flows.diagram_layout import Arrow, Box, lay_out
from flows.diagram_outline import END, outline

SVG = "{http://www.w3.org/2000/svg}"
CONTENT = Path(__file__).resolve().parents[2] / "content"


@cache
def shipped() -> Compiled:
    return compile_content(read_content(CONTENT))


NAMES = sorted(shipped().flows)


def picture(name: str) -> ET.Element:
    compiled = shipped()
    return ET.fromstring(draw(outline(compiled.flows[name], compiled.wording)))


def words(drawn: ET.Element) -> str:
    return " ".join(text.text or "" for text in drawn.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", NAMES)
def test_each_place_its_words_and_its_ways_are_told_and_drawn(name: str) -> None:
    """Claim: no node, no sentence and no way of a flow is missing from its outline or from its picture."""
    compiled = shipped()
    flow = compiled.flows[name]
    told = outline(flow, compiled.wording)
    assert [stop.id for stop in told.stops] == [node for node in flow.nodes if node != END]
    drawn = words(picture(name))
    for stop in told.stops:
        assert stop.id in drawn
        assert {way.to for way in stop.ways} <= flow.nodes.keys()
        assert stop.ways
        for word in stop.says.split():
            assert word in drawn
    boxes = [stop.id for stop in told.stops]
    assert len(re.findall(r" rx=\"", draw(told))) == len(boxes) + 1  # each place once, and the start


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_told_to_those_who_cannot_see_it(name: str) -> None:
    """Claim: it has a title and a description that name the flow; it holds no style and no script."""
    drawn = picture(name)
    title, told = drawn.find(f"{SVG}title"), drawn.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert (drawn.get("role"), drawn.get("aria-labelledby")) == ("img", title.get("id"))
    assert drawn.get("aria-describedby") == told.get("id")
    assert shipped().flows[name].title in (title.text or "")
    assert not [part for part in drawn.iter() if part.tag in {f"{SVG}style", f"{SVG}script"} or part.get("style")]


@pytest.mark.parametrize("name", NAMES)
def test_no_box_lies_on_another_and_words_stay_inside(name: str) -> None:
    """Claim: boxes and labels are apart, inside the picture, and no line of words is wider than its box."""
    drawn = picture(name)
    whole = float(drawn.get("width", "0")), float(drawn.get("height", "0"))
    boxes = [
        tuple(float(rect.get(key, "0")) for key in ("x", "y", "width", "height")) for rect in drawn.iter(f"{SVG}rect")
    ][1:]
    for x, y, wide, high in boxes:
        assert x >= 0
        assert y >= 0
        assert x + wide <= whole[0]
        assert y + high <= whole[1]
        assert wide <= WIDTH
    for one, other in combinations(boxes, 2):
        assert not _overlap(one, other)
    for text in drawn.iter(f"{SVG}text"):
        assert width_of(text.text or "") <= WIDTH


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """More than by the tenth of a pixel that they are written with."""
    apart = 0.2
    across = one[0] + apart < other[0] + other[2] and other[0] + apart < one[0] + one[2]
    return across and one[1] + apart < other[1] + other[3] and other[1] + apart < one[1] + one[3]


def test_the_same_flow_is_always_drawn_the_same() -> None:
    """Claim: a picture is made of its flow alone, so that a changed file means a changed flow."""
    compiled = shipped()
    told = outline(compiled.flows["check-in"], compiled.wording)
    assert draw(told) == draw(told)


def test_what_authors_write_is_no_markup() -> None:
    """Claim: words with signs of markup are drawn as those signs."""
    compiled = shipped()
    flow = compiled.flows["human"]
    texts = {**compiled.wording.texts, "human.thanks": '<script>alert("1")</script> & <b>'}
    told = outline(flow, type(compiled.wording)(texts=texts))
    assert "<script>" not in draw(told)
    assert "<script>" in words(ET.fromstring(draw(told)))


ARROWS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.booleans()), max_size=24)


@given(ARROWS, st.lists(st.tuples(st.integers(20, 300), st.integers(20, 200)), min_size=12, max_size=12))
def test_any_arrows_that_do_not_go_round_are_laid_out(
    ways: list[tuple[int, int, bool]], sizes: list[tuple[int, int]]
) -> None:
    """Claim: whatever the boxes and arrows, each box keeps its size, none lies on another, all arrows run downwards."""
    boxes = [Box(id=str(n), width=wide, height=high) for n, (wide, high) in enumerate(sizes)]
    found = {(min(a, b), max(a, b)): labelled for a, b, labelled in ways if a != b}
    arrows = [
        Arrow(start=str(a), end=str(b), label=f"{a}>{b}" if labelled else "") for (a, b), labelled in found.items()
    ]
    boxes += [Box(id=arrow.label, width=60, height=20) for arrow in arrows if arrow.label]
    laid = lay_out(boxes, arrows)
    assert {name: (box.width, box.height) for name, box in laid.boxes.items()} == {
        box.id: (box.width, box.height) for box in boxes
    }
    for one, other in combinations(laid.boxes.values(), 2):
        assert not _overlap((one.x, one.y, one.width, one.height), (other.x, other.y, other.width, other.height))
    for arrow in laid.arrows:
        down = [y for _, y in arrow.points]
        assert down == sorted(down)
        assert laid.boxes[arrow.start].y < laid.boxes[arrow.end].y


def test_arrows_that_go_round_are_refused() -> None:
    """Claim: a round is the caller's to break; it is not drawn wrong in silence."""
    boxes = [Box(id=name, width=10, height=10) for name in "ab"]
    with pytest.raises(ValueError, match="go round"):
        lay_out(boxes, [Arrow(start="a", end="b"), Arrow(start="b", end="a")])


@given(st.text(st.sampled_from("abcMW i.'é{}_-"), max_size=120), st.integers(40, 300))
def test_words_are_wrapped_without_loss(said: str, width: int) -> None:
    """Claim: every letter is kept in its order, and no line is too wide."""
    lines = wrapped(said, width)
    assert "".join("".join(lines).split()) == "".join(said.split())
    assert all(width_of(line) <= width or len(line) == 1 for line in lines)
