"""The answer to danger: fixed, pure, and apart from session and bundle, so that no bug of a flow can lose it.

`step` uses it first of all; the shell uses it alone when stepping raises.
"""

from collections.abc import Mapping

from flows.effects import Effect, RaiseEscalation, Say, SetMark
from flows.facts import Facts
from flows.understanding.types import Risk, Screening, Speaker

# Which words answer, by how grave it is and who is speaking. None is the line for everyone else.
# Each id is a text of content/wording/safety.yaml; a test holds the two together.
REPLIES: Mapping[Risk, Mapping[Speaker | None, str]] = {
    "urgent": {
        None: "safety.urgent",
        "child": "safety.urgent.child",
        "young-person": "safety.urgent.child",
        "bystander": "safety.urgent.bystander",
        "worker": "safety.urgent.worker",
        "harmer": "safety.urgent.harmer",
    },
    "concern": {
        None: "safety.concern",
        "child": "safety.concern.child",
        "young-person": "safety.concern.child",
        "bystander": "safety.concern.bystander",
        "worker": "safety.concern.bystander",
        "harmer": "safety.concern.harmer",
    },
}
WATCHED: Mapping[Risk, str] = {"urgent": "safety.watched", "concern": "safety.watched"}


def reply_id(screening: Screening, marks: frozenset[str]) -> str:
    """The text that answers. A watched phone names no abuse and no helpline, whoever speaks."""
    if screening.watched or marks & {"watched", "unsafe"}:
        return WATCHED[screening.risk]
    by_speaker = REPLIES[screening.risk]
    return by_speaker.get(screening.speaker, by_speaker[None])


def respond_to_danger(screening: Screening, facts: Facts, words: str) -> tuple[Effect, ...]:
    """The safety reply first, then the case. Nothing when the words show no danger."""
    if screening.risk == "none":
        return ()
    say = Say(
        text=reply_id(screening, facts.marks),
        values={"look_by": facts.look_by[screening.risk]},
        purpose="safety",
    )
    case = RaiseEscalation(
        level=screening.risk,
        reason="danger",
        words=words,
        because=screening.because,
        speaker=screening.speaker,
    )
    if screening.watched:
        # Watched is also not safe: no check-in of ours may light that phone up.
        return (say, case, SetMark(mark="watched"), SetMark(mark="unsafe"))
    return (say, case)
