"""Never the same touch twice: two clocks at once, killed at any point, an hour that happens twice, parking, twins."""

import multiprocessing
import random
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.store import addresses, outbox, touches
from bot.turn import timers
from bot.turn.touches import decide_due
from tests.houses import Home
from tests.turn.families import check_in, enrol, four_weeks_ago, row, touches_of
from tests.turn.test_turns import asked_for, child_of, enrol_child, number, with_cap

A = "+447700900411"
FAMILIES = 30
KILLS = 12


def texts(home: Home) -> Counter[tuple[int, str]]:
    """How often each text of each touch was written."""
    statement = sa.select(outbox.outbox.c.touch_id, outbox.outbox.c.text_id)
    with home.house.db.read() as tx:
        found = tx.execute(statement.where(outbox.outbox.c.purpose == "check-in")).all()
    return Counter((int(touch), str(text)) for touch, text in found)


def decided(home: Home) -> Counter[tuple[int, str, int]]:
    touch = touches.touch
    with home.house.db.read() as tx:
        found = tx.execute(sa.select(touch.c.enrolment_id, touch.c.touch, touch.c.occurrence)).all()
    return Counter((int(e), str(t), int(o)) for e, t, o in found)


def tick_on(home: Home) -> None:
    """A clock of its own process: on connections of its own, until it is killed."""
    home.house.db.engine.dispose(close=False)
    while True:
        decide_due(home.house, home.clock.now())
        time.sleep(0.001)


def test_two_clocks_killed_at_any_point_send_each_touch_once(home: Home) -> None:
    """Two processes tick over the same families and are killed (SIGKILL) again and again: each touch is decided once,
    and what says "sent" has its text, whole: nothing is half done."""
    monday = four_weeks_ago(home)
    with_cap(home, 1000)
    old = monday - timedelta(days=400)
    enrol(home, *[row(f"P{n:03}", number(n), monday) for n in range(FAMILIES)])
    enrol(home, row("TWINS", number(900), old, told_on=monday))
    while decide_due(home.house, home.clock.now() - timedelta(days=2)):
        pass
    for name in ("Ada", "Ben"):
        enrol_child(home, "TWINS", child_of(home, "TWINS", name, "2022-03"), monday)
    chance, fork = random.Random(6), multiprocessing.get_context("fork")
    home.house.db.engine.dispose()
    for _ in range(KILLS):
        clocks = [fork.Process(target=tick_on, args=(home,), daemon=True) for _ in range(2)]
        for clock in clocks:
            clock.start()
        time.sleep(chance.uniform(0.02, 0.25))
        for clock in clocks:
            clock.kill()
        for clock in clocks:
            clock.join()
    while decide_due(home.house, home.clock.now()):
        pass
    assert set(decided(home).values()) == {1}
    written = texts(home)
    assert set(written.values()) == {1}
    with home.house.db.read() as tx:
        said = {
            int(touch)
            for (touch,) in tx.execute(
                sa.select(touches.touch.c.id).where(
                    touches.touch.c.outcome == "sent", touches.touch.c.joined_id.is_(None)
                )
            )
        }
    assert said == {touch for touch, _ in written}
    assert len(said) == FAMILIES + 1


def test_half_past_one_that_happens_twice_sends_once(home: Home) -> None:
    """A family's safe hour falls in the hour that the clocks repeat: it goes in the first, and not again."""
    home.clock.at = datetime(2027, 10, 30, 12, 0, tzinfo=UTC)
    enrol(home, row("P1", A, date(2027, 10, 3)))
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(A).id, safe_times="1am to 2am")
    for at in (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)):
        home.clock.at = at
        check_in(home)
    assert [t.decided_at for t in touches_of(home, "P1") if t.outcome == "sent"] == [
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    ]
    assert set(texts(home).values()) == {1}


def test_a_touch_moved_by_parking_goes_once(home: Home) -> None:
    """It waits for a talk to end while clocks tick on, and is said by its timer, once."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("hello", sender=A)
    home.later(minutes=29)
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(A).id, last_in_at=home.clock.now() - timedelta(hours=1))
    for _ in range(3):
        check_in(home)
        home.later(minutes=16)
        timers.fire_due(home.house, home.clock.now())
        timers.fire_due(home.house, home.clock.now())
    home.send()
    (touch,) = touches_of(home, "P1")
    assert touch.outcome == "sent"
    assert asked_for(home, A) == {touch.id}
    assert set(texts(home).values()) == {1}


def test_the_database_itself_refuses_the_same_touch(home: Home) -> None:
    """Whatever the code does: (enrolment, touch, occurrence) is unique."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    (touch,) = touches_of(home, "P1")
    again = {"enrolment_id": touch.enrolment_id, "touch": touch.touch, "occurrence": touch.occurrence}
    now = home.clock.now()
    with home.house.db.write() as tx:
        assert (
            touches.decide_touch(tx, **again, due_at=now, decided_at=now, outcome="sent", reason="Sent again.") is None
        )
    values = {"due_at": now, "decided_at": now, "outcome": "sent", "reason": "x", "listed": False}
    with home.house.db.engine.connect() as tx, pytest.raises(sa.exc.IntegrityError):
        tx.execute(sa.insert(touches.touch).values(**again, **values))
