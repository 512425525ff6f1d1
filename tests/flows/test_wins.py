"""Who wins when a message arrives: the design's table, each line against its neighbour."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from flows.answers import Answer
from flows.effects import EndForLoss, RaiseEscalation, Say, SetConsent
from flows.fits import Fit
from flows.flow import AskNode, BranchNode
from flows.reading import Reading, is_over
from flows.run import Run
from flows.session import Frame, Session
from flows.understanding.types import Screening, Understanding
from flows.wins import WINS, decide
from tests.flows.practice import Family, assets, facts, of, said

ASK = AskNode(id="next", kind="choice", as_name="next", go="end")
HOLDS = {
    "stop": {"whole_stop": True},
    "start": {"whole_start": True},
    "danger": {"screening": Screening(risk="concern", because=("x",))},
    "loss": {"event": "child-died"},
    "after-stop": {"after_stop": True},
    "told-loss": {"event": "child-died"},
    "word": {"word_said": True},
    "flood": {"held_back": "many"},
    "locked": {"locked": True},
    "command": {"command": "help"},
    "worker": {"worker_talking": True},
    "answer": {"fit": Fit(kind="current", ask=ASK, answer=Answer(value="more"))},
    "event": {"event": "house-move"},
    "flow": {"starts": "menu"},
    "need": {"need": True, "understood": Understanding(needs=("food",))},
    "thanks": {"thanks": True},
    "repair": {},
}


def test_the_lines_are_those_of_the_design_in_their_order() -> None:
    """Claim: the table is the design's, 2 to 9; "still read" after STOP stands below danger and loss and above the
    rest; a key event is told like a need."""
    assert [line.name for line in WINS] == list(HOLDS)
    assert [line.number for line in WINS] == [2, 3, 4, 4, 2, 5, 5, 5, 5, 5, 6, 7, 8, 8, 8, 8, 9]


@pytest.mark.parametrize(("upper", "lower"), [pytest.param(u, w, id=f"{u.name}-{w.name}") for u, w in pairwise(WINS)])
def test_of_two_neighbours_the_upper_wins(upper, lower) -> None:  # type: ignore[no-untyped-def]
    """Claim: where both lines hold the upper acts; only danger and loss let the lower act too."""
    reading = Reading(text="words", **(HOLDS[lower.name] | HOLDS[upper.name]))  # type: ignore[arg-type]
    assert upper.holds(reading)
    assert lower.holds(reading) or lower.name == "repair"
    run = Run(assets(), _session(), facts(), "answer")
    acted = [name for name in decide(run, reading) if name != "loss" or "loss" in (upper.name, lower.name)]
    assert acted[0] == upper.name
    assert (lower.name in acted) == (not upper.consumes)


def _session() -> Session:
    family = Family.new()
    family.texts("no food, SW18 2PU")
    return family.session


def test_only_danger_and_loss_do_not_consume() -> None:
    """Claim: danger adds, and a loss ends what was planned; every other line decides."""
    assert [line.name for line in WINS if not line.consumes] == ["danger", "loss"]


def test_every_message_has_a_line() -> None:
    """Claim: with nothing known of a message it is repaired, or it was danger: nothing falls through in silence."""
    assert WINS[-1].holds(Reading(text=""))
    assert WINS[2].holds(Reading(text="", screening=Screening(risk="urgent")))


SURE = Understanding(event="child-died", event_sure=True)
DOUBT = Understanding(event="child-died")
DANGER = Screening(risk="concern", because=("x",))


def acts(reading: Reading, *, asked: str = "no food, SW18 2PU") -> tuple[tuple[str, ...], Run]:
    family = Family.new()
    family.texts(asked)
    run = Run(assets(), family.session, facts(), "answer")
    return decide(run, reading), run


def test_a_sure_loss_ends_what_was_planned_and_a_doubt_only_brings_a_person() -> None:
    """Claim: what may be a loss raises a concern of its own name, ends nothing and leaves what was asked open."""
    _, run = acts(Reading(text="words", event="child-died", understood=SURE))
    assert [effect.loss for effect in of(run.effects, EndForLoss)] == ["child-died"]
    assert [effect.reason for effect in of(run.effects, RaiseEscalation)] == ["child-died"]
    assert said(run.effects)[-1] == "told.child-died"
    acted, run = acts(Reading(text="words", event="child-died", understood=DOUBT))
    assert acted == ("loss", "told-loss")
    assert of(run.effects, EndForLoss) == []
    assert [(e.level, e.reason) for e in of(run.effects, RaiseEscalation)] == [("concern", "loss-perhaps")]
    assert said(run.effects)[-1] == "told.loss-perhaps"
    assert [asked.frame.flow for asked in run.open] == ["find"]


@pytest.mark.parametrize("understood", [SURE, DOUBT])
@pytest.mark.parametrize("fit", [None, HOLDS["answer"]["fit"]])
@pytest.mark.parametrize("risk", ["concern", "urgent"])
def test_no_word_of_a_loss_is_said_beside_danger(risk, fit, understood) -> None:  # type: ignore[no-untyped-def]
    """Claim: the safety reply stands alone, and the loss is before a person all the same."""
    acted, run = acts(
        Reading(text="words", event="child-died", understood=understood, fit=fit, screening=replace(DANGER, risk=risk))
    )
    assert acted[:2] == ("danger", "loss")
    assert [text for text in said(run.effects) if text.startswith("told.")] == []
    assert {effect.reason for effect in of(run.effects, RaiseEscalation)} == {
        "danger", "child-died" if understood.event_sure else "loss-perhaps",
    }  # fmt: skip


def test_beside_a_loss_and_a_concern_the_need_is_still_looked_for() -> None:
    """Claim: danger and a loss take nothing from the need said with them."""
    understood = replace(SURE, needs=("food",), event_beside=True)
    acted, _ = acts(Reading(text="words", event="child-died", need=True, understood=understood, screening=DANGER))
    assert acted == ("danger", "loss", "need")


@pytest.mark.parametrize("understood", [SURE, DOUBT])
@pytest.mark.parametrize(
    ("command", "then"), [("stop-in-words", "stop-receipt.loss"), ("wrong-person", "wrong-person.loss")]
)
def test_who_asks_us_to_stop_beside_a_loss_has_one_answer(understood, command, then) -> None:  # type: ignore[no-untyped-def]
    """Claim: the loss is before a person, and STOP or the wrong number is done, in warm words that do not name it."""
    acted, run = acts(Reading(text="words", event="child-died", understood=understood, command=command))
    assert acted == ("loss", "command")
    assert said(run.effects) == [then]
    assert next(iter(of(run.effects, RaiseEscalation))).level == "concern"
    sure = understood.event_sure and command != "wrong-person"  # whose number it is not tells of no child of the family
    assert len(of(run.effects, EndForLoss)) == sure
    assert [e.given for e in of(run.effects, SetConsent)] == ([False] if command == "stop-in-words" else [])


@pytest.mark.parametrize("understood", [SURE, DOUBT])
def test_who_asks_for_a_person_beside_a_loss_gets_one_after_the_sorry(understood) -> None:  # type: ignore[no-untyped-def]
    """Claim: the sorry first, then the way to a person, with no later hour than the sorry gave."""
    _, run = acts(Reading(text="words", event="child-died", understood=understood, command="human"))
    told = "told.child-died" if understood.event_sure else "told.loss-perhaps"
    assert said(run.effects) == [told, "human.promise", "human.when"]
    promised = next(effect for effect in run.effects if isinstance(effect, Say) and effect.text == "human.promise")
    assert promised.values["look_by"] == facts().look_by["concern"]


def test_a_pause_asked_for_beside_a_loss_is_done_and_asks_nothing() -> None:
    """Claim: texts pause for a month, and nobody who has just told us of a death is put a question."""
    _, run = acts(Reading(text="pause the texts", event="child-died", understood=SURE, command="pause"))
    assert said(run.effects) == ["told.child-died", "pause.done"]
    assert run.waiting() is None


def test_beside_danger_and_a_loss_the_loss_itself_is_not_searched_for() -> None:
    """Claim: with nothing asked for beside it, the safety reply stands alone."""
    understood = replace(SURE, needs=("bereavement",))
    acted, run = acts(Reading(text="words", event="child-died", need=True, understood=understood, screening=DANGER))
    assert acted == ("danger", "loss", "repair")
    assert [text for text in said(run.effects) if not text.startswith("safety.")] == []


def test_a_loss_that_the_flow_does_not_know_is_still_answered() -> None:
    """Claim: on content from before there was an answer to words in doubt, they hear that a person reads it."""
    known = assets()
    told = known.flows["told"]
    which = told.nodes["which"]
    assert isinstance(which, BranchNode)
    cases = tuple(case for case in which.cases if case.when.is_ != "loss-perhaps")
    older = replace(told, nodes={**told.nodes, "which": replace(which, cases=cases)})
    run = Run(replace(known, flows={**known.flows, "told": older}), Session.new(), facts(), "answer")
    decide(run, Reading(text="words", event="child-died", understood=DOUBT))
    assert said(run.effects) == ["added"]


def test_words_in_doubt_in_the_middle_of_a_referral_that_news_led_to_are_answered_and_it_goes_on() -> None:
    """Claim: the flow that told of the earlier news lies beneath; the later is told anew and nothing is lost."""
    stack = (Frame(flow="told", node="find"), Frame(flow="find", node="refer"), Frame(flow="refer", node="first-name"))
    run = Run(assets(), replace(Session.new(), stack=stack), facts(), "answer")
    assert run.waiting() is not None
    decide(run, Reading(text="words", event="child-died", understood=DOUBT))
    assert said(run.effects)[0] == "told.loss-perhaps"
    assert tuple(run.stack) == stack


def test_words_in_doubt_that_answer_what_was_asked_answer_it() -> None:
    """Claim: a loss in doubt swallows no answer; a sure one does, for what was asked is past."""
    fit = HOLDS["answer"]["fit"]
    assert acts(Reading(text="words", event="child-died", understood=DOUBT, fit=fit))[0] == ("loss", "answer")
    assert acts(Reading(text="words", event="child-died", understood=SURE, fit=fit))[0] == ("loss", "told-loss")


@pytest.mark.parametrize("event", ["house-move", "child-died"])
def test_what_is_asked_beside_the_news_is_searched_after_the_warm_words(event) -> None:  # type: ignore[no-untyped-def]
    """Claim: warm words first, then the search with all that the message tells; nobody is asked about texts."""
    understood = Understanding(event=event, event_sure=True, event_beside=True, needs=("food",))
    _, run = acts(Reading(text="moved, no food, SW18 2PU", event=event, understood=understood))
    assert said(run.effects)[:4] == [f"told.{event}", "self-help.food", "find.look", "find.next"]
    assert run.answers["need_text"] == "moved, no food, SW18 2PU"
    assert run.answers["needs"] == "food"


def test_bare_news_with_a_need_of_its_own_keeps_it_for_local_help() -> None:
    """Claim: "local help" after the news looks for what was told; with no need in it they are asked what would help."""
    family = Family.new(may_enrol=True)
    for needs, then in ((("exclusion",), "find.where"), ((), "find.need")):
        run = Run(assets(), family.session, family.known, "answer")
        understood = Understanding(event="exclusion", needs=needs)
        decide(run, Reading(text="he got excluded", event="exclusion", understood=understood))
        assert said(run.effects)[-1] == "told.keep"
        family.session = run.freeze()
        assert said(family.texts("local help"))[-1] == then


@pytest.mark.parametrize(
    ("risk", "needs", "watched", "searched"),
    [("urgent", ("food",), False, False), ("concern", ("food",), False, True), ("concern", ("food",), True, False),
     ("concern", ("domestic-abuse",), False, False)],
)  # fmt: skip
def test_what_is_searched_for_beside_danger(risk, needs, watched, searched) -> None:  # type: ignore[no-untyped-def]
    """Claim: no food today is looked up beside the safety reply; nothing else comes up on a phone in danger."""
    reading = Reading(
        text="x", need=True, screening=Screening(risk=risk, watched=watched), understood=Understanding(needs=needs)
    )
    assert next(line for line in WINS if line.name == "need").holds(reading) == searched


@pytest.mark.parametrize(
    ("year", "today", "over"),
    [(2026, date(2026, 11, 20), False), (2025, date(2026, 11, 20), True), (2025, date(2026, 1, 9), False),
     (2025, date(2026, 4, 1), True), (2027, date(2026, 11, 20), False), (1999, date(2026, 11, 20), True)],
)  # fmt: skip
def test_what_happened_this_year_or_just_before_it_is_news(year: int, today: date, over: bool) -> None:
    """Claim: the year that we are in takes nothing back, whichever it is; in January the last one does not yet."""
    assert is_over(year, today) == over
