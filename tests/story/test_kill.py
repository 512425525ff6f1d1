"""`kill -9` at any moment: nothing the family wrote is lost, nothing is accepted twice, each message ends."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.store import casework, people
from bot.store import messages as rows
from bot.store.database import Database
from bot.store.sealed import Keyring
from messages.status import ACCEPTED, ENDS
from tests.story.service import Service, service

pytestmark = [pytest.mark.fault, pytest.mark.slow]

KILLS = 6
FAMILIES = 12
TALK = (
    "my 4yr old is not talking much yet, SW18 2PU",
    "more",
    "refer",
    "he is kind",
    "he has a knife hes outside",
    "menu",
    "STOP",
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def living(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp(f"kill-{request.param}")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'thrive.db'}"
    else:
        url = request.getfixturevalue("postgres_cluster").fresh()
    with service(folder, url) as made:
        yield made


def test_killed_at_random_moments_nothing_is_lost_or_doubled(living: Service) -> None:
    """Families text through the story while the server is killed again and again, then recovers by itself."""
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    numbers = [f"+4477009006{n:02}" for n in range(FAMILIES)]

    def text_all() -> None:
        for words in TALK:
            for number in numbers:
                living.provider.text(number, words, wait=False)
                time.sleep(0.02)

    talking = threading.Thread(target=text_all)
    talking.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, 2.0))
        living.running.kill()
        living.running.start()
    talking.join()
    keys = Keyring.parse(living.environment["DATA_KEYS"], living.environment["PHONE_INDEX_KEY"])
    database = Database(living.environment["DATABASE_URL"], keys)
    try:
        _recover(living, database)
        _account(living, database, numbers, seed)
    finally:
        database.close()


def _recover(living: Service, database: Database) -> None:
    """Recovery, its minutes moved through quickly, until nothing is open.

    The promise of ten minutes is kept by the lease and the look-ups (tests/turn/test_dispatcher.py); here each jump of
    a minute waits for the clock's next tick, so a look-up may come a jump late.
    """

    def settled() -> bool:
        with database.read() as tx:
            waiting = tx.execute(sa.select(rows.inbox.c.id).where(rows.inbox.c.state == "new")).first()
            return waiting is None and set(rows.count_out(tx)) <= ENDS

    for _ in range(16):
        living.move_to(living.now() + timedelta(minutes=1))
        time.sleep(2.5)
        if settled():
            return
    raise AssertionError("something is still open after sixteen minutes")


def _account(living: Service, database: Database, numbers: list[str], seed: int) -> None:
    """Counted at the provider, against the database."""
    listed = living.provider.messages()
    sent_in = {m["sid"] for m in listed if m["direction"] == "inbound"}
    with database.read() as tx:
        kept = Counter(sid for (sid,) in tx.execute(sa.select(rows.inbox.c.provider_sid)))
        out = list(tx.execute(sa.select(rows.outbox.c.id, rows.outbox.c.state, rows.outbox.c.provider_sid)))
        cases = casework.inbox_cases(tx)
        addresses = {n: people.find_address(tx, "sms", n) for n in numbers}
    assert set(kept) == sent_in, f"seed {seed}: lost {len(sent_in - set(kept))} of {len(sent_in)}"
    assert set(kept.values()) == {1}
    accepted = [m for m in listed if m["direction"] != "inbound"]
    by_row = Counter(str(m["outbox"]) for m in accepted)
    assert [row for row, times in by_row.items() if times > 1] == [], f"seed {seed}: accepted twice"
    taken = {str(row.id) for row in out if row.state in ACCEPTED}
    assert set(by_row) <= {str(row.id) for row in out if row.state in ACCEPTED | {"held"}}, f"seed {seed}"
    assert taken <= set(by_row), f"seed {seed}: a row says accepted and the provider has none"
    urgent = {c.address_id for c in cases if c.level == "urgent"}
    assert urgent == {a.id for a in addresses.values() if a}, f"seed {seed}: a danger reached nobody"
    held = [row for row in out if row.state == "held"]
    print(f"seed {seed}: {len(sent_in)} in, {len(out)} out, {len(held)} before a person, {KILLS} kills")
