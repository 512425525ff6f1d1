"""The public feed over what is live: no request reads an entry from the database, and most ask it nothing at all.

Each process looks at most every two seconds whether the directory has changed, well within the five that a swap may
take. While the database is away, the feed that stands is served.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import structlog

from bot.content import Content
from bot.directory_source import load_family_hubs
from bot.house import House
from bot.live import Snapshot
from bot.publishing import directory
from bot.store import published
from bot.store.database import DatabaseError
from directory.feed import Feed
from directory.oruk_export import to_oruk
from directory.taxonomies import Taxonomies, taxonomies

LOOK_SECONDS = 2.0
SHAPE = "1"  # grows when the same directory is told otherwise, so that nobody keeps the old form

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The feed, and its entity tag: the directory's version, and a digest of all that is told of it."""

    feed: Feed
    etag: str


class FeedSource:
    """The feed as of now. One a process; `ticks` are seconds that only go forward."""

    def __init__(self, house: House, ticks: Callable[[], float] = time.monotonic) -> None:
        self._house, self._ticks = house, ticks
        self._building = threading.Lock()
        self._looked_at = float("-inf")
        self._of: Snapshot | None = None
        self._standing: Published | None = None

    def now(self) -> Published:
        """Raises DatabaseError, and NothingPublished, only while nothing has been served yet."""
        standing = self._standing
        if standing is not None and self._ticks() - self._looked_at < LOOK_SECONDS:
            return standing
        with self._building:
            return self._look()

    def _look(self) -> Published:
        looked_at = self._ticks()
        if self._standing is not None and looked_at - self._looked_at < LOOK_SECONDS:
            return self._standing
        try:
            snapshot = self._house.live.of(self._house.db)
            if self._standing is None or snapshot is not self._of:
                self._standing, self._of = _published(self._house, snapshot), snapshot
        except DatabaseError as fault:
            if self._standing is None:
                raise
            log.error("database away: the feed that stands is served", fault=type(fault).__name__)
        self._looked_at = looked_at
        return self._standing


def export(house: House) -> list[dict[str, Any]]:
    """Every service offered now as a whole Open Referral UK record, which an import takes back as it was.

    Unlike the feed it says where an entry came from, and leaves a sample's words alone. Raises NothingPublished.
    """
    snapshot = house.live.of(house.db)
    known, scope = known_taxonomies(house, snapshot.bundle_id), snapshot.compiled.council.area
    return [to_oruk(service, taxonomies=known, scope=scope) for service in directory.services(house)]


def known_taxonomies(house: House, bundle_id: int) -> Taxonomies:
    """Needs as the bundle has them, and the Department for Education's categories."""
    with house.db.read() as tx:
        files = Content.from_json(published.bundle_content(tx, bundle_id)).files
    return taxonomies(files["needs.yaml"]["needs"], load_family_hubs())


def _published(house: House, snapshot: Snapshot) -> Published:
    known, services = known_taxonomies(house, snapshot.bundle_id), snapshot.finder.snapshot.services
    scope = snapshot.compiled.council.area
    told = blake2b(f"{SHAPE} {scope} {known!r}".encode(), digest_size=8)
    for service in services:
        told.update(repr((service, snapshot.changed.get(service.id))).encode())
    feed = Feed(services, taxonomies=known, scope=scope, changed=snapshot.changed, places=snapshot.finder.places)
    return Published(feed=feed, etag=f"{snapshot.versions.get('directory', 0)}-{told.hexdigest()}")
