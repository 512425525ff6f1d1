"""What the desk's lists show. Each is read, and what it showed is audited, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.timeline import programme_titles
from bot.house import House
from bot.store import casework, desk, people, staff
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.desk import HeldMessage, ListedAudit, ListedCase, ListedTouch, Which

WHICH: Final[tuple[Which, ...]] = ("all", "mine", "unclaimed", "closed")
PAGE: Final = 50
_REFS_A_ROW: Final = 20  # of eight letters each, within the audit's 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """One page of the inbox. `counts` are of all pages; `newest` is the id a poll asks "anything after?" with."""

    which: Which
    cases: Sequence[ListedCase]
    counts: Mapping[Which, int]
    held: Sequence[HeldMessage]
    silent: int  # check-ins on the no-reply list
    newest: int
    page: int
    now: datetime

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.counts[self.which]

    def is_late(self, case: Case) -> bool:
        return is_late(case, self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What came since a page was made: cases by level, whether the case on it changed, and whether they wrote."""

    fresh: Mapping[str, int]
    changed: bool
    wrote: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    total: int
    touches: Sequence[ListedTouch]
    page: int
    programmes: Mapping[str, str]  # id to title

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    total: int
    rows: Sequence[ListedAudit]
    page: int

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.total


class NoSuchPerson(LookupError):
    """No person has this reference."""


def is_late(case: Case, now: datetime) -> bool:
    """The promise that somebody looks has passed, and nobody has."""
    return case.state != "closed" and case.looked_at is None and case.look_by < now


def inbox(house: House, by: SignedIn, *, which: Which, page: int) -> Inbox:
    """The cases of one filter, gravest first, with what else waits for a person."""
    now = house.clock.now()
    with house.db.write() as tx:
        shown = desk.list_cases(tx, which, by.staff.id, offset=(page - 1) * PAGE, limit=PAGE)
        held = desk.held_messages(tx)
        refs = [listed.case.ref for listed in shown] + [h.case_ref for h in held if h.case_ref]
        _audit_list(tx, by, now, action="inbox.view", target=f"inbox:{which}", refs=refs)
        return Inbox(
            which=which, cases=shown, counts={w: desk.count_cases(tx, w, by.staff.id) for w in WHICH}, held=held,
            silent=desk.count_no_replies(tx), newest=desk.newest_case_id(tx), page=page, now=now,
        )  # fmt: skip


def news(house: House, *, after_id: int, ref: str | None, version: int, heard: int) -> News:
    """`version` of the case and `heard`, the id of the family's last message, are as the page showed them.

    Counts alone: no family's words or name is shown, so nothing is audited, and a poll is no sign of a worker."""
    with house.db.read() as tx:
        case = None if ref is None else casework.find_case(tx, ref)
        return News(
            fresh=desk.fresh_cases(tx, after_id),
            changed=case is not None and case.version != version,
            wrote=case is not None and desk.newest_inbox_id(tx, case.address_id) > heard,
        )


def no_replies(house: House, by: SignedIn) -> Ledger:
    """Check-ins that ended in silence or never arrived, until one of the team has seen them."""
    with house.db.write() as tx:
        listed = desk.no_replies(tx)
        refs = [t.person_ref for t in listed]
        _audit_list(tx, by, house.clock.now(), action="list.view", target="no-replies", refs=refs)
        return Ledger(total=len(listed), touches=listed, page=1, programmes=programme_titles(house, tx))


def take_off(house: House, by: SignedIn, touch_id: int) -> bool:
    """One of the team has seen this silence. False where it was taken off before: a repeated post is harmless."""
    with house.db.write() as tx:
        taken = desk.take_off(tx, touch_id, by.staff.id)
        if taken:
            staff.add_audit(
                tx, at=house.clock.now(), staff_id=by.staff.id, action="list.take-off", target=f"touch:{touch_id}"
            )
        return taken


def ledger(house: House, by: SignedIn, *, person_ref: str | None, since: datetime | None, page: int) -> Ledger:
    """Every decided check-in, newest first. Raises NoSuchPerson."""
    with house.db.write() as tx:
        person = None if person_ref is None else people.find_person(tx, person_ref)
        if person_ref is not None and person is None:
            raise NoSuchPerson(person_ref)
        total, touches = desk.ledger(
            tx, person_id=None if person is None else person.id, since=since, offset=(page - 1) * PAGE, limit=PAGE
        )
        refs = [t.person_ref for t in touches]
        target = f"ledger:{person_ref or 'all'}"
        _audit_list(tx, by, house.clock.now(), action="ledger.view", target=target, refs=refs)
        return Ledger(total=total, touches=touches, page=page, programmes=programme_titles(house, tx))


def audit(house: House, by: SignedIn, *, ref: str | None, page: int) -> AuditPage:
    """Who saw and did what, newest first; looking at it is itself kept."""
    with house.db.write() as tx:
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=by.staff.id, action="audit.view", target=f"audit:{ref or 'all'}"
        )
        total, rows = desk.audit_page(tx, ref=ref, offset=(page - 1) * PAGE, limit=PAGE)
        return AuditPage(total=total, rows=rows, page=page)


def _audit_list(tx: Tx, by: SignedIn, at: datetime, *, action: str, target: str, refs: Sequence[str]) -> None:
    """One row for each twenty references, so that "who saw this family?" has an answer; one where none was shown."""
    shown = list(dict.fromkeys(refs))
    for start in range(0, max(len(shown), 1), _REFS_A_ROW):
        detail = " ".join(shown[start : start + _REFS_A_ROW])
        staff.add_audit(tx, at=at, staff_id=by.staff.id, action=action, target=target, detail=detail)
