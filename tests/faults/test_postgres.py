"""PostgreSQL is restarted, ends our connections, gives our transactions up: nothing accepted is lost or doubled, and
everything goes on by itself."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import requests
import sqlalchemy as sa

from bot.store import inbox as rows
from tests.chaos.accounting import finish
from tests.chaos.talking import DANGER, NEED, deliver, keep, numbers, talking
from tests.faults.grounds import Grounds, database_of
from tests.postgres import Cluster
from tests.story.service import Service, until

pytestmark = [pytest.mark.fault, pytest.mark.postgres, pytest.mark.slow]

RESTARTS = 3
WORDS = "he hardly sleeps and nor do I"


@pytest.fixture(scope="module")
def living(grounds: Grounds, own_cluster: Cluster) -> Iterator[Service]:
    with grounds.service(cluster=own_cluster) as made:
        yield made


@pytest.fixture
def beside(living: Service) -> Iterator["psycopg.Connection[Any]"]:
    """Another user of the database, who holds what the test says."""
    with psycopg.connect(living.environment["DATABASE_URL"]) as connection:
        yield connection
        connection.rollback()


def taken_in(living: Service) -> set[str]:
    with database_of(living) as database, database.read() as tx:
        return {str(sid) for (sid,) in tx.execute(sa.select(rows.inbox.c.provider_sid))}


@contextmanager
def texting(living: Service, number: str, words: str, sid: str) -> Iterator[list[int]]:
    """A webhook on a thread of its own; its HTTP status is in the list when the block has ended."""
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(deliver(living, number, words, sid)))
    thread.start()
    yield answers
    thread.join(40)


def waiting(beside: "psycopg.Connection[Any]", like: str) -> list[int]:
    """The service's connections that wait for a lock with such a statement. Asked apart from what `beside` holds."""
    asked = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND wait_event_type = 'Lock' AND query ILIKE %s"
    )
    with psycopg.connect(beside.info.dsn, password=beside.info.password, autocommit=True) as looking:
        return [pid for (pid,) in looking.execute(asked, (like,))]


def end(beside: "psycopg.Connection[Any]", pids: list[int]) -> None:
    with psycopg.connect(beside.info.dsn, password=beside.info.password, autocommit=True) as ending:
        for pid in pids:
            ending.execute("SELECT pg_terminate_backend(%s)", (pid,))


def known(living: Service, number: str) -> None:
    """A family that has a conversation already."""
    living.text(number, NEED)


def test_restarted_under_load_it_goes_on_by_itself(living: Service, own_cluster: Cluster) -> None:
    """Lost power, three times, while families text: 200 only for what is durable, 503 for the rest, kind pages, and
    within seconds of its return everything works; the backfill then brings what was refused."""
    chance, families = random.Random(5), numbers(6)
    family, desk = living.chat(), living.desk()
    family.say("is there a playgroup near SW18 2PU")
    desk.sign_in()
    form = family.get("/").form("/chat")
    with talking(living, families, chance, pause_seconds=(0.05, 0.2)) as talkers:
        for _ in range(RESTARTS):
            time.sleep(1.5)
            own_cluster.crash()
            try:
                page = family.post("/chat", {**form, "text": WORDS})
                assert (page.status, "020 7946 0110" in page.text, WORDS in page.text) == (503, True, True)
                shut = desk.get("/desk")
                assert (shut.status, "The desk is away for a moment" in shut.text) == (503, True)
                assert requests.get(f"{living.url}/readyz", timeout=30).status_code == 503
                assert family.get("/healthz").status == 200
            finally:
                own_cluster.start()
    began = time.monotonic()
    assert "999" in living.text(families[0], f"{DANGER} now")
    assert time.monotonic() - began < 15
    assert desk.get("/desk").status == 200
    assert WORDS in family.post("/chat", {**form, "text": WORDS}).text
    hooks = [hook for hook in living.provider.webhooks() if hook["kind"] == "inbound" and hook["answer"]]
    assert {hook["answer"] for hook in hooks} <= {200, 503}
    assert any(hook["answer"] == 503 for hook in hooks)
    assert {hook["sid"] for hook in hooks if hook["answer"] == 200} <= taken_in(living)
    counts = finish(living, runs=RESTARTS, danger=[families[0], *talkers.in_danger])
    assert counts.kept, counts.broken


