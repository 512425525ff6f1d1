"""Restricted cases: whom each is open to, and everything that such a case closes to everybody else.

A case's words stand in the messages of its number, and its people on every page of their household. So a restriction
reaches the household of whom the case is about, their numbers and chats, whoever else is reached there with all of
theirs, and every case of any of them. A number that one of them said to be the wrong one is somebody else's from then
on: what was said at it before stays closed, what its next holder writes does not. Two records that were merged are one
person: what closes one closes the other, and both households.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import merged
from bot.store.addresses import Address, address
from bot.store.casework import Case, case_event, cases
from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.contacts import log
from bot.store.database import Tx
from bot.store.people import Tenure, person, tenures, tenures_ended, tenures_of
from bot.store.phone_asks import phone_ask
from bot.store.staff import staff

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_STANDS = sa.text("ended_at IS NULL")


class RestrictionRow(Row):
    """One stands for a case."""

    __tablename__ = "restriction"
    __table_args__ = (
        sa.Index("uq_restriction_standing", "case_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    why: Mapped[str] = mapped_column(sa.String(16))
    put_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    put_at: Mapped[datetime] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class NamedRow(Row):
    """Somebody for whom a restricted case is open. `glass`: they opened it themselves, and why."""

    __tablename__ = "restriction_named"
    __table_args__ = (
        sa.Index(
            "uq_restriction_named_standing", "restriction_id", "staff_id", unique=True, sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    restriction_id: Mapped[int] = mapped_column(sa.ForeignKey("restriction.id"), index=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    glass: Mapped[str | None] = mapped_column(Sealed("restriction_named.glass"))
    seen_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))  # of those named, who let them stay
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    id: int
    case_id: int
    why: str
    put_by: int
    put_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    id: int
    staff_id: int
    name: str
    at: datetime
    glass: str | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A restricted case that somebody opened who was not named, and nobody who is has seen it yet."""

    case_ref: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """From when until when a number was that of somebody who has it no longer."""

    address_id: int
    after: datetime | None
    until: datetime

    def holds(self, at: datetime) -> bool:
        return (self.after is None or at > self.after) and at <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What one worker may not see: ids of cases, of people, of numbers and chats; and of numbers that they had once,
    what was said there in their time."""

    cases: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    addresses: frozenset[int] = frozenset()
    ended: frozenset[Ended] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cases)

    def holds(self, case: Case) -> bool:
        return case.id in self.cases

    def silent(self, one: Address) -> bool:
        """Whether a number or chat is closed whole: theirs, or that of nobody who has written since it was."""
        return self.has(one.id, one.last_in_at or one.released_at or _NEVER)

    def has(self, address_id: int | None, at: datetime) -> bool:
        """Whether what was said at a number or chat at an instant is closed."""
        return address_id in self.addresses or any(one.address_id == address_id and one.holds(at) for one in self.ended)


NOTHING: Final = Closed()


def outside(column: sa.ColumnElement[Any], ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Rows whose column names none of these; one that names nothing is none of them."""
    return sa.or_(column.is_(None), column.not_in(ids)) if ids else sa.true()


def within(where: sa.ColumnElement[Any], at: sa.ColumnElement[Any], ended: Iterable[Ended]) -> sa.ColumnElement[bool]:
    """Rows of one of these numbers in its time."""
    each = [
        sa.and_(where == one.address_id, at <= one.until, sa.true() if one.after is None else at > one.after)
        for one in ended
    ]
    return sa.or_(sa.false(), *each)


def unsaid(where: sa.ColumnElement[Any], at: sa.ColumnElement[Any], closed: Closed) -> sa.ColumnElement[bool]:
    """Rows of an address at an instant, without what was said where and when it is closed."""
    if not closed.ended:
        return outside(where, closed.addresses)
    then = sa.or_(where.is_(None), ~within(where, at, closed.ended))
    return sa.and_(outside(where, closed.addresses), then)


restriction = table_of(RestrictionRow)
named = table_of(NamedRow)
_STANDING: Final = (restriction.c.ended_at.is_(None),)
_RESTRICTED: Final = (
    sa.select(cases.c.id, cases.c.person_id, cases.c.address_id, cases.c.opened_at)
    .join(restriction, restriction.c.case_id == cases.c.id)
    .where(*_STANDING)
)
# A case loses its number when that is said to be the wrong one, with a note of it at the instant at which its people
# do: by that alone is it known whose a case was that is of nobody, as where two share a phone.
_PARTED: Final = (case_event.c.kind == "note", case_event.c.staff_id.is_(None))
_NOT_NAMED: Final = _RESTRICTED.where(
    ~sa.exists().where(
        named.c.restriction_id == restriction.c.id, named.c.staff_id == sa.bindparam("b_staff"),
        named.c.ended_at.is_(None),
    )
)  # fmt: skip


