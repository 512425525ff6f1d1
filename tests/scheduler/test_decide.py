"""Send, wait, missed or suppressed: every branch, with its reason, and no touch without an end."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import WorkingCalendar
from scheduler.confirmed import CONFIRMED_FOR
from scheduler.decide import (
    OVER,
    UNREACHABLE,
    ContactRules,
    Missed,
    Send,
    Suppressed,
    Telephone,
    TouchFacts,
    Wait,
    decide,
    decide_in_turn,
)
from scheduler.localtime import Period, instant, local
from scheduler.programme import Enrolment, Offset, PlannedTouch, Programme, Touch, planned
from scheduler.quiet import ContactHours, SafeWindow, quiet_until

CLOSED = date(2027, 2, 23)
DUE = date(2027, 3, 23)  # a Tuesday, four weeks on; Easter is the weekend after it
LAST = date(2027, 4, 6)
EASTER = frozenset({date(2027, 3, 26), date(2027, 3, 29)})
RULES = ContactRules(hours=ContactHours(calendar=WorkingCalendar(holidays=EASTER)))
FACTS = TouchFacts(enrolled_on=CLOSED)
EVENINGS = (SafeWindow(hours=Period.read("18:00-20:00")),)


def touch_due(event_on: date = CLOSED, late_days: int = 14) -> PlannedTouch:
    touch = Touch(id="four-weeks", when=Offset(weeks=4), flow="check-in", late_days=late_days)
    programme = Programme(id="after-early-help", title="After", event="early help closed", touches=(touch,))
    return planned(programme, Enrolment(event_on=event_on, enrolled_on=event_on))[0]


def at(on: date, hour: int, minute: int = 0) -> datetime:
    return instant(on, time(hour, minute))


NOW = at(DUE, 11)

BARS: list[tuple[dict[str, Any], str]] = [
    ({"person_died": True}, "The person has died."),
    ({"child_died": True}, "A child of the family has died. A person reviews what the family hears from us."),
    ({"ended": True}, "The programme was ended for this family."),
    ({"consent": "stopped"}, "They stopped our texts, and have not started them again."),
    ({"has_number": False}, "We hold no mobile number for them."),
    ({"safe_to_text": False}, "It is not safe to text them."),
    ({"safe_times_unread": True}, "They told us when it is safe to text in words that nobody has set as times yet."),
]


@pytest.mark.parametrize(("facts", "reason"), BARS)
def test_suppressed(facts: dict[str, Any], reason: str) -> None:
    """What must not be sent is not, at a time when it could be and when it is too late; the ledger says why."""
    for now in (NOW, at(DUE, 3), at(LAST, 23), at(date(2027, 5, 1), 11)):
        assert decide(touch_due(), replace(FACTS, **facts), RULES, now) == Suppressed(reason=reason)


def test_every_bar_is_tabled_here_in_order() -> None:
    """The table in the code has no line that this test does not know."""
    assert [reason for _, reason in OVER + UNREACHABLE] == [reason for _, reason in BARS]


@pytest.mark.parametrize(("graver", "lesser"), list(pairwise(BARS)))
def test_the_graver_reason_is_told(graver: tuple[dict[str, Any], str], lesser: tuple[dict[str, Any], str]) -> None:
    """Of two neighbours that both hold, the first is the reason."""
    both = replace(FACTS, **{**lesser[0], **graver[0]})
    assert decide(touch_due(), both, RULES, NOW) == Suppressed(reason=graver[1])


HOLDS: list[tuple[dict[str, Any], datetime, str]] = [
    ({"social_care_open": True}, at(date(2027, 3, 24), 0), "Paused: children's social care has an open case."),
    ({"paused_until": date(2027, 3, 30)}, at(date(2027, 3, 30), 0), "Paused at their wish until 30 March 2027."),
    ({"worker_wrote_at": at(DUE, 9)}, at(DUE, 21), "Parked: a worker was talking with the family."),
    ({"family_wrote_at": at(DUE, 10, 45)}, at(DUE, 11, 15), "Parked: the family was in a conversation."),
    (
        {"last_check_in_at": at(date(2027, 3, 16), 14)},
        at(date(2027, 3, 30), 0),
        "They had a check-in on 16 March 2027, and get one in 14 days at most.",
    ),
    ({"safe_windows": EVENINGS}, at(DUE, 18), "Waiting for a time that they said is safe."),
]


@pytest.mark.parametrize(("facts", "until", "reason"), HOLDS)
def test_wait(facts: dict[str, Any], until: datetime, reason: str) -> None:
    """Each hold names the instant to decide again and why."""
    assert decide(touch_due(), replace(FACTS, **facts), RULES, NOW) == Wait(until=until, reason=reason)


@pytest.mark.parametrize(("first", "second"), list(pairwise(HOLDS)))
def test_the_first_hold_is_told(
    first: tuple[dict[str, Any], datetime, str], second: tuple[dict[str, Any], datetime, str]
) -> None:
    """Of two neighbours that both hold, the first is what the touch waits for."""
    both = replace(FACTS, **first[0], **second[0])
    assert decide(touch_due(), both, RULES, NOW) == Wait(until=first[1], reason=first[2])


@pytest.mark.parametrize(
    ("now", "until", "reason"),
    [
        (at(date(2027, 3, 1), 11), at(DUE, 0), "Not due until 23 March 2027."),
        (at(DUE, 0), at(DUE, 10), "Quiet hours."),
        (at(DUE, 9), at(DUE, 10), "Waiting for an hour when someone is there to read the answer."),
        # The day before Good Friday waits over Easter and the clock change.
        (
            at(date(2027, 3, 25), 9),
            at(date(2027, 3, 30), 10),
            "Waiting for an hour when someone is there to read the answer.",
        ),
        (at(date(2027, 3, 24), 21), at(date(2027, 3, 30), 10), "Quiet hours."),
        # The last sending hour has passed: it is decided once more when the window closes.
        (at(LAST, 15), at(date(2027, 4, 7), 0), "Waiting for an hour when someone is there to read the answer."),
    ],
)
def test_wait_for_the_hour(now: datetime, until: datetime, reason: str) -> None:
    """Not before it is due, not in quiet hours, not when nobody would read the answer, and never past the window."""
    assert decide(touch_due(), FACTS, RULES, now) == Wait(until=until, reason=reason)


@pytest.mark.parametrize(
    ("facts", "now"),
    [
        ({"consent": "given"}, NOW),
        ({"worker_wrote_at": at(date(2027, 3, 22), 23)}, NOW),
        ({"family_wrote_at": at(DUE, 10, 30)}, NOW),
        ({"last_check_in_at": at(date(2027, 3, 9), 14, 59)}, NOW),
        ({"paused_until": DUE}, NOW),
        ({"safe_windows": EVENINGS}, at(DUE, 18)),
    ],
)
def test_sent_on_the_day(facts: dict[str, Any], now: datetime) -> None:
    """Each hold ends exactly where it says: twelve hours, thirty minutes, a fortnight by dates, the day named."""
    assert decide(touch_due(), replace(FACTS, **facts), RULES, now) == Send(reason="Sent on the day it was due.")


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        (date(2027, 3, 24), "Sent 1 day after it was due, 23 March 2027."),
        (date(2027, 3, 31), "Sent 8 days after it was due, 23 March 2027."),
    ],
)
def test_sent_late(on: date, reason: str) -> None:
    """After an outage, what is within its window goes, and the ledger says how late it was."""
    assert decide(touch_due(), FACTS, RULES, at(on, 11)) == Send(reason=reason)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "It could go until 6 April 2027, and the service did not get to it in time."),
        (
            {"enrolled_on": date(2027, 4, 7)},
            "It could go until 6 April 2027, and they were enrolled later, on 7 April 2027.",
        ),
        (
            {
                "waited_for": "Parked: a worker was talking with the family.",
                "waited_until": at(date(2027, 4, 7), 0),
            },
            "It could go until 6 April 2027, and was still waiting then. Parked: a worker was talking with the family.",
        ),
        # It waited for something that ended well before the window did: that is not why it was missed.
        (
            {"waited_for": "Quiet hours.", "waited_until": at(DUE, 10)},
            "It could go until 6 April 2027, and the service did not get to it in time.",
        ),
    ],
)
def test_missed(facts: dict[str, Any], reason: str) -> None:
    """Too late is an outcome with its true reason, never a silent skip or a burst at night."""
    for now in (at(date(2027, 4, 7), 0), at(date(2027, 6, 1), 11)):
        assert decide(touch_due(), replace(FACTS, **facts), RULES, now) == Missed(reason=reason)


OLD = DUE - CONFIRMED_FOR - timedelta(days=1)
TO_TELEPHONE = "The number was last confirmed on 22 March 2026, over a year ago: telephone them first."


@pytest.mark.parametrize("now", [at(DUE, 0), at(DUE, 3), NOW, at(date(2027, 3, 27), 11)])
def test_an_old_number_is_telephoned_before_it_is_texted(now: datetime) -> None:
    """From its first moment, whatever the hour and the day, so that there is time to telephone; asked daily."""
    found = decide(touch_due(), replace(FACTS, confirmed_on=OLD), RULES, now)
    assert found == Telephone(until=instant(local(now).date() + timedelta(days=1)), reason=TO_TELEPHONE)


def test_a_number_is_confirmed_for_a_year_to_the_day() -> None:
    """On the last day of the year the text still goes; and of a number that is not in doubt nothing is asked."""
    for confirmed_on in (OLD + timedelta(days=1), DUE, None):
        assert isinstance(decide(touch_due(), replace(FACTS, confirmed_on=confirmed_on), RULES, NOW), Send)


@pytest.mark.parametrize(("facts", "reason"), BARS)
def test_nobody_is_asked_to_telephone_where_nothing_would_go(facts: dict[str, Any], reason: str) -> None:
    """Who stopped our texts, or has died, is not to be telephoned for a text that could not be sent anyway."""
    assert decide(touch_due(), replace(FACTS, confirmed_on=OLD, **facts), RULES, NOW) == Suppressed(reason=reason)


def test_who_was_not_reached_by_telephone_is_missed_and_the_ledger_says_why() -> None:
    """Day by day to the end of the window, and never past it."""
    facts, now, days = replace(FACTS, confirmed_on=OLD), at(DUE, 0), 0
    found = decide(touch_due(), facts, RULES, now)
    while isinstance(found, Telephone):
        now, days = found.until, days + 1
        facts = replace(facts, waited_for=found.reason, waited_until=found.until)
        found = decide(touch_due(), facts, RULES, now)
    assert (now, days) == (at(date(2027, 4, 7), 0), 15)
    assert found == Missed(reason=f"It could go until 6 April 2027, and was still waiting then. {TO_TELEPHONE}")


@pytest.mark.parametrize("went", [0, 3, 4])
def test_the_share_of_an_hour_is_asked_only_for_what_would_go(went: int) -> None:
    """Who asks may have to lock the hour. Twenty a day are four an hour, and the fifth waits."""
    rules, asked = replace(RULES, daily_cap=20), list[datetime]()

    def sent_in(starts: datetime) -> int:
        asked.append(starts)
        return went

    for facts in (replace(FACTS, consent="stopped"), replace(FACTS, paused_until=LAST)):
        assert decide_in_turn(touch_due(), facts, rules, NOW, sent_in)[1] is None
    assert decide_in_turn(touch_due(), FACTS, RULES, NOW, sent_in) == (decide(touch_due(), FACTS, RULES, NOW), None)
    assert asked == []
    found, slot = decide_in_turn(touch_due(), FACTS, rules, NOW, sent_in)
    assert isinstance(found, Send if went < 4 else Wait)
    assert slot is not None
    assert asked == [slot.starts] == [NOW]


@pytest.mark.parametrize(("asked", "days"), [(None, 14), (7, 14), (14, 14), (28, 28), (90, 90)])
def test_a_family_is_texted_less_often_and_never_more(asked: int | None, days: int) -> None:
    """At their own pace, where that is slower than the council's."""
    assert RULES.at_their_pace(asked).cap_days == days


