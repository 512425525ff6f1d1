"""Another process on the same SQLite file: it holds the write lock, or reads for long. Nobody waits without an end, and
nothing is lost or doubled."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.accounting import finish
from tests.chaos.talking import DANGER, NEED, deliver, keep
from tests.faults.grounds import Grounds
from tests.story.service import Service, until

ASKED = ("hello", "sorry", "please", "well", "ok", "so", "now", "again", "listen", "also", "right", "and")

pytestmark = [pytest.mark.fault, pytest.mark.slow]

PROVIDER_WAITS_SECONDS = 15.0  # Twilio's limit for a webhook: https://www.twilio.com/docs/usage/webhooks


@pytest.fixture(scope="module")
def living(grounds: Grounds) -> Iterator[Service]:
    with grounds.service() as made:
        yield made


def file_of(living: Service) -> Path:
    return Path(living.environment["DATABASE_URL"].removeprefix("sqlite:///"))


@contextmanager
def another(living: Service, begin: str) -> Iterator[sqlite3.Connection]:
    """A program that is not the service, with the file open and a transaction begun."""
    connection = sqlite3.connect(file_of(living), timeout=20, isolation_level=None)
    connection.execute(begin)
    connection.execute("SELECT count(*) FROM inbox").fetchone()
    try:
        yield connection
    finally:
        connection.close()  # what it began is rolled back


def test_a_writer_who_is_soon_done_is_waited_for(living: Service) -> None:
    """The lock is held for less than the busy timeout: the text is taken in with 200, and answered."""
    number = "+447700900401"
    with another(living, "BEGIN IMMEDIATE"):
        answers: list[int] = []
        asking = threading.Thread(
            target=lambda: answers.append(deliver(living, number, NEED, keep(living, number, NEED)))
        )
        asking.start()
        time.sleep(2.5)
        assert answers == []
    asking.join(20)
    assert answers == [200]
    until(lambda: bool(living.heard(number)), "the answer")


def test_a_writer_who_stays_is_refused_around_in_time(living: Service) -> None:
    """The lock is held for longer: every text hears 503 before the provider gives up, the web chat says so, pages that
    read go on at once; afterwards all of it is taken in, once."""
    families = [f"+4477009004{n}" for n in range(10, 15)]
    family = living.chat()
    family.say("is there a playgroup near SW18 2PU")
    form = family.get("/").form("/chat")
    took: list[tuple[int, float]] = []

    def ask(number: str) -> None:
        began = time.monotonic()
        status = deliver(living, number, DANGER, keep(living, number, DANGER))
        took.append((status, time.monotonic() - began))

    with another(living, "BEGIN IMMEDIATE"):
        threads = [threading.Thread(target=ask, args=(number,)) for number in families]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        for path in ("/", "/help?need=food", "/healthz", "/api/services"):
            assert family.get(path).status == 200
        assert time.monotonic() - began < 5
        page = family.post("/chat", {**form, "text": "he will not sleep"})
        assert (page.status, "he will not sleep" in page.text) == (503, True)
        for thread in threads:
            thread.join(40)
    assert [status for status, _ in took] == [503] * len(families)
    assert max(seconds for _, seconds in took) < PROVIDER_WAITS_SECONDS
    assert "he will not sleep" in family.post("/chat", {**form, "text": "he will not sleep"}).text
    counts = finish(living, runs=1, danger=families)
    assert counts.kept, counts.broken


def test_a_reader_who_stays_stops_nobody(living: Service) -> None:
    """A transaction that reads for long: the log beside the database cannot be moved into it and grows; texts are
    taken in and answered meanwhile, the reader sees its own instant, and afterwards the log is moved."""
    number = "+447700900420"
    with another(living, "BEGIN") as reading:
        before = reading.execute("SELECT count(*) FROM inbox").fetchone()
        for n in range(12):
            assert living.text(number, f"{ASKED[n]}: {NEED}")  # the same words over and over would be a machine's
        held = file_of(living).with_name("thrive.db-wal").stat().st_size
        assert held > 500_000
        assert reading.execute("SELECT count(*) FROM inbox").fetchone() == before
    with another(living, "BEGIN") as looking:
        assert looking.execute("SELECT count(*) FROM inbox").fetchone()[0] >= before[0] + 12
    living.text(number, "more")
    with sqlite3.connect(file_of(living), timeout=20) as moving:
        until(lambda: _moved(moving), "the log to be moved")
    moving.close()
    counts = finish(living, runs=1)
    assert counts.kept, counts.broken


def _moved(connection: sqlite3.Connection) -> bool:
    busy, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return not busy and pages == moved


def test_an_operators_commands_work_on_the_same_file(living: Service, tmp_path: Path) -> None:
    """Commands that write while families text: all of it succeeds, on both sides."""
    number = "+447700900430"
    done: list[int] = []

    def operate() -> None:
        account = ("--email", "another@test.example", "--name", "Another Test", "--role", "practitioner")
        done.append(living.thrive("user", "add", *account, stdin="a-long-enough-password\n").returncode)
        done.append(living.thrive("directory", "import", "--sample").returncode)
        done.append(living.thrive("backup", str(tmp_path / "copy.db")).returncode)

    operator = threading.Thread(target=operate)
    operator.start()
    texts = 0
    while operator.is_alive() and texts < 60:
        texts += 1
        words = f"{NEED} {texts}"
        assert deliver(living, number, words, keep(living, number, words)) == 200
        time.sleep(0.2)
    operator.join(120)
    assert done == [0, 0, 0]
    counts = finish(living, runs=1)
    assert counts.kept, counts.broken
