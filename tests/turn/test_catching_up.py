"""Catching up after an absence may take long: the clock's other work does not wait for it."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from bot import clockwork
from bot.clock import ShiftedClock
from bot.store import published
from bot.turn.backfill import AGAIN, NAME
from bot.watch import FAILING
from messages.channel import Inbound
from messages.webchat import WebChat
from tests.houses import AT, Home, Pigeon, bare_home

FAMILY = "+447700900431"
DUTY = "+447700900951"


class Slow(Pigeon):
    """A provider whose list takes as long as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def list_inbound(self, since: datetime) -> list[Inbound]:
        self.asked.set()
        assert self.may_answer.wait(20)
        return []


@pytest.fixture
def slow(furnished_url: str) -> Iterator[tuple[Home, Slow]]:
    pigeon = Slow()
    home = bare_home(furnished_url, channels={"sms": pigeon, "web": WebChat()})
    home.pigeon = pigeon
    yield home, pigeon
    pigeon.may_answer.set()
    home.house.db.close()


def look_back_an_hour(home: Home) -> None:
    with home.house.db.write() as tx:
        published.beat(tx, NAME, home.clock.now() - timedelta(hours=1))


def test_the_team_is_told_of_danger_while_the_list_is_still_read(slow: tuple[Home, Slow]) -> None:
    """The look at a start hangs, and so would the next; the clock ticks past it, and the duty worker's alert is
    written. Once the list is read to its end, that is kept."""
    home, pigeon = slow
    look_back_an_hour(home)
    home.text("he has a knife hes outside", sender=FAMILY)
    clock = clockwork.Clock(home.house)
    clock.start()
    try:
        assert pigeon.asked.wait(20)
        until(lambda: home.send() and DUTY in [o.to for o in pigeon.carried], "the duty worker's alert")
        pigeon.may_answer.set()
        until(lambda: beats(home)[NAME] == home.clock.now(), "the look to be kept")
    finally:
        pigeon.may_answer.set()
        clock.stop()


class Busy(Pigeon):
    """A provider that lists one text, and counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def list_inbound(self, since: datetime) -> list[Inbound]:
        self.asked += 1
        return [Inbound(account="AC1", sid="SMmissed", sender=FAMILY, to="", text="hello", at=AT)]


def test_a_database_that_takes_no_writes_does_not_have_the_list_read_again_and_again(furnished_url: str) -> None:
    """Not even that it was tried can be kept: the provider is asked again after twenty seconds, not with each beat; the
    work is marked as failing, which no tick takes for mended; then everything is taken in, and the mark goes."""
    pigeon = Busy()
    home = bare_home(furnished_url, channels={"sms": pigeon, "web": WebChat()})
    look_back_an_hour(home)
    fetching = clockwork.Fetching(home.house)
    with home.house.db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
    fetching.look()
    for _ in range(int(AGAIN / timedelta(seconds=2)) - 1):
        home.later(seconds=2)
        clockwork.tick(home.house)
        fetching.look()
    assert pigeon.asked == 1
    assert beats(home)[FAILING + NAME] == AT
    home.later(seconds=2)
    fetching.look()
    assert pigeon.asked == 2
    with home.house.db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE away RENAME TO inbox")
    home.clock.at += AGAIN
    fetching.look()
    assert home.address(FAMILY).last_in_at == AT
    assert FAILING + NAME not in beats(home)
    fetching.look()
    assert pigeon.asked == 3  # from now on every five minutes
    home.house.db.close()


def test_a_clock_that_breaks_does_not_end_the_fetching(furnished_url: str, tmp_path: Path) -> None:
    """The file that moves the clock cannot be read for a while: what was missed is fetched once it can."""
    pigeon, shift = Busy(), tmp_path / "clock"
    home = bare_home(furnished_url, channels={"sms": pigeon, "web": WebChat()})
    look_back_an_hour(home)
    shift.write_text("", encoding="ascii")
    stop = threading.Event()
    fetching = clockwork.Fetching(replace(home.house, clock=ShiftedClock(shift)))
    thread = threading.Thread(target=fetching.run, args=(stop,))
    with structlog.testing.capture_logs() as logs:
        thread.start()
        try:
            until(lambda: any(one["event"] == "fetching failed" for one in logs), "the clock to break")
            assert pigeon.asked == 0
            ShiftedClock(tmp_path / "set").move(timedelta(0))
            (tmp_path / "set").replace(shift)
            until(lambda: pigeon.asked, "the list to be read")
        finally:
            stop.set()
            thread.join()
    home.house.db.close()


def beats(home: Home) -> dict[str, datetime]:
    with home.house.db.read() as tx:
        return published.heartbeats(tx)


def until(holds: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.1)
