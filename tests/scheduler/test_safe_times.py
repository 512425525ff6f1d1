"""Safe times are read in a family's words, or not at all: never wider than they said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.localtime import Period
from scheduler.quiet import SafeWindow
from scheduler.safe_times import EVERY_DAY, read_safe_times

WEEK = frozenset(range(5))


def window(days: frozenset[int] | set[int], hours: str) -> SafeWindow:
    return SafeWindow(days=frozenset(days), hours=Period.read(hours))


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("weekday mornings", [window(WEEK, "08:00-12:00")]),
        ("Mornings on weekdays please", [window(WEEK, "08:00-12:00")]),
        ("Evenings", [window(EVERY_DAY, "17:00-20:00")]),
        ("weekends", [window({5, 6}, "08:00-20:00")]),
        ("Tuesday and Thursday afternoons", [window({1, 3}, "12:00-17:00")]),
        ("mon to thu after 6pm", [window({0, 1, 2, 3}, "18:00-20:00")]),
        ("Fri-Mon lunchtimes", [window({4, 5, 6, 0}, "12:00-14:00")]),
        ("Monday mornings and Thursday afternoons", [window({0}, "08:00-12:00"), window({3}, "12:00-17:00")]),
        ("mornings on Mondays, evenings on Tuesdays", [window({0}, "08:00-12:00"), window({1}, "17:00-20:00")]),
        ("mornings or evenings", [window(EVERY_DAY, "08:00-12:00"), window(EVERY_DAY, "17:00-20:00")]),
        ("between 10 and 2", [window(EVERY_DAY, "10:00-14:00")]),
        ("10-2 weekdays.", [window(WEEK, "10:00-14:00")]),
        ("from 9.30am to 2.45pm", [window(EVERY_DAY, "09:30-14:45")]),
        ("13:00 until 15:30", [window(EVERY_DAY, "13:00-15:30")]),
        ("1-3pm", [window(EVERY_DAY, "13:00-15:00")]),
        ("10 to 2pm", [window(EVERY_DAY, "10:00-14:00")]),
        ("before midday on Wednesdays", [window({2}, "08:00-12:00")]),
        ("after 9pm", [window(EVERY_DAY, "21:00-22:00")]),
        ("weds after 18:30", [window({2}, "18:30-20:00")]),
        ("any time", []),
        ("Anytime is fine", []),
    ],
)
def test_read(text: str, windows: list[SafeWindow]) -> None:
    """Days and hours in either order; any time means that only quiet hours hold."""
    assert read_safe_times(text) == tuple(windows)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not in the evenings",
        "weekday mornings but not Fridays",
        "when he is at work",
        "school hours",
        "after the school run",
        "after 9",
        "before 7",
        "evenings except Monday",
        "after 25:00",
        "2pm to 1pm",
        "13pm to 15pm",
        "Monday mornings and Tuesday",
        "mornings on weekdays and evenings",
        "never",
        "please ring first",
        "\U0001f937",
    ],
)
def test_not_sure(text: str) -> None:
    """A no, an unless, a word unknown or a half of the day left open: a person sets the times."""
    assert read_safe_times(text) is None


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    """No text makes reading fail."""
    read = read_safe_times(text)
    assert read is None or isinstance(read, tuple)


WORDS = ["monday", "weekends", "mornings", "after 6pm", "10-2", "and", "not", "on"]


@given(st.lists(st.sampled_from(WORDS), max_size=7))
def test_hours_said_are_never_dropped(words: list[str]) -> None:
    """Whatever is read, no window is wider than hours that were said, and a "not" is never read over."""
    read = read_safe_times(" ".join(words))
    if "not" in words:
        assert read is None
    elif read and {"mornings", "after 6pm", "10-2"} & set(words):
        assert all(str(window.hours) != "08:00-20:00" for window in read)
    if read and {"monday", "weekends"} & set(words):
        assert all(window.days <= {0, 5, 6} for window in read)
