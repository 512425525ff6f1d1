"""Counting cases by week, kind, need, locality and time to first look, so that no number tells of one family. Pure.

A number from 1 to 4 is not shown. Where the others of its table and the total would give it away, the next smallest is
not shown either, so that what is hidden has more than one answer.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

FEW: Final = 5
WAITS: Final[tuple[tuple[str, timedelta], ...]] = (
    ("within-1", timedelta(hours=1)),
    ("within-2", timedelta(hours=2)),
    ("within-4", timedelta(hours=4)),
    ("within-8", timedelta(hours=8)),
)
LONGER, NOT_LOOKED, UNKNOWN = "longer", "not-looked", "unknown"
WAIT_ORDER: Final = (*(name for name, _ in WAITS), LONGER, NOT_LOOKED)
PROMISE_ORDER: Final = ("kept", "late", "waiting", "waiting-late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One case. `waited` is working time until somebody first looked, None where nobody has. `needs` is None where its
    words are not read yet. `promise` is one of PROMISE_ORDER."""

    week: date
    kind: str
    locality: str
    needs: tuple[str, ...] | None
    waited: timedelta | None
    promise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`cases` is None where it is not shown."""

    group: str
    cases: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    by: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`total` is None where it is not shown, `median_hours` (working hours, one decimal) where somebody looked at fewer
    than FEW. `unread` counts cases whose words are not read yet."""

    total: int | None
    tables: Sequence[Table]
    median_hours: float | None
    unread: int


def figures(cases: Sequence[Counted], weeks: Sequence[date], localities: Sequence[str]) -> Figures:
    """Each table in its own order: weeks and localities as given, needs by how many."""
    by_need = Counter(need for case in cases for need in case.needs or ())
    sums = [
        ("week", [(week.isoformat(), sum(case.week == week for case in cases)) for week in weeks]),
        ("kind", _ordered(Counter(case.kind for case in cases))),
        ("locality", _named(Counter(case.locality or UNKNOWN for case in cases), (*localities, UNKNOWN))),
        ("wait", _named(Counter(wait_of(case.waited) for case in cases), WAIT_ORDER)),
        ("promise", _named(Counter(case.promise for case in cases), PROMISE_ORDER)),
    ]  # fmt: skip
    tables, told = [], len(cases) == 0 or len(cases) >= FEW
    for by, counted in sums:
        shown = protected([number for _, number in counted])
        told = told and shown is not None
        hidden = shown if shown is not None else [None if number else 0 for _, number in counted]
        lines = [Line(group=group, cases=cases) for (group, _), cases in zip(counted, hidden, strict=True)]
        tables.append(Table(by=by, lines=lines))
    needs = [Line(group=need, cases=number if number >= FEW else None) for need, number in _ordered(by_need)]
    tables.insert(2, Table(by="need", lines=needs))
    waited = [case.waited / timedelta(hours=1) for case in cases if case.waited is not None]
    return Figures(
        total=len(cases) if told else None, tables=tables,
        median_hours=round(median(waited), 1) if len(waited) >= FEW else None,
        unread=sum(case.needs is None for case in cases),
    )  # fmt: skip


def protected(counts: Sequence[int]) -> list[int | None] | None:
    """These numbers with None for each that is not shown, given that their sum is told; None where nothing but hiding
    the sum would keep a small one."""
    hidden = {at for at, number in enumerate(counts) if 0 < number < FEW}
    left = sorted((at for at in range(len(counts)) if at not in hidden), key=lambda at: (counts[at] == 0, counts[at]))
    while hidden and not _has_another_answer([counts[at] for at in hidden]):
        if not left:
            return None
        hidden.add(left.pop(0))
    return [None if at in hidden else number for at, number in enumerate(counts)]


def _has_another_answer(hidden: Sequence[int]) -> bool:
    """Whether numbers of 1 or more, as many as these and with their sum, may be others than these. A hidden zero, which
    nobody takes for one, always has."""
    return len(hidden) > 1 and (0 in hidden or sum(hidden) > len(hidden))


def wait_of(waited: timedelta | None) -> str:
    if waited is None:
        return NOT_LOOKED
    return next((name for name, most in WAITS if waited <= most), LONGER)


def _ordered(counted: Counter[str]) -> list[tuple[str, int]]:
    """The most first, of equal ones by name."""
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def _named(counted: Counter[str], order: Iterable[str]) -> list[tuple[str, int]]:
    """In this order, zeros too; what it does not know after it."""
    known = list(dict.fromkeys(order))
    return [(name, counted.get(name, 0)) for name in known] + _ordered(
        Counter({name: number for name, number in counted.items() if name not in known})
    )
