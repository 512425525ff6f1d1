"""Programmes that are wrong, or look wrong, by their dates: each told with its touch and an example."""

import pytest
from pydantic import TypeAdapter

from scheduler.programme import Programme
from scheduler.programme_checks import programme_errors, programme_warnings


def programme(*touches: dict[str, object], event_is: str = "day") -> Programme:
    given = [{"id": f"touch-{n}", "flow": "check-in", **touch} for n, touch in enumerate(touches)]
    raw = {"id": "plan", "title": "Plan", "event": "event", "event_is": event_is, "touches": given}
    return TypeAdapter(Programme).validate_python(raw)


@pytest.mark.parametrize(
    ("touch", "event_is", "rule", "words"),
    [
        ({"when": {"age": {"years": 2}}}, "day", "wrong-event", "counts from a month of birth"),
        ({"when": {"weeks": 2}}, "birth-month", "wrong-event", "counts from a day or the day a baby is due"),
        ({"when": {"pregnancy": {"week": 28}}}, "day", "wrong-event", "counts from the day a baby is due"),
        ({"when": {"months": 600}}, "day", "impossible-date", "over 26 years"),
        ({"when": {"months": 999999}}, "day", "impossible-date", "over 26 years"),
        ({"when": {"days": -999999}}, "day", "impossible-date", "over 26 years"),
        (
            {"when": {"weeks": 1}, "repeat": {"times": 60, "every": {"months": 12}}}, "day", "impossible-date",
            "over 26 years",
        ),
    ],
)  # fmt: skip
def test_what_no_start_makes_sense_of(touch: dict[str, object], event_is: str, rule: str, words: str) -> None:
    """Errors refuse the content, and name the touch's place."""
    (found,) = programme_errors(
        programme({"when": {"weeks": 1}} if event_is == "day" else touch, touch, event_is=event_is)
    )[-1:]
    assert (found.touch, found.key, found.rule, found.severity) == (1, "when", rule, "error")
    assert words in found.message
    with pytest.raises(ValueError, match="errors come first"):
        programme_warnings(programme(touch, event_is=event_is))


def test_a_late_window_that_reaches_the_next_touch() -> None:
    """Told once for the two, with the first event for which they meet."""
    (found,) = programme_warnings(programme({"when": {"weeks": 4}, "late_days": 30}, {"when": {"weeks": 8}}))
    assert (found.touch, found.rule) == (1, "overlap")
    assert "touch-0 may still go until 28 February 2027 (event 1 January 2027)" in found.message


def test_two_touches_of_one_day() -> None:
    """Also where only some events bring them together: a month is four weeks and a bit, but for February."""
    (found,) = (
        one
        for one in programme_warnings(
            programme({"when": {"weeks": 4}, "late_days": 0}, {"when": {"months": 1}, "late_days": 7})
        )
        if one.rule != "short-window"
    )
    assert (found.touch, found.rule) == (1, "same-day")
    assert "touch-0 and touch-1 are due on the same day, 28 February 2027" in found.message


def test_a_window_that_may_hold_no_day_to_send_on() -> None:
    """A few days can all be a weekend and a closure."""
    (found,) = programme_warnings(programme({"when": {"weeks": 8}, "late_days": 3}))
    assert (found.touch, found.key, found.rule) == (0, "late_days", "short-window")


def test_touches_of_birth_months_are_tried_month_by_month() -> None:
    """Of the childcare term and an age, only some months bring them together; the month is told."""
    found = programme_warnings(
        programme(
            {"when": {"term": {"after_birthday": 2}}, "late_days": 10},
            {"when": {"age": {"years": 2}}, "late_days": 10},
            event_is="birth-month",
        )
    )  # fmt: skip
    assert {one.rule for one in found} == {"same-day"}
    assert "born 2020-03" in found[0].message


def test_touches_for_different_people_do_not_meet() -> None:
    """What a parent gets and what a young person gets are two plans."""
    parent: dict[str, object]
    young: dict[str, object]
    parent, young = {"when": {"weeks": 4}}, {"when": {"weeks": 4}, "to": ["young-person"]}
    assert programme_warnings(programme(parent, young)) == ()
