"""A person's timeline: what they wrote, what we said and whether it arrived, how they asked to be texted, scores,
check-ins, cases, what is next."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from bot.alerts import answering
from bot.casework.accounts import SignedIn
from bot.casework.sight import closed_to, told_of
from bot.house import House
from bot.store import addresses, inbox, keeping, merged, outbox, people, reviews, staff, touches, wishes
from bot.store import casework as case_rows
from bot.store.addresses import Address
from bot.store.casework import Case, CaseEvent
from bot.store.database import Tx
from bot.store.keeping import Enrolment
from bot.store.people import Person
from bot.store.restricting import NOTHING, Closed, Ended
from bot.store.reviews import Review
from bot.store.scores import scores_of
from messages.media import counted

MOST = 500  # messages each way that a case's or a person's page shows, the newest
TOLD = {
    "closed",
    "front-door",
    "offered",
    "declined",
    "call-planned",
    "called",
    "close-asked",
    "close-declined",
    "glass",
    "restriction-lifted",
}  # case events whose words are a worker's own
TOLD |= {f"way-{step}" for step in ("triaged", "assigned", "help-secured", "engaged", "reviewed", "passed", "returned")}
Kind = Literal["wrote", "said", "score", "touch", "case", "note", "alert", "wish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline. `state` is a message's delivery, a touch's outcome or what happened to a case.

    `by` is the member of staff, `purpose` a message's, `case_ref` the case of what happened to one. `detail` is a
    message's reason, a touch's programme, or what a case event keeps ("urgent: danger"). Of an alert, `purpose` is
    what the line is of (began, told, unreached, ended), `state` what became of it, `words` who was told, and `channel`
    how. Of a wish, `state` is which (pause, less, unpause, back-on), `words` how they said it, `until` the first day on
    which we may start again and `every_days` how seldom they asked to hear from us.
    """

    at: datetime
    kind: Kind
    words: str = ""
    state: str = ""
    detail: str = ""
    by: str = ""
    purpose: str = ""
    case_ref: str = ""
    level: str = ""
    channel: str = ""
    listings: Sequence[str] = ()
    message: int = 0  # the id of what they wrote, by which it can be marked
    mark: Review | None = None  # what one of the team said of the service's screening of it
    until: date | None = None
    every_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    kind: str
    given: bool
    wording: str
    via: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    programme: str
    next_at: datetime | None
    waited_for: str | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """`person` is None for an address that is nobody yet; it still has a timeline."""

    person: Person | None
    household: Sequence[Person]
    addresses: Sequence[Address]
    entries: Sequence[Entry]
    scores: Sequence[tuple[datetime, int]]
    cases: Sequence[Case]
    consents: Sequence[Consent]
    planned: Sequence[Planned]
    merged: Sequence[str] = ()  # references of records that were merged into theirs
    referral: dict[str, object] = field(default_factory=dict)
    referral_shared: Sequence[str] = ()
    referral_how: str = ""


def of_case(house: House, tx: Tx, case: Case, closed: Closed) -> Timeline:
    """The timeline behind a case: its person's, or its address's where that is nobody yet; without what is `closed`."""
    person = None if case.person_id is None else people.person_by_id(tx, case.person_id)
    address = None if case.address_id is None else addresses.readable_address(tx, case.address_id)
    own = [] if address is None else [address]
    timeline = _timeline(tx, person, own, programme_titles(house, tx), case.opened_at, of=case, closed=closed)
    found = case_rows.referral_of(tx, case.id)
    if found is None:
        return timeline
    how, answers, shared = found
    return replace(
        timeline, referral=json.loads(answers), referral_shared=tuple(filter(None, shared.split(","))), referral_how=how
    )


def of_person(
    house: House, ref: str, by: SignedIn, *, action: str = "person.view", most: int = MOST
) -> Timeline | None:
    """A person's timeline, audited as `action`; None where no person has this reference, or `by` may not see them."""
    with house.db.write() as tx:
        person = people.find_person(tx, ref)
        closed = closed_to(tx, by)
        if person is None or person.id in closed.people:
            return None
        staff.add_audit(tx, at=house.clock.now(), staff_id=by.staff.id, action=action, target=f"person:{person.ref}")
        return _timeline(tx, person, [], programme_titles(house, tx), house.clock.now(), most, closed=closed)


