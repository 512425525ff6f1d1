"""One step at a time: STOP and START, and the commands that a family can text at any time."""

from datetime import date

import pytest

from flows.effects import (
    AddToCase,
    CloseTouch,
    MakeReferral,
    RaiseEscalation,
    RecordSearch,
    ReleaseAddress,
    Say,
    SetConsent,
    SetLanguage,
    SetWish,
)  # fmt: skip
from flows.events import MessageReceived, TimerFired
from flows.understanding.types import Screening
from tests.flows.practice import Family, assets, of, said
from tests.flows.stepping import CHECK_IN, reasons


class TestStop:
    def test_stop_ends_consent_with_one_receipt(self) -> None:
        """Claim: STOP confirms once; a second STOP says nothing."""
        family = Family.new()
        assert said(family.texts("STOP")) == ["stop-receipt"]
        assert of(family.texts("Stop."), SetConsent)[0].given is False
        again = family.knows(consent="stopped").texts("stop please")
        assert said(again) == []

    def test_the_receipt_has_its_own_purpose_and_greets_nobody(self) -> None:
        """Claim: nothing rides along with the receipt, not even on a first contact."""
        (receipt,) = of(Family.new(first_contact=True).texts("UNSUBSCRIBE"), Say)
        assert receipt.purpose == "stop-receipt"

    @pytest.mark.parametrize("words", ["please stop texting me", "parar", "Opt out", "STOPALL", "end"])
    def test_forms_of_stop(self, words: str) -> None:
        """Claim: carriers' words, other languages and their own words end consent alike."""
        (consent,) = of(Family.new().texts(words), SetConsent)
        assert (consent.kind, consent.given) == ("text", False)

    def test_stop_and_danger_is_danger(self) -> None:
        """Claim: "STOP he has a knife" is not the whole message STOP; right after danger STOP is."""
        family = Family.new()
        effects = family.texts("STOP he has a knife")
        assert said(effects)[0] == "safety.urgent"
        assert not of(effects, SetConsent)
        joined = MessageReceived(text="STOP", screening=Screening(risk="urgent", because=("knife",)))
        effects = family.happens(joined)
        assert said(effects) == ["stop-receipt"]

    def test_after_stop_the_desk_still_reads_and_one_answer_tells_how(self) -> None:
        """Claim: a need written after STOP reaches the desk each time; the family is answered once."""
        family = Family.new(consent="stopped")
        first = family.texts("we have no heating on")
        assert reasons(first) == [("routine", "wrote-after-stop")]
        assert [(say.text, say.purpose) for say in of(first, Say)] == [("after-stop", "stop-receipt")]
        second = family.knows(open_case="routine").texts("hello?")
        assert of(second, AddToCase)
        assert said(second) == []
        assert family.texts("cheers") == ()

    def test_danger_after_stop_is_answered_and_raised(self) -> None:
        """Claim: consent or not, danger gets its reply and its case, and no advertising beside it."""
        effects = Family.new(consent="stopped").texts("he has a knife")
        assert said(effects) == ["safety.urgent"]
        assert reasons(effects) == [("urgent", "danger")]

    def test_start_returns_and_yes_only_when_nothing_was_asked(self) -> None:
        """Claim: START restores consent; YES only while nothing was asked since STOP."""
        for words in ("START", "unstop", "Yes"):
            (consent,) = of(Family.new(consent="stopped").texts(words), SetConsent)
            assert (consent.kind, consent.given) == ("text", True)
        asked = Family.new(consent="stopped", asked_since_stop=True)
        assert not of(asked.texts("yes"), SetConsent)
        assert not of(Family.new(consent="given").texts("yes"), SetConsent)

    def test_stop_in_the_middle_of_a_referral_keeps_the_promise(self) -> None:
        """Claim: what was told before STOP still reaches the team next day, and nothing is said about it."""
        family = Family.new()
        family.texts("refer", "they are lovely")
        family.texts("STOP")
        family.knows(consent="stopped").passes(days=3)
        fired = family.happens(TimerFired(name="unfinished", step_no=family.session.timers["unfinished"]))
        (referral,) = of(fired, MakeReferral)
        assert (referral.kind, referral.answers) == ("unfinished", {"going_well": "they are lovely"})
        assert said(fired) == []

    def test_stop_ends_an_open_check_in_with_its_reason(self) -> None:
        """Claim: a check-in answered with STOP is in the ledger as that."""
        family = Family.new()
        family.happens(CHECK_IN)
        (closed,) = of(family.texts("stop"), CloseTouch)
        assert (closed.touch, closed.outcome) == (7, "answered")


