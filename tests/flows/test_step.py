"""One step at a time: slips, first contact, finding help, a referral, and what belongs to nothing else."""

import pytest

from flows.effects import (
    AddToCase,
    MakeReferral,
    RaiseEscalation,
    RecordScore,
    RecordSearch,
    Say,
    SetConsent,
    StartTimer,
)  # fmt: skip
from flows.events import MessageReceived, StaffReplied, TimerFired
from flows.session import Frame, Session
from flows.step import step
from flows.understanding.types import Screening
from tests.flows.practice import Family, assets, of, said
from tests.flows.stepping import CHECK_IN, reasons


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


class TestFirstContact:
    def test_the_first_answer_says_who_reads_it(self) -> None:
        """Claim: before the reply, once; a safety reply stands alone, and then it is said with the next."""
        family = Family.new(first_contact=True, consent="unasked")
        assert said(family.texts("food, SW18 2PU")) == ["first-contact", "self-help.food", "find.look", "find.next"]
        family = Family.new(first_contact=True)
        assert said(family.texts("he has a knife")) == ["safety.urgent"]
        family.knows(first_contact=False)
        assert said(family.texts("menu")) == ["first-contact", "menu.choose"]
        assert said(family.texts("menu")) == ["menu.choose"]

    @pytest.mark.parametrize(("text", "costs"), [("first-contact", True), ("first-contact.web", False)])
    def test_it_says_who_reads_when_and_what_is_shared(self, text: str, costs: bool) -> None:
        """Claim: that a computer replies and who reads, the hours, what is shared in danger, what a text may cost."""
        words = assets().wording.texts[text]
        for clause in ("{council}", "A computer replies", "Our team can read", "{hours}", "in danger, we may share"):
            assert clause in words
        assert ("Texts may cost" in words) is costs

    def test_on_the_web_it_speaks_of_the_page(self) -> None:
        """Claim: a chat is not told what texts cost."""
        assert said(Family.new(first_contact=True, channel="web").texts("MENU")) == ["first-contact.web", "menu.choose"]

    def test_a_first_check_in_says_it_too(self) -> None:
        """Claim: whoever we write to first learns who we are."""
        effects = Family.new(first_contact=True).happens(CHECK_IN)
        assert [(say.text, say.purpose) for say in of(effects, Say)] == [
            ("first-contact", "check-in"), ("check-in.score", "check-in")
        ]  # fmt: skip


class TestFinding:
    def test_one_message_with_everything_finds_at_once(self) -> None:
        """Claim: need, age and place in one text give three listings and the ways on."""
        effects = Family.new().texts("my 4 yr old needs food, SW18 2PU")
        first, look, following = of(effects, Say)
        assert first.text == "self-help.food"
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
        assert said(Family.new(known_postcode="SW18 2PU").texts("food please"))[1:] == ["find.look", "find.next"]
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

    def test_hello_after_a_while_is_no_answer_and_asks_whether_to_carry_on(self) -> None:
        """Claim: yes goes on at the open question, no shows the menu, and nothing that was told is lost."""
        for greeting in ("hello", "hello there", "Hi!"):
            family = Family.new()
            family.texts("refer", "they are happy")
            family.passes(hours=3)
            assert said(family.texts(greeting)) == ["menu.carry-on"]
            assert said(family.texts("yes")) == ["carry-on", "refer.worried"]
            assert family.session.answers["going_well"] == "they are happy"
            assert "worried" not in family.session.answers
            family.passes(hours=1)
            assert said(family.texts(greeting, "no")) == ["menu.choose"]
            assert said(family.texts("refer")) == ["carry-on", "refer.worried"]

    def test_after_menu_it_is_offered_when_they_come_back_and_menu_is_always_the_menu(self) -> None:
        """Claim: MENU shows the choices however long they were away; hello in the middle of a talk asks nothing."""
        family = Family.new()
        family.texts("refer", "menu")
        assert said(family.texts("hello there")) == ["menu.choose"]
        family.passes(hours=2)
        assert said(family.texts("MENU")) == ["menu.choose"]
        family.passes(hours=2)
        assert said(family.texts("hi")) == ["menu.carry-on"]
        assert said(family.texts("blah")) == ["menu.carry-on.repair"]

    def test_thanks_after_a_while_is_no_answer_either(self) -> None:
        """Claim: the question stays open, and the next words answer it; where "ok" is a choice it still answers."""
        family = Family.new()
        family.texts("refer")
        family.passes(hours=3)
        assert said(family.texts("cheers")) == ["thanks"]
        family.texts("they are happy")
        assert family.session.answers["going_well"] == "they are happy"
        family.texts(*["skip"] * 5, "SW18 2PU", "text", "skip", "skip")
        assert family.at == "refer.may-text"
        family.passes(hours=3)
        assert [consent.given for consent in of(family.texts("ok"), SetConsent)] == [True]

    def test_opened_from_the_menu_it_does_not_run_out_before_its_own_time(self) -> None:
        """Claim: the menu's day ends no referral: a day and an hour later its question is still answered."""
        family = Family.new()
        family.texts("menu", "2")
        assert family.session.timers.keys() == {"unfinished"}
        family.passes(hours=25)
        family.texts("they are happy")
        assert (family.at, family.session.answers["going_well"]) == ("refer.worried", "they are happy")

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
        assert (say.text, len(say.choices)) == ("menu.choose.repair", 4)

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
