"""Who waits where: conversations that stand at a node which new content changes or no longer has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.content import Content, ContentFaults, compile_conversations
from bot.store import conversations, published
from bot.store.database import Tx
from flows.flow import Flow
from flows.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """One conversation that is open: whose, on which bundle, and what the new content makes of its place.

    `flows` are its bundle's, none where this code cannot read it. `change`: "changed", "removed", or "" where the place
    is as it was.
    """

    address_id: int
    session: Session
    bundle_id: int
    flows: Mapping[str, Flow]
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`people` conversations stand at this node. `lands`: the place they were moved to, as `flow.node`; empty where
    they finish on the structure they began on."""

    flow: str
    node: str
    people: int
    change: str  # changed, removed
    lands: str = ""


def who_stands_where(tx: Tx, fresh: Mapping[str, Flow]) -> Iterator[Stands]:
    """Read every open conversation; the words in them are not looked at."""
    known: dict[int, Mapping[str, Flow]] = {}
    for address_id, text, bundle_id in conversations.all_sessions(tx):
        try:
            session = Session.from_json(text)
        except conversations.BROKEN_SESSION:
            continue  # it starts afresh with their next message, on whatever is published then
        if session.top is None:
            continue
        if bundle_id not in known:
            known[bundle_id] = flows_of(tx, bundle_id)
        was = known[bundle_id]
        change = _change(was, fresh, session.top.flow, session.top.node)
        yield Stands(address_id=address_id, session=session, bundle_id=bundle_id, flows=was, change=change)


def flows_of(tx: Tx, bundle_id: int) -> Mapping[str, Flow]:
    """None of a bundle that this code cannot read: those who stand in it land on the new content."""
    try:
        return compile_conversations(Content.from_json(published.bundle_content(tx, bundle_id))).flows
    except (ContentFaults, *conversations.BROKEN_SESSION):
        return {}


def _change(old: Mapping[str, Flow], new: Mapping[str, Flow], flow: str, node: str) -> str:
    if flow not in new or node not in new[flow].nodes:
        return "removed"
    was = old[flow].nodes.get(node) if flow in old else None
    return "" if was == new[flow].nodes[node] else "changed"
