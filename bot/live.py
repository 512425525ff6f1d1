"""What is published, compiled: one snapshot a process, swapped when a version row has grown.

The newest bundle gives wording, lexicon, rules and programmes; each older bundle that a conversation still runs on
gives its flows' structure, and the texts of nodes that the newest no longer has.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from bot.content import Compiled, Content, compile_bundle, compile_conversations
from bot.entry_ages import shown
from bot.finding import AnswerReaders, DirectoryFinder
from bot.rules import Rules, rules_of
from bot.store import published
from bot.store.database import Database, DatabaseError, Tx
from directory.places import Places
from directory.search import Snapshot as DirectorySnapshot
from flows.facts import Assets
from flows.flow import Flow
from flows.wording import Wording
from messages.addresses import find_phone

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """What of an earlier bundle the conversations that began on it still need."""

    flows: Mapping[str, Flow]
    wording: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything compiled, as of one content version and one directory version."""

    bundle_id: int
    compiled: Compiled
    rules: Rules
    finder: DirectoryFinder
    assets: Assets
    versions: Mapping[str, int]
    changed: Mapping[str, datetime]  # by service: when our entry of it last changed
    older: Mapping[int, Older] = field(default_factory=dict)
    earlier: Mapping[int, Assets] = field(default_factory=dict)  # of each older bundle, with the newest of the rest

    @property
    def wording(self) -> Wording:
        return self.assets.wording

    def assets_for(self, bundle_id: int) -> Assets:
        """The newest of everything, with the flows of the bundle a conversation began on.

        A text of a node that the newest content no longer has is said as it was. A bundle that cannot be read any
        more gives way to the newest: a talk that stands at a node of its own starts afresh.
        """
        return self.earlier.get(bundle_id, self.assets)


class NothingPublished(Exception):
    """The database holds no bundle: `thrive serve` or `thrive publish` puts the first there."""


class Live:
    """Read each turn: cheap while nothing changed, a swap when something did.

    A swap that fails by its content or directory keeps the old snapshot until they change again.
    """

    def __init__(self, places: Callable[[], Places]) -> None:
        self._places_from = places
        self._places: Places | None = None
        self._swapping = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._refused: Mapping[str, int] | None = None

    def snapshot(self, tx: Tx) -> Snapshot:
        """The snapshot of what is published now. Raises NothingPublished, and at the first look whatever is wrong."""
        versions = published.versions(tx)
        standing = self._snapshot
        if standing is not None and versions in (standing.versions, self._refused):
            return standing
        with self._swapping:
            if self._snapshot is not None and versions in (self._snapshot.versions, self._refused):
                return self._snapshot
            try:
                self._snapshot = self._build(tx, versions, self._snapshot)
            except DatabaseError:
                raise
            except Exception as fault:
                if self._snapshot is None:
                    raise
                log.error("what was published cannot be used", versions=dict(versions), fault=type(fault).__name__)
                self._refused = versions
            return self._snapshot

    @property
    def standing(self) -> Snapshot | None:
        """What was published at the last look, without asking the database; None before the first."""
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
            compiled = compile_bundle(Content.from_json(published.bundle_content(tx, bundle_id)))
        older = dict(before.older) if before else {}
        if before is not None and before.bundle_id != bundle_id:
            # A turn that began before the swap may still save a conversation on it.
            older[before.bundle_id] = Older(flows=before.compiled.flows, wording=before.compiled.wording)
        for old_id in published.bundles_in_use(tx):
            if old_id != bundle_id and old_id not in older and (read := _read_older(tx, old_id)) is not None:
                older[old_id] = read
        if self._places is None:
            self._places = self._places_from()
        often = compiled.often_checked
        same = before is not None and before.compiled.often_checked == often
        if before is not None and same and before.versions.get("directory") == versions.get("directory"):
            # A new day alone changes nothing that is shown: where it does, it moves the directory's version.
            directory, changed, late = before.finder.snapshot, before.changed, before.finder.late
        else:
            stored = published.stored_services(tx)
            changed = {s.id: s.updated_at for s in stored}
            entries = shown(tx, stored, versions, often=often)
            directory, late = (
                DirectorySnapshot(
                    entries.services, home=frozenset({compiled.council.area}), late=frozenset(entries.late)
                ),
                entries.late,
            )
        finder = DirectoryFinder(snapshot=directory, places=self._places, lexicon=compiled.lexicon, late=late)
        assets = Assets(
            flows=compiled.flows, wording=compiled.wording, lexicon=compiled.lexicon,
            readers=AnswerReaders(places=self._places, phone=find_phone), finder=finder,
        )  # fmt: skip
        return Snapshot(
            bundle_id=bundle_id, compiled=compiled, rules=rules_of(compiled.council), finder=finder, assets=assets,
            versions=versions, changed=changed, older=older,
            earlier={
                old_id: replace(assets, flows=old.flows, wording=_over(assets.wording, old.wording))
                for old_id, old in older.items() if old_id != bundle_id
            },
        )  # fmt: skip


def _read_older(tx: Tx, bundle_id: int) -> Older | None:
    """An earlier bundle; None where this code can no longer read it, so that one old talk cannot stop every other."""
    try:
        talk = compile_conversations(Content.from_json(published.bundle_content(tx, bundle_id)))
    except DatabaseError:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with it, it is old
        log.error("an earlier bundle cannot be read", bundle_id=bundle_id, fault=type(fault).__name__)
        return None
    return Older(flows=talk.flows, wording=talk.wording)


def _over(newest: Wording, older: Wording) -> Wording:
    catalogs = {
        language: {**older.catalogs.get(language, {}), **newest.catalogs.get(language, {})}
        for language in older.catalogs.keys() | newest.catalogs.keys()
    }
    return replace(newest, texts={**older.texts, **newest.texts}, catalogs=catalogs)
