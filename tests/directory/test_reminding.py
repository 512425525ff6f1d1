"""When an organisation is asked, reminded, and its entries sink."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from directory.reminding import BETWEEN, LINK_LASTS, REMINDERS, Asked, after, what_now

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def live(days: int, *, answers_on: int | None = None) -> list[tuple[int, str]]:
    """What happens day by day, looked at once a day, the way the clock does it."""
    asked, told = Asked(due=2, asked_at=None, reminders=0, next_at=None), list[tuple[int, str]]()
    for day in range(days):
        now = NOW + timedelta(days=day)
        asked = replace(asked, due=0 if answers_on is not None and day >= answers_on else 2)
        act = what_now(asked, now)
        asked = after(asked, act, now)
        if act != "wait":
            told.append((day, act))
    return told


def test_a_letter_three_reminders_and_then_they_sink_once() -> None:
    """Claim: nobody who is silent gets more than four letters; a week after the last, entries sink, and once."""
    assert live(400) == [(0, "ask"), (7, "remind"), (14, "remind"), (21, "remind"), (28, "sink")]
    assert LINK_LASTS > BETWEEN * (1 + REMINDERS)


@given(st.integers(1, 60))
def test_an_answer_ends_the_round_whenever_it_comes(day: int) -> None:
    """Claim: once nothing is due, nothing more is sent and the round ends once; so the next begins from its start."""
    told = live(400, answers_on=day)
    assert told[-1] == (day, "rest")
    assert [act for _, act in told].count("rest") == 1
