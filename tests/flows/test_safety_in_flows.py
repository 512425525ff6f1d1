"""Danger in the middle of every shipped flow: each node of each, by text and in the web chat.

The session is put at the node itself, so that no path is forgotten. At a node that never waits nobody can be met in
truth; the promise holds there all the same.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from flows.effects import Effect, RaiseEscalation, Say, SetMark
from flows.events import MessageReceived
from flows.flow import AskNode
from flows.safety_replies import ABOUTS, REPLIES
from flows.session import Frame, Session
from flows.understanding.types import Screening
from tests.flows.practice import NOW, Family, assets, facts, of

FLOWS = assets().flows
PLACES = [(flow.name, node) for flow in FLOWS.values() for node in flow.nodes]
ASKS = [(flow, node) for flow, node in PLACES if isinstance(FLOWS[flow].nodes[node], AskNode)]
CHANNELS = ("sms", "web")
DANGERS = [
    Screening(risk=risk, because=("x",), watched=watched, about=about)  # type: ignore[arg-type]
    for risk, watched, about in product(("urgent", "concern"), (False, True), ABOUTS)
]
PLAIN = [danger for danger in DANGERS if danger.about == "other" and not danger.watched]
WORDS = "please i am so scared of him"
ANSWERS = {
    "choice": "1", "number": "7", "postcode": "SW18 2PU", "phone": "07700 900123", "children": "Ava March 2021",
    "name": "Sam", "text": "after school", "date": "3 May 2027", "month": "May 2026",
    "until": "3 May 2027",
}  # fmt: skip
OWN = {"broken_off", "speaker"}  # what danger itself keeps, beside what the flow keeps


def at(flow: str, node: str, channel: str, **known: object) -> Family:
    """A family whose talk stands at this node; at a check-in, one that was sent."""
    session = Session(
        stack=(Frame(flow=flow, node=node),), asked_at=NOW - timedelta(minutes=5), heard_at=NOW - timedelta(minutes=5),
        touch=1 if FLOWS[flow].check_in else None,
    )  # fmt: skip
    return Family(session, facts(channel=channel, **known))


def ask_of(flow: str, node: str) -> AskNode:
    ask = FLOWS[flow].nodes[node]
    assert isinstance(ask, AskNode)
    return ask


def hears(family: Family, text: str, danger: Screening) -> tuple[Effect, ...]:
    return family.happens(MessageReceived(text=text, screening=danger))


def kept(family: Family) -> dict[str, object]:
    return {name: value for name, value in family.session.answers.items() if name not in OWN}


def check_answered_first(effects: tuple[Effect, ...], danger: Screening, marked: bool = False) -> None:
    """The reply of the table, then the case; where the phone is watched its marks, and not a word more."""
    watched = danger.watched or marked
    first, case = effects[:2]
    assert isinstance(first, Say)
    assert first.purpose == "safety"
    assert first.text == REPLIES[danger.risk, danger.about, danger.speaker, watched]  # type: ignore[index]
    assert isinstance(case, RaiseEscalation)
    assert (case.level, case.reason) == (danger.risk, "danger")
    if danger.watched:
        assert {mark.mark for mark in of(effects, SetMark)} >= {"watched", "unsafe"}
    if watched:
        assert len(of(effects, Say)) == 1


def test_the_walk_covers_every_shipped_flow() -> None:
    """Claim: no flow is left out of this file."""
    assert {flow for flow, _ in PLACES} == set(FLOWS)
    assert {flow for flow, _ in PLACES} >= {"menu", "find", "refer", "human", "language", "check-in", "private"}
    assert {ask_of(*place).kind for place in ASKS} <= set(ANSWERS)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("flow", "node"), PLACES)
def test_the_reply_leaves_first_and_the_case_is_raised(flow: str, node: str, channel: str) -> None:
    """Claim: at every node, whatever the danger: the safety reply first, then the case; also to somebody never spoken
    to, after STOP, while a worker talks with them, and on a phone marked before."""
    for danger in DANGERS:
        check_answered_first(hears(at(flow, node, channel), WORDS, danger), danger)
    for danger in PLAIN:
        for known in (
            {"first_contact": True},
            {"consent": "stopped"},
            {"worker_talking": True},
            {"open_case": "urgent"},
        ):
            check_answered_first(hears(at(flow, node, channel, **known), WORDS, danger), danger)
        marked = at(flow, node, channel, marks=frozenset({"unsafe"}))
        check_answered_first(hears(marked, WORDS, danger), danger, marked=True)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("flow", "node"), ASKS)
def test_the_answer_in_the_message_is_not_eaten(flow: str, node: str, channel: str) -> None:
    """Claim: an answer that came with danger, or in the minutes of it, counts as it would have without: the talk
    stands where it would stand, with the same answers. Only a name, children or free text is asked for again: words
    of danger may be all that it was."""
    ask = ask_of(flow, node)
    for danger, text in product(DANGERS, (ANSWERS[ask.kind], f"{ANSWERS[ask.kind]}, he has a knife")):
        calm, family = at(flow, node, channel), at(flow, node, channel)
        hears(calm, text, Screening())
        check_answered_first(hears(family, text, danger), danger)
        taken = kept(calm).get(ask.as_name) is not None and calm.session.trail + calm.session.stack != ()
        may_be_alarm = ask.kind in {"text", "name", "children"} and not ask.story
        if may_be_alarm and (danger.risk == "urgent" or ask.mark is None):
            assert ask.as_name not in family.session.answers
            assert family.session.stack == at(flow, node, channel).session.stack or FLOWS[flow].check_in
        elif taken:
            if FLOWS[flow].check_in:  # with danger in the words nothing more is asked: the team has it
                assert kept(family)[ask.as_name] == kept(calm)[ask.as_name]
                continue
            assert family.session.stack == calm.session.stack, (danger, text)
            assert kept(family) == kept(calm)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("flow", "node"), ASKS)
def test_the_flow_goes_on_after(flow: str, node: str, channel: str) -> None:
    """Claim: whoever answers the question after the alarm is where their answer leads, at the second try where the
    first words after an alarm may still be of it. At a check-in the answer is the alarm: the team is in touch."""
    ask = ask_of(flow, node)
    for danger in DANGERS:
        family = at(flow, node, channel)
        hears(family, WORDS, danger)
        if ask.story:
            assert kept(family)[ask.as_name] == WORDS
            continue
        if FLOWS[flow].check_in:
            assert family.session.touch is None
            continue
        if danger.watched:
            family.known = replace(family.known, marks=frozenset({"watched", "unsafe"}))
        calm = at(flow, node, channel)
        calm.texts(ANSWERS[ask.kind])
        if family.session.stack != calm.session.stack:
            family.texts(ANSWERS[ask.kind])
        if ask.as_name not in family.session.answers and ask.kind in {"text", "name", "children"}:
            family.texts(ANSWERS[ask.kind])
        assert family.session.stack == calm.session.stack, danger
        assert kept(family).get(ask.as_name) == kept(calm).get(ask.as_name) or ask.mark is not None
