"""Fifty thousand check-ins wait and the sender may send five a second: what matters still leaves at once."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bench.claims import fill
from bot.dispatcher import Dispatcher
from bot.expiring import BATCH, MOST_BATCHES, expire_stale
from bot.store import addresses, keeping, touches
from bot.store import outbox as rows
from bot.store.database import Tx
from messages.bucket import Rate
from messages.leave import STOPPED_CHECK_IN, WINDOW_CLOSED
from tests.houses import Home, make_home
from tests.turn.families import HEADING, enrol_sheet, four_weeks_ago, row

MANY = 50_000
KNIFE = "he has a knife hes outside"
A, B = "+447700900491", "+447700900492"
pytestmark = [pytest.mark.slow, pytest.mark.fault]


@pytest.fixture
def home(migrated_url: str) -> Iterator[Home]:
    made = make_home(migrated_url, rate=Rate(per_second=5, burst=5))
    yield made
    made.house.db.close()


def backlog(home: Home, count: int, *, closes: timedelta) -> None:
    """So many check-ins queued, each with its touch in the ledger, as the clock leaves them."""
    enrol_sheet(home.house, [HEADING, row("P1", A, four_weeks_ago(home))])
    fill(home, count, purpose="check-in", expires=closes)
    now = home.clock.now()
    with home.house.db.write() as tx:
        (enrolment_id,) = tx.execute(sa.select(keeping.enrolment.c.id)).one()
        tx.execute(sa.update(keeping.enrolment).values(next_at=None))
        ids = [int(r[0]) for r in tx.execute(sa.select(rows.outbox.c.id).order_by(rows.outbox.c.id))]
        tx.execute(
            sa.insert(touches.touch),
            [
                {"id": number, "enrolment_id": enrolment_id, "touch": "four-weeks", "occurrence": number, "due_at": now,
                 "decided_at": now, "outcome": "sent", "reason": "Due.", "listed": False}
                for number in ids
            ],
        )  # fmt: skip
        tx.execute(sa.update(rows.outbox).values(touch_id=rows.outbox.c.id))


def ended(tx: Tx) -> dict[tuple[str, str], int]:
    asked = sa.select(touches.touch.c.outcome, touches.touch.c.reason, sa.func.count()).group_by(
        touches.touch.c.outcome, touches.touch.c.reason
    )
    return {(str(outcome), str(reason)): int(count) for outcome, reason, count in tx.execute(asked)}


def test_behind_fifty_thousand_what_matters_leaves_at_once_and_what_is_stale_ends(home: Home) -> None:
    """A reply to danger leaves within the next look, a conversation before any check-in; when their window closes the
    rest ends unsent, each touch with its reason, in bulk; and all the while danger is answered."""
    backlog(home, MANY, closes=timedelta(hours=3))
    home.send()  # the bucket is spent
    sent = len(home.pigeon.carried)
    assert sent <= 5

    began = time.monotonic()
    home.text(KNIFE, sender=B)
    assert Dispatcher(home.house).once() == 1
    assert time.monotonic() - began < 10  # a look, however long the queue; the machine may be busy
    assert home.out(sender=B)[0].purpose == "safety"
    assert home.out(sender=B)[0].state == "accepted"

    home.later(seconds=1)
    home.text("food bank near SW11 1AA", sender=A)
    before = len(home.pigeon.carried)
    home.send()
    with home.house.db.read() as tx:
        left = [rows.outbox_by_id(tx, out.outbox).purpose for out in home.pigeon.carried[before:]]
    assert left[0] == "answer"
    assert "check-in" not in left or left.index("check-in") > max(i for i, p in enumerate(left) if p == "answer")

    carried = len(home.pigeon.carried)
    with home.house.db.write() as tx:  # one who stopped us meanwhile is told of as that
        stopped = tx.execute(sa.select(rows.outbox.c.address_id).where(rows.outbox.c.state == "queued")).first()
        assert stopped is not None
        addresses.change_address(tx, stopped[0], consent="stopped")
    home.later(hours=3)
    ticks = 0
    while expire_stale(home.house, home.clock.now()):
        ticks += 1
        if ticks == 1:  # in the middle of it
            home.text(KNIFE, sender=B)
            assert Dispatcher(home.house).once() == 1
            carried += 1
    assert ticks <= MANY // (BATCH * MOST_BATCHES) + 1
    assert len(home.pigeon.carried) == carried
    with home.house.db.read() as tx:
        told = ended(tx)
        queued = tx.execute(
            sa.select(sa.func.count()).where(rows.outbox.c.state == "queued", rows.outbox.c.purpose == "check-in")
        ).scalar_one()
    assert queued == 0
    assert told[("suppressed", STOPPED_CHECK_IN)] == 1
    assert told[("missed", WINDOW_CLOSED)] >= MANY - 20
    assert sum(told.values()) == MANY
