"""Counting cases by week, kind, need, locality and time to first look, so that no number tells of one family. Pure.

Every number is a multiple of 5: what lies between two is rounded to either by chance, the more often to the nearer
(unbiased random rounding, as Statistics Canada does for its census; Government of Canada, Census Dictionary 2021,
"Random rounding"). The chance is drawn from the cases themselves under a secret, so that the same cases are rounded
alike in every table and at every look, and looking again averages nothing out; two filters side by side, of which one
holds a family more, differ by chance too. Nothing else is told that the numbers do not tell: a group that is not 0 is
listed by what it is rounded to, and in that order.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from statistics import median
from typing import Final

BASE: Final = 5
LEAST_FOR_MEDIAN: Final = 10  # of the rounded number: an average of fewer is nearly somebody's own
MARKS: Final = 64  # bits
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
    words are not read yet. `promise` is one of PROMISE_ORDER. `mark` is its own number of MARKS bits, evenly spread and
    not to be guessed, the same at every look."""

    week: date
    kind: str
    locality: str
    needs: tuple[str, ...] | None
    waited: timedelta | None
    promise: str
    mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    group: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    by: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`median_hours` (working hours, up to the next half) is None where LEAST_FOR_MEDIAN were not looked at. `unread`
    tells of cases whose words are not read yet, up to the next multiple of BASE."""

    total: int
    tables: Sequence[Table]
    median_hours: float | None
    unread: int


def figures(cases: Sequence[Counted], weeks: Sequence[date], localities: Sequence[str]) -> Figures:
    """Each table in its own order: weeks, localities, waits and promises as given, kinds and needs by how many."""
    looked = [case for case in cases if case.waited is not None]
    hours = [case.waited / timedelta(hours=1) for case in looked if case.waited is not None]
    return Figures(
        total=rounded(cases),
        tables=[
            _given("week", cases, lambda case: case.week.isoformat(), [week.isoformat() for week in weeks]),
            _by_number("kind", cases, lambda case: (case.kind,)),
            _by_number("need", cases, lambda case: case.needs or ()),
            _given("locality", cases, lambda case: case.locality or UNKNOWN, (*localities, UNKNOWN)),
            _given("wait", cases, lambda case: wait_of(case.waited), WAIT_ORDER),
            _given("promise", cases, lambda case: case.promise, PROMISE_ORDER),
        ],
        median_hours=ceil(median(hours) * 2) / 2 if rounded(looked) >= LEAST_FOR_MEDIAN else None,
        unread=ceil(sum(case.needs is None for case in cases) / BASE) * BASE,
    )


def rounded(cases: Sequence[Counted]) -> int:
    """How many, to a multiple of BASE below or above; what is one already stays, so that nothing is 0."""
    over = len(cases) % BASE
    chance = sum(case.mark for case in cases) % 2**MARKS * BASE >> MARKS  # 0 to 4, each as often
    return len(cases) - over + (BASE if chance < over else 0)


def _given(by: str, cases: Sequence[Counted], group: Callable[[Counted], str], order: Iterable[str]) -> Table:
    """The groups of this order, whether or not any case is of them; a case is of one of them."""
    grouped: dict[str, list[Counted]] = {name: [] for name in order}
    for case in cases:
        grouped[group(case)].append(case)
    return Table(by=by, lines=[Line(group=name, cases=rounded(some)) for name, some in grouped.items()])


def _by_number(by: str, cases: Sequence[Counted], groups: Callable[[Counted], Iterable[str]]) -> Table:
    """Those that are not rounded to 0: the most first, of equal ones by name."""
    grouped: defaultdict[str, list[Counted]] = defaultdict(list)
    for case in cases:
        for name in set(groups(case)):
            grouped[name].append(case)
    lines = [Line(group=name, cases=rounded(some)) for name, some in grouped.items()]
    return Table(by=by, lines=sorted((one for one in lines if one.cases), key=lambda one: (-one.cases, one.group)))


def wait_of(waited: timedelta | None) -> str:
    if waited is None:
        return NOT_LOOKED
    return next((name for name, most in WAITS if waited <= most), LONGER)
