"""Whose turn it is: the daily cap, priority, one text for brothers and sisters, one check-in a fortnight an adult."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import local_date
from bot.content import Content
from bot.expiring import expire_stale
from bot.people.planning import plan_next
from bot.publishing import content
from bot.store import addresses, holding, keeping, people, touches
from bot.turn.touches import decide_due
from messages.leave import WINDOW_CLOSED
from scheduler.merge import IN_ONE_TEXT
from tests.houses import AMPLE, Home, at_rate
from tests.turn.families import check_in, enrol, follow_up, four_weeks_ago, listed, row, touches_of

A, B = "+447700900411", "+447700900412"
CAP = 20  # four an hour: 10 to 15 o'clock is five hours


def with_cap(home: Home, cap: int, **more: str) -> None:
    shipped = at_rate(content.read(home.house.settings), AMPLE)
    council = shipped.files["council.yaml"]
    assert isinstance(council, dict)
    contact = {**council["contact"], "daily_cap": str(cap), **more}
    content.publish(home.house, Content({**shipped.files, "council.yaml": {**council, "contact": contact}}), by="test")


def number(n: int) -> str:
    return f"+44770090{n:04d}"


def child_of(home: Home, reference: str, name: str, born: str) -> int:
    """A child of this adult's household; returns its id."""
    with home.house.db.write() as tx:
        adult = people.find_person_by_source(tx, reference)
        assert adult is not None
        return people.add_person(
            tx, ref=f"KID{name.upper():5.5}".replace(" ", "X"), now=home.clock.now(), first_name=name, born=born,
            child=True, household_id=adult.household_id,
        )  # fmt: skip


def enrol_child(home: Home, reference: str, child: int, event_on: date, programme: str = "after-early-help") -> int:
    now = home.clock.now()
    with home.house.db.write() as tx:
        adult = people.find_person_by_source(tx, reference)
        assert adult is not None
        made = keeping.enrol(
            tx, person_id=adult.id, programme=programme, child_id=child, event_on=event_on, told_on=event_on,
            told_by="Sam", created_at=now,
        )  # fmt: skip
        assert made is not None
        for theirs in people.addresses_of(tx, adult.id):  # whoever told of the child told the number too
            people.told_of(tx, adult.id, theirs.id, event_on)
        plan_next(tx, home.house.live.snapshot(tx), keeping.enrolment_by_id(tx, made))
    return made


def asked_for(home: Home, sender: str) -> set[int | None]:
    """The touches whose check-in was written to this number; the first begins with who we are, a text of its own."""
    return {o.touch_id for o in home.out(sender=sender) if o.purpose == "check-in"}


