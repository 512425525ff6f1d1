"""A sender's allowance: never too much in any window, never nothing for ever, whatever the clocks say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.bucket import Bucket, Rate, hold, is_behind, learn, new_bucket, spend, wait

START = datetime(2026, 11, 23, 11, tzinfo=UTC)
RATES = st.builds(Rate, per_second=st.floats(1, 60), burst=st.integers(2, 40))
GAPS = st.one_of(st.just(0), st.integers(0, 400_000), st.integers(0, 5_000_000))  # microseconds between two looks
NAMES = st.sampled_from(("a", "b", "c"))
# How far each machine's clock is from the true time, in seconds.
APART = st.fixed_dictionaries({name: st.floats(-7200, 7200) for name in "abc"})


def never_too_much(left: list[datetime], rate: Rate) -> bool:
    """In every window between two messages: at most a burst and what was earned in it."""
    return all(
        last - first + 1 <= rate.burst + (left[last] - left[first]) / rate.every + 1e-9
        for first in range(len(left)) for last in range(first, len(left))
    )  # fmt: skip


@given(RATES, st.lists(st.tuples(GAPS, NAMES, st.booleans()), max_size=120), APART)
def test_never_more_than_a_burst_and_what_was_earned(
    rate: Rate, looks: list[tuple[int, str, bool]], apart: dict[str, float]
) -> None:
    """In true time, in any window, with three machines whose clocks are hours apart and who look in any order."""
    bucket, now, left = new_bucket("a", START + timedelta(seconds=apart["a"])), START, []
    for gap, name, safety in looks:
        now += timedelta(microseconds=gap)
        after = spend(bucket, rate, name, now + timedelta(seconds=apart[name]), safety=safety)
        if after is not None:
            bucket = after
            left.append(now)
    assert never_too_much(left, rate)


@given(RATES, st.lists(st.tuples(GAPS, NAMES), max_size=60), APART)
def test_never_starves(rate: Rate, looks: list[tuple[int, str]], apart: dict[str, float]) -> None:
    """However it was spent, by whomever: what is not safety leaves when the share of safety and one more are earned.

    A second is for a machine whose clock lags behind the one that spent last.
    """
    bucket, now = new_bucket("a", START + timedelta(seconds=apart["a"])), START
    for gap, name in looks:
        now += timedelta(microseconds=gap)
        bucket = spend(bucket, rate, name, now + timedelta(seconds=apart[name]), safety=True) or bucket
    for name in "abc":
        told = now + timedelta(seconds=apart[name])
        # a machine that was never here before begins to count with its first look
        seen = learn(bucket, name, told)
        later = told + (rate.kept + 1) * rate.every + timedelta(seconds=1)
        assert spend(seen, rate, name, later, safety=False) is not None


@given(RATES, st.lists(GAPS, max_size=120))
def test_a_backlog_never_delays_safety_by_more_than_a_second(rate: Rate, gaps: list[int]) -> None:
    """However much else was let out just before, a reply to danger leaves at once, and the one after it in a second."""
    bucket, now = new_bucket("a", START), START
    for gap in gaps:
        now += timedelta(microseconds=gap)
        while (after := spend(bucket, rate, "a", now, safety=False)) is not None:
            bucket = after
    for _ in range(rate.kept):
        after = spend(bucket, rate, "a", now, safety=True)
        assert after is not None
        bucket = after
    assert wait(bucket, rate, "a", now, safety=True) <= timedelta(seconds=1)


@given(RATES, GAPS, st.booleans())
def test_the_wait_told_is_the_wait(rate: Rate, gap: int, safety: bool) -> None:
    """After exactly that long one may leave, and a microsecond before it may not."""
    bucket, now = new_bucket("a", START), START + timedelta(microseconds=gap)
    while (after := spend(bucket, rate, "a", now, safety=safety)) is not None:
        bucket = after
    told = wait(bucket, rate, "a", now, safety=safety)
    assert spend(bucket, rate, "a", now + told, safety=safety) is not None
    assert spend(bucket, rate, "a", now + told - timedelta(microseconds=1), safety=safety) is None


def test_a_provider_that_asks_us_to_wait_holds_everything_safety_too() -> None:
    """Until then nothing leaves; a shorter hold does not shorten it; afterwards it is as before."""
    rate = Rate()
    bucket = hold(new_bucket("a", START), "a", START, timedelta(seconds=30))
    bucket = hold(bucket, "a", START, timedelta(seconds=5))
    almost = START + timedelta(seconds=29.9)
    assert spend(bucket, rate, "a", almost, safety=True) is None
    assert spend(bucket, rate, "a", START + timedelta(seconds=30), safety=False) is not None


def test_a_clock_that_is_put_back_goes_on_from_where_it_is() -> None:
    """An hour back neither stops the sender for an hour nor gives it anything twice."""
    rate = Rate(per_second=1, burst=2)
    bucket = spend(new_bucket("a", START), rate, "a", START, safety=False)
    assert bucket is not None
    back = START - timedelta(hours=1)
    assert spend(bucket, rate, "a", back, safety=False) is None
    bucket = learn(bucket, "a", back)
    assert spend(bucket, rate, "a", back + rate.every, safety=False) is not None


@given(RATES, GAPS, APART, st.booleans())
def test_a_clock_is_behind_until_it_learns(rate: Rate, gap: int, apart: dict[str, float], safety: bool) -> None:
    """By a clock that is new here no time passes, however long it looks; once it has learnt, it waits no longer than
    the one that spent."""
    at_a, at_b = (START + timedelta(seconds=apart[name]) for name in "ab")
    bucket = new_bucket("a", at_a)
    while (after := spend(bucket, rate, "a", at_a, safety=True)) is not None:
        bucket = after
    told = wait(bucket, rate, "a", at_a, safety=safety)
    later = timedelta(microseconds=gap)
    assert is_behind(bucket, "b", at_b)
    assert wait(bucket, rate, "b", at_b + later, safety=safety) == told
    learnt = learn(bucket, "b", at_b)
    assert not is_behind(learnt, "b", at_b)
    assert wait(learnt, rate, "b", at_b + later, safety=safety) == max(told - later, timedelta(0))
    assert not is_behind(learnt, "a", at_a)


@given(RATES, st.lists(st.tuples(GAPS, NAMES, st.booleans()), min_size=1, max_size=120), APART)
def test_looking_alone_gives_nothing_and_takes_nothing(
    rate: Rate, looks: list[tuple[int, str, bool]], apart: dict[str, float]
) -> None:
    """Machines that learn before they spend are held to the same, and none that learnt waits for longer than a whole
    burst takes to be earned."""
    bucket, now, left = new_bucket("a", START + timedelta(seconds=apart["a"])), START, []
    for gap, name, safety in looks:
        now += timedelta(microseconds=gap)
        told = now + timedelta(seconds=apart[name])
        bucket = learn(bucket, name, told)
        assert wait(bucket, rate, name, told, safety=False) <= (rate.kept + 1) * rate.every
        after = spend(bucket, rate, name, told, safety=safety)
        if after is not None:
            bucket = after
            left.append(now)
    assert never_too_much(left, rate)


@given(RATES, APART)
def test_a_machine_that_was_away_is_told_of_a_hold(rate: Rate, apart: dict[str, float]) -> None:
    """What the provider asked of one machine, each waits for, by its own clock, however long it had not looked."""
    at_a, at_b = (START + timedelta(seconds=apart[name]) for name in "ab")
    away, long = timedelta(minutes=10), timedelta(seconds=30)
    bucket = hold(learn(new_bucket("a", at_a), "b", at_b), "a", at_a + away, long)
    assert wait(bucket, rate, "b", at_b + away, safety=True) == long
    bucket = learn(bucket, "b", at_b + away)
    assert spend(bucket, rate, "b", at_b + away + long - timedelta(microseconds=1), safety=True) is None
    assert spend(bucket, rate, "b", at_b + away + long, safety=True) is not None


def test_only_so_many_clocks_are_kept() -> None:
    """A machine that begins again under another name a thousand times leaves no thousand clocks."""
    bucket: Bucket = new_bucket("0", START)
    for number in range(1000):
        bucket = learn(bucket, str(number), START)
    assert len(bucket.accounts) <= 16
    assert "999" in bucket.accounts


@pytest.mark.parametrize(
    ("per_second", "burst", "named"),
    [(0.5, 5, "per_second"), (2000, 5, "per_second"), (5, 1, "burst")],
)
def test_a_rate_that_cannot_keep_its_promise_is_refused(per_second: float, burst: int, named: str) -> None:
    """With nothing kept for safety, or less than one a second, a reply to danger would wait behind the others."""
    with pytest.raises(ValueError, match=named):
        Rate(per_second=per_second, burst=burst)
