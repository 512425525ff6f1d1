"""What is published, compiled: one snapshot a process, swapped when a version row has grown.

The newest bundle gives wording, lexicon, rules and programmes; each older bundle that a conversation still runs on
gives its flows' structure only.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.content import Compiled, Content, compile_content
from bot.finding import AnswerReaders, DirectoryFinder
from bot.rules import Rules, rules_of
from bot.store import published
from bot.store.database import Database, Tx
from directory.places import Places
from directory.search import Snapshot as DirectorySnapshot
from directory.service import from_document
from flows.facts import Assets
from flows.flow import Flow
from flows.wording import Wording
from messages.addresses import find_phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything compiled, as of one content version and one directory version."""

    bundle_id: int
    compiled: Compiled
    rules: Rules
    finder: DirectoryFinder
    assets: Assets
    versions: Mapping[str, int]
    older: Mapping[int, Mapping[str, Flow]] = field(default_factory=dict)

    @property
    def wording(self) -> Wording:
        return self.assets.wording

    def assets_for(self, bundle_id: int) -> Assets:
        """The newest of everything, with the flows of the bundle a conversation began on."""
        if bundle_id == self.bundle_id or bundle_id not in self.older:
            return self.assets
        return replace(self.assets, flows=self.older[bundle_id])


class NothingPublished(Exception):
    """The database holds no bundle: `thrive serve` or `thrive publish` puts the first there."""


class Live:
    """Read each turn: cheap while nothing changed, a swap when something did. A failed swap keeps the old snapshot."""

    def __init__(self, places: Callable[[], Places]) -> None:
        self._places_from = places
        self._places: Places | None = None
        self._swapping = threading.Lock()
        self._snapshot: Snapshot | None = None

    def snapshot(self, tx: Tx) -> Snapshot:
        """The snapshot of what is published now. Raises NothingPublished."""
        versions = published.versions(tx)
        standing = self._snapshot
        if standing is not None and standing.versions == versions:
            return standing
        with self._swapping:
            if self._snapshot is not None and self._snapshot.versions == versions:
                return self._snapshot
            self._snapshot = self._build(tx, versions, self._snapshot)
            return self._snapshot

    def of(self, database: Database) -> Snapshot:
        with database.read() as tx:
            return self.snapshot(tx)

    def _build(self, tx: Tx, versions: Mapping[str, int], before: Snapshot | None) -> Snapshot:
        newest = published.newest_bundle(tx)
        if newest is None:
            raise NothingPublished("no content is published")
        bundle_id = newest[0]
        if before is not None and before.bundle_id == bundle_id:
            compiled = before.compiled
        else:
            compiled = compile_content(Content.from_json(published.bundle_content(tx, bundle_id)))
        older = dict(before.older) if before else {}
        for old_id in published.bundles_in_use(tx):
            if old_id != bundle_id and old_id not in older:
                older[old_id] = compile_content(Content.from_json(published.bundle_content(tx, old_id))).flows
        if self._places is None:
            self._places = self._places_from()
        if before is not None and before.versions.get("directory") == versions.get("directory"):
            directory = before.finder.snapshot
        else:
            stored = published.stored_services(tx)
            directory = DirectorySnapshot(
                [from_document(json.loads(s.document)) for s in stored], home=frozenset({compiled.council.area})
            )
        finder = DirectoryFinder(snapshot=directory, places=self._places, lexicon=compiled.lexicon)
        assets = Assets(
            flows=compiled.flows, wording=compiled.wording, lexicon=compiled.lexicon,
            readers=AnswerReaders(places=self._places, phone=find_phone), finder=finder,
        )  # fmt: skip
        return Snapshot(
            bundle_id=bundle_id, compiled=compiled, rules=rules_of(compiled.council), finder=finder, assets=assets,
            versions=versions, older=older,
        )  # fmt: skip
