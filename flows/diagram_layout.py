"""Boxes and arrows, laid out in layers from top to bottom, with no crossing that a few sweeps can take away.

The method is Sugiyama, Tagawa and Toda's (1981): layers by the longest way from the start, an order within each layer
by the mean of neighbours, then places that keep the order. An arrow's label is a box of its own on a layer between, so
that no label ever lies on another. Arrows must not go round: whoever draws them breaks rounds first.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

SWEEPS = 12
GAP = 28.0  # between boxes side by side
LAYER_GAP = 22.0
THREAD = 12.0  # the room that an arrow passing through a layer takes
MARGIN = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """`x` and `y` are its top left corner."""

    id: str
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """`label` names the box of its words; empty where it has none. `points` run from start to end."""

    start: str
    end: str
    label: str = ""
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    width: float
    height: float
    boxes: Mapping[str, Box]
    arrows: tuple[Arrow, ...]


def lay_out(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Layout:
    """`boxes` hold the labels' boxes too. Raises ValueError where arrows go round."""
    known = {box.id: box for box in boxes}
    layer = _layers([box.id for box in boxes if box.id not in {arrow.label for arrow in arrows}], arrows)
    chains: list[tuple[str, ...]] = []
    for number, arrow in enumerate(arrows):
        between = range(layer[arrow.start] + 1, layer[arrow.end])
        passing = [f"~{number}.{at}" for at in between]
        if arrow.label:
            passing[0] = arrow.label
        for at, name in zip(between, passing, strict=True):
            layer[name] = at
            known.setdefault(name, Box(id=name, width=THREAD, height=0.0))
        chains.append((arrow.start, *passing, arrow.end))
    rows = _ordered(layer, chains)
    placed, floors = _placed(rows, known, chains)
    drawn = tuple(
        replace(arrow, points=_points([(placed[name], floors[layer[name]]) for name in chain]))
        for arrow, chain in zip(arrows, chains, strict=True)
    )
    kept = {name: box for name, box in placed.items() if not name.startswith("~")}
    return Layout(
        width=max(box.x + box.width for box in placed.values()) + MARGIN,
        height=max(box.y + box.height for box in placed.values()) + MARGIN,
        boxes=kept,
        arrows=drawn,
    )


def _layers(names: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Two layers from box to box, so that there is one between for labels."""
    before: dict[str, list[str]] = defaultdict(list)
    for arrow in arrows:
        before[arrow.end].append(arrow.start)
    layer: dict[str, int] = {}
    open_: set[str] = set()

    def of(name: str) -> int:
        if name not in layer:
            if name in open_:
                raise ValueError(f"arrows go round through {name}")
            open_.add(name)
            layer[name] = max((of(other) + 2 for other in before[name]), default=0)
        return layer[name]

    for name in names:
        of(name)
    return layer


def _ordered(layer: Mapping[str, int], chains: Sequence[Sequence[str]]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for name, at in layer.items():
        rows[at].append(name)
    up, down = _neighbours(chains)
    best, fewest = [list(row) for row in rows], _crossings(rows, down)
    for sweep in range(SWEEPS):
        beside = up if sweep % 2 == 0 else down
        order = rows if sweep % 2 == 0 else rows[::-1]
        place = {name: float(n) for row in rows for n, name in enumerate(row)}
        for row in order:
            row.sort(key=lambda name: _mean([place[other] for other in beside[name]], place[name]))
            place |= {name: float(n) for n, name in enumerate(row)}
        crossed = _crossings(rows, down)
        if crossed < fewest:
            best, fewest = [list(row) for row in rows], crossed
    return best


def _neighbours(chains: Sequence[Sequence[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    up: dict[str, list[str]] = defaultdict(list)
    down: dict[str, list[str]] = defaultdict(list)
    for chain in chains:
        for above, below in itertools.pairwise(chain):
            down[above].append(below)
            up[below].append(above)
    return up, down


def _crossings(rows: Sequence[Sequence[str]], down: Mapping[str, Sequence[str]]) -> int:
    crossed = 0
    for row, below in itertools.pairwise(rows):
        place = {name: n for n, name in enumerate(below)}
        ends = [sorted(place[other] for other in down.get(name, ())) for name in row]
        crossed += sum(
            1
            for n, left in enumerate(ends)
            for right in ends[n + 1 :]
            for one in left
            for other in right
            if other < one
        )
    return crossed


def _placed(
    rows: Sequence[Sequence[str]], known: Mapping[str, Box], chains: Sequence[Sequence[str]]
) -> tuple[dict[str, Box], list[float]]:
    """The boxes where they stand, and how far down each layer reaches."""
    up, down = _neighbours(chains)
    middle: dict[str, float] = {}
    for row in rows:
        at = 0.0
        for name in row:
            middle[name] = at + known[name].width / 2
            at += known[name].width + GAP
    for sweep in range(SWEEPS):
        beside = up if sweep % 2 == 0 else down
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_mean([middle[other] for other in beside[name]], middle[name]) for name in row]
            middle |= dict(zip(row, _apart(wanted, [known[name].width for name in row]), strict=True))
    left = min(middle[name] - known[name].width / 2 for name in middle) - MARGIN
    placed: dict[str, Box] = {}
    floors: list[float] = []
    top = MARGIN
    for row in rows:
        for name in row:
            box = known[name]
            placed[name] = replace(box, x=middle[name] - box.width / 2 - left, y=top)
        floors.append(top + max(known[name].height for name in row))
        top = floors[-1] + LAYER_GAP
    return placed, floors


def _apart(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """As near to what is wanted as keeps the order and the gaps: between pushing all right and pushing all left."""
    needed = [(one + other) / 2 + GAP for one, other in itertools.pairwise(widths)]
    right, left = list(wanted), list(wanted)
    for n, gap in enumerate(needed):
        right[n + 1] = max(wanted[n + 1], right[n] + gap)
    for n in range(len(needed) - 1, -1, -1):
        left[n] = min(wanted[n], left[n + 1] - needed[n])
    return [(one + other) / 2 for one, other in zip(right, left, strict=True)]


def _mean(numbers: Sequence[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def _points(stations: Sequence[tuple[Box, float]]) -> tuple[tuple[float, float], ...]:
    """Straight down past whatever stands beside in a layer, aside only between layers."""
    first, floor = stations[0]
    points = [(first.middle, first.y + first.height), (first.middle, floor)]
    for box, floor in stations[1:-1]:
        points += [(box.middle, box.y), (box.middle, floor)]
    last, _ = stations[-1]
    return (*points, (last.middle, last.y))
