"""Landings: where people go on who wait at a place that new content changes or no longer has.

Without one they finish on the content they began with. A landing is a question of the new content, and takes with it
everything else of their conversation; where something of that stands at a place of its own that is gone too, they stay.
Nothing is said to them when they are moved, so it must be the question that they read: answered in the same way, with
the same choices in the same order.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.flow import AskNode, Flow
from flows.session import Frame, Session
from flows.step import stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """From a place, as `flow.node`, to another."""

    old: Frame
    new: Frame

    def __str__(self) -> str:
        return f"{named(self.old)}={named(self.new)}"


class LandingFaults(Exception):
    """Landings that were refused; nothing was published. `faults` says each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


def read_landings(given: Sequence[str]) -> tuple[Landing, ...]:
    """`old=new`, each `flow.node`. Raises LandingFaults."""
    faults: list[str] = []
    found: dict[Frame, Landing] = {}
    for text in given:
        old, equals, new = text.partition("=")
        frames = _frame(old), _frame(new)
        if not equals or frames[0] is None or frames[1] is None:
            faults.append(f"--landing {text}: write it as flow.node=flow.node, such as menu.choose=menu.choose-now")
        elif frames[0] in found:
            faults.append(f"--landing {text}: {old} has a landing already")
        else:
            found[frames[0]] = Landing(old=frames[0], new=frames[1])
    if faults:
        raise LandingFaults(faults)
    return tuple(found.values())


def named(frame: Frame) -> str:
    return f"{frame.flow}.{frame.node}"


def check(landings: Sequence[Landing], flows: Mapping[str, Flow], waited_at: Mapping[Frame, Sequence[AskNode]]) -> None:
    """Each leads from a place where somebody may wait to a question of `flows` that is answered as theirs was.

    `waited_at` holds what is asked at each such place, once for each content that asks it otherwise. Raises
    LandingFaults.
    """
    faults: list[str] = []
    questions = [f"{flow.name}.{node}" for flow in flows.values() for node in flow.nodes if flow.ask(node) is not None]
    for landing in landings:
        if landing.old not in waited_at:
            faults.append(f"nobody waits at {named(landing.old)}{_near(landing.old, map(named, waited_at))}")
        flow, ask = flows.get(landing.new.flow), asked_at(landing.new, flows)
        if flow is None or landing.new.node not in flow.nodes:
            faults.append(f"the new content has no {named(landing.new)}{_near(landing.new, questions)}")
        elif ask is None:
            faults.append(f"{named(landing.new)} asks nothing, so nobody can wait there{_near(landing.new, questions)}")
        elif landing.old in waited_at:
            faults += _misread(landing, waited_at[landing.old], ask)
    if faults:
        raise LandingFaults(faults)


def asked_at(frame: Frame, flows: Mapping[str, Flow]) -> AskNode | None:
    """What is asked at this place; None where nothing is, or it is not there."""
    return flows[frame.flow].ask(frame.node) if frame.flow in flows else None


def landed(
    session: Session, landings: Sequence[Landing], was: Mapping[str, Flow], flows: Mapping[str, Flow], bundle_id: int
) -> Session | None:  # fmt: skip
    """The session moved from the flows it `was` on to a bundle with these.

    None where it has no landing, where something of it has no place, or where a question that they may still answer
    would be read otherwise than it was put to them.
    """
    to = {landing.old: landing.new for landing in landings}
    top = session.top
    if top is None or top not in to:
        return None

    def alike(frame: Frame) -> bool:
        put, new = asked_at(frame, was), asked_at(to.get(frame, frame), flows)
        return (
            put is not None and new is not None and not _differ(Landing(old=frame, new=to.get(frame, frame)), put, new)
        )

    stack = tuple(to.get(frame, frame) for frame in session.stack)
    left = to.get(session.left, session.left) if session.left is not None else None
    parked = session.parked
    if (
        not stands((*stack, *((left,) if left else ())), flows)
        or (parked is not None and not parked.reminder and parked.flow not in flows)
        or not all(map(alike, (top, *(asked.frame for asked in session.open))))
    ):
        return None
    asked = tuple(replace(asked, frame=to.get(asked.frame, asked.frame)) for asked in session.open)
    trail = tuple(undo for undo in session.trail if stands(undo.stack, flows) and all(map(alike, undo.stack[-1:])))
    return replace(session, bundle=bundle_id, stack=stack, left=left, open=asked, trail=trail, repairs=0)


def _misread(landing: Landing, put: Sequence[AskNode], new: AskNode) -> list[str]:
    """Why an answer to what was put to them would be no answer to the new question, whichever content they are on."""
    differ = [_differ(landing, ask, new) for ask in put]
    if not differ:
        return [f"{named(landing.old)} asks nothing, so nobody there has read the question of {named(landing.new)}"]
    if not all(differ):
        return []  # who was asked otherwise stays
    told = ", ".join(differ[0])
    return [f"an answer to {named(landing.old)} would be misread at {named(landing.new)}: not the same are {told}"]


def _differ(landing: Landing, put: AskNode, new: AskNode) -> tuple[str, ...]:
    """What of two questions would give the same words another meaning."""
    # A number chooses by its place among the choices that were shown.
    same = {
        "the kind": put.kind == new.kind,
        "the choices": [(o.value, o.when) for o in put.options] == [(o.value, o.when) for o in new.options],
        "whether it may be skipped": put.optional == new.optional,
        "whether it is a score": put.score == new.score,
        "the safety mark": put.mark == new.mark,
        # What they agreed to is kept as the text of that name.
        "the consent": put.consent == new.consent and (put.consent is None or landing.old == landing.new),
    }
    return tuple(name for name, is_same in same.items() if not is_same)


def _frame(text: str) -> Frame | None:
    flow, dot, node = text.strip().partition(".")
    return Frame(flow=flow, node=node) if dot and flow and node else None


def _near(frame: Frame, names: Iterable[str]) -> str:
    found = difflib.get_close_matches(named(frame), list(names), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""
