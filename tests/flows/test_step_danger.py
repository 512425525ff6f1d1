"""One step at a time: danger in the words, whatever was asked."""

from flows.effects import (
    AddToCase,
    CloseTouch,
    RecordScore,
    SetMark,
)  # fmt: skip
from flows.events import MessageReceived
from flows.understanding.types import Screening
from tests.flows.practice import Family, of, said
from tests.flows.stepping import CHECK_IN, reasons


class TestDangerAtAQuestion:
    """In the middle of a referral, at a question that would take almost any words for its answer."""

    NAME = ("refer", "good", "money", "advice", "5", "Ava June 2020")

    def at_the_name(self) -> Family:
        family = Family.new()
        family.texts(*self.NAME)
        assert family.at == "refer.first-name"
        return family

    def test_a_concern_is_no_name_and_the_question_is_put_again(self) -> None:
        """Claim: safety first; then the same question, gently."""
        family = self.at_the_name()
        assert said(family.texts("my dad hits me")) == ["safety.concern", "safety.carry-on", "refer.first-name"]
        assert "first_name" not in family.session.answers
        assert said(family.texts("im Kit")) == ["refer.postcode"]
        assert family.session.answers["first_name"] == "Kit"

    def test_after_an_urgent_alarm_the_next_words_are_no_name(self) -> None:
        """Claim: nothing follows the alarm; the words after it reach the team, and the question is put again."""
        family = self.at_the_name()
        assert said(family.texts("he has a knife")) == ["safety.urgent"]
        effects = family.knows(open_case="urgent").texts("gone away")
        assert of(effects, AddToCase)[0].words == "gone away"
        assert said(effects) == ["safety.carry-on", "refer.first-name"]
        assert said(family.texts("Kit")) == ["refer.postcode"]

    def test_after_an_alarm_skip_is_still_skip(self) -> None:
        """Claim: a word that means one thing keeps its meaning."""
        family = self.at_the_name()
        assert said(family.texts("he has a knife", "skip"))[-1] == "refer.postcode"

    def test_a_menu_is_not_put_again(self) -> None:
        """Claim: choices of a talk that holds nothing do not come up beside a safety reply."""
        family = Family.new()
        family.texts("menu")
        assert said(family.texts("my dad hits me")) == ["safety.concern"]

    def test_a_child_stays_a_child(self) -> None:
        """Claim: who said a moment ago that they are a child is answered as one, for half a day."""
        family = Family.new()
        child = Screening(risk="concern", because=("hits",), speaker="child")
        assert said(family.happens(MessageReceived(text="im 13 and my dad hits me", screening=child)))[0] == (
            "safety.concern.child"
        )
        assert said(family.texts("he hits me a lot"))[0] == "safety.concern.child"
        family.passes(hours=13)
        assert said(family.texts("he hits me a lot"))[0] == "safety.concern"


class TestDanger:
    def test_danger_adds_and_does_not_consume(self) -> None:
        """Claim: "2, he has a knife" alarms and answers 2."""
        family = Family.new()
        family.happens(CHECK_IN)
        effects = family.texts("2, he has a knife")
        assert said(effects)[0] == "safety.urgent"
        assert of(effects, RecordScore) == [RecordScore(score=2, touch=7)]
        assert ("urgent", "danger") in reasons(effects)
        assert ("concern", "low-score") in reasons(effects)
        assert of(effects, CloseTouch)

    def test_danger_without_an_answer_closes_the_check_in(self) -> None:
        """Claim: the check-in was answered, though not with a number; nothing more is asked."""
        family = Family.new()
        family.happens(CHECK_IN)
        effects = family.texts("he has a knife")
        assert of(effects, CloseTouch)
        assert said(effects) == ["safety.urgent"]
        assert family.at is None

    def test_a_watched_phone_gets_the_safety_reply_alone(self) -> None:
        """Claim: state moves on, but nothing else comes up on the screen; the phone is marked."""
        family = Family.new()
        family.texts("refer")
        effects = family.texts("he hits me and reads my phone")
        assert said(effects) == ["safety.watched"]
        assert of(effects, SetMark) == [SetMark(mark="watched"), SetMark(mark="unsafe")]
        assert family.at == "refer.worried"

    def test_urgent_danger_in_a_flow_leads_gently_into_the_next_question(self) -> None:
        """Claim: after 999 the next question is offered, not pressed."""
        family = Family.new()
        family.texts("refer")
        assert said(family.texts("he has a knife")) == ["safety.urgent", "safety.carry-on", "refer.worried"]

    def test_words_of_danger_are_nobodys_name(self) -> None:
        """Claim: to a question such as a name they are no answer, and it waits until they are safe."""
        family = Family.new()
        family.texts("human")
        effects = family.texts("he has a knife")
        assert said(effects) == ["safety.urgent"]
        assert family.at == "human.when"
        assert not of(effects, SetMark)

    def test_no_food_today_is_looked_after_and_looked_up(self) -> None:
        """Claim: a concern that is also a need gets both; abuse gets no list on the screen."""
        assert said(Family.new().texts("no food, SW18 2PU")) == ["safety.concern", "find.look", "find.next"]
        assert said(Family.new().texts("my partner hits me, SW18 2PU")) == ["safety.concern"]

    def test_danger_while_a_worker_talks(self) -> None:
        """Claim: safety acts first, the words go to the case, the bot says no more."""
        effects = Family.new(worker_talking=True).texts("he has a knife")
        assert said(effects) == ["safety.urgent"]
        assert of(effects, AddToCase)
