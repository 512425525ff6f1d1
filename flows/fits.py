"""Which question the words of a message answer, and which flow they ask for."""

import re
from dataclasses import dataclass
from typing import Literal

from flows.answers import Answer, Reply, by_name, plain, read_answer, without_politeness
from flows.flow import AskNode, Option
from flows.run import Run
from flows.session import Asked, Frame
from flows.understanding.types import Risk, Understanding
from flows.vocabulary import SKIP

OPEN_ENDED = frozenset({"text", "name", "children"})  # kinds that would take almost any words for an answer
ASIDE_WORDS = 12  # a question to us; more is a story, and an answer
_CORRECTION = re.compile(
    r"^(?:no+|nah|sorry|oops|wait|actually|soz|my bad)?[\s,.!-]*(?:i\s+)?"
    r"(?:meant|mean|ment|should\s+(?:be|say))(?:\s+to\s+(?:say|put))?[\s,:.-]+(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Which question the words answer. `correction` mends the answer before; `heard` is a need at a check-in;
    `update` is a new value ("postcode") for a flow that can use it at any question."""

    kind: Literal["current", "older", "correction", "heard", "update"]
    ask: AskNode | None = None
    answer: Answer | None = None
    older: Asked | None = None
    update: tuple[str, str | float] | None = None


def find_fit(run: Run, text: str, understood: Understanding, risk: Risk = "none") -> Fit | None:
    """The question these words answer: the newest they fit, then what was asked up to 14 days ago."""
    ask = run.waiting()
    open_ended = ask is not None and ask.kind in OPEN_ENDED and not ask.story
    # "my dad hits me" is nobody's first name. When it is safe to call is told with the danger in it: that is kept.
    alarm_only = open_ended and (risk == "urgent" or (risk == "concern" and ask is not None and ask.mark is None))
    # After an alarm the next words tell more of it ("he's gone now"): the question is put again before it is answered.
    # "refer" said where any words would do starts the referral: it is no safe time to call.
    if open_ended and not (run.top_flow is not None and run.top_flow.holds) and named_flow(run, text):
        return None
    if ask is not None and ask.kind in OPEN_ENDED and aside(run, text):
        return None
    broken_off = open_ended and run.known("broken_off") is not None and without_politeness(text) not in SKIP
    if not text.strip() or alarm_only or broken_off:
        return None
    return (
        _current(run, ask, text)
        or _correction(run, text)
        or _heard(ask, understood)
        or _update(run, text, understood)
        or _older(run, text)
    )


def _current(run: Run, ask: AskNode | None, text: str) -> Fit | None:
    if ask is None:
        return None
    answer = read_answer(ask, _reply(run, ask, text)) or by_name(ask.options, text)
    if answer is None:
        return None
    fit = Fit(kind="current", ask=ask, answer=answer)
    if ask.kind != "text":
        return fit
    # Free text takes anything, so what fits another question better goes there: a bare number, a correction.
    return (_older(run, text) if text.strip().isdigit() else None) or _correction(run, text) or fit


def _heard(ask: AskNode | None, understood: Understanding) -> Fit | None:
    if ask is not None and ask.heard is not None and (understood.needs or understood.intent == "human"):
        return Fit(kind="heard", ask=ask)
    return None


def _reply(run: Run, ask: AskNode, text: str) -> Reply:
    visible = {choice.value for choice in run.choices(ask)}
    options: list[Option] = [option for option in ask.options if option.value in visible]
    return Reply(text=text, options=options, readers=run.assets.readers, today=run.facts.today)


def _older(run: Run, text: str) -> Fit | None:
    for asked in reversed(run.open):
        flow = run.assets.flows.get(asked.frame.flow)
        ask = flow.ask(asked.frame.node) if flow is not None else None
        if ask is not None and ask.kind != "text" and (answer := read_answer(ask, _reply(run, ask, text))):
            return Fit(kind="older", ask=ask, answer=answer, older=asked)
    return None


def _correction(run: Run, text: str) -> Fit | None:
    """ "no i meant SW17" answers the question before the one that is open."""
    match = _CORRECTION.match(text.strip())
    if match is None:
        return None
    if run.trail and run.trail[-1].stack:
        frame: Frame = run.trail[-1].stack[-1]
        ask = run.assets.flows[frame.flow].ask(frame.node)
        if ask is not None and (answer := read_answer(ask, _reply(run, ask, match["rest"]))):
            return Fit(kind="correction", ask=ask, answer=answer)
    return None


def _update(run: Run, text: str, understood: Understanding) -> Fit | None:
    """A postcode or an age on its own, or as a correction. With a need it is a new search instead."""
    flow = run.top_flow
    match = _CORRECTION.match(text.strip())
    if flow is None or not flow.updates or (understood.needs and not match):
        return None
    ask = run.waiting()
    if text.strip().isdigit() and ask is not None and ask.options:
        return None  # "4" of three choices is a slip, not a child's age
    said = match["rest"] if match else text
    readers = run.assets.readers
    if "postcode" in flow.updates and (postcode := readers.postcode(said)):
        return Fit(kind="update", update=("postcode", postcode))
    if "age" in flow.updates and (age := readers.age(said)) is not None:
        return Fit(kind="update", update=("age", age))
    return None


def flow_started(run: Run, text: str, understood: Understanding) -> str | None:
    """The flow that these words open: by its keyword, in their own words, or by what is meant."""
    flows = run.assets.flows.values()
    by_name = next((flow.name for flow in flows if understood.intent in flow.intents), None)
    return keyword_flow(run, plain(text)) or kind_flow(run, text) or by_name


def aside(run: Run, text: str) -> str | None:
    """The flow that answers what they ask about us in the middle of something, where it says a few words and no more:
    "will you take my kids?", said to any question. That question is put again after it."""
    named = named_flow(run, text)
    return named if named is not None and run.assets.flows[named].only_says else None


def named_flow(run: Run, text: str) -> str | None:
    """The flow that a short message asks for by its keyword or in its own words."""
    return None if len(text.split()) > ASIDE_WORDS else keyword_flow(run, plain(text)) or kind_flow(run, text)


def kind_flow(run: Run, text: str) -> str | None:
    """The flow of a finer kind of intent, heard in their own words: `human/complaint`."""
    kind = run.assets.lexicon.intent_kind(text)
    return next((flow.name for flow in run.assets.flows.values() if "/" in kind and kind in flow.intents), None)


def keyword_flow(run: Run, said: str) -> str | None:
    return next((flow.name for flow in run.assets.flows.values() if said in flow.keywords), None)
