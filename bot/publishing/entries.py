"""The directory as the desk sees it: the list with what is due, one entry with its history, and what changes it.

Each change is one transaction: what stood before is kept, who did it is audited, and every process shows it within
seconds. What only staff may read stands beside an entry, never in it.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import blake2b
from typing import Final, Literal, get_args

from bot.casework.accounts import SignedIn
from bot.clock import local_date
from bot.entry_ages import state
from bot.house import House
from bot.store import entries, providers, published, staff, wrong
from bot.store.database import Tx
from bot.store.entries import Change, Entry, Flag, Private, Standing
from bot.store.published import StoredService
from directory.changes import Difference, differences
from directory.freshness import State, is_newer, is_safety, known, next_change_on
from directory.service import Service, from_text, to_text
from directory.written import written

__all__ = ["ChangedSince", "EntryPage", "Line", "Listed", "NoSuchEntry", "Past", "Private", "Show"]

PRIVATE: Final = ("staff_contact", "criteria")
PAGE: Final = 50
Show = Literal["due", "flagged", "all", "missing", "off"]
SHOW: Final[tuple[Show, ...]] = get_args(Show)
_AGE: Final[Mapping[State, int]] = {"hidden": 0, "overdue": 1, "due": 2, "fresh": 3}


class NoSuchEntry(LookupError):
    """The directory has never held an entry of this id."""


class ChangedSince(Exception):
    """Somebody changed the entry after the page was made; nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry on the list. `off`: staff or its source took it off, and families are not shown it."""

    service: Service
    state: State
    safety: bool
    off: bool
    missing_at: datetime | None
    sunk_at: datetime | None
    flag: Flag | None = None  # families did not get through since somebody last looked


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page. `counts` are of all pages, whatever words were asked for. `waiting`: what else waits for somebody,
    `asked` by organisations and told to be `wrong` by families."""

    show: Show
    words: str
    lines: Sequence[Line]
    counts: Mapping[Show, int]
    page: int
    total: int
    waiting: Mapping[str, int]

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One change: who (None: an import, a provider), how, and what became of each field, before and after."""

    change: Change
    by: str | None
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """`seen` names what the page shows, so that a form of it changes nothing newer. `next_on`: when it ages next."""

    line: Line
    source: str
    private: Private
    past: Sequence[Past]
    seen: str
    next_on: date | None


def listed(house: House, by: SignedIn, show: Show, words: str = "", page: int = 1) -> Listed:
    """One page of the list. What is due: services for people in danger first, then the longest unchecked."""
    now = house.clock.now()
    with house.db.read() as tx:
        beside, often = entries.entries(tx), house.live.snapshot(tx).compiled.often_checked
        lines = [_line(row, beside.get(row.id), now, often) for row in entries.all_standing(tx)]
        waiting = {"asked": providers.waiting_number(tx), "wrong": wrong.open_number(tx)}
    _looked(house, by, "directory.view", show)
    counts: Counter[Show] = Counter({name: sum(_belongs(line, name) for line in lines) for name in SHOW})
    asked = words.casefold().split()
    found = [line for line in lines if _belongs(line, show) and _has(line.service, asked)]
    if show == "due":
        found.sort(
            key=lambda line: (not line.safety, _AGE[line.state], line.service.assured_on or date.min, _name(line))
        )
    else:
        found.sort(key=_name)
    page = max(1, page)
    shown = found[(page - 1) * PAGE : page * PAGE]
    return Listed(show=show, words=words, lines=shown, counts=counts, page=page, total=len(found), waiting=waiting)


def look(house: House, by: SignedIn, service_id: str) -> EntryPage:
    """Everything of one entry. Raises NoSuchEntry."""
    now = house.clock.now()
    with house.db.read() as tx:
        row = _standing(tx, service_id)
        beside = entries.beside(tx, service_id)
        changes, names = entries.changes_of(tx, service_id), staff.staff_names(tx)
        private = entries.private(tx, service_id)
        often = house.live.snapshot(tx).compiled.often_checked
    _looked(house, by, "directory.entry", service_id)
    line = _line(row, beside, now, often)
    after, past = row.document, []
    for one in changes:
        what = differences(_read(one.before), _read(after)) if one.before else ()
        past.append(Past(change=one, by=names.get(one.staff_id or 0), differences=what))
        after = one.before or after
    aged = known(line.service, came_on=local_date(row.updated_at), sunk=line.sunk_at is not None, often=often)
    return EntryPage(
        line=line, source=row.source, private=private, past=past, seen=seen_of(row, private),
        next_on=next_change_on(aged, local_date(now)),
    )  # fmt: skip


def edit(
    house: House, by: SignedIn, service_id: str, given: Mapping[str, str], *, needs: Collection[str], seen: str,
    checked: bool = False,
) -> bool:  # fmt: skip
    """Write the cells that staff gave over the entry, and `staff_contact` and `criteria` beside it; what is not given
    stays. False where nothing was different. `needs` are the ids there are; `checked`: all of it, as of today.

    Raises NoSuchEntry, ChangedSince, and NotSo with every fault.
    """
    with house.db.write() as tx:
        row = _fresh(tx, service_id, seen)
        before = entries.private(tx, service_id)
        private = Private(**{name: given.get(name, getattr(before, name)) for name in PRIVATE})
        beside = {name: getattr(private, name) for name in PRIVATE}
        today = local_date(house.clock.now())
        service = written(_read(row.document), given, needs=needs, on=today, beside=beside)
        if before != private:
            entries.keep(tx, service_id, staff_contact=private.staff_contact, criteria=private.criteria)
            _audit(house, tx, by, "directory.private", service_id)
        if checked:
            service = _assured(house, service)
        changed = put(house, tx, row, service, how="edited", staff_id=by.staff.id, looked=checked)
        if changed:
            _audit(house, tx, by, "directory.edited", service_id)
    return changed or before != private


def checked(house: House, by: SignedIn, service_id: str, *, seen: str) -> None:
    """Somebody made sure today that it is right as it stands. Raises NoSuchEntry, ChangedSince."""
    with house.db.write() as tx:
        row = _fresh(tx, service_id, seen)
        service = _assured(house, _read(row.document))
        put(house, tx, row, service, how="checked", staff_id=by.staff.id, looked=True)
        _audit(house, tx, by, "directory.checked", service_id)


def take_off(house: House, by: SignedIn, service_id: str, *, seen: str, off: bool) -> None:
    """Take it off what families are shown, or put it back. No import undoes it. Raises NoSuchEntry, ChangedSince."""
    now = house.clock.now()
    with house.db.write() as tx:
        row = _fresh(tx, service_id, seen)
        how = "off" if off else "on"
        entries.add_change(
            tx, service_id=service_id, at=now, how=how, before=row.document, staff_id=by.staff.id,
            withdrawn_before=row.withdrawn_at is not None,
        )  # fmt: skip
        entries.show(tx, service_id, withdrawn_at=now if off else None)
        entries.keep(tx, service_id, taken_off=off)
        published.bump(tx, "directory")
        _audit(house, tx, by, f"directory.{how}", service_id)


def undo(house: House, by: SignedIn, service_id: str, change_id: int, *, seen: str) -> None:
    """Put back what stood before a change, and whether it was shown where that change decided it.

    Raises NoSuchEntry, ChangedSince.
    """
    with house.db.write() as tx:
        row = _fresh(tx, service_id, seen)
        change = entries.find_change(tx, change_id)
        if change is None or change.service_id != service_id or change.before is None:
            raise NoSuchEntry(service_id)
        put(house, tx, row, _read(change.before), how="undone", staff_id=by.staff.id, off=_off_before(tx, change, row))
        _audit(house, tx, by, "directory.undone", service_id)


def put(
    house: House, tx: Tx, row: Standing, service: Service, *, how: str, staff_id: int | None, off: bool | None = None,
    looked: bool = False,
) -> bool:  # fmt: skip
    """Write an entry anew, its history and its source's own last words beside it. `off` None: shown as it was.

    `looked`: somebody made sure of it. That is always in its history, a second time on one day too, and lifts an
    entry that sank; so does a check newer than the one that stood. False where nothing was different.
    """
    now, before = house.clock.now(), _read(row.document)
    was_off = row.withdrawn_at is not None
    if service == before and off in {None, was_off} and not looked:
        return False
    entries.add_change(
        tx, service_id=service.id, at=now, how=how, before=row.document, staff_id=staff_id, withdrawn_before=was_off
    )
    beside = entries.beside(tx, service.id)
    values: dict[str, object] = {"feed_document": beside.feed_document or row.document}
    if looked or is_newer(service, before):
        values["sunk_at"] = None
    if how in entries.LOOKED:
        values |= {"not_reached_times": 0, "not_reached_at": None}
    document = to_text(service)
    published.put_service(
        tx, service_id=service.id, document=document, source=row.source, assured_on=service.assured_on, now=now
    )
    now_off = was_off if off is None else off
    if now_off:
        entries.show(tx, service.id, withdrawn_at=row.withdrawn_at or now)
    if off is not None:
        values["taken_off"] = off
    entries.keep(tx, service.id, **values)
    published.bump(tx, "directory")
    return True


def _assured(house: House, service: Service) -> Service:
    return replace(service, assured_on=local_date(house.clock.now()))


def _off_before(tx: Tx, change: Change, row: Standing) -> bool | None:
    """Whether it was off before a change that took it off or put it back; None where the change did neither."""
    after = entries.change_after(tx, change)
    off_after = row.withdrawn_at is not None if after is None else after.withdrawn_before
    decided = change.how in {"off", "on", "undone", "import"} and change.withdrawn_before != off_after
    return change.withdrawn_before if decided else None


def _standing(tx: Tx, service_id: str, *, lock: bool = False) -> Standing:
    row = entries.standing(tx, service_id, lock=lock)
    if row is None:
        raise NoSuchEntry(service_id)
    return row


def _fresh(tx: Tx, service_id: str, seen: str) -> Standing:
    row = _standing(tx, service_id, lock=True)
    if seen_of(row, entries.private(tx, service_id)) != seen:
        raise ChangedSince(service_id)
    return row


def seen_of(row: Standing | StoredService, private: Private | None = None) -> str:
    """What names an entry as a page shows it, so that a form of that page changes nothing newer. `private`: what that
    page shows beside it; its organisation's page shows none."""
    shown = [row.document, row.withdrawn_at is None, private and [private.staff_contact, private.criteria]]
    return blake2b(json.dumps(shown).encode(), digest_size=8).hexdigest()


