"""Landings: where people go on who wait at a place that new content changes or no longer has.

Without one they finish on the content they began with. A landing is a question of the new content, and takes with it
everything else of their conversation; where something of that stands at a place of its own that is gone too, they stay.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.flow import Flow
from flows.session import Asked, Frame, Session


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


def check(landings: Sequence[Landing], flows: Mapping[str, Flow], waited_at: set[Frame]) -> None:
    """Each leads from a place where somebody may wait to a question of `flows`. Raises LandingFaults."""
    faults: list[str] = []
    questions = [f"{flow.name}.{node}" for flow in flows.values() for node in flow.nodes if flow.ask(node) is not None]
    for landing in landings:
        if landing.old not in waited_at:
            faults.append(f"nobody waits at {named(landing.old)}{_near(landing.old, map(named, waited_at))}")
        flow = flows.get(landing.new.flow)
        if flow is None or landing.new.node not in flow.nodes:
            faults.append(f"the new content has no {named(landing.new)}{_near(landing.new, questions)}")
        elif flow.ask(landing.new.node) is None:
            faults.append(f"{named(landing.new)} asks nothing, so nobody can wait there{_near(landing.new, questions)}")
    if faults:
        raise LandingFaults(faults)


def landed(session: Session, landings: Sequence[Landing], flows: Mapping[str, Flow], bundle_id: int) -> Session | None:
    """The session moved to a bundle with these flows; None where it has no landing, or something of it has no place."""
    to = {landing.old: landing.new for landing in landings}
    top = session.top
    if top is None or top not in to:
        return None
    stack = tuple(to.get(frame, frame) for frame in session.stack)
    left = to.get(session.left, session.left) if session.left is not None else None
    parked = session.parked
    if (
        not all(_stands(frame, flows) for frame in (*stack, *((left,) if left else ())))
        or (parked is not None and not parked.reminder and parked.flow not in flows)
        or any(not _stands(to.get(asked.frame, asked.frame), flows) for asked in session.open)
    ):
        return None
    asked = tuple(
        Asked(frame=to.get(asked.frame, asked.frame), at=asked.at, touch=asked.touch) for asked in session.open
    )
    trail = tuple(undo for undo in session.trail if all(_stands(frame, flows) for frame in undo.stack))
    return replace(session, bundle=bundle_id, stack=stack, left=left, open=asked, trail=trail, repairs=0)


def _stands(frame: Frame, flows: Mapping[str, Flow]) -> bool:
    return frame.flow in flows and frame.node in flows[frame.flow].nodes


def _frame(text: str) -> Frame | None:
    flow, dot, node = text.strip().partition(".")
    return Frame(flow=flow, node=node) if dot and flow and node else None


def _near(frame: Frame, names: Iterable[str]) -> str:
    found = difflib.get_close_matches(named(frame), list(names), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""
