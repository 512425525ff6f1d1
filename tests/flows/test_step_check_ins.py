"""One step at a time: check-ins, their answers, reminders and what follows."""

from datetime import timedelta

import pytest

from flows.effects import (
    CloseTouch,
    RaiseEscalation,
    RecordScore,
    Say,
    StartTimer,
)  # fmt: skip
from flows.events import CheckInDue, CheckInReminded, TimerFired
from tests.flows.practice import Family, of, said
from tests.flows.stepping import CHECK_IN, reasons


class TestCheckIns:
    @pytest.mark.parametrize(
        ("reply", "last", "raised"),
        [
            ("8", None, []),
            ("4", None, [("concern", "low-score")]),
            ("6", 9, [("concern", "score-fall")]),
            ("6", 8, []),
            ("6 but we have no heating", None, [("routine", "words-of-need")]),
            ("3 we have no heating", None, [("concern", "low-score"), ("routine", "words-of-need")]),
            ("we have no heating", None, [("routine", "words-of-need")]),
            ("can someone call me", None, [("routine", "asked-for-person")]),
        ],
    )
    def test_what_a_reply_raises(self, reply: str, last: int | None, raised: list[tuple[str, str]]) -> None:
        """Claim: a low score, a fall of three, words of need and a wish for a person each reach the team; each
        reply closes the check-in as answered."""
        family = Family.new(last_score=last)
        family.happens(CHECK_IN)
        effects = family.texts(reply)
        assert reasons(effects) == raised
        assert [(c.touch, c.outcome) for c in of(effects, CloseTouch)] == [(7, "answered")]

    def test_the_reasons_say_what_decided(self) -> None:
        """Claim: the desk sees the score, the fall and the words."""
        family = Family.new(last_score=9)
        family.happens(CHECK_IN)
        (case,) = of(family.texts("6"), RaiseEscalation)
        assert case.because == ("9 before, 6 now",)
        family.happens(CheckInDue(flow="check-in", touch=8))
        family.passes(hours=1)
        family.happens(CheckInDue(flow="check-in", touch=8))
        (low, need) = of(family.texts("2 no heating"), RaiseEscalation)
        assert low.because == ("2 out of 10",)
        assert need.because == ("heating",)

    def test_a_late_answer_finds_its_question(self) -> None:
        """Claim: thirteen days and a menu later, a number still answers the check-in; after fourteen not."""
        for days, scored in ((13, [RecordScore(score=8, touch=7)]), (15, [])):
            family = Family.new()
            family.happens(CHECK_IN)
            family.passes(hours=1)
            family.texts("menu")
            family.passes(days=days)
            assert of(family.texts("8"), RecordScore) == scored

    def test_the_newer_question_comes_first(self) -> None:
        """Claim: an answer that fits both goes to the newer; one that fits only the older goes there."""
        family = Family.new()
        family.happens(CHECK_IN)
        family.passes(hours=1)
        family.texts("menu")
        assert of(family.texts("1"), RecordScore) == []
        family.texts("menu")
        assert of(family.texts("9"), RecordScore) == [RecordScore(score=9, touch=7)]

    def test_after_an_answer_the_older_of_its_kind_is_past(self) -> None:
        """Claim: a second number is not taken for the check-in of a month ago."""
        family = Family.new()
        family.happens(CHECK_IN)
        family.passes(days=5)
        family.happens(CheckInDue(flow="check-in", touch=8))
        assert of(family.texts("8"), RecordScore) == [RecordScore(score=8, touch=8)]
        assert of(family.texts("3"), RecordScore) == []

    def test_reminded_once_more(self) -> None:
        """Claim: the reminder repeats the open question in its own words; answered, it says nothing."""
        family = Family.new()
        family.happens(CHECK_IN)
        family.passes(days=3)
        (say,) = of(family.happens(CheckInReminded(touch=7)), Say)
        assert (say.text, say.purpose) == ("check-in.score.reminder", "reminder")
        family.texts("8")
        family.passes(days=1)
        assert family.happens(CheckInReminded(touch=7)) == ()

    def test_a_live_conversation_is_not_interrupted(self) -> None:
        """Claim: due in the middle of a talk it is parked, and said after half an hour of quiet."""
        family = Family.new()
        family.texts("refer")
        parked = family.happens(CHECK_IN)
        assert said(parked) == []
        (timer,) = of(parked, StartTimer)
        family.passes(minutes=40)
        effects = family.happens(TimerFired(name="parked", step_no=family.session.timers["parked"]))
        assert said(effects) == ["check-in.score"]
        assert timer.at > family.known.now - timedelta(minutes=40)
        assert said(family.texts("8"))[-2:] == ["carry-on", "refer.going-well"]

    def test_its_number_is_not_the_referrals(self) -> None:
        """Claim: a check-in in the middle of a referral leaves what the referral holds alone."""
        family = Family.new()
        family.texts("refer", "skip", "skip", "skip", "4")
        family.passes(hours=1)
        family.happens(CHECK_IN)
        family.texts("8")
        assert family.at == "refer.about"
        assert family.session.answers["score"] == 4

    def test_a_flow_newer_than_the_talk_waits(self) -> None:
        """Claim: a check-in of content published since the talk began is parked, never an error."""
        effects = Family.new().happens(CheckInDue(flow="tomorrows-flow", touch=9))
        assert [timer.name for timer in of(effects, StartTimer)] == ["parked"]

    def test_parked_past_its_time_it_is_missed_with_the_reason(self) -> None:
        """Claim: silence is not an outcome."""
        family = Family.new()
        family.texts("refer")
        family.happens(CheckInDue(flow="check-in", touch=7, not_after=family.known.now + timedelta(hours=1)))
        family.passes(hours=2)
        (closed,) = family.happens(TimerFired(name="parked", step_no=family.session.timers["parked"]))
        assert isinstance(closed, CloseTouch)
        assert closed.outcome == "missed"
