"""What authors may write and few shipped flows do: waiting, running out, flows within flows, and BACK through them."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.documents import Notes, read_text
from bot.content.flow_files import read_flow
from flows.effects import CancelTimer, Say, StartTimer
from flows.events import Event, MessageReceived, TimerFired
from flows.facts import Assets
from flows.flow import Flow, SetNode
from flows.run import NODES_A_STEP, STEPS_A_SESSION, FlowLoopError
from flows.session import Session
from flows.step import Step, step
from flows.understanding.types import Screening
from tests.flows.practice import assets, facts, of, said

OUTER = """
flow: outer
title: A visit
keywords: [visit]
expires_hours: 24
if_expired: No rush. Write to us when you want to go on.
nodes:
  who:
    ask: Who is coming?
    as: who
  to-inner:
    call: inner
  day:
    ask: Which day?
    kind: date
    as: day
  told:
    say: See you then.
"""
INNER = """
flow: inner
title: The place
nodes:
  near:
    ask: What is your postcode?
    kind: postcode
    as: near
  how:
    ask: How will you come?
    as: how
    options: [{label: By bus}, {label: On foot, go: far}]
  seats:
    ask: How many seats?
    kind: number
    as: seats
    go: end
  far:
    ask: When was your youngest born?
    kind: month
    as: youngest
"""
PATIENT = """
flow: patient
title: One who waits
keywords: [patient]
nodes:
  first:
    say: We look into it.
  rest:
    wait: 48
  second:
    ask: Did it help?
    as: helped_you
    options: ["Yes", "No"]
    wait_hours: 72
    on_timeout: never-mind
    go: thanks
  never-mind:
    say: Never mind. Write to us any time.
    go: end
  thanks:
    say: Thank you.
"""
ANSWERS = ("Gran and me", "SW18 2PU", "on foot", "March 2021", "3rd of december")
PLACES = ("outer.who", "inner.near", "inner.how", "inner.far", "outer.day", None)


@cache
def practised() -> Assets:
    """The shipped flows and these three."""
    notes, texts = Notes(), dict[str, str]()
    flows: dict[str, Flow] = {}
    for written in (OUTER, INNER, PATIENT):
        raw = read_text(written, "flows/x.yaml", notes)
        flow = read_flow(f"flows/{raw['flow']}.yaml", raw, notes, texts, {})
        assert flow is not None
        flows[flow.name] = flow
    assert not notes.faults, notes.faults
    shipped = assets()
    wording = replace(shipped.wording, texts={**shipped.wording.texts, **texts})
    return replace(shipped, flows={**shipped.flows, **flows}, wording=wording)


class Visit:
    """A conversation over these flows; the session goes through its JSON before every step."""

    def __init__(self) -> None:
        self.session, self.known = Session.new(), facts()

    def happens(self, event: Event) -> Step:
        done = step(practised(), Session.from_json(self.session.to_json()), event, self.known)
        self.session = done.session
        return done

    def texts(self, *words: str) -> Step:
        done = [self.happens(MessageReceived(text=text, screening=Screening())) for text in words]
        return done[-1]

    def fires(self, name: str, **time: float) -> Step:
        self.known = replace(self.known, now=self.known.now + timedelta(**time))
        return self.happens(TimerFired(name=name, step_no=self.session.timers[name]))

    @property
    def at(self) -> str | None:
        top = self.session.top
        return f"{top.flow}.{top.node}" if top else None


def test_each_answer_is_kept_through_a_called_flow_and_back_in_the_one_that_called() -> None:
    """Claim: text, postcode, choice, month of birth and date, over two flows, each as the value that it means."""
    visit = Visit()
    visit.texts("visit")
    for answer, place in zip(ANSWERS, PLACES[1:], strict=True):
        visit.texts(answer)
        assert visit.at == place
    kept = {"who": "Gran and me", "near": "SW18 2PU", "how": "on-foot", "youngest": "2021-03", "day": date(2026, 12, 3)}
    assert kept.items() <= visit.session.answers.items()


@given(st.integers(0, 4), st.integers(0, 6))
def test_back_undoes_one_answer_at_a_time_into_a_called_flow_and_out_of_it(given_answers: int, backs: int) -> None:
    """Claim: after each BACK the talk stands, and knows, exactly what it did before that answer; at the first question
    there is nothing to go back to."""
    visit, before = Visit(), []
    visit.texts("visit")
    for answer in ANSWERS[:given_answers]:
        before.append((visit.session.stack, dict(visit.session.answers)))
        visit.texts(answer)
    for number in range(backs):
        done = visit.texts("BACK")
        if before:
            stack, answers = before.pop()
            assert (visit.session.stack, dict(visit.session.answers)) == (stack, answers), number
            assert said(done.effects) == [PLACES[len(before)]]
        else:
            assert said(done.effects)[0] == "back.none"
            assert visit.at == "outer.who"


def test_a_talk_that_goes_round_without_end_begins_anew_and_loses_no_answer() -> None:
    """Claim: after so many steps of one talk the next words are read as they are; an answer to what was asked last is
    taken, and nothing but the count tells the two talks apart."""
    visit = Visit()
    visit.texts("visit", "Gran and me")
    for _ in range(STEPS_A_SESSION // 2 - 1):
        visit.texts("SW18 2PU", "BACK")
    visit.texts("SW18 2PU")
    assert (visit.at, visit.session.steps) == ("inner.how", STEPS_A_SESSION)
    visit.texts("on foot")
    assert visit.session.steps == 0
    assert visit.session.answers["how"] == "on-foot"
    assert visit.at == "inner.far"


def test_a_correction_reaches_into_the_flow_that_was_called() -> None:
    """Claim: "no i meant" mends the last answer though its flow is over, and the talk goes on from there."""
    visit = Visit()
    visit.texts("visit", *ANSWERS[:4])
    assert visit.at == "outer.day"
    visit.texts("no i meant april 2021")
    assert visit.session.answers["youngest"] == "2021-04"
    assert visit.at == "outer.day"


def test_a_wait_is_silent_and_goes_on_by_itself() -> None:
    """Claim: nothing is asked for two days; then the question comes, without anybody's word."""
    visit = Visit()
    begun = visit.texts("patient")
    assert said(begun.effects) == ["patient.first"]
    assert [(t.name, t.at - visit.known.now) for t in of(begun.effects, StartTimer)] == [("wait", timedelta(hours=48))]
    gone_on = visit.fires("wait", hours=48)
    assert said(gone_on.effects) == ["patient.second"]
    assert {say.purpose for say in of(gone_on.effects, Say)} == {"reminder"}, "what we start is held by quiet hours"