def test_a_connection_ended_in_the_middle_of_a_turn_keeps_nothing(
    living: Service, beside: "psycopg.Connection[Any]"
) -> None:
    """The turn has written and waits for a row when its connection is ended: 503, and nothing of it stays; the
    backfill takes the text in whole."""
    number = "+447700900301"
    known(living, number)
    beside.execute("SELECT 1 FROM conversation FOR UPDATE")
    sid = keep(living, number, DANGER)
    with texting(living, number, DANGER, sid) as answers:
        until(lambda: bool(waiting(beside, "%conversation%")), "the turn to wait")
        end(beside, waiting(beside, "%conversation%"))
        until(lambda: bool(answers), "the webhook's answer")
    assert answers == [503]
    assert sid not in taken_in(living)
    beside.rollback()
    counts = finish(living, runs=1, danger=[number])
    assert counts.kept, counts.broken


def test_a_connection_ended_in_the_middle_of_a_claim_sends_nothing_twice(
    living: Service, beside: "psycopg.Connection[Any]"
) -> None:
    """A sender has chosen a text and waits for its allowance when its connection is ended: the text leaves once."""
    number = "+447700900302"
    known(living, number)
    beside.execute("SELECT 1 FROM bucket FOR UPDATE")
    before = len(living.heard(number))
    assert deliver(living, number, "refer", keep(living, number, "refer")) == 200
    until(lambda: bool(waiting(beside, "%bucket%")), "a sender to wait")
    for _ in range(3):
        end(beside, waiting(beside, "%bucket%"))
        time.sleep(0.5)
    assert len(living.heard(number)) == before
    beside.rollback()
    until(lambda: len(living.heard(number)) > before, "the answer")
    counts = finish(living, runs=1)
    assert counts.kept, counts.broken


def test_a_deadlock_is_tried_again_at_once(living: Service, beside: "psycopg.Connection[Any]") -> None:
    """PostgreSQL gives our turn up for another's sake: the turn is done again, and the provider hears 200."""
    number = "+447700900303"
    known(living, number)
    beside.execute("SET deadlock_timeout = '60s'")  # so that ours is the one given up
    asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    row = beside.execute(asked).fetchone()
    beside.rollback()
    beside.execute("SET deadlock_timeout = '60s'")
    beside.execute("SELECT 1 FROM conversation FOR UPDATE")
    with texting(living, number, "refer", keep(living, number, "refer")) as answers:
        until(lambda: bool(waiting(beside, "%conversation%")), "the turn to wait", 10)
        beside.execute("SELECT 1 FROM address FOR UPDATE")  # the turn holds its own: now each waits for the other
        beside.rollback()
    assert answers == [200]

    def counted() -> bool:
        found = beside.execute(asked).fetchone()
        beside.rollback()
        return found is not None and row is not None and found[0] > row[0]

    until(counted, "PostgreSQL to count a deadlock")
    counts = finish(living, runs=1)
    assert counts.kept, counts.broken


def test_a_lock_held_too_long_is_a_refusal_in_time(living: Service, beside: "psycopg.Connection[Any]") -> None:
    """Somebody holds a family's row: before the provider gives up on us it hears 503, and the backfill brings it."""
    number = "+447700900304"
    known(living, number)
    beside.execute("SELECT 1 FROM address FOR UPDATE")
    began = time.monotonic()
    assert deliver(living, number, DANGER, keep(living, number, DANGER)) == 503
    assert time.monotonic() - began < 14
    beside.rollback()
    counts = finish(living, runs=1, danger=[number])
    assert counts.kept, counts.broken


def test_a_statement_that_takes_too_long_costs_one_try(grounds: Grounds, own_cluster: Cluster) -> None:
    """The operator's `statement_timeout` strikes in the middle of a step: danger is answered and has its case, and
    the step is tried again."""
    number = "+447700900305"
    with grounds.service(cluster=own_cluster) as living:
        known(living, number)
        living.running.kill()
        address = living.environment["DATABASE_URL"]
        with psycopg.connect(address, autocommit=True) as connection:
            name = address.rsplit("/", 1)[1]
            connection.execute(f"ALTER DATABASE \"{name}\" SET statement_timeout = '2s'".encode())
        living.running.start()
        with psycopg.connect(address) as holding:
            holding.execute("SELECT 1 FROM conversation FOR UPDATE")
            assert deliver(living, number, DANGER, keep(living, number, DANGER)) == 200
            holding.rollback()
        until(lambda: "999" in "\n".join(living.heard(number)), "the safety reply")
        counts = finish(living, runs=1, danger=[number])
        assert counts.kept, counts.broken
