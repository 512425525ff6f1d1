"""What the desk's lists show. Each is read, and what it showed is audited, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from bot.casework import again
from bot.casework.accounts import SignedIn
from bot.casework.again import Again
from bot.casework.listing import audit_list
from bot.casework.sight import closed_to, refs_closed_to, talks_ended_to
from bot.casework.timeline import programme_titles
from bot.clock import local_date, midnight
from bot.house import House
from bot.store import casework, desk, merged, people, staff, team, touch_lists
from bot.store.casework import Case
from bot.store.database import DATABASE_AWAY, Tx
from bot.store.desk import EVERY, HeldMessage, ListedAudit, ListedCase, Only, Which
from bot.store.restricting import Closed, Ended
from bot.store.team import DueCall, Offered
from bot.store.touch_lists import ListedTouch
from scheduler.calendar import WorkingCalendar
from scheduler.pathway import Due

log = structlog.get_logger()
WHICH: Final[tuple[Which, ...]] = ("all", "mine", "unclaimed", "closed")
PAGE: Final = 50
RESTRICTED: Final = "restricted"  # in the place of a reference that is closed to who looks
Section = Literal["held", "calls", "reviews"]
SECTIONS: Final[tuple[Section, ...]] = ("held", "calls", "reviews")
CasesOnly = Only  # what a page asks with
NO_TEAM: Final = desk.NO_TEAM
FIRST: Final = 5  # of the urgent that nobody has met
HEAD: Final = 100  # of each section on the page; the rest is a link away
A_WEEK: Final = timedelta(days=7)
OPEN_FOR: Final = timedelta(seconds=90)  # a page says each half minute that it is open; one that was lost may be late
Done = Literal["telephoned", "no-answer", "seen"]
DONE: Final[tuple[Done, ...]] = ("telephoned", "no-answer", "seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """One page of the inbox. `counts` are of all pages; `newest` is the id a poll asks "anything after?" with.

    `waiting` counts each section whole: what is shown of it may be its head.
    """

    which: Which
    cases: Sequence[ListedCase]
    counts: Mapping[Which, int]
    held: Sequence[HeldMessage]
    reviews: Sequence[Again]  # of the contact log and of referrals, due by today; and referrals' late steps
    late_steps: Mapping[int, Due]  # by case, of the referrals among `cases`
    calls: Sequence[DueCall]  # that were promised for today or earlier
    offered: Sequence[Offered]  # to whoever looks, and not answered yet
    waiting: Mapping[Section, int]
    looking: Mapping[int, Sequence[str]]  # by case, who else has its page open
    only: Only
    left_out: int  # by `only`, of this filter's cases
    teams: Sequence[str]  # that a case may be of: localities, partners, and what people were enrolled with
    unmet: Sequence[ListedCase]  # urgent, and nobody has looked, reached or claimed; whatever else is asked for
    unmet_count: int
    left: Mapping[int, timedelta]  # by case, until somebody must look: urgent by any clock, else the team's hours
    newest: int
    newest_event: int
    page: int
    now: datetime

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.counts[self.which]

    def is_late(self, case: Case) -> bool:
        return is_late(case, self.now)

    def is_overdue(self, case: Case) -> bool:
        return is_overdue(case, self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What came since a page was made: cases by level, whether the case on it changed, and whether they wrote.

    `looking`: who else has the case open.
    """

    fresh: Mapping[str, int]
    changed: bool
    wrote: bool
    looking: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNext:
    """What somebody is sent next, and why it waits; `next_at` is when it is decided (again)."""

    person_ref: str
    name: str | None
    programme: str
    next_at: datetime | None
    waited_for: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silences:
    """The weekly list: one page of who did not answer, and what the team did about others in the last week."""

    total: int
    touches: Sequence[ListedTouch]
    seen: Sequence[tuple[ListedTouch, str, str, datetime]]  # the touch, who, what they did, when
    page: int
    programmes: Mapping[str, str]

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAsk:
    """What somebody wants to know. `household`: of all who live with this person. `until`: the first instant after."""

    person_ref: str | None = None
    household: bool = False
    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None
    programme: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    total: int
    touches: Sequence[ListedTouch]
    page: int
    programmes: Mapping[str, str]  # id to title
    planned: Sequence[PlannedNext] = ()

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


def is_overdue(case: Case, now: datetime) -> bool:
    """The day by which the law wants it answered has passed."""
    return case.state != "closed" and case.due_on is not None and case.due_on < local_date(now)


