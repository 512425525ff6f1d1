"""Restricted cases: whom each is open to, and everything that such a case closes to everybody else.

A case's words stand in the messages of its number, and its people on every page of their household. So a restriction
reaches the household of whom the case is about, their numbers and chats, whoever else is reached there, and every case
of any of them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.casework import Case, cases
from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.contacts import log
from bot.store.database import Tx
from bot.store.people import person, person_address
from bot.store.staff import staff

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
class Closed:
    """What one worker may not see: ids of cases, of people, of numbers and chats."""

    cases: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    addresses: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cases)

    def holds(self, case: Case) -> bool:
        return case.id in self.cases


NOTHING: Final = Closed()


def outside(column: sa.ColumnElement[Any], ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Rows whose column names none of these; one that names nothing is none of them."""
    return sa.or_(column.is_(None), column.not_in(ids)) if ids else sa.true()


restriction = table_of(RestrictionRow)
named = table_of(NamedRow)
_STANDING: Final = (restriction.c.ended_at.is_(None),)
_RESTRICTED: Final = (
    sa.select(cases.c.id, cases.c.person_id, cases.c.address_id)
    .join(restriction, restriction.c.case_id == cases.c.id)
    .where(*_STANDING)
)
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
    return _closure(tx, [(case.id, case.person_id, case.address_id)])


def _closure(tx: Tx, restricted: Iterable[Any]) -> Closed:
    rows = list(restricted)
    if not rows:
        return NOTHING
    addresses = {row[2] for row in rows if row[2] is not None}
    people = {row[1] for row in rows if row[1] is not None} | _held_by(tx, addresses)
    homes = sa.select(person.c.household_id).where(person.c.id.in_(people), person.c.household_id.is_not(None))
    people |= set(tx.execute(sa.select(person.c.id).where(person.c.household_id.in_(homes))).scalars())
    now = person_address.c.released_at.is_(None)
    addresses |= set(
        tx.execute(sa.select(person_address.c.address_id).where(person_address.c.person_id.in_(people), now)).scalars()
    )
    people |= _held_by(tx, addresses)
    theirs = sa.or_(cases.c.person_id.in_(people), cases.c.address_id.in_(addresses))
    found = set(tx.execute(sa.select(cases.c.id).where(theirs)).scalars())
    return Closed(
        cases=frozenset(found | {row[0] for row in rows}), people=frozenset(people), addresses=frozenset(addresses)
    )


def _held_by(tx: Tx, addresses: Collection[int]) -> set[int]:
    theirs = (person_address.c.address_id.in_(addresses), person_address.c.released_at.is_(None))
    return set(tx.execute(sa.select(person_address.c.person_id).where(*theirs)).scalars()) if addresses else set()


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
