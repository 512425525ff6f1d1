"""A flow drawn as SVG: what is said and done in boxes, the ways between them as arrows, top to bottom.

Only attributes, no styles and no script: a page with a strict content policy shows it, and so does a browser by itself.
What leads back to an earlier place, and where the flow is done, is told in a small box of its own: no arrow goes up.
"""

from collections.abc import Iterator, Sequence
from html import escape

from flows.diagram_layout import Arrow, Box, Layout, lay_out
from flows.diagram_outline import END, Kind, Outline, Way

SIZE = 14.0  # of the letters, in pixels
LEADING = 19.0
PAD = 10.0
WIDTH = 264.0  # of a box: with its margins it fits a telephone of 320 pixels
LABEL_WIDTH = 190.0
FONT = "Arial, Helvetica, sans-serif"
INK, LINE = "#0b0c0c", "#505a5f"
# Fill and border of each kind. Ink on each fill is over 15 to 1.
COLOURS: dict[Kind, tuple[str, str]] = {
    "say": ("#ffffff", "#14524f"),
    "ask": ("#e3f1ef", "#14524f"),
    "choose": ("#f3f2f1", "#505a5f"),
    "do": ("#fff7e0", "#8a6400"),
    "call": ("#eee9f5", "#4c2c92"),
}
START = "(start)"
MOST_WORDS = 5  # keywords named where a flow begins
# Widths of letters as shares of the size: of the widest of the fonts that may stand in for Arial, DejaVu Sans.
_NARROW = frozenset("iljtfrI.,:;'|!()[] ")
_WIDE = frozenset("mwMWQGOD@%")
_CAPITALS = frozenset("ABCEFHKLNPRSTUVXYZ&")


