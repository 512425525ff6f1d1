"""A year as a picture: down the page the weeks, in each its touches as squares, beside them what comes to the desk.

Plain SVG, as narrow as a telephone. Each outcome has a letter besides its colour, and white on each colour can be read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape
from itertools import chain

from bot.rehearsal.rehearsing import Rehearsal, before_they_joined
from scheduler.desk_load import Week, monday
from scheduler.localtime import in_words, local_date
from scheduler.rehearsed import Line, Outcome

WIDTH = 320
_ROW, _SQUARE, _MOST = 20, 14, 10  # pixels a week and a square; squares a week
_TOUCHES_X, _DESK_X, _DESK_WIDTH = 58, 228, 60
# Letter, colour, words. White on each colour is at least 4.5 to 1.
_OUTCOMES: Mapping[Outcome, tuple[str, str, str]] = {
    "answered": ("A", "#00703c", "answered"),
    "sent": ("W", "#1d70b8", "waiting for an answer"),
    "no-reply": ("N", "#505a5f", "no reply"),
    "undelivered": ("U", "#942514", "undelivered"),
    "unknown": ("?", "#4c2c92", "unknown"),
    "missed": ("M", "#8a4b00", "missed"),
    "suppressed": ("S", "#0b0c0c", "suppressed"),
}
_DESK = (("answers", "#5694ca", "answers"), ("cases", "#d4351c", "cases"), ("listed", "#6f777b", "on the weekly list"))


def draw(done: Rehearsal) -> str:
    """The picture as one SVG document."""
    drawn = [line for line in done.year.ledger if not before_they_joined(line)]
    by_week: dict[date, list[Line]] = defaultdict(list)
    for line in drawn:
        by_week[monday(local_date(line.decided_at))].append(line)
    each = _each([Counter(line.outcome for line in lines) for lines in by_week.values()])
    most = max((_coming(week) for week in done.weeks), default=0) or 1
    used = [outcome for outcome in _OUTCOMES if any(line.outcome == outcome for line in drawn)]
    top = 62 + 18 * (len(used) + len(_DESK)) + 34
    height = top + _ROW * len(done.weeks) + 12
    title = f"Touches by week, {in_words(done.first)} to {in_words(done.last)}"
    told = f"{len(done.families.people)} people, {len(drawn)} touches. {done.answers}"
    parts = chain(
        _legend(done, used, each, len(drawn)),
        _headings(top),
        *(
            _week(week, by_week[week.week_from], top + _ROW * n, each, most, new_month=_begins_month(week, n))
            for n, week in enumerate(done.weeks)
        ),
    )
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    font = 'font-family="Helvetica, Arial, sans-serif" font-size="12"'
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc" {font}>',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(told)}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *parts,
        "</svg>",
        "",
    ])  # fmt: skip


def _each(weeks: Sequence[Mapping[Outcome, int]]) -> int:
    """How many touches one square stands for, so that the fullest week has room: 1, 2, 5, 10, 20 ..."""
    for power in range(12):
        for step in (1, 2, 5):
            each: int = step * 10**power
            if all(sum(-(-count // each) for count in week.values()) <= _MOST for week in weeks):
                return each
    raise AssertionError  # a week holds no such number of touches


def _legend(done: Rehearsal, used: Sequence[Outcome], each: int, touches: int) -> Iterator[str]:
    yield _text(8, 20, f"{in_words(done.first)} to {in_words(done.last)}", size=13, bold=True)
    yield _text(8, 38, f"{len(done.families.people):,} people, {touches:,} touches.")
    yield _text(8, 54, "One square is one touch:" if each == 1 else f"One square is up to {each:,} touches:")
    y = 62
    for outcome in used:
        yield from _square(8, y, outcome)
        yield _text(28, y + 11, _OUTCOMES[outcome][2])
        y += 18
    for _, colour, words in _DESK:
        yield f'<rect x="8" y="{y + 1}" width="14" height="12" fill="{colour}"/>'
        yield _text(28, y + 11, f"at the desk: {words}")
        y += 18


def _headings(top: int) -> Iterator[str]:
    for x, words in ((8, "Week"), (_TOUCHES_X, "Touches"), (_DESK_X, "The desk")):
        yield _text(x, top - 10, words, bold=True)


def _week(week: Week, lines: Sequence[Line], y: int, each: int, most: int, *, new_month: bool) -> Iterator[str]:
    if new_month:
        yield f'<path d="M8 {y}H312" stroke="#b1b4b6"/>'
    on = week.week_from
    yield _text(8, y + 14, f"{on.day} {on:%b}", bold=new_month)
    x = _TOUCHES_X
    for outcome in _OUTCOMES:
        these = [line for line in lines if line.outcome == outcome]
        for start in range(0, len(these), each):
            yield from _square(x, y + 3, outcome, these[start : start + each])
            x += _SQUARE + 2
    x = _DESK_X
    for name, colour, words in _DESK:
        count: int = getattr(week, name)
        if count:
            wide = max(2, round(_DESK_WIDTH * count / most))
            about = _title(f"{count} {words}")
            yield f'<rect x="{x}" y="{y + 4}" width="{wide}" height="12" fill="{colour}">{about}</rect>'
            x += wide
    if _coming(week):
        yield _text(312, y + 14, f"{_coming(week):,}", end=True)


def _square(x: int, y: int, outcome: Outcome, lines: Sequence[Line] = ()) -> Iterator[str]:
    letter, colour, words = _OUTCOMES[outcome]
    about = ""
    if len(lines) == 1:
        (line,) = lines
        about = _title(f"{line.person}, {line.programme}, {line.touch}: {words}")
    elif lines:
        about = _title(f"{len(lines)} {words}")
    yield f'<g>{about}<rect x="{x}" y="{y}" width="{_SQUARE}" height="{_SQUARE}" fill="{colour}"/>'
    yield f'<text x="{x + _SQUARE // 2}" y="{y + 11}" fill="#ffffff" text-anchor="middle">{letter}</text></g>'


def _begins_month(week: Week, n: int) -> bool:
    return n == 0 or week.week_from.day <= 7


def _coming(week: Week) -> int:
    return week.answers + week.cases + week.listed


def _text(x: int, y: int, words: str, *, size: int = 12, bold: bool = False, end: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    larger = f' font-size="{size}"' if size != 12 else ""
    return f'<text x="{x}" y="{y}" fill="#0b0c0c"{larger}{weight}{anchor}>{escape(words)}</text>'


def _title(words: str) -> str:
    return f"<title>{escape(words)}</title>"
