"""Entries that are one and the same: offered as pairs, merged by a person, and taken apart again.

Merged, one entry stands for both. The other points to it and is not shown; it is taken off as any entry is that staff
take off, so no import brings it back. What a person calls two is not offered again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.casework.accounts import SignedIn
from bot.house import House
from bot.publishing.entries import ChangedSince, NoSuchEntry, seen_of
from bot.store import entries, feeds, published, staff
from bot.store.database import Tx
from bot.store.entries import Standing
from directory.duplicates import Likeness, duplicates
from directory.service import Service, from_text

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two entries that may be one. `seen` of each names what the page shows, so that a press does nothing newer."""

    like: Likeness
    sources: tuple[str, str]
    seen: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What somebody said of two entries. `ruling`: merged (the first into the second) or apart. `shown`: whether
    families are shown the one that stands for both; where they are not, neither is found."""

    one: Service
    other: Service
    ruling: str
    at: datetime
    by: str | None
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    pairs: Sequence[Pair]
    total: int
    settled: Sequence[Settled]


def offered(house: House) -> list[Likeness]:
    """Every pair among what stands that nobody has settled, the likeliest first."""
    with house.db.read() as tx:
        return _offered(tx)


def look(house: House, by: SignedIn) -> Found:
    """The pairs to decide and what was decided. Looking is audited."""
    with house.db.read() as tx:
        found = _offered(tx)
        rows = {row.id: row for row in entries.all_standing(tx)}
        names, rulings = staff.staff_names(tx), feeds.rulings(tx)
    with house.db.write() as tx:
        _audit(house, tx, by, "directory.view", "duplicates")
    return Found(
        pairs=[_pair(like, rows) for like in found[:MOST_SHOWN]],
        total=len(found),
        settled=[
            Settled(
                one=_read(rows[one.service_id]), other=_read(rows[one.other_id]), ruling=one.ruling, at=one.at,
                by=names.get(one.staff_id or 0), shown=rows[one.other_id].withdrawn_at is None,
            )
            for one in rulings
            if one.ruling == "apart" or rows[one.service_id].withdrawn_at is not None
        ],
    )  # fmt: skip


def merged_into(house: House, service_id: str) -> Service | None:
    """The entry that stands for this one as well; None where none does."""
    with house.db.read() as tx:
        into = feeds.merged_into(tx, service_id)
        here = entries.standing(tx, service_id)
        row = entries.standing(tx, into) if into and here and here.withdrawn_at is not None else None
    return None if row is None else _read(row)


def merge(house: House, by: SignedIn, *, gone: tuple[str, str], kept: tuple[str, str]) -> None:
    """The entry `gone` is shown no more; `kept` stands for both. Each is its id and what the page showed of it.

    Raises NoSuchEntry, and ChangedSince where either has changed, or is not shown any more.
    """
    if gone[0] == kept[0]:
        raise NoSuchEntry(gone[0])
    now = house.clock.now()
    with house.db.write() as tx:
        rows = {one: _fresh(tx, one, seen) for one, seen in sorted((gone, kept))}  # always in one order: no deadlock
        entries.add_change(
            tx, service_id=gone[0], at=now, how="off", before=rows[gone[0]].document, staff_id=by.staff.id
        )
        entries.show(tx, gone[0], withdrawn_at=now)
        entries.keep(tx, gone[0], taken_off=True)
        feeds.rule(tx, service_id=gone[0], other_id=kept[0], ruling="merged", at=now, staff_id=by.staff.id)
        published.bump(tx, "directory")
        _audit(house, tx, by, "directory.merged", gone[0])


def apart(house: House, by: SignedIn, one: str, other: str) -> None:
    """They are two, and are not offered again. Raises NoSuchEntry."""
    with house.db.write() as tx:
        if one == other or not (entries.standing(tx, one) and entries.standing(tx, other)):
            raise NoSuchEntry(one)
        first, second = sorted((one, other))
        now = house.clock.now()
        feeds.rule(tx, service_id=first, other_id=second, ruling="apart", at=now, staff_id=by.staff.id)
        _audit(house, tx, by, "directory.apart", first)


def undo(house: House, by: SignedIn, one: str, other: str) -> None:
    """Take back what was said of two entries; what was merged is shown again as it was. Raises NoSuchEntry."""
    now = house.clock.now()
    with house.db.write() as tx:
        ruling = next((r for r in feeds.rulings(tx) if (r.service_id, r.other_id) == (one, other)), None)
        row = entries.standing(tx, one, lock=True)
        if ruling is None or row is None:
            raise NoSuchEntry(one)
        feeds.unrule(tx, one, other)
        if ruling.ruling == "merged" and row.withdrawn_at is not None:
            entries.add_change(
                tx, service_id=one, at=now, how="on", before=row.document, staff_id=by.staff.id, withdrawn_before=True
            )
            entries.show(tx, one, withdrawn_at=None)
            entries.keep(tx, one, taken_off=False)
            published.bump(tx, "directory")
        _audit(house, tx, by, "directory.unmerged", one)


def _offered(tx: Tx) -> list[Likeness]:
    services = [from_text(row.document) for row in published.stored_services(tx)]
    two = [frozenset({r.service_id, r.other_id}) for r in feeds.rulings(tx) if r.ruling == "apart"]
    return duplicates(services, apart=two)


def _pair(like: Likeness, rows: dict[str, Standing]) -> Pair:
    one, other = rows[like.one.id], rows[like.other.id]
    return Pair(like=like, sources=(one.source, other.source), seen=(seen_of(one), seen_of(other)))


def _fresh(tx: Tx, service_id: str, seen: str) -> Standing:
    row = entries.standing(tx, service_id, lock=True)
    if row is None:
        raise NoSuchEntry(service_id)
    if row.withdrawn_at is not None or seen_of(row) != seen:
        raise ChangedSince(service_id)
    return row


def _read(row: Standing) -> Service:
    return from_text(row.document)


def _audit(house: House, tx: Tx, by: SignedIn, action: str, target: str) -> None:
    staff.add_audit(tx, at=house.clock.now(), staff_id=by.staff.id, action=action, target=target[:80])