@pytest.fixture
def twins(home: Home) -> tuple[Home, list[int]]:
    """One mother, two children of one month, each with an enrolment of their own."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday - timedelta(days=400)))  # long over: all missed
    check_in(home)
    while decide_due(home.house, home.clock.now()):
        pass
    ids = [child_of(home, "P1", name, "2022-03") for name in ("Ada", "Ben")]
    return home, [enrol_child(home, "P1", child, monday) for child in ids]


def test_a_cohort_of_one_date_is_spread_over_the_hours_of_days(home: Home) -> None:
    """Fifty due on one Monday, twenty a day: four an hour, the oldest first, and none at night."""
    with_cap(home, CAP)
    monday = four_weeks_ago(home)
    enrol(home, *[row(f"P{n:03}", number(n), monday) for n in range(50)])
    home.clock.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    for _ in range(4 * 24 * 4):
        check_in(home)
        home.later(minutes=15)
    with home.house.db.read() as tx:
        sent = tx.execute(
            sa.select(touches.touch.c.decided_at, touches.touch.c.enrolment_id)
            .where(touches.touch.c.outcome == "sent", touches.touch.c.touch == "four-weeks")
            .order_by(touches.touch.c.decided_at, touches.touch.c.id)
        ).all()
        counted = dict(tx.execute(sa.select(holding.hour.c.starts_at, holding.hour.c.sent)).all())
    hours = Counter(at.replace(minute=0) for at, _ in sent)
    assert len(sent) == 50
    assert set(hours.values()) <= {2, 4}
    assert {at.hour for at, _ in sent} <= {10, 11, 12, 13, 14}
    assert max(Counter(at.date() for at, _ in sent).values()) == CAP
    assert [enrolment for _, enrolment in sent] == sorted(enrolment for _, enrolment in sent)
    assert {at: n for at, n in counted.items() if n} == dict(hours)


def test_whom_the_cap_keeps_past_the_window_is_missed_and_told_why(home: Home) -> None:
    """One a day, and more families than days of the window: each ends, and the ledger names the cap."""
    with_cap(home, 1)
    monday = four_weeks_ago(home)
    enrol(home, *[row(f"P{n:03}", number(n), monday) for n in range(12)])
    home.clock.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    for _ in range(16 * 24):
        check_in(home)
        home.later(hours=1)
    ended = [touches_of(home, f"P{n:03}")[0] for n in range(12)]
    assert Counter(touch.outcome for touch in ended) == {
        "sent": 9,
        "missed": 3,
    }  # Monday to Thursday, to the second Monday
    assert all("at most 1 check-ins" in touch.reason for touch in ended if touch.outcome == "missed")


def test_after_an_outage_what_is_late_goes_by_the_hours_and_the_rest_is_missed(home: Home) -> None:
    """Down from Friday to a Wednesday night two weeks later: nothing at night, no burst by day, each with its end."""
    with_cap(home, CAP)
    monday = four_weeks_ago(home)
    enrol(home, *[row(f"P{n:03}", number(n), monday - timedelta(days=n % 20)) for n in range(40)])
    home.clock.at = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    check_in(home)
    assert home.pigeon.carried == []
    for _ in range(3 * 24 * 4):
        check_in(home)
        home.later(minutes=15)
    ended = [touches_of(home, f"P{n:03}")[0] for n in range(40)]
    missed = [touch for touch in ended if touch.outcome == "missed"]
    sent = [touch for touch in ended if touch.outcome == "sent"]
    assert len(missed) + len(sent) == 40
    assert len(missed) >= 20  # more than 14 days late before the night was over
    assert all(touch.reason.startswith("It could go until") for touch in missed)
    assert max(Counter(touch.decided_at.replace(minute=0) for touch in sent).values()) <= CAP // 5


def test_the_highest_priority_goes_first_whatever_was_enrolled_first(home: Home) -> None:
    """Due together, one place in the hour: the touch of the higher priority has it."""
    with_cap(home, 5)
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday), row("P2", B, monday))
    with home.house.db.write() as tx:
        second = people.find_person_by_source(tx, "P2")
        assert second is not None
        (enrolment,) = keeping.enrolments_of(tx, [second.id])
        keeping.change_enrolment(tx, enrolment.id, next_priority=90)
    check_in(home)
    assert [len(touches_of(home, who)) for who in ("P1", "P2")] == [0, 1]


def test_twins_are_one_text_and_two_lines_of_the_ledger(twins: tuple[Home, list[int]]) -> None:
    """Both due the same day: one text that names neither, both sent and saying so, and no second tick adds one."""
    home, enrolments = twins
    for _ in range(3):
        check_in(home)
    with home.house.db.read() as tx:
        first, second = (touches.touches_of(tx, [enrolment])[0] for enrolment in enrolments)
    assert asked_for(home, A) == {first.id}
    assert (first.outcome, second.outcome) == ("sent", "sent")
    assert second.joined_id == first.id
    assert first.reason == "Sent on the day it was due. One text for 2 children."
    assert second.reason == f"{IN_ONE_TEXT} Sent on the day it was due."
    assert not any(name in o.body for o in home.out(sender=A) for name in ("Ada", "Ben"))


def test_what_joined_ends_with_the_text_that_said_it(twins: tuple[Home, list[int]]) -> None:
    """Answered, both are answered; unanswered, one reminder goes and the family is on the list once."""
    home, enrolments = twins
    check_in(home)
    home.text("8", sender=A)
    with home.house.db.read() as tx:
        assert [touches.touches_of(tx, [e])[0].outcome for e in enrolments] == ["answered", "answered"]
    home.later(weeks=4)
    check_in(home)
    follow_up(home, 24)  # the office is closed over Christmas
    with home.house.db.read() as tx:
        assert [touches.touches_of(tx, [e])[1].outcome for e in enrolments] == ["no-reply", "no-reply"]
    assert len([o for o in home.out(sender=A) if o.purpose == "reminder"]) == 1
    assert [touch.enrolment_id in enrolments for touch in listed(home)].count(True) == 1


@pytest.mark.parametrize("end", [Home.send, lambda home: expire_stale(home.house, home.clock.now())])
def test_what_joined_ends_unsent_alike_by_ones_and_by_hundreds(
    twins: tuple[Home, list[int]], end: Callable[[Home], object]
) -> None:
    """A text that a backlog kept past its window: the ledger says the same of both, whoever ended it."""
    home, enrolments = twins
    decide_due(home.house, home.clock.now())
    home.later(weeks=3)
    end(home)
    with home.house.db.read() as tx:
        first, second = (touches.touches_of(tx, [enrolment])[0] for enrolment in enrolments)
    assert (first.outcome, first.reason) == ("missed", WINDOW_CLOSED)
    assert (second.outcome, second.reason) == ("missed", f"{IN_ONE_TEXT} {WINDOW_CLOSED}")


@pytest.mark.parametrize(("apart", "together"), [(7, True), (8, False)])
def test_brothers_and_sisters_join_within_the_councils_days(home: Home, apart: int, *, together: bool) -> None:
    """A week apart they are one text; further apart the second waits for its day and the fortnight."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday - timedelta(days=400)))
    while decide_due(home.house, home.clock.now()):
        pass
    ids = [child_of(home, "P1", name, "2022-03") for name in ("Ada", "Ben")]
    made = [enrol_child(home, "P1", ids[0], monday), enrol_child(home, "P1", ids[1], monday + timedelta(days=apart))]
    check_in(home)
    with home.house.db.read() as tx:
        assert len(touches.touches_of(tx, [made[1]])) == together


