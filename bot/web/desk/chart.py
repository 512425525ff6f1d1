"""The family's 0-10 answers as one line. Pure: points in, an SVG path out, no style inline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

WIDTH: Final = 320
HEIGHT: Final = 132
LEFT, RIGHT, TOP, BOTTOM = 28, 12, 12, 20
BEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    x: float
    y: float
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`path` is a polyline over time, in the units of the view box; `grid` holds y of scores 0, 5 and 10."""

    path: str
    dots: Sequence[Dot]
    grid: Sequence[tuple[int, float]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def chart(scores: Sequence[tuple[datetime, int]]) -> Chart | None:
    """Scores oldest first, spaced as time was; None for fewer than two, which make no line."""
    if len(scores) < 2:
        return None
    first, last = scores[0][0], scores[-1][0]
    span = (last - first).total_seconds()
    dots = []
    for n, (at, score) in enumerate(scores):
        along = (at - first).total_seconds() / span if span else n / (len(scores) - 1)
        dots.append(Dot(x=round(LEFT + along * (WIDTH - LEFT - RIGHT), 1), y=_height_of(score), score=score))
    path = "M" + " L".join(f"{dot.x} {dot.y}" for dot in dots)
    return Chart(path=path, dots=dots, grid=[(score, _height_of(score)) for score in (0, 5, BEST)])


def _height_of(score: int) -> float:
    return round(TOP + (BEST - score) / BEST * (HEIGHT - TOP - BOTTOM), 1)