class TestCommands:
    @pytest.mark.parametrize(
        ("words", "text"),
        [("HELP", "help"), ("info", "help"), ("MENU", "menu.choose"), ("back", "back.none"), ("status", "status.none"),
         ("when", "when.none"), ("LESS", "less.done"), ("text me less please", "less.done"), ("pause", "pause.until"),
         ("my data", "my-data.wish"), ("LANGUAGE", "language.which"), ("hello there", "menu.choose")],
    )  # fmt: skip
    def test_each_command_answers(self, words: str, text: str) -> None:
        """Claim: a command is known by its word or by what it means, whatever else is open."""
        assert said(Family.new().texts(words))[0] == text

    def test_text_me_less_is_no_stop(self) -> None:
        """Claim: a finer kind of stopping ends nothing."""
        effects = Family.new().texts("text me less please")
        assert not of(effects, SetConsent)
        assert of(effects, SetWish) == [SetWish(wish="less", words="text me less please", every_days=28)]

    @pytest.mark.parametrize("words", ["LESS", "less every 3 months", "pause", "pause till september"])
    def test_a_wish_in_a_web_chat_goes_to_the_team(self, words: str) -> None:
        """Claim: a wish holds at its own address, and none is texted there: a person sees to it, no date is said."""
        effects = Family.new(channel="web").texts(words)
        assert [e.reason for e in of(effects, RaiseEscalation)] == said(effects) == [words.partition(" ")[0].casefold()]
        assert not of(effects, SetWish)

    @pytest.mark.parametrize(
        ("words", "before", "after"),
        [("LESS", None, 28), ("LESS", 56, 112), ("LESS every 3 months", None, 90), ("LESS once a month", 56, 31),
         ("less", 182, 182)],
    )  # fmt: skip
    def test_less_is_fewer_and_as_few_as_they_say(self, words: str, before: int | None, after: int) -> None:
        """Claim: LESS halves what stands, and LESS EVERY is what they wrote, though it be more than before."""
        wishes = of(Family.new(every_days=before).texts(words), SetWish)
        assert [wish.every_days for wish in wishes] == [after]

    def test_the_fewest_offers_a_pause_and_not_less_again(self) -> None:
        """Claim: nothing is offered that would do nothing."""
        assert said(Family.new(every_days=30).texts("LESS")) == ["less.done"]
        effects = Family.new(every_days=100).texts("LESS")
        assert (said(effects), of(effects, SetWish)[0].every_days) == (["less.fewest"], 182)
        assert "LESS" not in assets().wording.texts["less.fewest"]

    @pytest.mark.parametrize(
        ("words", "until"),
        [("3 weeks", date(2026, 12, 11)), ("6 weeks", date(2027, 1, 1)), ("in 4 months", date(2027, 3, 20)),
         ("2 weeks", date(2026, 12, 4)), ("2", date(2027, 2, 20)), ("3 months please", date(2027, 2, 20))],
    )  # fmt: skip
    def test_a_break_is_as_long_as_they_say(self, words: str, until: date) -> None:
        """Claim: their own time is read before the choices, of which one may be near in its letters."""
        family = Family.new()
        family.texts("pause")
        effects = family.texts(words)
        assert [wish.until for wish in of(effects, SetWish)] == [until]
        assert [say.values["until_date"] for say in of(effects, Say)] == [until]

    @pytest.mark.parametrize("words", ["no", "ok", "4", "That's fine", "no thanks", "no thats fine", "fine thanks"])
    def test_a_break_may_stay_as_it_is(self, words: str) -> None:
        """Claim: "is another time better?" takes a no; the date said before is said again and nothing new is kept."""
        family = Family.new()
        family.texts("pause")
        effects = family.texts(words)
        assert (said(effects), of(effects, SetWish)) == (["pause.done"], [])
        assert of(effects, Say)[0].values["until_date"] == date(2026, 12, 18)

    def test_wrong_person_releases_and_forgets(self) -> None:
        """Claim: staff are told before the number is released, and nothing is left to go back to."""
        family = Family.new()
        family.texts("refer", "all good")
        effects = family.texts("wrong number")
        kinds = [type(e) for e in effects if isinstance(e, RaiseEscalation | ReleaseAddress)]
        assert kinds == [RaiseEscalation, ReleaseAddress]
        assert family.session.answers == {}
        assert said(family.texts("back")) == ["back.none"]

    def test_a_command_in_a_referral_returns_to_its_question(self) -> None:
        """Claim: HELP in the middle loses nothing."""
        family = Family.new()
        family.texts("refer")
        assert said(family.texts("help")) == ["help", "refer.going-well"]
        assert family.at == "refer.going-well"

    def test_language_named_at_once(self) -> None:
        """Claim: "language" asks; the answer by its own name, English name or number sets it."""
        for words in ("Polski", "polish please", "2"):
            family = Family.new()
            family.texts("language")
            assert of(family.texts(words), SetLanguage) == [SetLanguage(language="pl")]

    def test_a_language_said_with_the_command_is_not_asked_for(self) -> None:
        """Claim: "in Polish please" is enough."""
        effects = Family.new().texts("in Polish please")
        assert of(effects, SetLanguage) == [SetLanguage(language="pl")]
        assert said(effects) == ["language.noted"]

    def test_status_tells_of_open_and_unfinished_requests(self) -> None:
        """Claim: the newest reference, or that one waits to be finished."""
        assert of(Family.new(open_refs=("ABCD2345",)).texts("STATUS"), Say)[0].values == {"open_ref": "ABCD2345"}
        family = Family.new()
        family.texts("refer", "menu")
        assert said(family.texts("status")) == ["status.unfinished"]


