"""Two whole services on one database, their clocks four minutes apart and both ticking: rows and claims decide."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store import addresses, alerts, touches
from bot.store import outbox as rows
from tests.chaos.accounting import finish
from tests.chaos.checkins import due_together, touches_told
from tests.chaos.talking import DANGER, deliver, keep, numbers
from tests.faults.grounds import Grounds, database_of
from tests.running import Running, free_port
from tests.story.service import Service, until

pytestmark = [pytest.mark.fault, pytest.mark.slow]

APART_SECONDS = 240.0
CHECKED_IN = 8
DUTY, DEPUTY = "+447700900951", "+447700900952"


class Second:
    """A second service on the first one's database and provider, with a clock of its own that runs ahead."""

    def __init__(self, living: Service) -> None:
        self._living = living
        self._clock = living.folder / "second-clock"
        self.keep_ahead()
        port = free_port()
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)]
        environment = {**living.environment, "CLOCK_FILE": str(self._clock)}
        self.running = Running(command, port=port, environment=environment, log=living.folder / "second.log")

    def keep_ahead(self) -> None:
        fresh = self._clock.with_suffix(".new")
        fresh.write_text(repr(float(self._living.clock.read_text()) + APART_SECONDS))
        fresh.replace(self._clock)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def living(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Service]:
    cluster = None if request.param == "sqlite" else request.getfixturevalue("own_cluster")
    with grounds.service(cluster=cluster) as made:
        yield made


def test_each_check_in_step_and_send_happens_once(living: Service) -> None:
    """Check-ins that both clocks find due, an urgent case whose ladder both climb, and texts to both doors."""
    monday = due_together(living, numbers(CHECKED_IN, first=500))
    second = Second(living)
    second.running.start()
    try:
        living.move_to(monday)
        second.keep_ahead()
        assert touches_told(living, CHECKED_IN) == CHECKED_IN
        family = "+447700900520"
        sid = keep(living, family, DANGER)
        assert {deliver(living, family, DANGER, sid, url=url) for url in (living.url, second.running.url)} == {200}
        until(lambda: len(living.heard(DUTY)) == 1, "the duty worker to be told")
        living.move_to(living.now() + timedelta(minutes=6))
        second.keep_ahead()
        until(lambda: len(living.heard(DEPUTY)) >= 1, "the deputy to be told")
        counts = finish(living, runs=1, danger=[family])
    finally:
        second.running.kill()
    assert counts.kept, counts.broken
    asked = {
        "touches": sa.select(touches.touch.c.enrolment_id, touches.touch.c.occurrence),
        "texts": sa.select(rows.outbox.c.touch_id, rows.outbox.c.text_id).where(rows.outbox.c.purpose == "check-in"),
        "steps": sa.select(alerts.alert.c.climb_id, alerts.alert.c.step, alerts.alert.c.channel),
    }
    with database_of(living) as database, database.read() as tx:
        found = {what: Counter(tuple(row) for row in tx.execute(statement)) for what, statement in asked.items()}
        case_count = tx.execute(
            sa.select(sa.func.count()).select_from(alerts.climb).where(alerts.climb.c.ended_at.is_(None))
        ).scalar_one()
        assert addresses.find_address(tx, "sms", family) is not None
    assert len(found["touches"]) == CHECKED_IN
    assert {times for counted in found.values() for times in counted.values()} == {1}
    assert case_count == 1
    assert len(living.heard(DUTY)) == 1