def closed_to(tx: Tx, staff_id: int | None) -> Closed:
    """What is closed to this worker; with None, to whoever is named for nothing."""
    rows = tx.execute(_RESTRICTED) if staff_id is None else tx.execute(_NOT_NAMED, {"b_staff": staff_id})
    return _closure(tx, rows.all())


def closed_by(tx: Tx, case: Case) -> Closed:
    """What restricting this case closes."""
    return _closure(tx, [(case.id, case.person_id, case.address_id, case.opened_at)])


def _closure(tx: Tx, restricted: Iterable[Any]) -> Closed:
    rows = list(restricted)
    if not rows:
        return NOTHING
    addresses, people = _about(tx, rows)
    people = _at_home_with(tx, people)
    now, ended, reached = _numbers(tx, people)
    if reached - people:  # and where else they are reached; not whoever is reached there in turn: it has to end
        people = merged.one_person(tx, people | reached)
        now, ended, _ = _numbers(tx, people)
    addresses |= now
    both, then = _kept_for(tx, addresses, ended)
    addresses, ended = addresses | both, ended | then
    over, parted = [one.until for one in ended], sa.select(case_event.c.case_id).where(*_PARTED)
    theirs = sa.or_(
        cases.c.person_id.in_(people), cases.c.address_id.in_(addresses),
        within(cases.c.address_id, cases.c.opened_at, ended),
        sa.and_(cases.c.address_id.is_(None), cases.c.id.in_(parted.where(case_event.c.at.in_(over)))),
    )  # fmt: skip
    found = set(tx.execute(sa.select(cases.c.id).where(theirs)).scalars())
    return Closed(
        cases=frozenset(found | {row[0] for row in rows}), people=frozenset(people), addresses=frozenset(addresses),
        ended=ended,
    )  # fmt: skip


def _about(tx: Tx, rows: Sequence[Any]) -> tuple[set[int], set[int]]:
    """The numbers and chats that these cases have now, and whom they are about: whoever had the number then."""
    stays = tenures(tx, person_id=None, address_ids=[row[2] for row in rows if row[2] is not None])
    addresses, people = set(), {row[1] for row in rows if row[1] is not None}
    for _, _, address_id, opened_at in rows:
        held = [one for one in stays if one.address_id == address_id]
        ends = (one.released_at for one in held if one.released_at is not None)
        over = min((end for end in ends if end >= opened_at), default=None)
        people |= {one.person_id for one in held if one.released_at == over}
        if address_id is not None and over is None:
            addresses.add(address_id)
    both, then = _kept_for(tx, addresses, ())
    addresses |= both
    people |= {o.person_id for o in tenures(tx, person_id=None, address_ids=[*addresses]) if o.released_at is None}
    parted = sa.select(case_event.c.at).where(case_event.c.case_id.in_([row[0] for row in rows]), *_PARTED)
    gone = [*tx.execute(parted).scalars(), *(one.until for one in then)]
    people |= {one.person_id for one in tenures_ended(tx, gone)}
    return addresses, people


def _kept_for(tx: Tx, addresses: Collection[int], ended: Collection[Ended]) -> tuple[set[int], set[Ended]]:
    """The chats that were kept for these numbers by a code that came to the phone, and the numbers of these chats: one
    family wrote at both. Of a number that was said to be the wrong one since then, what was said there before."""
    asks = sa.select(phone_ask.c.chat_id, phone_ask.c.phone_id, phone_ask.c.used_at, address.c.released_at)
    asks = asks.join(address, address.c.id == phone_ask.c.phone_id).where(phone_ask.c.kind == "keep")
    theirs = sa.or_(phone_ask.c.phone_id.in_(addresses), phone_ask.c.chat_id.in_(addresses))
    then = within(phone_ask.c.phone_id, phone_ask.c.used_at, ended)
    both: set[int] = set()
    over: set[Ended] = set()
    for chat, phone, used_at, released_at in tx.execute(asks.where(phone_ask.c.used_at.is_not(None), theirs | then)):
        if released_at is None or released_at < used_at:
            both |= {chat, phone}
        elif chat in addresses:
            over.add(Ended(address_id=phone, after=None, until=released_at))
        else:
            both.add(chat)
    return both, over


def _numbers(tx: Tx, people: Collection[int]) -> tuple[set[int], frozenset[Ended], set[int]]:
    """Where these people are reached now, where they were once, and who else is or was reached there with them."""
    every = tenures_of(tx, people)
    now = {one.address_id for one in every if one.person_id in people and one.released_at is None}
    ended = frozenset(
        Ended(address_id=one.address_id, after=_before(one, every), until=one.released_at)
        for one in every
        if one.person_id in people and one.released_at is not None
    )
    over = {(one.address_id, one.until) for one in ended}
    reached = {
        one.person_id
        for one in every
        if (one.address_id in now if one.released_at is None else (one.address_id, one.released_at) in over)
    }
    return now, ended, reached


