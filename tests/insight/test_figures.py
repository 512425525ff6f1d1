"""Counts that tell of no one family: each number is rounded by chance, and nothing true is told beside it."""

import random
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.insight.figures import (
    BASE,
    LEAST_FOR_MEDIAN,
    MARKS,
    PROMISE_ORDER,
    WAIT_ORDER,
    Counted,
    figures,
    rounded,
    wait_of,
)
from scheduler.calendar import WorkingCalendar

MONDAY = date(2026, 11, 23)
MARK = st.integers(0, 2**MARKS - 1)
CASES = st.lists(
    st.builds(
        Counted, week=st.sampled_from([MONDAY, MONDAY - timedelta(weeks=1)]),
        kind=st.sampled_from(["referral", "escalation"]), locality=st.sampled_from(["North", ""]),
        needs=st.none() | st.just(("food",)) | st.just(("food", "money")),
        waited=st.none() | st.timedeltas(timedelta(), timedelta(hours=20)), promise=st.sampled_from(PROMISE_ORDER),
        mark=MARK,
    ),
    max_size=30,
)  # fmt: skip


def some(number: int, chance: random.Random) -> list[Counted]:
    """So many cases that differ in nothing but their marks."""
    return [
        Counted(
            week=MONDAY, kind="referral", locality="North", needs=("food",), waited=None, promise="waiting",
            mark=chance.getrandbits(MARKS),
        )
        for _ in range(number)
    ]  # fmt: skip


@given(CASES)
def test_a_number_is_a_multiple_of_five_beside_the_true_one_and_the_same_at_every_look(cases: list[Counted]) -> None:
    """Claim: none is further than 4 from what it stands for, nothing is 0, a multiple of 5 stays, and the order in
    which the cases come changes nothing."""
    told = rounded(cases)
    assert told % BASE == 0
    assert abs(told - len(cases)) < BASE
    assert told == len(cases) or len(cases) % BASE
    assert rounded(cases[::-1]) == told


def test_each_true_number_may_stand_behind_what_is_told_and_so_may_each_difference() -> None:
    """Claim: with what is told of many cases and of those without one of them, neither that there is one more nor that
    there is none can be known: over many draws each number is told by both of its neighbours, in the share that keeps
    sums right, and one case more changes what is told both ways."""
    chance = random.Random(7)
    for number in (1, 2, 3, 4, 6, 13):
        draws = [some(number, chance) for _ in range(4_000)]
        low = number - number % BASE
        told = [rounded(cases) for cases in draws]
        assert set(told) == {low, low + BASE}
        assert abs(sum(told) / len(told) - number) < 0.2
        steps = {rounded(cases) - rounded(cases[1:]) for cases in draws}
        assert steps >= ({0, BASE} if number % BASE == 1 else {-BASE, 0, BASE})


@given(st.lists(MARK, min_size=3, max_size=12))
def test_the_sum_of_neighbouring_weeks_gives_no_single_family_away(marks: list[int]) -> None:
    """Claim: weeks of one case each, laid side by side in every span there is, fit other numbers too: a span that is
    told as 0 may hold four, and one that is told as 5 only one. The nearest multiple told each week's 1 for certain."""
    weeks = [one_case(mark) for mark in marks]
    for first in range(len(weeks)):
        for last in range(first + 1, len(weeks) + 1):
            told, true = rounded(weeks[first:last]), last - first
            assert told - BASE < true < told + BASE  # all that is learnt of it: nine numbers wide
    assert rounded(weeks[:1]) in {0, BASE}


def one_case(mark: int) -> Counted:
    return Counted(week=MONDAY, kind="referral", locality="", needs=None, waited=None, promise="waiting", mark=mark)


@settings(max_examples=60)
@given(CASES)
def test_every_table_counts_every_case_and_tells_only_rounded_numbers(cases: list[Counted]) -> None:
    """Claim: each line is its own cases rounded; a kind or need that comes to 0 is not listed, and their order is that
    of the rounded numbers; the median stands only beside ten, and what is not read is told in fives."""
    found = figures(cases, [MONDAY - timedelta(weeks=1), MONDAY], ["North", "South"])
    assert [table.by for table in found.tables] == ["week", "kind", "need", "locality", "wait", "promise"]
    of = {table.by: {line.group: line.cases for line in table.lines} for table in found.tables}
    assert of["week"] == {
        week.isoformat(): rounded([case for case in cases if case.week == week])
        for week in (MONDAY - timedelta(weeks=1), MONDAY)
    }
    assert of["locality"]["North"] == rounded([case for case in cases if case.locality == "North"])
    assert of["locality"]["South"] == 0
    assert list(of["wait"]) == list(WAIT_ORDER)
    assert list(of["promise"]) == list(PROMISE_ORDER)
    assert of["need"].get("food", 0) == rounded([case for case in cases if "food" in (case.needs or ())])
    for by in ("kind", "need"):
        assert 0 not in of[by].values()
        assert list(of[by].items()) == sorted(of[by].items(), key=lambda line: (-line[1], line[0]))
    assert found.total == rounded(cases)
    looked = rounded([case for case in cases if case.waited is not None])
    assert (found.median_hours is None) is (looked < LEAST_FOR_MEDIAN)
    assert found.median_hours is None or found.median_hours * 2 % 1 == 0
    unread = sum(case.needs is None for case in cases)
    assert (found.unread % BASE, 0 <= found.unread - unread < BASE) == (0, True)


def test_bands_are_of_working_time() -> None:
    """Claim: from Friday at five to five until Monday at ten past nine is a quarter of an hour."""
    calendar = WorkingCalendar()
    friday, monday = datetime(2026, 11, 20, 16, 55, tzinfo=UTC), datetime(2026, 11, 23, 9, 10, tzinfo=UTC)
    assert calendar.open_between(friday, monday) == timedelta(minutes=15)
    assert calendar.open_between(monday, friday) == timedelta()
    assert wait_of(timedelta(minutes=15)) == "within-1"
    assert [wait_of(timedelta(hours=hours)) for hours in (1, 2, 3, 8, 9)] == [
        "within-1", "within-2", "within-4", "within-8", "longer",
    ]  # fmt: skip
    assert wait_of(None) == WAIT_ORDER[-1]


@settings(max_examples=60)
@given(st.integers(0, 240 * 24 * 60), st.timedeltas(timedelta(), timedelta(hours=60)))
def test_open_time_is_what_a_promise_counts(minutes: int, hours: timedelta) -> None:
    """Claim: the time that the team was open until `add_working_hours` says so is those hours, clock changes in."""
    start, calendar = datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=minutes), WorkingCalendar()
    assert calendar.open_between(start, calendar.add_working_hours(start, hours)) == hours
