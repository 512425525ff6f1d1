"""Publishing content: read, checked whole, kept as an immutable bundle. Broken content changes nothing."""

import hashlib
from dataclasses import dataclass

from bot.content import Content, compile_content, read_content
from bot.house import House
from bot.settings import Settings
from bot.store import published, staff
from bot.turn import waiting
from bot.turn.waiting import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What publishing did. `fresh` is false where this content is published already."""

    bundle_id: int
    fresh: bool
    waiting: tuple[Waiting, ...] = ()


def read(settings: Settings) -> Content:
    """The content of the folder, with the council's own file in place of the shipped one. Raises ContentFaults."""
    return read_content(settings.content_dir, council=settings.council)


def publish(house: House, content: Content, by: str) -> Publication:
    """Put content live. Raises ContentFaults before anything is written; the old content stays."""
    compile_content(content)
    text = content.to_json()
    digest = hashlib.sha256(text.encode()).hexdigest()
    now = house.clock.now()
    with house.db.write() as tx:
        newest = published.newest_bundle(tx)
        if newest is not None and newest[1] == digest:
            return Publication(bundle_id=newest[0], fresh=False)
        bundle_id = published.add_bundle(tx, digest=digest, content=text, by=by, now=now)
        published.bump(tx, "content")
        staff.add_audit(
            tx, at=now, staff_id=None, action="content.publish", target=f"bundle:{bundle_id}", detail=by[:120]
        )  # fmt: skip
        return Publication(bundle_id=bundle_id, fresh=True, waiting=tuple(waiting.at_changed_nodes(tx, content)))


def publish_first(house: House) -> Publication | None:
    """An empty database gets the content as bundle 1; one that has content is left alone."""
    with house.db.read() as tx:
        if published.newest_bundle(tx) is not None:
            return None
    return publish(house, read(house.settings), by="first start")