class TestBack:
    def test_back_undoes_one_answer_at_a_time(self) -> None:
        """Claim: each BACK returns to the question before, with its answer gone."""
        family = Family.new()
        family.texts("refer", "fine", "sleep", "advice")
        assert said(family.texts("back")) == ["refer.would-help"]
        assert said(family.texts("BACK")) == ["refer.worried"]
        assert family.session.answers["going_well"] == "fine"
        assert "worried" not in family.session.answers
        family.texts("really his sleep")
        assert family.at == "refer.would-help"

    def test_back_leaves_a_called_flow(self) -> None:
        """Claim: from the first question of a called flow BACK returns to where it was called."""
        family = Family.new()
        family.texts("menu", "2")
        assert family.at == "refer.going-well"
        assert said(family.texts("back")) == ["menu.choose"]

    def test_a_correction_mends_the_answer_before(self) -> None:
        """Claim: "no i meant SW17" changes the last answer and goes on from there."""
        family = Family.new()
        family.texts("food", "SW18")
        effects = family.texts("no i meant SW17")
        assert of(effects, RecordSearch)[0].area == "SW17"
        assert family.session.answers["postcode"] == "SW17"


class TestAComplaint:
    """Of us, told where the flow for it does not begin."""

    WORDS = "your worker never rang, i want to complain"
    COMPLAINT = RaiseEscalation(level="routine", reason="complaint", words=WORDS)

    def test_in_a_referral_it_has_its_own_case_and_is_answered_before_the_next_question(self) -> None:
        """Claim: taken for an answer, it is still a complaint: they hear so, and the referral goes on."""
        family = Family.new()
        family.texts("refer")
        effects = family.texts(self.WORDS)
        assert said(effects) == ["complaint-kept", "refer.worried"]
        assert of(effects, RaiseEscalation) == [self.COMPLAINT]
        assert family.session.answers["going_well"] == self.WORDS

    def test_at_a_check_in_and_as_a_first_word(self) -> None:
        """Claim: at a check-in it is kept beside the wish for a person; elsewhere its flow asks, and raises it once."""
        family = Family.new()
        family.happens(CHECK_IN)
        effects = family.texts(self.WORDS)
        assert said(effects)[:1] == ["complaint-kept"]
        assert self.COMPLAINT in of(effects, RaiseEscalation)
        first = Family.new(first_contact=True, consent="unasked").texts(self.WORDS)
        assert said(first) == ["first-contact", "complaint.tell"]
        assert [case.reason for case in of(first, RaiseEscalation)] == ["complaint"]

    def test_said_to_the_worker_it_is_about_nobody_else_is_silent_about_it(self) -> None:
        """Claim: the words go to the worker's case and to one of their own; the bot stays silent."""
        family = Family.new(worker_talking=True, open_case="routine")
        effects = family.texts(self.WORDS)
        assert said(effects) == []
        assert [type(effect) for effect in effects] == [AddToCase, RaiseEscalation]
        assert of(effects, RaiseEscalation) == [self.COMPLAINT]

    def test_beside_danger_and_after_stop_it_is_kept_without_a_word(self) -> None:
        """Claim: the safety reply stands alone; after STOP there is the one answer that there ever is."""
        family = Family.new()
        family.texts("refer", "fine", "sleep", "advice", "5", "skip")
        knife = MessageReceived(text=self.WORDS, screening=Screening(risk="urgent", because=("knife",)))
        effects = family.happens(knife)
        assert said(effects)[0] == "safety.urgent"
        assert "complaint-kept" not in said(effects)
        assert self.COMPLAINT in of(effects, RaiseEscalation)
        stopped = Family.new(consent="stopped").texts(self.WORDS)
        assert said(stopped) == ["after-stop"]
        assert self.COMPLAINT in of(stopped, RaiseEscalation)
