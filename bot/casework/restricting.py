"""Restricting a case to named people, changing who they are, and opening one in need without being named.

Somebody who is related to staff, an allegation about one of them, an address that nobody may find: curiosity must not
open it, and danger must. The ladder climbs for a restricted case as for any other, since the danger may be today's; who
follows its link without being named opens the case with a reason, and whoever is named is told
(docs/decisions/0020-a-restricted-case-still-alarms.md).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.alerts import answering
from bot.casework.accounts import SignedIn
from bot.casework.away import Colleague, colleagues
from bot.casework.permissions import may
from bot.casework.sight import closed_to
from bot.casework.work import Form, NoSuchCase, NotYet, bot_speaks_again, locked_case, noted, record, seen_case, swap
from bot.house import House
from bot.store import addresses, casework, outbox, staff, team
from bot.store import restricting as rows
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.restricting import Broken, Named, Restriction
from messages.classes import class_of, priority_of
from scheduler.calendar import Level

WHY: Final = {
    "relative": "A relative of somebody who works here",
    "allegation": "An allegation about somebody who works here",
    "refuge": "In a refuge, or at an address that nobody may find",
    "other": "Another reason",
}
COVERED: Final = "It is restricted already, with another case of this household. Change the names there."
LAST_ONE: Final = "Somebody must stay named who can open it. Name another first, or lift the restriction."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What restricts a case, as the page of it shows. `restriction` is the first of it, and `case_ref` the case that it
    was put on; `names` are those named in all of it; `others` who could be."""

    restriction: Restriction
    case_ref: str
    put_by: str
    names: Sequence[Named]
    others: Sequence[Colleague]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """What somebody who is not named may read of a restricted case: whom to ask. `alarmed`: nobody has acknowledged."""

    ref: str
    alarmed: bool
    names: Sequence[str]


def standing_of(house: House, ref: str, by: SignedIn) -> tuple[Standing | None, Sequence[Colleague]]:
    """What covers a case that this worker may see, and whom it could be restricted to. Raises NoSuchCase."""
    with house.db.read() as tx:
        case = seen_case(tx, ref, by)
        everybody = colleagues(tx, house.clock.now())
        found = rows.covering(tx, case)
        if not found:
            return None, [one for one in everybody if one.id != by.staff.id]
        names = _open_to(tx, found)
        known = {one.staff_id for one in names}
        return Standing(
            restriction=found[0], case_ref=casework.case_by_id(tx, found[0].case_id).ref, names=names,
            put_by=staff.staff_names(tx).get(found[0].put_by, ""),
            others=[one for one in everybody if one.id not in known],
        ), ()  # fmt: skip


def look(house: House, ref: str, by: SignedIn) -> Case:
    """The case as it stands, for the version of a form: who looked is kept. Raises NoSuchCase."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = seen_case(tx, ref, by)
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="case.restriction", target=f"case:{case.ref}")
    return case


def restrict(house: House, form: Form, *, why: str, names: Collection[int]) -> None:
    """Close the case, and everything of its household, to all but these colleagues and whoever restricts it. What
    others of the team had of it returns to those named. Raises Stale and NotYet."""
    if why not in WHY:
        raise NotYet("Choose why it is restricted.")
    now = house.clock.now()

    def put(tx: Tx) -> None:
        case = _hold(tx, form)
        if rows.covering(tx, case):
            raise NotYet(COVERED)
        known = {one.id for one in colleagues(tx, now)}
        if not known.issuperset(names):
            raise NotYet("Choose colleagues who answer cases.")
        swap(tx, case, form)
        made = rows.put(tx, case_id=case.id, why=why, by=form.by.staff.id, at=now)
        for who in sorted({*names, form.by.staff.id}):
            rows.name(tx, made, who, at=now)
        return_work(house, tx, case, now)
        record(tx, case, form, now, "restricted", detail=why)

    house.db.attempt(put)


def name(house: House, form: Form, staff_id: int) -> None:
    """Name one more colleague. Raises Stale and NotYet."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        found = _every(tx, case)
        colleague = next((one for one in colleagues(tx, now) if one.id == staff_id), None)
        if colleague is None:
            raise NotYet("Choose a colleague who answers cases.")
        without = [one for one in found if staff_id not in {known.staff_id for known in rows.names_of(tx, one.id)}]
        if not without:
            raise NotYet(f"{colleague.name} is named already.")
        swap(tx, case, form)
        for one in without:
            rows.name(tx, one.id, staff_id, at=now)
        record(tx, case, form, now, "named", detail=colleague.name)


