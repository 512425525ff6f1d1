"""Counts that tell of no one family: what is hidden always has another answer."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.insight.figures import FEW, PROMISE_ORDER, WAIT_ORDER, Counted, figures, protected, wait_of
from scheduler.calendar import WorkingCalendar

MONDAY = date(2026, 11, 23)


def others(hidden: list[int]) -> bool:
    """Whether as many numbers with the same sum may be others: whole ones from 1, or from 0 where one is hidden."""
    least = min(hidden)
    return len(hidden) > 1 and sum(hidden) > len(hidden) * min(least, 1)


@settings(max_examples=300)
@given(st.lists(st.integers(0, 12), max_size=8))
def test_no_small_number_is_shown_or_can_be_worked_out(counts: list[int]) -> None:
    """Claim: with the sum told, no number under five is shown, what is shown is true, and what is hidden could be
    something else; where nothing can keep it, the sum is not told."""
    shown = protected(counts)
    if shown is None:
        assert any(0 < number < FEW for number in counts)
        return
    assert all(
        told is None or (told == number and (number == 0 or number >= FEW))
        for told, number in zip(shown, counts, strict=True)
    )
    hidden = [number for told, number in zip(shown, counts, strict=True) if told is None]
    assert not hidden or others(hidden)


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            Counted, week=st.sampled_from([MONDAY, MONDAY - timedelta(weeks=1)]),
            kind=st.sampled_from(["referral", "escalation"]),
            locality=st.sampled_from(["North", ""]), needs=st.none() | st.just(("food",)),
            waited=st.none() | st.timedeltas(timedelta(), timedelta(hours=20)), promise=st.sampled_from(PROMISE_ORDER),
        ),
        max_size=30,
    )
)  # fmt: skip
def test_every_table_counts_every_case_once_and_hides_alike(cases: list[Counted]) -> None:
    """Claim: a table that is shown whole sums to the total; no table shows 1 to 4; needs alone count a case not at all,
    or more than once."""
    found = figures(cases, [MONDAY - timedelta(weeks=1), MONDAY], ["North", "South"])
    assert [table.by for table in found.tables] == ["week", "kind", "need", "locality", "wait", "promise"]
    for table in found.tables:
        numbers = [line.cases for line in table.lines]
        assert not any(number is not None and 0 < number < FEW for number in numbers)
        if None not in numbers and table.by != "need":
            assert sum(number or 0 for number in numbers) == len(cases)
    assert found.total in {None, len(cases)}
    assert found.total is None or found.total == 0 or found.total >= FEW
    assert found.unread == Counter(case.needs is None for case in cases)[True]


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


@pytest.mark.parametrize(("counts", "shown"), [([3, 9, 20], [None, None, 20]), ([2, 3, 9], [None, None, 9])])
def test_the_next_smallest_goes_with_a_lone_small_number(counts: list[int], shown: list[int | None]) -> None:
    assert protected(counts) == shown
