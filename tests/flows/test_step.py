"""One step at a time: consent, danger, commands, late answers, check-ins, timers."""

from datetime import date, timedelta

import pytest

from flows.effects import (
    AddToCase,
    CloseTouch,
    MakeReferral,
    RaiseEscalation,
    RecordScore,
    RecordSearch,
    ReleaseAddress,
    Say,
    SetConsent,
    SetLanguage,
    SetMark,
    SetWish,
    StartTimer,
)  # fmt: skip
from flows.events import CheckInDue, CheckInReminded, MessageReceived, StaffReplied, TimerFired
from flows.session import Frame, Session
from flows.step import step
from flows.understanding.types import Screening
from tests.flows.practice import Family, assets, of, said

CHECK_IN = CheckInDue(flow="check-in", touch=7)


def reasons(effects) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    return [(case.level, case.reason) for case in of(effects, RaiseEscalation)]


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


class TestSlips:
    def test_a_number_past_the_choices_is_no_age(self) -> None:
        """Claim: "9" of three choices is a slip, and searches for nothing."""
        family = Family.new()
        family.texts("no food, SW18 2PU")
        assert said(family.texts("9")) == ["find.next.repair"]

    def test_a_keyword_is_no_safe_time(self) -> None:
        """Claim: "refer" at a question that takes any words starts the referral."""
        family = Family.new()
        family.texts("call me")
        assert family.at == "human.when"
        assert said(family.texts("refer"))[0] == "refer.opening"

    def test_a_question_mark_asks_for_help(self) -> None:
        """Claim: "?" is HELP."""
        assert said(Family.new().texts("?")) == ["help"]

    def test_words_first_then_the_number(self) -> None:
        """Claim: a score that follows words is still the check-in's score, and a low one is told."""
        family = Family.new()
        family.happens(CHECK_IN)
        family.texts("the heating is broken")
        effects = family.texts("3")
        assert of(effects, RecordScore) == [RecordScore(score=3, touch=7)]
        assert ("concern", "low-score") in reasons(effects)


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


class TestFirstContact:
    def test_the_first_answer_says_who_reads_it(self) -> None:
        """Claim: before the reply, once; a safety reply stands alone, and then it is said with the next."""
        family = Family.new(first_contact=True, consent="unasked")
        assert said(family.texts("food, SW18 2PU")) == ["first-contact", "find.look", "find.next"]
        family = Family.new(first_contact=True)
        assert said(family.texts("he has a knife")) == ["safety.urgent"]
        family.knows(first_contact=False)
        assert said(family.texts("menu")) == ["first-contact", "menu.choose"]
        assert said(family.texts("menu")) == ["menu.choose"]

    def test_on_the_web_it_speaks_of_the_page(self) -> None:
        """Claim: a chat is not told what texts cost."""
        assert said(Family.new(first_contact=True, channel="web").texts("MENU")) == ["first-contact.web", "menu.choose"]

    def test_a_first_check_in_says_it_too(self) -> None:
        """Claim: whoever we write to first learns who we are."""
        effects = Family.new(first_contact=True).happens(CHECK_IN)
        assert [(say.text, say.purpose) for say in of(effects, Say)] == [
            ("first-contact", "check-in"), ("check-in.score", "check-in")
        ]  # fmt: skip


