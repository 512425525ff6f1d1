"""Wishes about their data, complaints and feedback: from a family's words to the rows that the desk reads."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import local_date
from bot.store import casework, feedback, staff
from bot.store.casework import Case
from flows.law import answer_by
from tests.houses import Home

WORDS = "the worker was late twice and rude"


def requests(home: Home) -> list[Case]:
    return [case for case in home.cases() if case.kind == "request"]


def told(home: Home, case: Case) -> list[str]:
    with home.house.db.read() as tx:
        return [event.body or "" for event in casework.events_of(tx, [case.id])]


@given(st.dates(date(2020, 1, 1), date(2090, 12, 31)))
def test_a_month_by_the_law_is_the_same_day_of_the_next_or_its_last(asked_on: date) -> None:
    """Claim: never later than a month after, on the same day where the next month has it, else on its last."""
    by = answer_by(asked_on)
    assert (by.year * 12 + by.month) - (asked_on.year * 12 + asked_on.month) == 1
    assert by.day == asked_on.day or (by.day < asked_on.day and date.fromordinal(by.toordinal() + 1).day == 1)


class TestTheirData:
    def test_to_have_it_erased_is_a_case_with_the_laws_day(self, home: Home) -> None:
        """Claim: it is due a month after it came, the family is told that day, and it is no later for what follows."""
        asked_on = local_date(home.clock.at)
        home.talk("MY DATA")
        (case,) = requests(home)
        assert (case.reason, case.due_on) == ("my-data", answer_by(asked_on))
        home.later(days=2)
        home.talk("menu")
        home.talk("delete my data")
        (case,) = requests(home)
        assert (case.reason, case.due_on) == ("my-data-erase", answer_by(asked_on))
        home.talk("my data")
        (case,) = requests(home)
        assert case.reason == "my-data-erase", "a wish that was chosen is not taken back by asking again"

    def test_to_see_it_says_what_happens_and_by_when(self, home: Home) -> None:
        """Claim: the answer names the check of who it is, and the day."""
        home.talk("my data")
        said = home.talk("1")
        assert "check that it is really you" in said
        assert f"{answer_by(local_date(home.clock.at)).day} " in said
        assert requests(home)[0].reason == "my-data-see"

    def test_it_is_lost_in_no_other_case(self, home: Home) -> None:
        """Claim: with danger open, or a call asked for, it is still a case of its own with its day."""
        home.talk("he hit me again last night")
        home.talk("can someone call me")
        home.talk("forget me")
        assert {case.kind for case in home.cases()} == {"escalation", "request"}
        assert requests(home)[0].due_on is not None
        assert "reference" in home.talk("status")


class TestAComplaint:
    def test_is_with_the_team_before_anything_is_asked_and_keeps_all_words(self, home: Home) -> None:
        """Claim: who stops after the first word is not lost; what they tell goes to that case and to no other."""
        home.talk("can someone call me")
        home.talk("i want to make a complaint")
        (case,) = requests(home)
        assert (case.reason, case.due_on) == ("complaint", None)
        home.talk(WORDS)
        (case,) = requests(home)
        assert WORDS in case.words
        assert WORDS in told(home, case)
        (other,) = [c for c in home.cases() if c.kind == "escalation"]
        assert WORDS not in other.words

    def test_told_in_the_middle_of_a_referral_it_is_not_lost_among_its_answers(self, home: Home) -> None:
        """Claim: a case of its own holds the words, the family hears by when somebody looks, and goes on as it was."""
        home.talk("refer")
        heard = home.talk("i want to complain about your worker, she never rang")
        assert "Our team has your complaint" in heard
        assert "What are you worried about?" in heard
        (case,) = requests(home)
        assert (case.reason, case.words) == ("complaint", "i want to complain about your worker, she never rang")


class TestFeedback:
    def test_is_kept_sealed_and_raises_no_case(self, home: Home) -> None:
        """Claim: it reaches the team's page of feedback, and nobody is called about it."""
        home.talk("feedback")
        home.talk("ask me fewer questions")
        with home.house.db.read() as tx:
            (one,) = feedback.page(tx, "waiting", offset=0, limit=9)
            raw = tx.exec_driver_sql("SELECT words FROM feedback").scalar_one()
        assert one.words == "ask me fewer questions"
        assert b"questions" not in bytes(raw)
        assert home.cases() == []

    def test_skip_keeps_nothing(self, home: Home) -> None:
        """Claim: who would rather not say, says nothing."""
        home.talk("feedback")
        assert "any time" in home.talk("skip")
        with home.house.db.read() as tx:
            assert feedback.count(tx, "waiting") == 0

    def test_danger_in_it_is_answered_and_it_is_kept(self, home: Home) -> None:
        """Claim: words of danger are an answer to it too: the alarm first, and the feedback is not lost."""
        home.talk("feedback")
        home.talk("you told him where we live and he has a knife at my door")
        assert home.cases()[0].level == "urgent"
        with home.house.db.read() as tx:
            assert feedback.count(tx, "waiting") == 1


class TestAListingThatIsWrong:
    def test_reaches_the_team_and_those_who_keep_the_directory(self, home: Home) -> None:
        """Claim: what they were shown is named in the audit as wrong, and it does not count as not reached."""
        home.talk("food bank SW18 2PU")
        home.talk("the number you sent me is wrong")
        assert {one[2] for one in home.audited() if one[0] == "directory.flagged"} == {"wrong"}
        home.talk("the second one")
        (case,) = home.cases()
        assert case.reason == "listing-wrong"
        assert "the second one" in case.words
        with home.house.db.read() as tx:
            assert staff.audit_rows(tx, limit=9)

    def test_wrong_number_there_is_no_wrong_person(self, home: Home) -> None:
        """Claim: said of a number that they were given, it takes nobody off our list."""
        home.talk("this listing is wrong")
        home.talk("wrong number")
        assert home.address().released_at is None
        assert home.talk("wrong number").startswith("Sorry about that. We have taken this number off")
