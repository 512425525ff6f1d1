"""After a check-in: one reminder, then an end; each on its working day."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import WorkingCalendar
from scheduler.decide import ContactRules, TouchFacts, Wait
from scheduler.follow_up import Close, FollowUp, Remind, SentTouch, follow_up
from scheduler.localtime import Period, instant, local_date
from scheduler.quiet import ContactHours, SafeWindow

EASTER = frozenset({date(2027, 3, 26), date(2027, 3, 29)})
RULES = ContactRules(hours=ContactHours(calendar=WorkingCalendar(holidays=EASTER)))
FACTS = TouchFacts(enrolled_on=date(2027, 1, 1))
MONDAY = date(2027, 3, 15)


def at(on: date, hour: int, minute: int = 0) -> datetime:
    return instant(on, time(hour, minute))


SENT = SentTouch(sent_at=at(MONDAY, 11))
THURSDAY, NEXT_WEDNESDAY = date(2027, 3, 18), date(2027, 3, 24)
WAITING = "Waiting for an answer."


@pytest.mark.parametrize(
    ("sent", "now", "found"),
    [
        ({"answered": True}, at(NEXT_WEDNESDAY, 11), None),
        ({}, at(MONDAY, 12), Wait(until=at(THURSDAY, 0), reason=WAITING)),
        ({}, at(THURSDAY, 0), Wait(until=at(THURSDAY, 10), reason="Quiet hours.")),
        ({}, at(THURSDAY, 10), Remind()),
        ({"reminded_at": at(THURSDAY, 10)}, at(THURSDAY, 10), Wait(until=at(NEXT_WEDNESDAY, 0), reason=WAITING)),
        (
            {"reminded_at": at(THURSDAY, 10)},
            at(NEXT_WEDNESDAY, 0),
            Close(
                outcome="no-reply",
                reason="No answer to the text of 15 March 2027, nor to the reminder of 18 March 2027.",
                listed=True,
            ),
        ),
        (
            {"reminded_at": at(THURSDAY, 10), "on_no_reply": "nothing"},
            at(NEXT_WEDNESDAY, 9),
            Close(
                outcome="no-reply",
                reason="No answer to the text of 15 March 2027, nor to the reminder of 18 March 2027.",
                listed=False,
            ),
        ),
        # The service was down from the reminder's day to the end: no reminder in the last minute.
        (
            {},
            at(NEXT_WEDNESDAY, 11),
            Close(outcome="no-reply", reason="No answer to the text of 15 March 2027.", listed=True),
        ),
        # A reminder that left late counts its days from when it left.
        (
            {"reminded_at": at(date(2027, 3, 22), 10)},
            at(NEXT_WEDNESDAY, 11),
            Wait(until=at(date(2027, 3, 30), 0), reason=WAITING),
        ),
        ({"remind_after": 0}, at(THURSDAY, 11), Wait(until=at(date(2027, 3, 19), 0), reason=WAITING)),
        (
            {"delivery": "undelivered"},
            at(MONDAY, 12),
            Close(outcome="undelivered", reason="The text could not be delivered.", listed=True),
        ),
        ({"delivery": "unknown"}, at(THURSDAY, 11), Wait(until=at(NEXT_WEDNESDAY, 0), reason=WAITING)),
        (
            {"delivery": "unknown"},
            at(NEXT_WEDNESDAY, 11),
            Close(outcome="unknown", reason="The provider never told us whether the text arrived.", listed=True),
        ),
    ],
)
def test_follow_up(sent: dict[str, Any], now: datetime, found: FollowUp) -> None:
    """Reminded once after three working days; four more and it is no reply; unknown is never sent again."""
    assert follow_up(replace(SENT, **sent), FACTS, RULES, now) == found


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (
            {"person_died": True},
            Close(outcome="no-reply", reason="No answer and no reminder. The person has died.", listed=False),
        ),
        (
            {"consent": "stopped"},
            Close(
                outcome="no-reply",
                reason="No answer and no reminder. They stopped our texts, and have not started them again.",
                listed=True,
            ),
        ),
        (
            {"worker_wrote_at": at(THURSDAY, 10)},
            Wait(until=at(THURSDAY, 22), reason="Parked: a worker was talking with the family."),
        ),
        (
            {"confirmed_on": date(2026, 3, 17)},
            Close(
                outcome="no-reply",
                reason="No answer and no reminder. The number was last confirmed on 17 March 2026, over a year ago: "
                "telephone them first.",
                listed=True,
            ),
        ),
        ({"confirmed_on": date(2026, 3, 18)}, Remind()),
        ({"last_check_in_at": SENT.sent_at}, Remind()),
        (
            {"social_care_open": True},
            Wait(until=at(date(2027, 3, 19), 0), reason="Paused: children's social care has an open case."),
        ),
        (
            {"safe_windows": (SafeWindow(hours=Period.read("18:00-19:00")),)},
            Wait(until=at(THURSDAY, 18), reason="Waiting for a time that they said is safe."),
        ),
    ],
)
def test_a_reminder_obeys_what_a_check_in_obeys_save_the_cap(facts: dict[str, Any], found: FollowUp) -> None:
    """Consent, safety and parking are read again on its day; the check-in it repeats does not count against it."""
    assert follow_up(SENT, replace(FACTS, **facts), RULES, at(THURSDAY, 11)) == found


def test_who_asked_for_fewer_texts_is_not_reminded() -> None:
    """Claim: the check-in waits for its end, which comes on the same day as without a reminder said."""
    ends = at(NEXT_WEDNESDAY, 0)
    told = follow_up(SENT, replace(FACTS, fewer=True), RULES, at(THURSDAY, 10))
    assert (type(told), told.until if isinstance(told, Wait) else None) == (Wait, ends)
    assert isinstance(follow_up(SENT, replace(FACTS, fewer=True), RULES, ends), Close)


def test_easter_is_not_a_working_day() -> None:
    """Sent on the Wednesday before Easter, the reminder is due on the Wednesday after it."""
    sent = SentTouch(sent_at=at(NEXT_WEDNESDAY, 11))
    assert follow_up(sent, FACTS, RULES, at(NEXT_WEDNESDAY, 12)) == Wait(until=at(date(2027, 3, 31), 0), reason=WAITING)


@given(
    st.integers(0, 30 * 24 * 60),
    st.sampled_from(["accepted", "delivered", "unknown"]),
    st.integers(0, 6),
    st.integers(1, 8),
    st.booleans(),
)
def test_every_check_in_ends_with_one_reminder_at_most(
    minutes: int, delivery: Any, remind_after: int, give_up_after: int, social_care_open: bool
) -> None:
    """Following each Wait, a silent family is reminded at most once and the touch is closed within weeks."""
    now = at(MONDAY, 11) + timedelta(minutes=minutes)
    sent = SentTouch(sent_at=now, delivery=delivery, remind_after=remind_after, give_up_after=give_up_after)
    facts = replace(FACTS, social_care_open=social_care_open)
    reminders = 0
    found = follow_up(sent, facts, RULES, now)
    for _ in range(40):
        if isinstance(found, Close):
            break
        if isinstance(found, Remind):
            reminders += 1
            sent = replace(sent, reminded_at=now)
        else:
            assert found is not None
            assert found.until > now
            now = found.until
        found = follow_up(sent, facts, RULES, now)
    assert isinstance(found, Close)
    expected = remind_after > 0 and delivery != "unknown" and not social_care_open
    assert reminders <= expected
    assert (local_date(now) - local_date(sent.sent_at)).days <= 40


@given(st.integers(0, 400 * 24 * 60), st.integers(1, 6))
def test_a_reminder_comes_after_its_working_days_and_when_someone_reads_the_answer(
    minutes: int, remind_after: int
) -> None:
    """Whenever the check-in went: so many days of work lie between, and it goes in a sending hour, over both clock
    changes, Easter and weekends."""
    now = at(MONDAY, 11) + timedelta(minutes=minutes)
    sent = SentTouch(sent_at=now, remind_after=remind_after, give_up_after=9)
    found = follow_up(sent, FACTS, RULES, now)
    while isinstance(found, Wait):
        now = found.until
        found = follow_up(sent, FACTS, RULES, now)
    assert isinstance(found, Remind)
    calendar = RULES.hours.calendar
    assert local_date(now) >= calendar.add_working_days(local_date(sent.sent_at), remind_after)
    assert any(start <= now < end for start, end in RULES.hours.spans(local_date(now)))