def _read(document: str | None) -> Service:
    return from_text(document or "")


def _line(row: Standing, beside: Entry | None, now: datetime, often: frozenset[str]) -> Line:
    service, beside = _read(row.document), beside or Entry(service_id=row.id)
    return Line(
        service=service, safety=is_safety(service, often), off=row.withdrawn_at is not None,
        state=state(row.updated_at, service, sunk=beside.sunk_at is not None, on=local_date(now), often=often),
        missing_at=beside.missing_at, sunk_at=beside.sunk_at, flag=beside.flag,
    )  # fmt: skip


def _belongs(line: Line, show: Show) -> bool:
    if show == "off":
        return line.off
    if show == "flagged":
        return line.flag is not None and not line.off
    if show == "missing":
        return line.missing_at is not None and not line.off
    return not line.off and (show == "all" or line.state != "fresh")


def _has(service: Service, asked: Sequence[str]) -> bool:
    told = f"{service.name} {service.organisation.name} {service.id}".casefold()
    return all(word in told for word in asked)


def _name(line: Line) -> str:
    return line.service.name.casefold()


def _looked(house: House, by: SignedIn, action: str, target: str) -> None:
    """Kept before anything is shown; what is shown was read before, so that no writer waits for it."""
    with house.db.write() as tx:
        _audit(house, tx, by, action, target)


def _audit(house: House, tx: Tx, by: SignedIn, action: str, service_id: str) -> None:
    staff.add_audit(tx, at=house.clock.now(), staff_id=by.staff.id, action=action, target=service_id[:80])