def unname(house: House, form: Form, staff_id: int) -> None:
    """Close it to somebody who was named; their part of it returns to those who are. Raises Stale and NotYet."""
    now = house.clock.now()

    def take(tx: Tx) -> None:
        case = _hold(tx, form)
        named = {one.case_id: rows.names_of(tx, one.id) for one in _every(tx, case)}
        gone = {at: one for at, names in named.items() for one in names if one.staff_id == staff_id}
        if not gone:
            raise NotYet("They are not named for it any more.")
        able = {one.id for one in colleagues(tx, now)} - {staff_id}
        if any(able.isdisjoint({one.staff_id for one in named[at]}) for at in gone):
            raise NotYet(LAST_ONE)
        swap(tx, case, form)
        for at, one in gone.items():
            rows.unname(tx, one.id, at=now)
            return_work(house, tx, casework.case_by_id(tx, at), now)
        record(tx, case, form, now, "unnamed", detail=next(iter(gone.values())).name)

    house.db.attempt(take)


def lift(house: House, form: Form, words: str) -> None:
    """It is open to the whole team again, with a reason. Raises Stale and NotYet."""
    words = _reason(words)
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        found = _every(tx, case)
        swap(tx, case, form)
        for one in found:
            rows.end(tx, one.id, by=form.by.staff.id, at=now)
        record(tx, case, form, now, "restriction-lifted", body=words)


def told_of(house: House, by: SignedIn) -> Sequence[Broken]:
    """Who has opened a case of theirs without being named, and nobody named has seen it yet."""
    with house.db.read() as tx:
        return rows.broken_for(tx, by.staff.id)


def glass(house: House, ref: str, by: SignedIn) -> Glass:
    """What a closed page says to who may open it in need: a manager, and anybody while its alert goes unanswered.

    To all others it is no case. Who saw it is kept: it tells that there is a restricted case. Raises NoSuchCase."""
    now = house.clock.now()
    with house.db.write() as tx:
        found = _glass(house, tx, casework.find_case(tx, ref), ref, by, now)
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="case.glass-view", target=f"case:{ref}")
        return found


def break_glass(house: House, ref: str, by: SignedIn, words: str) -> None:
    """Open a restricted case without being named. It is kept with the reason, those named are told at the desk and by
    email, and one of them lets it stand or closes it again. Raises NoSuchCase and NotYet."""
    words = _reason(words)
    now = house.clock.now()
    with house.db.write() as tx:
        case = casework.find_case(tx, ref, lock=True)
        _glass(house, tx, case, ref, by, now)
        assert case is not None
        for found in rows.covering(tx, case):
            names = rows.names_of(tx, found.id)
            if any(one.staff_id == by.staff.id for one in names):
                continue
            _tell(house, tx, [one.staff_id for one in names], found, by, now)
            rows.name(tx, found.id, by.staff.id, at=now, glass=words)
            casework.add_case_event(
                tx, case_id=found.case_id, at=now, kind="glass", staff_id=by.staff.id, body=words
            )  # fmt: skip
            told = casework.case_by_id(tx, found.case_id).ref
            staff.add_audit(tx, at=now, staff_id=by.staff.id, action="case.glass", target=f"case:{told}", detail=ref)
    house.wake.wake()