def test_each_parent_is_on_their_own(home: Home) -> None:
    """Two parents, each with an enrolment for each child: two texts, one each."""
    monday = four_weeks_ago(home)
    old = monday - timedelta(days=400)
    enrol(home, row("P1", A, old, household="H"), row("P2", B, old, household="H"))
    while decide_due(home.house, home.clock.now()):
        pass
    ids = [child_of(home, "P1", name, "2022-03") for name in ("Ada", "Ben")]
    for parent in ("P1", "P2"):
        for child in ids:
            enrol_child(home, parent, child, monday)
    check_in(home)
    assert [len(asked_for(home, sender)) for sender in (A, B)] == [1, 1]


def test_the_fortnight_is_an_adults_over_programmes_and_numbers(home: Home) -> None:
    """A new number does not begin a new fortnight, nor does another programme."""
    monday = four_weeks_ago(home)
    enrol(home, row("P1", A, monday))
    check_in(home)
    home.later(days=1)
    with home.house.db.write() as tx:
        person = people.find_person_by_source(tx, "P1")
        assert person is not None
        new = addresses.open_address(tx, "sms", B, home.clock.now())
        addresses.change_address(tx, new.id, safe="safe", consent="given")
        people.release(tx, home.address(A).id, home.clock.now())
        people.link(tx, person.id, new.id, home.clock.now())
    enrol_child(home, "P1", child_of(home, "P1", "Ada", "2022-03"), monday)
    check_in(home)
    assert home.out(sender=B) == []
    home.later(days=13)
    check_in(home)
    assert len(asked_for(home, B)) == 1
    assert local_date(home.clock.now()) - local_date(touches_of(home, "P1")[0].decided_at) == timedelta(days=14)