def of_address(house: House, tx: Tx, address: Address, at: datetime, *, most: int, closed: Closed) -> Timeline:
    """What was said at one number or chat by whoever is reached there now, up to `most` messages each way.

    What was said before a number changed hands belongs to those who had it, and stands on their pages.
    """
    return _timeline(tx, None, [address], programme_titles(house, tx), at, most, closed=closed)


def programme_titles(house: House, tx: Tx) -> dict[str, str]:
    """Published programmes: id to what staff call them."""
    return {name: programme.title for name, programme in house.live.snapshot(tx).compiled.programmes.items()}


def _timeline(
    tx: Tx, person: Person | None, own: list[Address], titles: Mapping[str, str], at: datetime, most: int = MOST,
    of: Case | None = None, closed: Closed = NOTHING,
) -> Timeline:  # fmt: skip
    """`of` is the case whose page it is: its own history stands there though it is of nobody and of no number.

    Of what is `closed` to who looks there is nothing, where somebody's story touches it: a number that they had once.
    """
    known = {a.id: a for a in own}
    if person is not None:
        known |= {a.id: a for a in people.addresses_of(tx, person.id)}
    spans = _spans(tx, person, list(known), at)
    spans = {
        key: replace(span, closed=[one for one in closed.ended if one.address_id == key])
        for key, span in spans.items()
        if key not in closed.addresses
    }
    address_ids, person_ids = list(spans), [] if person is None else [person.id]
    # Of two records that were merged, a plan that the other has too stays with its record, and is shown here.
    behind = merged.behind(tx, person_ids)
    enrolments = keeping.enrolments_of(tx, [*person_ids, *behind])
    cases = [
        case
        for case in case_rows.cases_of(tx, address_ids=address_ids, person_ids=person_ids)
        if not closed.holds(case)
        and (
            case.person_id in person_ids or case.address_id not in spans or spans[case.address_id].holds(case.opened_at)
        )
    ]
    if of is not None and of.id not in {case.id for case in cases}:
        cases.append(of)
    names = staff.staff_names(tx)
    events = told_of(tx, case_rows.events_of(tx, [c.id for c in cases]), closed)
    # A reply and the event that tells of it are written in one transaction, at one instant.
    writers = {(e.case_id, e.at): names.get(e.staff_id or 0, "") for e in events if e.kind == "replied"}
    entries = [
        *_words(tx, address_ids, writers, spans, most),
        *_wishes(tx, spans),
        *_touches(tx, enrolments, titles),
        *_case_entries(cases, events, names),
        *_alert_entries(tx, cases, names),
    ]
    given = scores_of(tx, person_id=None if person is None else person.id, address_ids=address_ids)
    scores = [(at, value) for at, value, where in given if where is None or spans[where].holds(at)]
    entries += [Entry(at=at, kind="score", words=str(value)) for at, value in scores]
    return Timeline(
        person=person,
        household=[one for one in _household(tx, person) if one.id not in closed.people],
        addresses=tuple(known.values()),
        entries=sorted(entries, key=lambda entry: entry.at),
        merged=[people.person_by_id(tx, one).ref for one in behind],
        scores=scores,
        cases=cases,
        consents=[
            Consent(kind=r.kind, given=r.given, wording=r.wording, via=r.via, at=r.at)
            for r in addresses.consents_of(tx, address_ids=address_ids, person_ids=person_ids)
            if r.address_id not in spans or spans[r.address_id].holds(r.at)
        ],
        planned=[
            Planned(
                programme=titles.get(e.programme, e.programme),
                next_at=e.next_at,
                waited_for=e.waited_for,
                state=e.state,
            )
            for e in enrolments
        ],
    )