def inbox(
    house: House, by: SignedIn, *, which: Which, page: int, whole: Section | None = None, only: Only = EVERY
) -> Inbox:  # fmt: skip
    """The cases of one filter, of those `only`, gravest first, with what else waits for a person: the head of each
    section, or `whole` one of them. The urgent that nobody has met are shown whatever is asked for."""
    now = house.clock.now()
    today = local_date(now)
    tomorrow = midnight(today + timedelta(days=1))
    most: dict[Section, int | None] = {section: None if section == whole else HEAD for section in SECTIONS}
    with house.db.write() as tx:
        closed = closed_to(tx, by)
        shown = desk.list_cases(tx, which, by.staff.id, offset=(page - 1) * PAGE, limit=PAGE, closed=closed, only=only)
        unmet = desk.unmet(tx, FIRST, closed=closed)
        held = desk.held_messages(tx, limit=most["held"], closed=closed)
        calls = team.calls_due(tx, tomorrow, limit=most["calls"], closed=closed)
        offered = [one for one in team.offered_to(tx, by.staff.id) if one.handover.case_id not in closed.cases]
        snapshot = house.live.snapshot(tx)
        count, reviews = again.waiting(snapshot, tx, today, limit=most["reviews"], closed=closed)
        refs = [listed.case.ref for listed in (*unmet, *shown)] + [h.case_ref for h in held if h.case_ref]
        refs += [one.case_ref for one in calls] + [one.case_ref for one in offered]
        refs += [ref for one in reviews for ref in one.refs]
        audit_list(tx, by, now, action="inbox.view", target=f"inbox:{which}", refs=refs)
        counts = {w: desk.count_cases(tx, w, by.staff.id, only=only, closed=closed) for w in WHICH}
        council, calendar = snapshot.compiled.council, snapshot.rules.calendar
        return Inbox(
            which=which, cases=shown, counts=counts, held=held, only=only,
            left_out=desk.count_cases(tx, which, by.staff.id, closed=closed) - counts[which] if only else 0,
            teams=list(
                dict.fromkeys(
                    (*council.localities, *council.pathway.partners, *desk.teams_of_open(tx, closed=closed))
                )
            ),
            unmet=unmet, unmet_count=desk.count_unmet(tx, closed=closed), newest_event=desk.newest_event_id(tx),
            left={one.case.id: _left(calendar, one.case, now) for one in (*unmet, *shown)},
            reviews=reviews, waiting={
                "held": desk.count_held(tx, closed=closed),
                "calls": team.count_calls_due(tx, tomorrow, closed=closed),
                "reviews": count,
            },
            late_steps=again.late_of(snapshot, tx, [listed.case.id for listed in shown], today),
            calls=calls, offered=offered, newest=desk.newest_case_id(tx), page=page, now=now,
            looking=team.lookers(tx, [listed.case.id for listed in shown], now - OPEN_FOR, but=by.staff.id),
        )  # fmt: skip


def _left(calendar: WorkingCalendar, case: Case, now: datetime) -> timedelta:
    """Nothing where the promise has passed."""
    if case.level == "urgent":
        return max(case.look_by - now, timedelta())
    return calendar.open_between(now, case.look_by)


def news(
    house: House, by: SignedIn, *, after_id: int, event: int | None, ref: str | None, version: int, heard: int
) -> News:  # fmt: skip
    """What is fresh after the case `after_id`, and what grew graver after the `event` of any history.

    `version` of the case and `heard`, the id of the family's last message, are as the page showed them. Counts alone:
    no family's words or name is shown, so nothing is audited, and a poll is no sign of a worker. What is new is read,
    and told also while nothing can be written."""
    now = house.clock.now()
    with house.db.read() as tx:
        closed = closed_to(tx, by)
        case = None if ref is None else casework.find_case(tx, ref)
        case = None if case is None or closed.holds(case) else case
        others = {} if case is None else team.lookers(tx, [case.id], now - OPEN_FOR, but=by.staff.id)
        found = News(
            looking=() if case is None else others.get(case.id, ()),
            fresh=desk.fresh_cases(tx, after_id, event=event, closed=closed),
            changed=case is not None and case.version != version,
            wrote=case is not None and desk.newest_inbox_id(tx, case.address_id) > heard,
        )
    if case is not None:
        _still_open(house, case.id, by, now)
    return found


def _still_open(house: House, case_id: int, by: SignedIn, now: datetime) -> None:
    """A page of this case is open still, and others are told so. A database that takes no writes stops only that."""
    try:
        with house.db.write() as tx:
            team.saw(tx, case_id, by.staff.id, now)
    except DATABASE_AWAY as fault:
        log.warning("could not keep who looks", case_id=case_id, fault=type(fault).__name__)


