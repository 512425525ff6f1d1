"""Catching up after an absence may take long: the clock's other work does not wait for it."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot import clockwork
from bot.store import published
from messages.channel import Inbound
from messages.webchat import WebChat
from tests.houses import Home, Pigeon, make_home

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
def slow(migrated_url: str) -> Iterator[tuple[Home, Slow]]:
    pigeon = Slow()
    home = make_home(migrated_url, channels={"sms": pigeon, "web": WebChat()})
    home.pigeon = pigeon
    yield home, pigeon
    pigeon.may_answer.set()
    home.house.db.close()


def test_the_team_is_told_of_danger_while_the_list_is_still_read(slow: tuple[Home, Slow]) -> None:
    """The look at a start hangs; the clock ticks past it, and the duty worker's alert is written."""
    home, pigeon = slow
    with home.house.db.write() as tx:
        published.beat(tx, "backfill", home.clock.now() - timedelta(hours=1))
    home.text("he has a knife hes outside", sender=FAMILY)
    catching_up = threading.Thread(target=clockwork.catch_up, args=(home.house,))
    catching_up.start()
    assert pigeon.asked.wait(20)
    clockwork.tick(home.house)
    home.send()
    assert DUTY in [o.to for o in pigeon.carried]
    assert catching_up.is_alive()
    pigeon.may_answer.set()
    catching_up.join(20)
    with home.house.db.read() as tx:
        assert published.heartbeats(tx)["backfill"] == home.clock.now()
