"""One step of a conversation: what happened goes in, the next state and what to do come out."""

from dataclasses import dataclass, replace

from flows.effects import Effect
from flows.events import Event, MessageReceived
from flows.facts import Assets, Facts
from flows.safety import respond_to_danger
from flows.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`effects` are in the order to apply. A safety reply is always the first of them."""

    session: Session
    effects: tuple[Effect, ...]


def step(assets: Assets, session: Session, event: Event, facts: Facts) -> Step:  # noqa: ARG001
    """Pure and deterministic: the same four give the same answer, always."""
    effects: tuple[Effect, ...] = ()
    if isinstance(event, MessageReceived):
        effects = respond_to_danger(event.screening, facts, event.text)
    return Step(session=replace(session, step_no=session.step_no + 1), effects=effects)
