"""Publishing content: read, checked whole, kept as an immutable bundle. Broken content changes nothing."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.content import Content, compile_bundle, compile_content, read_content
from bot.house import House
from bot.publishing.landing import Landing, asked_at, check, landed, named
from bot.settings import Settings
from bot.store import addresses, conversations, published, staff
from bot.store.database import Tx
from bot.turn.waiting import Stands, Waiting, flows_of, who_stands_where
from flows.flow import AskNode, Flow
from flows.session import Frame, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What publishing did. `fresh` is false where this content is published already. `restored` is the earlier bundle
    whose content is live again, after a rollback."""

    bundle_id: int
    fresh: bool
    waiting: tuple[Waiting, ...] = ()
    restored: int | None = None


class NoSuchBundle(Exception):
    """There is nothing to go back to: no earlier content, or no bundle of that number."""


def read(settings: Settings) -> Content:
    """The content of the folder, with the council's own file in place of the shipped one. Raises ContentFaults."""
    return read_content(settings.content_dir, council=settings.council)


def publish(house: House, content: Content, by: str, landings: Sequence[Landing] = ()) -> Publication:
    """Put content live, and move who waits at a landing's old place.

    Raises ContentFaults or LandingFaults before anything is written; the old content stays. Content that is live
    already is not published again, and its landings are still made.
    """
    flows = compile_content(content).flows  # the dear part, before the database is held
    return _publish(house, flows, content.to_json(), by, landings)


def publish_first(house: House) -> Publication | None:
    """An empty database gets the content as bundle 1; one that has content is left alone."""
    with house.db.read() as tx:
        if published.newest_bundle(tx) is not None:
            return None
    return publish(house, read(house.settings), by="first start")


def preview(house: House, content: Content, landings: Sequence[Landing] = ()) -> tuple[Waiting, ...]:
    """Who waits at what publishing would change, and where they would land; nothing is written. Raises as publish."""
    flows = compile_content(content).flows
    with house.db.read() as tx:
        standing = list(who_stands_where(tx, flows))
        check(landings, flows, _places(tx, standing))
        moves = {one.address_id for one in standing if landed(one.session, landings, one.flows, flows, 0)}
    return _told(standing, landings, moves)


def rollback(house: House, to: int | None = None, landings: Sequence[Landing] = ()) -> Publication:
    """Publish an earlier bundle's content again, as a new bundle: the one before what is live, or the one named.

    Raises NoSuchBundle, or ContentFaults where this version cannot read it any more; what is live stays.
    """
    with house.db.read() as tx:
        bundle_id = _earlier(tx) if to is None else to
        text = published.find_bundle(tx, bundle_id) if bundle_id is not None else None
    if bundle_id is None or text is None:
        told = "There is no earlier content to go back to." if to is None else f"There is no bundle {to}."
        raise NoSuchBundle(told)
    flows = compile_bundle(Content.from_json(text)).flows
    # Its very text, of whatever schema: so that it is known for the same content when somebody goes back further.
    done = _publish(house, flows, text, f"thrive rollback to bundle {bundle_id}", landings)
    return replace(done, restored=bundle_id)


def _publish(
    house: House, flows: Mapping[str, Flow], text: str, by: str, landings: Sequence[Landing]
) -> Publication:  # fmt: skip
    digest = hashlib.sha256(text.encode()).hexdigest()
    now = house.clock.now()
    with house.db.write() as tx:
        standing = list(who_stands_where(tx, flows))
        check(landings, flows, _places(tx, standing))
        newest = published.newest_bundle(tx)
        fresh = newest is None or newest[1] != digest
        if newest is not None and not fresh:
            bundle_id = newest[0]
        else:
            bundle_id = published.add_bundle(tx, digest=digest, content=text, by=by, now=now)
            published.bump(tx, "content")
            staff.add_audit(
                tx, at=now, staff_id=None, action="content.publish", target=f"bundle:{bundle_id}", detail=by[:120]
            )  # fmt: skip
        moved = _move(house, tx, standing, landings, flows, bundle_id)
        if moved:
            told = ", ".join(map(str, landings))
            staff.add_audit(
                tx, at=now, staff_id=None, action="content.landing", target=f"bundle:{bundle_id}",
                detail=f"{len(moved)} moved: {told}"[:200],
            )  # fmt: skip
    waiting = _told(standing, landings, moved) if fresh or landings else ()
    return Publication(bundle_id=bundle_id, fresh=fresh, waiting=waiting)


def _move(
    house: House, tx: Tx, standing: Sequence[Stands], landings: Sequence[Landing], flows: Mapping[str, Flow],
    bundle_id: int,
) -> set[int]:  # fmt: skip
    """The addresses that were moved. Each is locked, and read again as it then stands: a family may be writing now."""
    moved: set[int] = set()
    was = {one.bundle_id: one.flows for one in standing}
    for one in standing if landings else ():
        if landed(one.session, landings, one.flows, flows, bundle_id) is None:
            continue
        addresses.lock_address(tx, one.address_id)
        stored = conversations.load_session(tx, one.address_id)
        try:
            session = Session.from_json(stored[0]) if stored is not None else None
        except conversations.BROKEN_SESSION:
            session = None
        if session is None:
            continue
        if session.bundle not in was:
            was[session.bundle] = flows_of(tx, session.bundle)
        there = landed(session, landings, was[session.bundle], flows, bundle_id)
        if there is not None:
            conversations.save_session(tx, one.address_id, there.to_json(), bundle_id, house.clock.now())
            moved.add(one.address_id)
    return moved


def _told(standing: Sequence[Stands], landings: Sequence[Landing], moved: set[int]) -> tuple[Waiting, ...]:
    to = {landing.old: named(landing.new) for landing in landings}
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for one in standing:
        top = one.session.top
        if top is not None and (one.change or one.address_id in moved):
            lands = to[top] if one.address_id in moved else ""
            counts[top.flow, top.node, one.change or "as it was", lands] += 1
    return tuple(
        Waiting(flow=flow, node=node, people=people_, change=change, lands=lands)
        for (flow, node, change, lands), people_ in sorted(counts.items())
    )


def _places(tx: Tx, standing: Sequence[Stands]) -> dict[Frame, list[AskNode]]:
    """Where somebody waits, or may by the content that is live, with what is asked there by each content they are on.

    By what is live too: a landing may be written before anybody needs it.
    """
    newest = published.newest_bundle(tx)
    live = flows_of(tx, newest[0]) if newest is not None else {}
    places = {
        Frame(flow=flow.name, node=node): [ask]
        for flow in live.values()
        for node in flow.nodes
        if (ask := flow.ask(node)) is not None
    }
    for one in standing:
        if one.session.top is not None:
            asks, ask = places.setdefault(one.session.top, []), asked_at(one.session.top, one.flows)
            if ask is not None and ask not in asks:
                asks.append(ask)
    return places


def _earlier(tx: Tx) -> int | None:
    """The bundle before the one in which what is live was first published: a second rollback goes further back."""
    bundles = published.all_bundles(tx)
    if not bundles:
        return None
    live = bundles[-1][1]
    first = next(bundle_id for bundle_id, digest in bundles if digest == live)
    return max((bundle_id for bundle_id, _ in bundles if bundle_id < first), default=None)
