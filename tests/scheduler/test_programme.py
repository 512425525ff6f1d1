"""Programmes are content; an enrolment makes dates of them, and every touch is accounted for."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scheduler.localtime import end_of_day, instant
from scheduler.programme import Enrolment, Offset, Programme, Touch, next_touch_after, planned

SHIPPED = Path(__file__).parents[2] / "content" / "programmes"
CLOSED = date(2026, 10, 25)

dates = st.dates(date(2020, 1, 1), date(2035, 12, 31))
offsets = st.builds(Offset, months=st.integers(-12, 36), weeks=st.integers(-12, 60), days=st.integers(-30, 400))
touches = st.lists(st.tuples(offsets, st.integers(0, 40)), min_size=1, max_size=8).map(
    lambda drawn: tuple(
        Touch(id=f"touch-{n}", when=when, flow="check-in", late_days=late) for n, (when, late) in enumerate(drawn)
    )
)
programmes = st.builds(Programme, id=st.just("plan"), title=st.just("Plan"), event=st.just("event"), touches=touches)


def after_early_help() -> Programme:
    raw = yaml.safe_load((SHIPPED / "after-early-help.yaml").read_text("utf-8"))
    return TypeAdapter(Programme).validate_python(raw)


def test_the_shipped_programmes_are_read_by_pydantic_over_the_dataclasses() -> None:
    """Every file in content/programmes is a Programme whose id is its file's name."""
    files = sorted(SHIPPED.glob("*.yaml"))
    assert files
    for file in files:
        programme = TypeAdapter(Programme).validate_python(yaml.safe_load(file.read_text("utf-8")))
        assert programme.id == file.stem


def test_after_early_help() -> None:
    """Four, eight and twelve weeks, six and twelve months after early help closes."""
    plan = planned(after_early_help(), Enrolment(event_on=CLOSED, enrolled_on=CLOSED))
    assert [touch.due_on - CLOSED for touch in plan[:3]] == [
        timedelta(weeks=4),
        timedelta(weeks=8),
        timedelta(weeks=12),
    ]
    assert [touch.due_on for touch in plan[3:]] == [date(2027, 4, 25), date(2027, 10, 25)]
    assert {touch.touch.flow for touch in plan} == {"check-in"}


@pytest.mark.parametrize(
    ("on", "months", "found"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 6, date(2027, 6, 30)),
        (date(2027, 1, 15), -1, date(2026, 12, 15)),
    ],
)
def test_months_end_where_the_month_ends(on: date, months: int, found: date) -> None:
    """A month on from the 31st is the last day of a shorter month, never a day of the next."""
    assert Offset(months=months).after(on) == found


@given(dates, st.integers(-40, 40))
def test_a_month_is_the_next_month(on: date, months: int) -> None:
    """So many months on is in the month so many further, on the same day or the month's last."""
    found = Offset(months=months).after(on)
    assert found.year * 12 + found.month == on.year * 12 + on.month + months
    assert found.day == on.day or (found.day < on.day and (found + timedelta(days=1)).day == 1)


@given(dates, dates, st.integers(0, 36), st.integers(0, 60))
def test_a_later_event_is_never_due_earlier(first: date, second: date, months: int, weeks: int) -> None:
    """Order of events is order of touches."""
    first, second = sorted((first, second))
    offset = Offset(months=months, weeks=weeks)
    assert offset.after(first) <= offset.after(second)


@given(programmes, dates, dates)
def test_every_touch_is_planned_once_in_order(programme: Programme, event_on: date, enrolled_on: date) -> None:
    """Also those past before enrolment: each must end in the ledger. Taken one by one, none is lost or repeated."""
    enrolment = Enrolment(event_on=event_on, enrolled_on=enrolled_on)
    plan = planned(programme, enrolment)
    assert sorted(touch.touch.id for touch in plan) == sorted(touch.id for touch in programme.touches)
    assert [touch.due_on for touch in plan] == sorted(touch.due_on for touch in plan)
    settled: list[tuple[str, int]] = []
    while (touch := next_touch_after(programme, enrolment, settled)) is not None:
        assert touch.key not in settled
        opens, closes = touch.window
        assert opens == instant(touch.due_on)
        assert closes == end_of_day(touch.due_on + timedelta(days=touch.touch.late_days))
        settled.append(touch.key)
    assert settled == [touch.key for touch in plan]


@given(programmes, dates, dates, st.integers(0, 8))
def test_a_corrected_event_moves_dates_and_keeps_keys(
    programme: Programme, event_on: date, corrected: date, done: int
) -> None:
    """What was settled under the old date stays settled under the new."""
    before = planned(programme, Enrolment(event_on=event_on, enrolled_on=event_on))
    after = planned(programme, Enrolment(event_on=corrected, enrolled_on=event_on))
    assert {touch.key for touch in before} == {touch.key for touch in after}
    settled = {touch.key for touch in before[:done]}
    touch = next_touch_after(programme, Enrolment(event_on=corrected, enrolled_on=event_on), settled)
    assert touch is None if done >= len(before) else touch is not None and touch.key not in settled


GOOD = {"id": "plan", "title": "Plan", "event": "early help closed"}
TOUCH = {"id": "one", "when": {"weeks": "4"}, "flow": "check-in"}


@pytest.mark.parametrize(
    ("programme", "fault"),
    [
        ({**GOOD, "touches": []}, "programme plan: no touches"),
        ({**GOOD, "touches": [TOUCH, TOUCH]}, "touch id used twice: one"),
        ({**GOOD, "id": "My Plan", "touches": [TOUCH]}, "small letters"),
        ({**GOOD, "touches": [{**TOUCH, "id": "Four Weeks"}]}, "small letters"),
        ({**GOOD, "touches": [{**TOUCH, "when": {}}]}, "months, weeks or days"),
        ({**GOOD, "touches": [{**TOUCH, "late_days": "-1"}]}, "touch one: late_days"),
        ({**GOOD, "touches": [{**TOUCH, "give_up_after": 0}]}, "touch one: late_days"),
        ({**GOOD, "touches": [{**TOUCH, "on_no_reply": "ring"}]}, "'list' or 'nothing'"),
        ({**GOOD, "touches": [{**TOUCH, "late_day": 3}]}, "late_day"),
        ({**GOOD, "touches": [{**TOUCH, "when": {"week": 4}}]}, "week"),
        ({**GOOD, "touches": [TOUCH], "prioritty": 3}, "prioritty"),
        ({**GOOD, "touches": [{**TOUCH, "when": {"weeks": "soon"}}]}, "weeks"),
    ],
)
def test_broken_content_is_refused_by_name(programme: dict[str, object], fault: str) -> None:
    """The message names the touch or key that is wrong; an unknown key is not passed over."""
    with pytest.raises(ValidationError, match=fault):
        TypeAdapter(Programme).validate_python(programme)


def test_text_numbers_are_read() -> None:
    """With implicit types off, YAML gives every number as text."""
    programme = TypeAdapter(Programme).validate_python({**GOOD, "touches": [{**TOUCH, "remind_after": "0"}]})
    assert programme.touches[0].when == Offset(weeks=4)
    assert programme.touches[0].remind_after == 0
