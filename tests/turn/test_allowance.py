"""The sender's bucket at the real boundary: rows, locks and several dispatchers, on either database."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.clock import FixedClock, SystemClock
from bot.dispatcher import Dispatcher
from bot.store import addresses, buckets
from bot.store import outbox as rows
from bot.store.claims import CHATS, EVERYTHING, SAFETY_AND_CHATS
from messages.bucket import Rate
from messages.channel import Accepted, ChannelError, Outgoing
from messages.classes import Purpose, class_of, priority_of
from tests.houses import Home, make_home

SLOW = Rate(per_second=1, burst=5)


@pytest.fixture
def narrow(migrated_url: str) -> Iterator[Home]:
    """A house whose sender may send five at once and one a second."""
    made = make_home(migrated_url, rate=SLOW)
    yield made
    made.house.db.close()


def queue(home: Home, purpose: Purpose, count: int, *, kind: str = "sms", first: int = 0, **more: object) -> list[int]:
    """So many messages of a purpose, each to somebody of their own."""
    now = home.clock.now()
    made = []
    with home.house.db.write() as tx:
        for number in range(first, first + count):
            value = f"+4477009{number:05}" if kind != "web" else f"{number:043}"
            address = addresses.open_address(tx, kind, value, now)
            addresses.change_address(tx, address.id, consent="given", safe="safe", last_in_at=now)
            made.append(
                rows.put_out(
                    tx, key=f"t{kind}{purpose}{number}", address_id=address.id, purpose=purpose, text_id="thanks",
                    class_=class_of(purpose), rank=priority_of(purpose), body="Thank you.", language="en",
                    created_at=now, not_before=now, **more,
                )
            )  # fmt: skip
    return [number for number in made if number is not None]


def left(home: Home) -> list[str]:
    """The purposes of what was carried, in order."""
    with home.house.db.read() as tx:
        return [rows.outbox_by_id(tx, out.outbox).purpose for out in home.pigeon.carried]


def states(home: Home, ids: list[int]) -> list[str]:
    with home.house.db.read() as tx:
        return [rows.outbox_by_id(tx, number).state for number in ids]


def test_safety_then_conversation_then_check_ins(narrow: Home) -> None:
    """Whatever was queued first: what may leave leaves in this order, and one of the burst is kept for safety."""
    queue(narrow, "check-in", 10)
    queue(narrow, "answer", 3, first=100)
    narrow.send()
    assert left(narrow) == ["answer"] * 3 + ["check-in"]
    queue(narrow, "safety", 1, first=200)
    narrow.send()
    assert left(narrow)[-1] == "safety"
    narrow.later(seconds=1)
    narrow.send()
    assert len(left(narrow)) == 5
    narrow.later(seconds=1)
    narrow.send()
    assert left(narrow)[5:] == ["check-in"]


def test_safety_queued_behind_a_spent_bucket_leaves_at_its_next_look(narrow: Home) -> None:
    """The bucket is spent by a backlog again and again; a reply to danger never waits for a second."""
    queue(narrow, "check-in", 40)
    for number in range(5):
        narrow.send()
        queue(narrow, "safety", 1, first=200 + number)
        assert narrow.send() == 1
        assert left(narrow)[-1] == "safety"
        narrow.later(seconds=1)


def test_a_web_chat_needs_no_allowance(narrow: Home) -> None:
    """With nothing left to text by, what is said on a page is still said."""
    queue(narrow, "answer", 20)
    narrow.send()
    chat = queue(narrow, "answer", 12, kind="web", first=300)
    narrow.send()
    assert states(narrow, chat) == ["delivered"] * 12
    assert len(narrow.pigeon.carried) == SLOW.burst - SLOW.kept


@pytest.mark.parametrize("broken", ["DROP TABLE bucket", "UPDATE bucket SET clocks = '['"])
def test_where_the_bucket_cannot_be_read_no_text_leaves(narrow: Home, broken: str) -> None:
    """It fails closed, safety too, and the row waits unharmed; the chat goes on, and when it is mended so do texts."""
    first = queue(narrow, "answer", 1)
    narrow.send()
    with narrow.house.db.write() as tx:
        tx.exec_driver_sql(broken)
    texts = queue(narrow, "safety", 1, first=10) + queue(narrow, "answer", 1, first=20)
    chat = queue(narrow, "safety", 1, kind="web", first=30)
    narrow.send()
    assert states(narrow, first + texts + chat) == ["accepted", "queued", "queued", "delivered"]
    with narrow.house.db.write() as tx:
        if broken.startswith("DROP"):
            buckets.bucket.create(tx)
        else:
            tx.execute(sa.delete(buckets.bucket))
    narrow.send()
    assert states(narrow, texts) == ["accepted", "accepted"]
    with narrow.house.db.read() as tx:
        assert [rows.outbox_by_id(tx, number).attempts for number in texts] == [1, 1]


def test_a_429_holds_the_whole_sender_and_counts_against_no_other_row(narrow: Home) -> None:
    """Until the provider's Retry-After nothing leaves, safety neither; no other row is touched; then all goes on."""
    asked = []

    def busy(outgoing: Outgoing) -> Accepted:
        asked.append(outgoing.outbox)
        raise ChannelError(permanent=False, code="20429", reason="slow down", retry_after_seconds=40, busy=True)

    narrow.pigeon.does = busy
    ids = queue(narrow, "answer", 3) + queue(narrow, "check-in", 2, first=50)
    assert Dispatcher(narrow.house).once() == 1
    safety = queue(narrow, "safety", 1, first=90)
    narrow.later(seconds=39)
    narrow.pigeon.does = None
    assert narrow.send() == 0
    assert asked == ids[:1]
    with narrow.house.db.read() as tx:
        others = [rows.outbox_by_id(tx, number) for number in ids[1:] + safety]
    assert {(row.state, row.attempts) for row in others} == {("queued", 0)}
    assert {row.not_before for row in others[:2]} == {narrow.clock.now() - timedelta(seconds=39)}
    narrow.later(seconds=1)
    narrow.send()
    assert left(narrow)[0] == "safety"
    assert ids[0] in [out.outbox for out in narrow.pigeon.carried]