class TestCommands:
    @pytest.mark.parametrize(
        ("words", "text"),
        [("HELP", "help"), ("info", "help"), ("MENU", "menu.choose"), ("back", "back.none"), ("status", "status.none"),
         ("when", "when.none"), ("LESS", "less.done"), ("text me less please", "less.done"), ("pause", "pause.until"),
         ("my data", "my-data"), ("LANGUAGE", "language.which"), ("hello there", "menu.choose")],
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


class TestFinding:
    def test_one_message_with_everything_finds_at_once(self) -> None:
        """Claim: need, age and place in one text give three listings and the ways on."""
        effects = Family.new().texts("my 4 yr old needs food, SW18 2PU")
        look, following = of(effects, Say)
        assert [listing.id for listing in look.listings] == ["s0", "s1", "s2"]
        assert [choice.value for choice in following.choices] == ["more", "refer", "person"]

    def test_more_shows_the_rest_and_then_offers_it_no_more(self) -> None:
        """Claim: nothing is shown twice, and More is offered only while there is more."""
        family = Family.new()
        family.texts("food, SW18 2PU")
        look, following = of(family.texts("more"), Say)
        assert [listing.id for listing in look.listings] == ["s3", "s4"]
        assert [choice.value for choice in following.choices] == ["refer", "person"]
        assert said(family.texts("more please")) == ["find.all-shown", "find.next"]
        assert said(family.texts("1")) == ["refer.opening", "refer.going-well"]

    def test_only_what_is_missing_is_asked_for(self) -> None:
        """Claim: no place: the postcode; known from before: nothing; skipped: searched without."""
        assert said(Family.new().texts("food please")) == ["find.where"]
        assert said(Family.new(known_postcode="SW18 2PU").texts("food please")) == ["find.look", "find.next"]
        family = Family.new()
        family.texts("food please")
        assert of(family.texts("skip"), RecordSearch)[0].area is None

    def test_nothing_found_offers_a_person_and_is_counted(self) -> None:
        """Claim: an unmet need is recorded with its area, never the whole postcode."""
        effects = Family.new().texts("somewhere to keep a unicorn, SW18 2PU")
        assert of(effects, RecordSearch) == [RecordSearch(needs=(), area="SW18", found=0)]
        assert [choice.value for choice in of(effects, Say)[-1].choices] == ["person", "again", "refer"]

    def test_a_new_need_in_the_middle_is_a_new_search(self) -> None:
        """Claim: what they say next is looked for, from the first result on."""
        family = Family.new()
        family.texts("food, SW18 2PU", "more")
        (search,) = of(family.texts("actually his talking worries me more"), RecordSearch)
        assert search.needs == ("child-development",)


class TestReferral:
    def test_a_need_said_beside_a_question_is_kept_for_the_team(self) -> None:
        """Claim: in a referral nothing is searched for; what was said goes with it."""
        family = Family.new()
        family.texts("refer", "skip", "skip", "skip", "we have no heating")
        assert family.at == "refer.score"
        assert family.session.answers["also_said"] == "we have no heating"

    @pytest.mark.parametrize("words", ["just call me", "HUMAN", "can someone call me"])
    def test_just_call_me_ends_it_early(self, words: str) -> None:
        """Claim: anywhere in it a person can be asked for: name and safe time, then it is with the team."""
        family = Family.new()
        family.texts("refer", "we love each other", "bedtime")
        assert said(family.texts(words)) == ["refer.call-me"]
        family.texts("Sam")
        effects = family.texts("after 6")
        (referral,) = of(effects, MakeReferral)
        assert referral.kind == "call-me"
        assert referral.answers == {
            "first_name": "Sam", "going_well": "we love each other", "safe_times": "after 6", "worried": "bedtime",
        }  # fmt: skip
        assert family.session.left is None

    def test_on_the_web_a_number_is_asked_for(self) -> None:
        """Claim: who cannot be texted back is asked where to call."""
        family = Family.new(channel="web")
        family.texts("refer", "human", "Sam")
        assert family.at == "refer.call-me-phone"
        assert family.texts("07700 900123")
        assert family.session.answers["phone"] == "+447700900123"

    def test_left_unfinished_it_reaches_the_team_next_working_day(self) -> None:
        """Claim: the timer of the first question stands; when it fires the referral is made and they are told."""
        family = Family.new()
        start = of(family.texts("refer"), StartTimer)
        assert [(timer.name, timer.at) for timer in start] == [("unfinished", family.known.look_by["routine"])]
        family.texts("they are happy")
        family.passes(days=3)
        effects = family.happens(TimerFired(name="unfinished", step_no=1))
        assert of(effects, MakeReferral)[0].kind == "unfinished"
        assert [(say.text, say.purpose) for say in of(effects, Say)] == [("refer.left", "promise")]
        assert family.at is None
        assert family.happens(TimerFired(name="unfinished", step_no=1)) == ()

    def test_it_carries_on_where_it_was_left(self) -> None:
        """Claim: MENU and a search in between lose nothing; REFER goes on at the open question."""
        family = Family.new()
        family.texts("refer", "they are happy", "menu", "food, SW18 2PU")
        assert said(family.texts("refer")) == ["carry-on", "refer.worried"]

    def test_refusing_to_share_keeps_it_with_the_team(self) -> None:
        """Claim: each consent is its own yes or no with its wording; none given is said back."""
        family = Family.new()
        family.texts("refer", *["skip"] * 6, "SW18 2PU", "text", "skip", "skip")
        assert family.at == "refer.may-text"
        consents = [c for text in ("no", "no", "no") for c in of(family.texts(text), SetConsent)]
        effects = family.texts("no")
        consents += of(effects, SetConsent)
        assert [(c.kind, c.given, c.wording) for c in consents] == [
            ("text", False, "refer.may-text"), ("share:health", False, "refer.share-health"),
            ("share:school", False, "refer.share-school"), ("share:voluntary", False, "refer.share-voluntary"),
        ]  # fmt: skip
        assert said(effects) == ["refer.kept", "refer.done"]
        assert "first_name" not in family.session.answers


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


class TestOthers:
    def test_the_worker_talks_and_the_bot_is_silent(self) -> None:
        """Claim: words go to the case, save what a command asks."""
        family = Family.new(worker_talking=True)
        family.happens(StaffReplied(staff="Ann"))
        assert family.texts("yes 2pm is fine") == (AddToCase(words="yes 2pm is fine"),)
        assert said(family.texts("STOP")) == ["stop-receipt"]

    def test_repair_asks_again_then_offers_then_brings_a_person(self) -> None:
        """Claim: three tries, each kinder, the last before a person."""
        family = Family.new()
        assert said(family.texts("blah")) == ["repair.idle"]
        assert said(family.texts("bleh")) == ["repair.person"]
        effects = family.texts("bluh")
        assert said(effects) == ["repair.stuck"]
        assert reasons(effects) == [("routine", "stuck")]

    def test_more_words_from_somebody_whose_case_is_open_go_to_it(self) -> None:
        """Claim: what answers nothing and is no need is more of what they told us: no search, no "sorry"."""
        family = Family.new(open_case="concern")
        for words in ("please dont do that to him", "hm", "he was not always like that"):
            effects = family.texts(words)
            assert of(effects, AddToCase) == [AddToCase(words=words)]
            assert said(effects) == ["added"]

    def test_a_repair_shows_the_choices_again(self) -> None:
        """Claim: what may be answered is on the screen."""
        family = Family.new()
        family.texts("menu")
        (say,) = of(family.texts("hm"), Say)
        assert (say.text, len(say.choices)) == ("menu.choose.repair", 3)

    def test_a_picture_without_words_is_answered_and_noted(self) -> None:
        """Claim: it is never silently dropped."""
        family = Family.new()
        effects = family.happens(MessageReceived(text="", screening=Screening(), pictures=1))
        assert said(effects) == ["picture"]
        assert reasons(effects) == [("routine", "picture")]

    def test_a_picture_beside_words_reaches_the_desk_with_them(self) -> None:
        """Claim: the words are answered as ever, the family is told that pictures are not seen, and a case has both."""
        family = Family.new()
        note = "They sent 1 video (video/3gpp). Not fetched."
        message = MessageReceived(text="food please", screening=Screening(), pictures=1, note=note)
        effects = family.happens(message)
        assert said(effects)[-1] == "picture.beside"
        assert len(said(effects)) > 1
        (case,) = of(effects, RaiseEscalation)
        assert (case.level, case.reason, case.words) == ("routine", "picture", f"food please\n({note})")

    @pytest.mark.parametrize("screening", [Screening(risk="urgent"), Screening(risk="concern")])
    def test_a_picture_beside_danger_adds_its_note_alone(self, screening: Screening) -> None:
        """Claim: the safety reply is what is said first, and the note joins the case of the danger."""
        family = Family.new()
        effects = family.happens(MessageReceived(text="he hit me", screening=screening, pictures=2))
        assert said(effects)[0].startswith("safety.")
        assert "picture.beside" not in said(effects)
        danger, beside = of(effects, RaiseEscalation)
        assert (danger.reason, danger.words) == ("danger", "he hit me")
        assert (beside.level, beside.words) == ("routine", "(They sent a picture. It was not fetched.)")

    def test_a_picture_while_a_worker_talks_is_added_and_nothing_is_said(self) -> None:
        """Claim: the bot stays silent, and the worker sees that something came."""
        family = Family.new(worker_talking=True, open_case="routine")
        effects = family.happens(MessageReceived(text="", screening=Screening(), pictures=1))
        assert said(effects) == []
        assert [add.words for add in of(effects, AddToCase)] == ["(They sent a picture. It was not fetched.)"]

    def test_a_picture_after_stop_is_noted_and_answered_once(self) -> None:
        """Claim: what somebody sends after STOP is before a person; how to start again is said once."""
        family = Family.new(consent="stopped")
        effects = family.happens(MessageReceived(text="", screening=Screening(), pictures=1))
        assert said(effects) == ["after-stop"]
        assert reasons(effects) == [("routine", "picture")]

    def test_a_stale_timer_does_nothing(self) -> None:
        """Claim: only the timer of the step that set it last is heard."""
        family = Family.new()
        family.texts("food please")
        family.texts("skip")
        assert family.happens(TimerFired(name="expire", step_no=1)) == ()
        assert family.at == "find.next"

    def test_a_question_that_ran_out_can_still_be_answered(self) -> None:
        """Claim: after a day the talk is over, and the choice still fits."""
        family = Family.new()
        family.texts("food, SW18 2PU")
        family.passes(days=1)
        family.happens(TimerFired(name="expire", step_no=family.session.timers["expire"]))
        assert family.at is None
        assert said(family.texts("talk to a person"))[0] == "human.promise"

    def test_out_of_hours_is_told_honestly(self) -> None:
        """Claim: when nobody is in, the answer says so, when somebody looks, and whom to call."""
        effects = Family.new(open_now=False).texts("human")
        assert said(effects)[0] == "human.promise-closed"
        assert of(effects, Say)[0].values["look_by"] == Family.new().known.look_by["routine"]

    def test_a_place_that_content_no_longer_has(self) -> None:
        """Claim: a session that stands nowhere starts afresh and nothing raises."""
        lost = Session(stack=(Frame(flow="gone", node="x"),), left=Frame(flow="gone", node="x"))
        event = MessageReceived(text="menu", screening=Screening())
        assert said(step(assets(), lost, event, Family.new().known).effects) == ["menu.choose"]