def _household(tx: Tx, person: Person | None) -> Sequence[Person]:
    return () if person is None or person.household_id is None else people.household_of(tx, person.household_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """From when until when what was said at an address is theirs, but for what is `closed` to who looks. A number
    changes hands when it is released."""

    after: datetime | None
    until: datetime | None
    closed: Sequence[Ended] = ()

    def holds(self, at: datetime) -> bool:
        theirs = (self.after is None or at > self.after) and (self.until is None or at <= self.until)
        return theirs and not any(one.holds(at) for one in self.closed)


def _spans(tx: Tx, person: Person | None, address_ids: Sequence[int], at: datetime) -> dict[int, _Span]:
    """For the addresses a person has or had, and for one that is nobody's as it was at an instant."""
    tenures = people.tenures(tx, person_id=None if person is None else person.id, address_ids=address_ids)
    ends: dict[int, list[datetime]] = {}
    for tenure in tenures:
        if tenure.released_at is not None:
            ends.setdefault(tenure.address_id, []).append(tenure.released_at)
    own = {t.address_id: t for t in tenures if person is not None and t.person_id == person.id}
    spans = {}
    for address_id in dict.fromkeys([*address_ids, *own]):
        theirs, released = own.get(address_id), ends.get(address_id, [])
        began = at if theirs is None else theirs.since
        over = min((end for end in released if end >= at), default=None) if theirs is None else theirs.released_at
        spans[address_id] = _Span(after=max((end for end in released if end < began), default=None), until=over)
    return spans


def _words(
    tx: Tx, address_ids: Sequence[int], writers: Mapping[tuple[int, datetime], str], spans: Mapping[int, _Span],
    most: int,
) -> list[Entry]:  # fmt: skip
    heard = [m for m in inbox.inbox_of(tx, address_ids, limit=most) if spans[m.address_id].holds(m.received_at)]
    marks = reviews.standing_of_messages(tx, [m.id for m in heard])
    wrote = [
        Entry(
            at=m.received_at,
            kind="wrote",
            words=m.body,
            level=m.risk,
            message=m.id,
            mark=marks.get(m.id),
            detail=counted(m.pictures, m.media),
            state=m.held or "",
        )
        for m in heard
    ]
    said = [
        Entry(
            at=m.created_at, kind="said", words=m.body, state=m.state, detail=m.reason or "", purpose=m.purpose,
            by=writers.get((m.case_id or 0, m.created_at), "") if m.purpose == "staff-reply" else "",
            listings=_names(m.extras),
        )
        for m in outbox.outbox_of(tx, address_ids, limit=most)
        if spans[m.address_id].holds(m.created_at)
    ]  # fmt: skip
    return wrote + said


def _names(extras: str | None) -> list[str]:
    return [] if extras is None else [str(card["name"]) for card in json.loads(extras).get("listings", [])]


def _wishes(tx: Tx, spans: Mapping[int, _Span]) -> list[Entry]:
    """PAUSE, LESS, BACK ON, and START in a pause, of whoever had the number then."""
    return [
        Entry(at=w.at, kind="wish", state=w.wish, words=w.words, until=w.until, every_days=w.every_days)
        for w in wishes.wishes_of(tx, list(spans))
        if spans[w.address_id].holds(w.at)
    ]


def _touches(tx: Tx, enrolments: Sequence[Enrolment], titles: Mapping[str, str]) -> list[Entry]:
    programme = {e.id: titles.get(e.programme, e.programme) for e in enrolments}
    return [
        Entry(
            at=t.decided_at,
            kind="touch",
            words=t.reason,
            state=t.outcome,
            detail=programme[t.enrolment_id],
        )
        for t in touches.touches_of(tx, list(programme))
    ]


def _case_entries(cases: Sequence[Case], events: Sequence[CaseEvent], names: Mapping[int, str]) -> list[Entry]:
    refs = {c.id: c for c in cases}
    shown = []
    for event in events:
        if event.kind in {"replied", "wrote"}:
            continue  # the message itself stands in the timeline
        noted = event.kind == "note"
        shown.append(
            Entry(
                at=event.at,
                kind="note" if noted else "case",
                words=event.body or "" if noted or event.kind in TOLD else "",
                state=event.kind,
                detail=event.detail or "",
                by=names.get(event.staff_id or 0, ""),
                level=refs[event.case_id].level,
                case_ref=refs[event.case_id].ref,
            )
        )
    return shown


def _alert_entries(tx: Tx, cases: Sequence[Case], names: Mapping[int, str]) -> list[Entry]:
    refs = {c.id: c.ref for c in cases}
    return [
        Entry(
            at=line.at, kind="alert", purpose=line.kind, state=line.what, words=line.who, channel=line.channel,
            detail=line.reason, by=names.get(line.by or 0, ""), case_ref=refs[line.case_id],
        )
        for line in answering.lines_of(tx, list(refs))
    ]  # fmt: skip