def draw(told: Outline) -> str:
    """The whole picture, with its title and description for those who cannot see it."""
    boxes, arrows, texts = _parts(told)
    laid = lay_out(boxes, arrows)
    name = escape(told.flow, quote=True)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{laid.width:.0f}" height="{laid.height:.0f}" '
            f'viewBox="0 0 {laid.width:.0f} {laid.height:.0f}" role="img" '
            f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" font-family="{FONT}" font-size="{SIZE:g}">'
        ),
        f'<title id="{name}-title">{escape(f"The flow {told.flow}: {told.title}")}</title>',
        f'<desc id="{name}-desc">{escape(description(told))}</desc>',
        '<defs><marker id="' + name + '-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'orient="auto"><path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>',
        f'<rect width="{laid.width:.0f}" height="{laid.height:.0f}" fill="#ffffff"/>',
        *_lines(laid, name),
        *(line for box in laid.boxes.values() for line in texts[box.id].drawn(box)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def description(told: Outline) -> str:
    """One paragraph: how it begins and how many places it has. The outline beside it says the rest."""
    asks = sum(stop.kind == "ask" for stop in told.stops)
    begins = f"Opened by {'; or by '.join(told.opened)}." if told.opened else "Opened by other flows."
    said = "question" if asks == 1 else "questions"
    return f"{begins} {len(told.stops)} places, {asks} of them {said}. The outline says each place in words."


class _Text:
    """The words of one box, in lines, and how it looks."""

    def __init__(self, kind: Kind | None, head: str, does: str = "", says: str = "", width: float = WIDTH) -> None:
        self.kind, self.width = kind, width
        self.lines = [("bold", line) for line in wrapped(head, width - 2 * PAD)] if head else []
        self.lines += [("small", line) for line in wrapped(does, width - 2 * PAD)]
        self.lines += [("", line) for part in says.split("\n") for line in wrapped(part, width - 2 * PAD)]

    def box(self, name: str) -> Box:
        if self.kind is None:  # no wider than its words
            longest = max((width_of(line) for _, line in self.lines), default=0.0)
            return Box(id=name, width=longest + PAD, height=len(self.lines) * LEADING)
        return Box(id=name, width=self.width, height=len(self.lines) * LEADING + 2 * PAD)

    def drawn(self, box: Box) -> Iterator[str]:
        at = f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
        if self.kind is None:
            yield f'<rect {at} fill="#ffffff"/>'
            x, top, anchor = box.middle, box.y + LEADING - 5, ' text-anchor="middle"'
        else:
            fill, border = COLOURS[self.kind]
            corner = 12 if self.kind == "ask" else 2
            yield f'<rect {at} rx="{corner}" fill="{fill}" stroke="{border}" stroke-width="2"/>'
            x, top, anchor = box.x + PAD, box.y + PAD + SIZE, ""
        for number, (look, line) in enumerate(self.lines):
            bold = ' font-weight="bold"' if look == "bold" else ""
            ink = LINE if look == "small" or self.kind is None else INK
            y = top + number * LEADING
            yield f'<text x="{x:.1f}" y="{y:.1f}" fill="{ink}"{bold}{anchor}>{escape(line, quote=False)}</text>'


def _parts(told: Outline) -> tuple[list[Box], list[Arrow], dict[str, _Text]]:
    begins = "; or ".join(map(_shortened, told.opened)) or "called by other flows"
    texts: dict[str, _Text] = {START: _Text("choose", told.title, begins)}
    for stop in told.stops:
        texts[stop.id] = _Text(stop.kind, stop.id, stop.does, stop.says)
    arrows: list[Arrow] = []

    def lead(start: str, way: Way, end: str) -> None:
        label = f"{start} > {end}" if way.when else ""
        if label:
            texts[label] = _Text(None, "", "", way.when.replace("; ", "\n"), LABEL_WIDTH)
        arrows.append(Arrow(start=start, end=end, label=label))

    def note(start: str, way: Way, words: str) -> None:
        end = f"{start} - {way.to}"
        texts[end] = _Text(None, "", "", words, LABEL_WIDTH)
        lead(start, way, end)

    stops = {stop.id: stop for stop in told.stops}
    backwards = _backwards(told)
    if told.stops:
        lead(START, Way(to=told.stops[0].id), told.stops[0].id)
    for way in told.jumps:
        if way.to in stops:
            lead(START, way, way.to)
    for stop in told.stops:
        for way in stop.ways:
            if way.to == END or way.to not in stops:
                note(stop.id, way, "The end")
            elif (stop.id, way.to) in backwards:
                note(stop.id, way, f"Back to {way.to}")
            else:
                lead(stop.id, way, way.to)
    return [text.box(name) for name, text in texts.items()], _merged(arrows, texts), texts


def _shortened(opened: str) -> str:
    """A long row of keywords as its first; the outline has them all."""
    words = opened.split(", ")
    return opened if len(words) <= MOST_WORDS else f"{', '.join(words[:MOST_WORDS])} and {len(words) - MOST_WORDS} more"


def _merged(arrows: Sequence[Arrow], texts: dict[str, _Text]) -> list[Arrow]:
    """One arrow for two between the same boxes: the first place is both where a flow begins and where a jump leads."""
    found: dict[tuple[str, str], Arrow] = {}
    for arrow in arrows:
        ends = (arrow.start, arrow.end)
        if ends not in found or not found[ends].label:
            found[ends] = arrow
    kept = {arrow.label for arrow in found.values()}
    for arrow in arrows:
        if arrow.label and arrow.label not in kept:
            texts.pop(arrow.label, None)
    return list(found.values())


def _backwards(told: Outline) -> set[tuple[str, str]]:
    """The ways that would close a round, walking from the start, each place's ways in their order."""
    ways = {stop.id: [way.to for way in stop.ways] for stop in told.stops}
    found: set[tuple[str, str]] = set()
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        for to in ways.get(name, ()):
            if to == name or to in path:
                found.add((name, to))
            elif to not in done:
                walk(to, (*path, name))
        done.add(name)

    for stop in told.stops:
        if stop.id not in done:
            walk(stop.id, ())
    return found


def _lines(laid: Layout, name: str) -> Iterator[str]:
    for arrow in laid.arrows:
        (x, y), *rest = arrow.points
        path = [f"M{x:.1f} {y:.1f}"]
        for to_x, to_y in rest:
            half = (y + to_y) / 2
            straight = abs(to_x - x) < 0.5
            path.append(
                f"L{to_x:.1f} {to_y:.1f}"
                if straight
                else f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y:.1f}"
            )
            x, y = to_x, to_y
        yield (
            f'<path d="{"".join(path)}" fill="none" stroke="{LINE}" stroke-width="1.5" marker-end="url(#{name}-tip)"/>'
        )


def width_of(words: str) -> float:
    """About how wide words are in pixels, rather too much than too little."""
    return SIZE * sum(0.36 if c in _NARROW else 0.96 if c in _WIDE else 0.72 if c in _CAPITALS else 0.62 for c in words)


def wrapped(words: str, width: float) -> list[str]:
    """Words in lines no wider than this, a word that is wider alone cut."""
    lines: list[str] = []
    line = ""
    for word in words.split():
        for piece in _pieces(word, width):
            longer = f"{line} {piece}" if line else piece
            if line and width_of(longer) > width:
                lines.append(line)
                line = piece
            else:
                line = longer
    return [*lines, line] if line else lines


def _pieces(word: str, width: float) -> Iterator[str]:
    piece = ""
    for letter in word:
        if piece and width_of(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece
