"""Who waits where: conversations that stand at a node which new content changes or no longer has."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.content import Content, ContentFaults, compile_content
from bot.store import conversations, published
from bot.store.database import Tx
from bot.turn.load import UNREADABLE
from flows.flow import Flow
from flows.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`people` conversations stand at this node. They finish on the structure they began on."""

    flow: str
    node: str
    people: int
    change: str  # changed, removed


def at_changed_nodes(tx: Tx, content: Content) -> list[Waiting]:
    """Read every open conversation; the words in them are not looked at."""
    fresh = compile_content(content).flows
    known: dict[int, Mapping[str, Flow]] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for text, bundle_id in conversations.all_sessions(tx):
        try:
            session = Session.from_json(text)
        except UNREADABLE:
            continue  # it starts afresh with their next message, on whatever is published then
        if session.top is None:
            continue
        if bundle_id not in known:
            known[bundle_id] = _flows_of(tx, bundle_id)
        change = _change(known[bundle_id], fresh, session.top.flow, session.top.node)
        if change is not None:
            counts[session.top.flow, session.top.node, change] += 1
    return [Waiting(flow=f, node=n, people=count, change=c) for (f, n, c), count in sorted(counts.items())]


def _flows_of(tx: Tx, bundle_id: int) -> Mapping[str, Flow]:
    """None of a bundle that this code cannot read: those who stand in it land on the new content."""
    try:
        return compile_content(Content.from_json(published.bundle_content(tx, bundle_id))).flows
    except (ContentFaults, *UNREADABLE):
        return {}


def _change(old: Mapping[str, Flow], new: Mapping[str, Flow], flow: str, node: str) -> str | None:
    if flow not in new or node not in new[flow].nodes:
        return "removed"
    was = old[flow].nodes.get(node) if flow in old else None
    return None if was == new[flow].nodes[node] else "changed"