def _at_home_with(tx: Tx, people: set[int]) -> set[int]:
    """These, all records of theirs, and everybody who lives with any of them."""
    while True:
        one = merged.one_person(tx, people)
        homes = sa.select(person.c.household_id).where(person.c.id.in_(one), person.c.household_id.is_not(None))
        found = one | set(tx.execute(sa.select(person.c.id).where(person.c.household_id.in_(homes))).scalars())
        if found == people:
            return found
        people = found


def _before(own: Tenure, every: Iterable[Tenure]) -> datetime | None:
    """When the number was last said to be the wrong one before it was theirs."""
    ends = (one.released_at for one in every if one.address_id == own.address_id and one.released_at is not None)
    return max((end for end in ends if end <= own.since), default=None)


def refs_of(tx: Tx, closed: Closed) -> frozenset[str]:
    """The references by which any of it could be known: of cases, of people, of contacts in the log."""
    found = tx.execute(sa.select(cases.c.ref).where(cases.c.id.in_(closed.cases))).scalars().all()
    found = [*found, *tx.execute(sa.select(person.c.ref).where(person.c.id.in_(closed.people))).scalars()]
    return frozenset([*found, *tx.execute(sa.select(log.c.ref).where(log.c.person_id.in_(closed.people))).scalars()])


def standing(tx: Tx, case_ids: Collection[int]) -> list[Restriction]:
    """Those that stand of these cases, the oldest first."""
    columns = (restriction.c[f] for f in Restriction.__dataclass_fields__)
    asked = sa.select(*columns).where(*_STANDING, restriction.c.case_id.in_(case_ids)).order_by(restriction.c.id)
    return [Restriction(**row._asdict()) for row in tx.execute(asked)]


def covering(tx: Tx, case: Case) -> list[Restriction]:
    """Those that reach a case, its own and other cases' of the household; the oldest first."""
    restricted = tx.execute(_RESTRICTED).all()
    if not _closure(tx, restricted).holds(case):
        return []
    return standing(tx, [row[0] for row in restricted if _closure(tx, [row]).holds(case)])


def put(tx: Tx, *, case_id: int, why: str, by: int, at: datetime) -> int:
    made = sa.insert(restriction).values(case_id=case_id, why=why, put_by=by, put_at=at)
    return int(tx.execute(made.returning(restriction.c.id)).scalar_one())


def end(tx: Tx, restriction_id: int, *, by: int, at: datetime) -> None:
    tx.execute(sa.update(restriction).where(restriction.c.id == restriction_id).values(ended_by=by, ended_at=at))


def names_of(tx: Tx, restriction_id: int) -> list[Named]:
    """Whom it is open to, by name."""
    asked = (
        sa.select(named.c.id, named.c.staff_id, staff.c.name, named.c.at, readable(named.c.glass), named.c.seen_at)
        .join(staff, staff.c.id == named.c.staff_id)
        .where(named.c.restriction_id == restriction_id, named.c.ended_at.is_(None))
        .order_by(staff.c.name, staff.c.id)
    )
    return [Named(**row._asdict()) for row in tx.execute(asked)]


def name(tx: Tx, restriction_id: int, staff_id: int, *, at: datetime, glass: str | None = None) -> None:
    tx.execute(sa.insert(named).values(restriction_id=restriction_id, staff_id=staff_id, at=at, glass=glass))


def unname(tx: Tx, named_id: int, *, at: datetime) -> None:
    tx.execute(sa.update(named).where(named.c.id == named_id).values(ended_at=at))


def saw_glass(tx: Tx, restriction_id: int, *, by: int, at: datetime) -> int:
    """Those who opened it themselves may stay: how many there were to say this of, oneself aside."""
    opened = (named.c.restriction_id == restriction_id, named.c.glass.is_not(None), named.c.seen_at.is_(None))
    others = (named.c.staff_id != by, named.c.ended_at.is_(None))
    return tx.execute(sa.update(named).where(*opened, *others).values(seen_by=by, seen_at=at)).rowcount


def broken_for(tx: Tx, staff_id: int) -> list[Broken]:
    """What those named are still to be told: who has opened a case of theirs without being named."""
    mine, theirs = named.alias("mine"), named.alias("theirs")
    asked = (
        sa.select(cases.c.ref.label("case_ref"), staff.c.name, theirs.c.at)
        .select_from(mine)
        .join(restriction, restriction.c.id == mine.c.restriction_id)
        .join(theirs, theirs.c.restriction_id == restriction.c.id)
        .join(cases, cases.c.id == restriction.c.case_id)
        .join(staff, staff.c.id == theirs.c.staff_id)
        .where(
            *_STANDING, mine.c.staff_id == staff_id, mine.c.ended_at.is_(None), theirs.c.staff_id != staff_id,
            theirs.c.glass.is_not(None), theirs.c.seen_at.is_(None), theirs.c.ended_at.is_(None),
        )
        .order_by(theirs.c.at)
    )  # fmt: skip
    return [Broken(**row._asdict()) for row in tx.execute(asked)]
