"""When to try again: bounded, patient with a busy provider, and never where nobody knows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.retry import (
    BACKOFF,
    LONGEST_WAIT,
    LOOK_UPS,
    MOST_BUSY_TRIES,
    MOST_TRIES,
    GiveUp,
    LookAgain,
    ShowAPerson,
    TryAgain,
    after_error,
    after_unknown,
)

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def failed(tries: int, **more: object) -> TryAgain | GiveUp | ShowAPerson:
    asked: dict[str, object] = {"tries": tries, "permanent": False, "reason": "The provider could not be reached"}
    return after_error(**asked | {"now": NOW} | more)  # type: ignore[arg-type]


def test_a_final_refusal_is_final() -> None:
    """A permanent error is given up at once, with its reason."""
    assert failed(1, permanent=True, retry_after_seconds=5) == GiveUp(reason="The provider could not be reached")


def test_five_tries_and_then_a_person() -> None:
    """A row is tried five times, each wait longer, and then shown."""
    waits = []
    for tries in range(1, MOST_TRIES):
        again = failed(tries)
        assert isinstance(again, TryAgain)
        waits.append(again.at - NOW)
    assert tuple(waits) == BACKOFF == tuple(sorted(waits))
    assert failed(MOST_TRIES) == ShowAPerson(reason="Tried 5 times: The provider could not be reached")


def test_a_busy_provider_is_waited_for() -> None:
    """A rate limit waits as long as it says, and is no fault of the row, though not for ever."""
    assert failed(1, busy=True, retry_after_seconds=2) == TryAgain(at=NOW + timedelta(seconds=2))
    assert failed(12, busy=True, retry_after_seconds=90) == TryAgain(at=NOW + timedelta(seconds=90))
    assert isinstance(failed(12, busy=True), TryAgain)
    assert isinstance(failed(MOST_BUSY_TRIES, busy=True), ShowAPerson)


@given(st.integers(1, 40), st.booleans(), st.one_of(st.none(), st.floats(0, 10**6)))
def test_no_wait_is_endless_or_backwards(tries: int, busy: bool, retry_after: float | None) -> None:
    """Whatever the provider asks, the next try is within the hour and after now; a longer wait asked for is kept."""
    again = failed(tries, busy=busy, retry_after_seconds=retry_after)
    if isinstance(again, TryAgain):
        assert NOW < again.at <= NOW + LONGEST_WAIT
        assert again.at - NOW >= min(timedelta(seconds=retry_after or 0), LONGEST_WAIT)


def test_an_unknown_is_looked_up_and_then_shown() -> None:
    """What nobody knows is looked up a few times within ten minutes and then is before a person: never tried again."""
    total = timedelta(0)
    for looks, wait in enumerate(LOOK_UPS):
        assert after_unknown(looks=looks, now=NOW) == LookAgain(at=NOW + wait)
        total += wait
    assert isinstance(after_unknown(looks=len(LOOK_UPS), now=NOW), ShowAPerson)
    assert total < timedelta(minutes=10)


@pytest.mark.parametrize("looks", range(12))
def test_no_unknown_is_ever_sent_again(looks: int) -> None:
    """No number of look-ups leads to another try."""
    assert isinstance(after_unknown(looks=looks, now=NOW), LookAgain | ShowAPerson)
