"""The fortnight as a picture: a row a day, a square a half hour, darker where more was written; letters where
something was done to the service. Plain SVG, as narrow as a telephone."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from tests.pilot.fortnight import HOURS, Slot

WIDTH: Final = 320
_LEFT, _TOP, _ROW, _SQUARE = 44, 66, 18, 9
# Letter and words of each upset.
MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "kill": ("K", "killed"),
    "restart": ("R", "database restarted"),
    "import": ("I", "sheet imported"),
    "publish": ("P", "content published"),
    "rotate": ("Y", "keys changed"),
    "backup": ("B", "backup"),
}
_SHADES: Final = ("#f3f2f1", "#c7dcee", "#85b4d9", "#3d85bf", "#144e81")


def draw(slots: Sequence[Slot], texts: Mapping[int, int], marks: Mapping[int, Sequence[str]]) -> str:
    """`texts` are messages by slot, `marks` the upsets by slot."""
    days = (len(slots) + len(HOURS) - 1) // len(HOURS)
    height = _TOP + _ROW * days + 20 + 16 * ((len(MARKS) + 1) // 2)
    told = f"{sum(texts.values()):,} messages of families in {days} days"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'role="img" aria-labelledby="title desc" font-family="Helvetica, Arial, sans-serif" font-size="11">'
    )
    return "\n".join([
        head,
        f'<title id="title">{escape(told)}</title>',
        '<desc id="desc">A row a day, a square a half hour; letters where something was done to the service.</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(8, 20, told, bold=True),
        *_hours(),
        *_squares(slots, texts, marks),
        *_legend(_TOP + _ROW * days + 18),
        "</svg>",
        "",
    ])  # fmt: skip


def _hours() -> Iterator[str]:
    yield _text(8, 44, "hour")
    for place, (hour, half) in enumerate(HOURS):
        if half == 0 and hour % 2 == 0:
            yield _text(_LEFT + place * _SQUARE, 44, str(hour))


def _squares(
    slots: Sequence[Slot], texts: Mapping[int, int], marks: Mapping[int, Sequence[str]]
) -> Iterator[str]:  # fmt: skip
    most = max(texts.values(), default=1)
    for slot in slots:
        day, place = divmod(slot.number, len(HOURS))
        x, y = _LEFT + place * _SQUARE, _TOP + day * _ROW
        if place == 0:
            yield _text(8, y + 10, f"{slot.at:%a %d}")
        count = texts.get(slot.number, 0)
        shade = 0 if count == 0 else min(len(_SHADES) - 1, 1 + count * (len(_SHADES) - 2) // most)
        yield f'<rect x="{x}" y="{y}" width="{_SQUARE - 1}" height="13" fill="{_SHADES[shade]}"/>'
        for name in marks.get(slot.number, ())[:1]:
            ink = "#ffffff" if shade >= 3 else "#0b0c0c"
            yield _text(x + 1, y + 10, MARKS[name][0], bold=True, ink=ink, size=9)


def _legend(top: int) -> Iterator[str]:
    for place, (letter, words) in enumerate(MARKS.values()):
        yield _text(8 + 150 * (place % 2), top + 16 * (place // 2), f"{letter}  {words}")


def _text(x: int, y: int, words: str, *, bold: bool = False, ink: str = "#0b0c0c", size: int = 11) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{ink}" font-size="{size}"{weight}>{escape(words)}</text>'