def let_stand(house: House, form: Form) -> None:
    """One of those named has seen who opened it, and lets them stay. Raises Stale and NotYet."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        found = _every(tx, case)
        swap(tx, case, form)
        if not sum(rows.saw_glass(tx, one.id, by=form.by.staff.id, at=now) for one in found):
            raise NotYet("Nobody waits for this.")
        record(tx, case, form, now, "glass-seen")


def _glass(house: House, tx: Tx, case: Case | None, ref: str, by: SignedIn, now: datetime) -> Glass:
    if case is None or not closed_to(tx, by).holds(case) or not may(by.staff.role, "cases.read"):
        raise NoSuchCase(ref)
    alarmed = answering.waiting_for(house, tx, case.id, now) is not None
    if not alarmed and not may(by.staff.role, "cases.restrict"):
        raise NoSuchCase(ref)
    names = {one.name for found in rows.covering(tx, case) for one in rows.names_of(tx, found.id)}
    return Glass(ref=ref, alarmed=alarmed, names=sorted(names))


def _open_to(tx: Tx, found: Sequence[Restriction]) -> list[Named]:
    """Whom all of these are open to; of each, where it is so, how they opened one that nobody has seen yet."""
    named: dict[int, list[Named]] = {}
    for one in found:
        for known in rows.names_of(tx, one.id):
            named.setdefault(known.staff_id, []).append(known)
    of_all = (theirs for theirs in named.values() if len(theirs) == len(found))
    return [min(theirs, key=lambda one: (one.glass is None, one.seen_at is not None)) for theirs in of_all]


def _every(tx: Tx, case: Case) -> list[Restriction]:
    """What restricts a case: its own, and those of other cases that reach it. Raises NotYet where nothing does."""
    found = rows.covering(tx, case)
    if not found:
        raise NotYet("This case is not restricted any more.")
    return found


def _hold(tx: Tx, form: Form) -> Case:
    """The case, with every number and chat that is closed with it held first, in the order in which all lock many."""
    case = seen_case(tx, form.ref, form.by)
    for address_id in sorted(rows.closed_by(tx, case).addresses):
        addresses.lock_address(tx, address_id)
    return locked_case(tx, form.ref, form.by)


def return_work(house: House, tx: Tx, case: Case, now: datetime) -> None:
    """What those have of it who may not see it any more. Nobody named was there: so there is a new promise of when
    somebody looks, and the ladder tells of it when that is broken."""
    rules = house.live.snapshot(tx).rules
    for case_id in sorted(rows.closed_by(tx, case).cases):
        found = casework.case_by_id(tx, case_id)
        offered = team.offer_of(tx, case_id)
        if offered is not None and case_id in rows.closed_to(tx, offered.to_id).cases:
            team.end_offer(tx, case_id, how="overtaken", at=now)
        if found.state != "claimed" or found.claimed_by is None:
            continue
        if case_id in rows.closed_to(tx, found.claimed_by).cases:
            team.end_offer(tx, case_id, how="overtaken", at=now)
            level: Level = found.level  # type: ignore[assignment]  # the column holds only the three
            casework.change_case(
                tx, case_id, state="open", claimed_by=None, claimed_at=None, looked_at=None,
                look_by=rules.calendar.look_by(level, now, rules.promises),
            )  # fmt: skip
            bot_speaks_again(tx, found)
            casework.add_case_event(tx, case_id=case_id, at=now, kind="returned-named")


def _tell(house: House, tx: Tx, named: Collection[int], found: Restriction, by: SignedIn, now: datetime) -> None:
    """By email, where the service sends it: a link, and nothing of the case. The desk says it until one has seen it."""
    if "email" not in house.channels:
        return
    service = house.live.snapshot(tx).compiled.council.service
    ref = casework.case_by_id(tx, found.case_id).ref
    body = (
        f"{service} desk: a restricted case was opened\n{by.staff.name}, who is not named for it, has opened a "
        f"restricted case of yours and said why. Read it, and let it stand or close it to them again.\n\n"
        f"{house.settings.public_url}/desk/cases/{ref}"
    )
    for staff_id in named:
        who = staff.staff_by_id(tx, staff_id)
        if who.disabled_at is not None:
            continue
        outbox.put_out(
            tx, key=f"glass:{found.id}.{by.staff.id}.{now:%Y%m%d%H%M%S}.{staff_id}", purpose="staff-email",
            address_id=addresses.open_address(tx, "email", who.email, now).id, class_=class_of("staff-email"),
            rank=priority_of("staff-email"), text_id="glass.email", body=body, extras=None, language="en",
            created_at=now, not_before=now, expires_at=None, case_id=None, touch_id=None,
        )  # fmt: skip


def _reason(words: str) -> str:
    return noted(words, "Say why, in a sentence.", called="A reason")