def test_two_machines_whose_clocks_differ_never_over_spend(narrow: Home) -> None:
    """One's clock is an hour ahead: the two together send what one may, and neither stands still for an hour."""
    queue(narrow, "answer", 60)
    ahead = FixedClock(narrow.clock.now() + timedelta(hours=1))
    machines = [
        (narrow.clock, Dispatcher(narrow.house, clock="one")),
        (ahead, Dispatcher(replace(narrow.house, clock=ahead), clock="two")),
    ]
    carried = []
    for second in range(20):
        for _, machine in machines if second % 2 else machines[::-1]:
            while machine.once():
                pass
        carried.append(len(narrow.pigeon.carried))
        for clock, _ in machines:
            clock.at += timedelta(seconds=1)
    at_once = SLOW.burst - SLOW.kept
    assert all(count <= at_once + second for second, count in enumerate(carried))
    assert carried[-1] >= 20


def spent_by_another(home: Home, purpose: Purpose, *, held: timedelta | None = None) -> int:
    """The bucket is spent to its last message by a machine called "old", and held where so asked; one more waits."""
    old = Dispatcher(home.house, clock="old")
    queue(home, "answer", 10)
    queue(home, "safety", 5, first=50)
    while old.once():
        pass
    assert len(home.pigeon.carried) == SLOW.burst
    with home.house.db.write() as tx:
        tx.execute(sa.update(rows.outbox).where(rows.outbox.c.state == "queued").values(state="refused"))
        if held is not None:
            old.allowance.hold(tx, held)
    return queue(home, purpose, 1, first=90)[0]


@pytest.mark.parametrize("purpose", ["safety", "answer"])
@pytest.mark.parametrize("held", [None, timedelta(seconds=40)])
@pytest.mark.parametrize("apart", [timedelta(hours=-1), timedelta(0), timedelta(hours=1)])
def test_a_machine_that_is_new_here_waits_for_no_longer_than_the_one_that_spent(
    narrow: Home, purpose: Purpose, held: timedelta | None, apart: timedelta
) -> None:
    """A restart under another name, or a restore elsewhere, finds the bucket spent or held: by looking alone it learns
    its clock, sends nothing too soon, and everything in its time."""
    waiting = spent_by_another(narrow, purpose, held=held)
    with narrow.house.db.write() as tx:  # due by the new machine's clock as well
        rows.change_outbox(tx, waiting, not_before=narrow.clock.now() - timedelta(hours=1))
    clock = FixedClock(narrow.clock.now() + apart)
    new = Dispatcher(replace(narrow.house, clock=clock), clock="new")
    assert new.once() == 0
    opens_in = max(SLOW.every * (1 if purpose == "safety" else 1 + SLOW.kept), held or timedelta(0))
    clock.at += opens_in - timedelta(microseconds=1)
    assert new.once() == 0
    clock.at += timedelta(microseconds=1)
    assert new.once() == 1
    assert states(narrow, [waiting]) == ["accepted"]