def no_replies(house: House, by: SignedIn, *, page: int = 1) -> Silences:
    """The weekly list of ordinary silence: a page at a time, worrying families first."""
    now = house.clock.now()
    with house.db.write() as tx:
        closed = closed_to(tx, by)
        listed = touch_lists.no_replies(tx, offset=(page - 1) * PAGE, limit=PAGE, closed=closed)
        seen = touch_lists.seen_since(tx, now - A_WEEK, closed=closed)
        refs = [t.person_ref for t in listed] + [one[0].person_ref for one in seen]
        audit_list(tx, by, now, action="list.view", target="no-replies", refs=refs)
        return Silences(
            total=touch_lists.count_no_replies(tx, closed=closed), touches=listed, seen=seen, page=page,
            programmes=programme_titles(house, tx),
        )  # fmt: skip


def take_off(house: House, by: SignedIn, touch_id: int, how: Done = "seen") -> bool:
    """One of the team has seen this silence. False where it was taken off before: a repeated post is harmless."""
    now = house.clock.now()
    with house.db.write() as tx:
        taken = touch_lists.take_off(tx, touch_id, by.staff.id, how=how, at=now, closed=closed_to(tx, by))
        if taken:
            staff.add_audit(
                tx, at=now, staff_id=by.staff.id, action="list.take-off", target=f"touch:{touch_id}", detail=how
            )
        return taken


def ledger(house: House, by: SignedIn, asked: LedgerAsk, *, page: int) -> Ledger:
    """Every decided check-in, newest first; of a person or household, what is planned too. Raises NoSuchPerson."""
    with house.db.write() as tx:
        closed = closed_to(tx, by)
        people_asked = _asked_of(tx, asked, closed)
        which = touch_lists.LedgerFilter(
            person_ids=people_asked, since=asked.since, until=asked.until, outcome=asked.outcome,
            programme=asked.programme, closed=closed,
        )  # fmt: skip
        total, touches = touch_lists.ledger(tx, which, offset=(page - 1) * PAGE, limit=PAGE)
        titles = programme_titles(house, tx)
        coming = [
            PlannedNext(
                person_ref=ref, name=name, programme=titles.get(e.programme, e.programme), next_at=e.next_at,
                waited_for=e.waited_for,
            )
            for ref, name, e in ([] if people_asked is None else touch_lists.planned(tx, people_asked))
            if asked.programme in {None, e.programme}
        ]  # fmt: skip
        refs = [t.person_ref for t in touches] + [one.person_ref for one in coming]
        target = f"ledger:{asked.person_ref or 'all'}"
        audit_list(tx, by, house.clock.now(), action="ledger.view", target=target, refs=refs)
        return Ledger(total=total, touches=touches, page=page, programmes=titles, planned=coming)


def _asked_of(tx: Tx, asked: LedgerAsk, closed: Closed) -> tuple[int, ...] | None:
    if asked.person_ref is None:
        return None
    person = people.find_person(tx, asked.person_ref)
    if person is None or person.id in closed.people:
        raise NoSuchPerson(asked.person_ref)
    home = person.household_id
    asked_of = [person] if not asked.household or home is None else people.household_of(tx, home)
    ids = [member.id for member in asked_of if member.id not in closed.people]
    return (*ids, *merged.behind(tx, ids))


def audit(house: House, by: SignedIn, *, ref: str | None, page: int) -> AuditPage:
    """Who saw and did what, newest first; looking at it is itself kept."""
    with house.db.write() as tx:
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=by.staff.id, action="audit.view", target=f"audit:{ref or 'all'}"
        )
        hidden = refs_closed_to(tx, by)
        if ref is not None and ref in hidden:
            return AuditPage(total=0, rows=(), page=page)
        then = talks_ended_to(tx, by)
        after = max((one.until for known, one in then if known == ref), default=None)
        total, rows = desk.audit_page(tx, ref=ref, after=after, offset=(page - 1) * PAGE, limit=PAGE)
        return AuditPage(total=total, rows=[_withheld(row, hidden, then) for row in rows], page=page)


def _withheld(row: ListedAudit, hidden: Collection[str], then: Sequence[tuple[str, Ended]]) -> ListedAudit:
    """Who did what and when stays to be seen; of whom it was is withheld where that is closed to who looks."""
    kept = row.audit
    closed = (*hidden, *(ref for ref, one in then if one.holds(kept.at)))
    if not any(ref in kept.target or ref in kept.detail for ref in closed):
        return row
    kind = kept.target.partition(":")[0]
    return replace(row, audit=replace(kept, target=f"{kind}:{RESTRICTED}", detail=""))
