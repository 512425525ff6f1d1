"""What worries us: each sign with its level, its reason and its due time; the thresholds are the council's."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Level, Promises, WorkingCalendar
from scheduler.localtime import instant
from scheduler.worry import RULES, Answer, WorrySettings, worries

CALENDAR, PROMISES, SETTINGS = WorkingCalendar(), Promises(), WorrySettings()
NOW = instant(date(2026, 11, 23), time(11))

TABLE: list[tuple[Answer, list[tuple[str, Level]]]] = [
    (Answer(score=4), [("low-score", "concern")]),
    (Answer(score=5), []),
    (Answer(score=0), [("low-score", "concern")]),
    (Answer(score=10), []),
    (Answer(score=6, last_score=9), [("score-fall", "concern")]),
    (Answer(score=7, last_score=9), []),
    (Answer(score=2, last_score=9), [("low-score", "concern"), ("score-fall", "concern")]),
    (Answer(score=9, last_score=2), []),
    (Answer(danger="urgent", score=10), [("danger", "urgent")]),
    (Answer(danger="concern"), [("danger", "concern")]),
    (Answer(asked_for_person=True), [("asked-for-person", "routine")]),
    (Answer(needs=True), [("words-of-need", "routine")]),
    (Answer(wrong_person=True), [("wrong-person", "routine")]),
    (Answer(silent=5), []),
    (Answer(silent=1, worrying=True), []),
    (Answer(silent=2, worrying=True), [("silent-worrying", "concern")]),
]


@pytest.mark.parametrize(("answer", "expected"), TABLE)
def test_each_sign_has_its_level_reason_and_due_time(answer: Answer, expected: list[tuple[str, Level]]) -> None:
    """The table by example; the due time is the one that the calendar promises for the level."""
    found = worries(answer, SETTINGS, NOW, CALENDAR, PROMISES)
    assert [(w.reason, w.level) for w in found] == expected
    assert all(w.look_by == CALENDAR.look_by(w.level, NOW, PROMISES) for w in found)


def test_every_rule_of_the_table_is_tried_here() -> None:
    """No line of the code's table is without an example."""
    assert {rule.sign for rule in RULES} == {sign for _, signs in TABLE for sign, _ in signs}


SCORES = st.none() | st.integers(0, 10)
ANSWERS = st.builds(
    Answer, score=SCORES, last_score=SCORES, danger=st.sampled_from(["none", "concern", "urgent"]), needs=st.booleans(),
    asked_for_person=st.booleans(), wrong_person=st.booleans(), worrying=st.booleans(), silent=st.integers(0, 9),
)  # fmt: skip
GRAVEST_FIRST: list[Level] = ["urgent", "concern", "routine"]


@given(answer=ANSWERS, low=st.integers(0, 9), fall=st.integers(1, 10), score=st.integers(0, 10))
def test_a_lower_score_is_never_less_worrying(answer: Answer, low: int, fall: int, score: int) -> None:
    """By any council's thresholds: whatever a score raises, a lower one raises too."""
    settings = WorrySettings(low=low, fall=fall)
    signs = {w.reason for w in worries(replace(answer, score=score), settings, NOW, CALENDAR, PROMISES)}
    for lower in range(score):
        worse = {w.reason for w in worries(replace(answer, score=lower), settings, NOW, CALENDAR, PROMISES)}
        assert signs <= worse


@given(on=st.dates(date(2026, 1, 1), date(2027, 12, 31)), at=st.times(), answer=ANSWERS)
def test_a_graver_sign_is_looked_at_no_later(on: date, at: time, answer: Answer) -> None:
    """The signs come gravest first, and their due times in that order, at any hour."""
    found = worries(answer, SETTINGS, instant(on, at), CALENDAR, PROMISES)
    assert [w.level for w in found] == sorted((w.level for w in found), key=GRAVEST_FIRST.index)
    assert [w.look_by for w in found] == sorted(w.look_by for w in found)


@pytest.mark.parametrize("wrong", [{"low": -1}, {"low": 10}, {"fall": 0}, {"silent": 0}])
def test_thresholds_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    """A council's slip is told when its file is read, and never raises everything or nothing."""
    with pytest.raises(ValueError, match="worry"):
        WorrySettings(**wrong)
