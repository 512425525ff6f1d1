"""Check-ins as lists for the desk: who did not answer, what the ledger holds, what is planned next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.store.addresses import address
from bot.store.columns import readable
from bot.store.database import Tx
from bot.store.keeping import Enrolment, enrolment
from bot.store.people import NAME, name_of, person
from bot.store.restricting import NOTHING, Closed, outside
from bot.store.staff import staff
from bot.store.touches import Touch, touch

_TOUCH: Final = tuple(touch.c[f] for f in Touch.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTouch:
    """A decided check-in with whose it is."""

    touch: Touch
    programme: str
    person_ref: str
    name: str | None
    number: str | None  # as it is stored: E.164; None without one, or for a web chat
    channel: str | None
    worrying: bool = False


def _touches(tx: Tx, statement: sa.Select[Any]) -> list[ListedTouch]:
    rows = tx.execute(
        statement.select_from(touch)
        .join(enrolment, enrolment.c.id == touch.c.enrolment_id)
        .join(person, person.c.id == enrolment.c.person_id)
        .outerjoin(address, address.c.id == touch.c.address_id)
    )
    listed = []
    for row in rows:
        own, (programme, ref, first, last, value, kind, worrying) = row[: len(_TOUCH)], row[len(_TOUCH) :]
        listed.append(
            ListedTouch(
                touch=Touch(**dict(zip(Touch.__dataclass_fields__, own, strict=True))), programme=programme,
                person_ref=ref, name=name_of(first, last), number=value if kind == "sms" else None, channel=kind,
                worrying=bool(worrying),
            )
        )  # fmt: skip
    return listed


_LISTED: Final = sa.select(
    *_TOUCH, enrolment.c.programme, person.c.ref, *NAME, readable(address.c.value), address.c.kind, person.c.worrying
)


def no_replies(tx: Tx, *, offset: int = 0, limit: int = 200, closed: Closed = NOTHING) -> list[ListedTouch]:
    """Check-ins that ended in silence or never arrived, until one of the team has seen them: the families marked as
    worrying first, then who has been silent longest."""
    statement = _LISTED.where(touch.c.listed, touch.c.seen_by.is_(None), outside(person.c.id, closed.people))
    order = (person.c.worrying.desc(), touch.c.decided_at, touch.c.id)
    return _touches(tx, statement.order_by(*order).offset(offset).limit(limit))


def seen_since(
    tx: Tx, since: datetime, limit: int = 50, *, closed: Closed
) -> list[tuple[ListedTouch, str, str, datetime]]:  # fmt: skip
    """What the team has dealt with since an instant, newest first: the touch, who, what they did (`seen_as`), when."""
    where = (
        touch.c.listed, touch.c.seen_by.is_not(None), touch.c.seen_at >= since, outside(person.c.id, closed.people)
    )  # fmt: skip
    listed = _touches(tx, _LISTED.where(*where).order_by(touch.c.seen_at.desc(), touch.c.id.desc()).limit(limit))
    rows = tx.execute(
        sa.select(touch.c.id, staff.c.name, touch.c.seen_as, touch.c.seen_at)
        .join(staff, staff.c.id == touch.c.seen_by)
        .where(touch.c.id.in_([one.touch.id for one in listed]))
    )
    done = {int(key): (str(name), str(how or "seen"), at) for key, name, how, at in rows}
    return [(one, *done[one.touch.id]) for one in listed]


def count_no_replies(tx: Tx, *, closed: Closed) -> int:
    joined = touch.join(enrolment, enrolment.c.id == touch.c.enrolment_id)
    statement = sa.select(sa.func.count()).select_from(joined).where(touch.c.listed, touch.c.seen_by.is_(None))
    statement = statement.where(outside(enrolment.c.person_id, closed.people))
    return int(tx.execute(statement).scalar_one())


def take_off(tx: Tx, touch_id: int, staff_id: int, *, how: str, at: datetime, closed: Closed) -> bool:
    """One of the team has seen this silence, and `how`. False where it is not on the list (any more)."""
    statement = sa.update(touch).where(touch.c.id == touch_id, touch.c.listed, touch.c.seen_by.is_(None))
    if closed:
        theirs = sa.select(enrolment.c.id).where(enrolment.c.person_id.in_(closed.people))
        statement = statement.where(touch.c.enrolment_id.not_in(theirs))
    return tx.execute(statement.values(seen_by=staff_id, seen_as=how, seen_at=at)).rowcount == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFilter:
    """Which decided touches. `person_ids` None: of everybody. `until` is the first instant after."""

    person_ids: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    outcome: str | None = None
    programme: str | None = None
    closed: Closed = NOTHING


def ledger(tx: Tx, asked: LedgerFilter, *, offset: int, limit: int) -> tuple[int, list[ListedTouch]]:
    """How many decided touches there are, and one page of them, newest first."""
    where: list[sa.ColumnElement[bool]] = [outside(enrolment.c.person_id, asked.closed.people)]
    if asked.person_ids is not None:
        where.append(enrolment.c.person_id.in_(asked.person_ids))
    if asked.since is not None:
        where.append(touch.c.decided_at >= asked.since)
    if asked.until is not None:
        where.append(touch.c.decided_at < asked.until)
    if asked.outcome is not None:
        where.append(touch.c.outcome == asked.outcome)
    if asked.programme is not None:
        where.append(enrolment.c.programme == asked.programme)
    of_whom = asked.person_ids is not None or asked.programme is not None or bool(asked.closed.people)
    counted = touch.join(enrolment, enrolment.c.id == touch.c.enrolment_id) if of_whom else touch
    total = tx.execute(sa.select(sa.func.count()).select_from(counted).where(*where)).scalar_one()
    statement = _LISTED.where(*where).order_by(touch.c.decided_at.desc(), touch.c.id.desc())
    return int(total), _touches(tx, statement.offset(offset).limit(limit))


def planned(tx: Tx, person_ids: tuple[int, ...]) -> list[tuple[str, str | None, Enrolment]]:
    """What is still planned for these people, soonest first: the person's reference, their name, the enrolment."""
    rows = tx.execute(
        sa.select(person.c.ref, *NAME, *(enrolment.c[f] for f in Enrolment.__dataclass_fields__))
        .join(person, person.c.id == enrolment.c.person_id)
        .where(enrolment.c.person_id.in_(person_ids), enrolment.c.state == "active")
        .order_by(enrolment.c.next_at, enrolment.c.id)
    )
    made = []
    for ref, first, last, *own in rows:
        values = dict(zip(Enrolment.__dataclass_fields__, own, strict=True))
        made.append((str(ref), name_of(first, last), Enrolment(**values)))
    return made
