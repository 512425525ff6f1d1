"""The answer to danger: fixed, pure, and apart from session and bundle, so that no bug of a flow can lose it.

`step` uses it first of all; the shell uses it alone when stepping raises.
"""

from flows.effects import Effect, RaiseEscalation, Say, SetMark
from flows.facts import Facts
from flows.safety_replies import REPLIES
from flows.understanding.types import Screening


def reply_id(screening: Screening, marks: frozenset[str]) -> str:
    """The text that answers. A watched phone names no harm and no helpline, whoever speaks. KeyError: no danger."""
    if screening.risk == "none":
        raise KeyError(screening.risk)
    watched = screening.watched or bool(marks & {"watched", "unsafe"})
    return REPLIES[screening.risk, screening.about, screening.speaker, watched]


def respond_to_danger(screening: Screening, facts: Facts, words: str, heard: str = "en") -> tuple[Effect, ...]:
    """The safety reply first, then the case. Nothing when the words show no danger.

    `heard` is the language that the words seem to be in: it is answered where no other was chosen.
    """
    if screening.risk == "none":
        return ()
    say = Say(
        text=reply_id(screening, facts.marks),
        values={"look_by": facts.look_by[screening.risk]},
        purpose="safety",
        language=heard if facts.language == "en" and heard != "en" else None,
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
