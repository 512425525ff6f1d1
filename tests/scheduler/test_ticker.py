"""The ticker beats, one at a time, whatever a beat does."""

import threading

import pytest

from scheduler.ticker import Ticker


def test_it_ticks_until_stopped() -> None:
    """It calls again and again, and not once after stop."""
    thrice, ticks = threading.Event(), []

    def tick() -> None:
        ticks.append(threading.current_thread())
        if len(ticks) == 3:
            thrice.set()

    ticker = Ticker(tick, 0.02, pytest.fail)
    ticker.start()
    assert thrice.wait(10)
    ticker.stop()
    seen = len(ticks)
    assert not threading.Event().wait(0.1)
    assert len(ticks) == seen
    assert threading.main_thread() not in ticks
    assert not ticker.running


def test_an_error_is_told_and_the_ticking_goes_on() -> None:
    """A tick that raises is handed over; the next one comes, even when handing over raised too."""
    thrice, faults = threading.Event(), []

    def tick() -> None:
        msg = "broken"
        raise LookupError(msg)

    def on_error(fault: Exception) -> None:
        faults.append(fault)
        if len(faults) == 3:
            thrice.set()
        raise RuntimeError(fault)

    ticker = Ticker(tick, 0.02, on_error)
    ticker.start()
    assert thrice.wait(10)
    ticker.stop()
    assert {type(fault) for fault in faults} == {LookupError}


def test_a_slow_tick_is_never_joined_by_another() -> None:
    """While one runs, no other starts; stop waits for it to end."""
    inside, most, ended = [], [], []
    entered, leave = threading.Event(), threading.Event()

    def tick() -> None:
        inside.append(1)
        most.append(len(inside))
        entered.set()
        leave.wait(10)
        inside.pop()
        ended.append(1)

    ticker = Ticker(tick, 0.02, pytest.fail)
    ticker.start()
    assert entered.wait(10)
    assert not threading.Event().wait(0.2)
    assert most == [1]
    leave.set()
    ticker.stop()
    assert set(most) == {1}
    assert len(ended) == len(most)


def test_it_starts_once_and_needs_an_interval() -> None:
    """Started twice or with no interval it refuses; stopped twice is nothing; it may start again."""
    with pytest.raises(ValueError, match="above zero"):
        Ticker(lambda: None, 0, pytest.fail)
    ticker = Ticker(lambda: None, 60, pytest.fail)
    ticker.start()
    with pytest.raises(RuntimeError, match="running"):
        ticker.start()
    ticker.stop()
    ticker.stop()
    ticker.start()
    assert ticker.running
    ticker.stop()