def test_a_question_that_nobody_answers_leads_where_its_flow_says() -> None:
    """Claim: `on_timeout` after `wait_hours`; an answer in time takes the timer away."""
    visit = Visit()
    visit.texts("patient")
    visit.fires("wait", hours=48)
    assert said(visit.fires("wait", hours=72).effects) == ["patient.never-mind"]
    assert visit.at is None
    visit.texts("patient")
    visit.fires("wait", hours=48)
    answered = visit.texts("yeh")
    assert said(answered.effects) == ["patient.thanks"]
    assert CancelTimer(name="wait") in answered.effects
    assert "wait" not in visit.session.timers


def test_a_talk_that_runs_out_says_so_kindly_once_and_its_question_may_still_be_answered() -> None:
    """Claim: `if_expired` is said when the talk ends; the answer that comes days later goes on where it was."""
    visit = Visit()
    visit.texts("visit", "Gran and me")
    ended = visit.fires("expire", hours=24)
    assert said(ended.effects) == ["outer.expired"]
    assert (visit.at, "expire" in visit.session.timers) == (None, False)
    visit.known = replace(visit.known, now=visit.known.now + timedelta(days=3))
    visit.texts("SW18 2PU")
    assert (visit.at, visit.session.answers["near"]) == ("inner.how", "SW18 2PU")


def test_a_flow_that_never_rests_is_stopped_within_the_step() -> None:
    """Claim: content is refused for it; if it ran all the same, a step ends after so many nodes and says where."""
    outer = practised().flows["outer"]
    rounds = {"who": SetNode(id="who", values={}, go="again"), "again": SetNode(id="again", values={}, go="who")}
    endless = replace(
        practised(), flows={**practised().flows, "outer": replace(outer, nodes={**outer.nodes, **rounds})}
    )
    event = MessageReceived(text="visit", screening=Screening())
    with pytest.raises(FlowLoopError, match=r"outer\.(who|again) goes round without waiting"):
        step(endless, Session.new(), event, facts())
    assert NODES_A_STEP == 60
