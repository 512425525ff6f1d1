"""Putting services into the directory. Absence from a feed is never deletion: what vanished is told, and kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.house import House
from bot.store import entries, published, staff
from directory.freshness import is_newer
from directory.service import Service, from_text, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an import would change or changed: service ids by what happened to them.

    `withdrawn`: the feed itself says they ended. `missing`: this source listed them before and does not now.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    withdrawn: tuple[str, ...]
    missing: tuple[str, ...]


def put(
    house: House, services: Sequence[Service], *, source: str, ended: Sequence[str] = (), dry_run: bool = False,
    listed: Collection[str] = (), whole: bool = True,
) -> Change:  # fmt: skip
    """Add and update by id; withdraw only what the feed says has `ended`; mark what its source lists no more.

    `listed` are ids that stand in the feed although nothing could be taken of them. A feed that was not read `whole`
    says nothing of what it did not list. What staff changed stands while the source says what it said before. What
    staff took off stays off.
    """
    now = house.clock.now()
    documents = {s.id: to_text(s) for s in services}
    by_id = {s.id: s for s in services}
    with house.db.write() as tx:
        standing = {s.id: s for s in published.stored_services(tx, withdrawn=True)}
        beside = entries.entries(tx)
        off = {i for i, entry in beside.items() if entry.taken_off}
        live = {i for i, s in standing.items() if s.withdrawn_at is None}
        said = {
            i: (beside[i].feed_document if i in beside else None) or standing[i].document
            for i in documents if i in live
        }  # fmt: skip
        added = [i for i in documents if i not in live and i not in off]
        updated = [s.id for s in services if s.id in said and from_text(said[s.id]) != s]
        withdrawn = [i for i in ended if i in live]
        there = {*documents, *ended, *listed}
        missing = [i for i in sorted(live) if whole and standing[i].source == source and i not in there]
        changed = {*added, *updated}
        change = Change(
            added=tuple(added), updated=tuple(updated), withdrawn=tuple(withdrawn), missing=tuple(missing),
            unchanged=tuple(i for i in documents if i not in changed),
        )  # fmt: skip
        if dry_run:
            return change
        marked = {i for i, entry in beside.items() if entry.missing_at is not None}
        entries.mark_missing(tx, [i for i in missing if i not in marked], now)
        entries.mark_missing(tx, [i for i in sorted(there) if i in marked], None)
        if not (added or updated or withdrawn):
            return change
        for service_id in (*updated, *withdrawn):
            entries.add_change(tx, service_id=service_id, at=now, how="import", before=standing[service_id].document)
            if service_id in beside:
                entries.keep(tx, service_id, feed_document=None)
        for service_id in changed:
            before = standing.get(service_id)
            # What sank for want of an answer has one: its source checked it since.
            if service_id in beside and before and is_newer(by_id[service_id], from_text(before.document)):
                entries.keep(tx, service_id, sunk_at=None)
        for service_id in (*added, *updated):
            published.put_service(
                tx, service_id=service_id, document=documents[service_id], source=source,
                assured_on=by_id[service_id].assured_on, now=now,
            )  # fmt: skip
        published.withdraw_services(tx, withdrawn, now)
        published.bump(tx, "directory")
        told = f"{len(added)} added, {len(updated)} updated, {len(withdrawn)} withdrawn"
        staff.add_audit(tx, at=now, staff_id=None, action="directory.import", target=source[:80], detail=told)
    return change


def services(house: House, *, source: str | None = None) -> list[Service]:
    """What the directory offers now; with `source`, only what came from there."""
    with house.db.read() as tx:
        stored = published.stored_services(tx)
    return [from_text(s.document) for s in stored if source in {None, s.source}]