def test_a_clock_that_is_put_back_stops_nothing(narrow: Home) -> None:
    """An hour back while the bucket is spent: what waits leaves in its time, not an hour later."""
    machine = Dispatcher(narrow.house, clock="old")
    waiting = spent_by_another(narrow, "answer")
    narrow.later(hours=-1)
    with narrow.house.db.write() as tx:
        rows.change_outbox(tx, waiting, not_before=narrow.clock.now())
    assert machine.once() == 0
    narrow.later(seconds=SLOW.every.total_seconds() * (1 + SLOW.kept))
    assert machine.once() == 1
    assert states(narrow, [waiting]) == ["accepted"]


def test_a_clock_that_is_new_here_opens_the_door_once(narrow: Home) -> None:
    """Behind a spent bucket the claim that learns it reads the backlog; the looks that follow do not."""
    spent_by_another(narrow, "answer")
    new = Dispatcher(narrow.house, clock="new")
    with narrow.house.db.read() as tx:
        assert new.allowance.door(tx).reach == EVERYTHING
    assert new.once() == 0
    with narrow.house.db.read() as tx:
        assert new.allowance.door(tx).reach == CHATS


def test_a_bucket_kept_by_an_earlier_version_is_read(narrow: Home) -> None:
    """Its row held one time for all and what to add to each clock: what was owed then is owed still, by each clock."""
    waiting = spent_by_another(narrow, "answer")
    now = narrow.clock.now()
    with narrow.house.db.write() as tx:
        full_at = now + SLOW.burst * SLOW.every
        values = {"at": now, "full_at": full_at, "clocks": json.dumps({"older": 5, "old": 0})}
        tx.execute(sa.update(buckets.bucket).values(**values))
    machine = Dispatcher(narrow.house, clock="old")
    assert machine.once() == 0
    narrow.later(seconds=SLOW.every.total_seconds() * (1 + SLOW.kept))
    assert machine.once() == 1
    assert states(narrow, [waiting]) == ["accepted"]


@contextmanager
def sending(home: Home, count: int) -> Iterator[None]:
    """So many dispatchers at once, each with a thread of its own, by the machine's own clock."""
    stop = threading.Event()
    house = replace(home.house, clock=SystemClock())
    threads = [threading.Thread(target=Dispatcher(house).run, args=(stop,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.slow
def test_several_dispatchers_share_one_bucket(migrated_url: str) -> None:
    """In real time: six of them, and in no window does more leave than the rate and the burst allow."""
    rate = Rate(per_second=20, burst=5)
    home = make_home(migrated_url, rate=rate)
    home.clock.at = SystemClock().now()
    carried: list[float] = []

    def carry(outgoing: Outgoing) -> Accepted:
        carried.append(time.monotonic())
        return Accepted(sid=f"SM{outgoing.outbox}")

    home.pigeon.does = carry
    queue(home, "answer", 150)
    with sending(home, 6):
        time.sleep(4)
    home.house.db.close()
    at = sorted(carried)
    assert len(at) >= 20
    # From the claim to the call there are some milliseconds, which differ from message to message.
    late = 0.5
    for first in range(len(at)):
        for last in range(first, len(at)):
            assert last - first + 1 <= rate.burst + rate.per_second * (at[last] - at[first] + late)


def test_a_look_at_a_spent_bucket_reads_no_backlog(narrow: Home) -> None:
    """With allowance for safety alone, only safety and chats are looked for: thousands of check-ins cost nothing."""
    queue(narrow, "check-in", 30)
    narrow.send()
    dispatcher = Dispatcher(narrow.house)
    with narrow.house.db.read() as tx:
        assert dispatcher.allowance.door(tx).reach == SAFETY_AND_CHATS
    assert dispatcher.once() == 0
    assert timedelta(0) < dispatcher.pause <= timedelta(seconds=1)