def some(instants: st.SearchStrategy[datetime]) -> st.SearchStrategy[datetime | None]:
    return st.none() | instants


instants = st.integers(-40 * 24 * 60, 40 * 24 * 60).map(lambda minutes: at(DUE, 11) + timedelta(minutes=minutes))
windows = st.lists(
    st.builds(
        SafeWindow,
        days=st.frozensets(st.integers(0, 6), min_size=1),
        hours=st.integers(0, 22).map(lambda hour: Period(starts=time(hour), ends=time(hour + 1))),
    ),
    max_size=2,
).map(tuple)
all_facts = st.builds(
    TouchFacts,
    enrolled_on=st.dates(date(2027, 2, 1), date(2027, 4, 20)),
    consent=st.sampled_from(["unasked", "given", "stopped"]),
    safe_windows=windows,
    social_care_open=st.booleans(),
    paused_until=st.none() | st.dates(date(2027, 3, 1), date(2027, 5, 1)),
    family_wrote_at=some(instants),
    worker_wrote_at=some(instants),
    last_check_in_at=some(instants),
    confirmed_on=st.none() | st.dates(date(2026, 2, 1), date(2027, 3, 1)),
)


@given(all_facts, instants, st.integers(0, 20))
def test_deciding_again_when_told_always_ends(facts: TouchFacts, now: datetime, late_days: int) -> None:
    """A clock that follows each Wait goes forward, comes to an end, and never sends at a wrong moment."""
    planned_touch = touch_due(late_days=late_days)
    opens, closes = planned_touch.window
    decision = decide(planned_touch, facts, RULES, now)
    for _ in range(80):
        if not isinstance(decision, Wait | Telephone):
            break
        assert decision.until > now
        assert decision.until <= closes
        now = decision.until
        decision = decide(planned_touch, replace(facts, waited_for=decision.reason, waited_until=now), RULES, now)
    assert not isinstance(decision, Wait | Telephone)
    assert decision.reason.endswith(".")
    if isinstance(decision, Send):
        assert opens <= now < closes
        assert quiet_until(now, RULES.hours.quiet, facts.safe_windows) is None
        assert facts.consent != "stopped"
        assert facts.confirmed_on is None or local(now).date() - facts.confirmed_on <= CONFIRMED_FOR
        assert facts.safe_windows or (local(now).weekday() < 4 and 10 <= local(now).hour < 15)
        assert facts.family_wrote_at is None or now >= facts.family_wrote_at + RULES.conversation
        assert facts.worker_wrote_at is None or now >= facts.worker_wrote_at + RULES.worker
