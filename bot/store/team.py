"""The team among themselves: cases offered to a colleague, calls to make, who is away, who has a case open just now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.casework import cases
from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.people import NAME, name_of, person
from bot.store.restricting import Closed, outside
from bot.store.staff import staff

_STANDS = sa.text("ended_at IS NULL")
_TO_DO = sa.text("done_at IS NULL")


class HandoverRow(Row):
    """A case offered to one colleague. It stays with who has it until that colleague accepts."""

    __tablename__ = "handover"
    __table_args__ = (
        sa.Index("uq_handover_standing", "case_id", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    note: Mapped[str] = mapped_column(Sealed("handover.note"))
    at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_as: Mapped[str | None] = mapped_column(sa.String(12))  # accepted, declined, withdrawn, overtaken, away


class CallBackRow(Row):
    """A promise to telephone, with its time. One stands for a case."""

    __tablename__ = "call_back"
    __table_args__ = (
        sa.Index("uq_call_back_to_do", "case_id", unique=True, sqlite_where=_TO_DO, postgresql_where=_TO_DO),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    note: Mapped[str | None] = mapped_column(Sealed("call_back.note"))
    made_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    done_as: Mapped[str | None] = mapped_column(sa.String(12))  # spoken, no-answer, not-needed, closed


class AbsenceRow(Row):
    """Days, both included, on which somebody is away. Why is nobody's business here."""

    __tablename__ = "staff_absence"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    from_on: Mapped[date] = mapped_column()
    until_on: Mapped[date] = mapped_column()
    told_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    told_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)  # taken back, or over early


class CaseViewerRow(Row):
    """Who has a case's page open, by when the page last said so."""

    __tablename__ = "case_viewer"
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)


handover = table_of(HandoverRow)
call_back = table_of(CallBackRow)
absence = table_of(AbsenceRow)
viewer = table_of(CaseViewerRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    id: int
    case_id: int
    from_id: int
    to_id: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    id: int
    case_id: int
    due_at: datetime
    note: str | None
    made_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCall:
    """A call that is due, with whose case it is."""

    call: CallBack
    case_ref: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    handover: Handover
    case_ref: str
    name: str | None
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    id: int
    staff_id: int
    from_on: date
    until_on: date


_HANDOVER = tuple(readable(handover.c[f]) for f in Handover.__dataclass_fields__)
_CALL = tuple(readable(call_back.c[f]) for f in CallBack.__dataclass_fields__)


def offer(tx: Tx, *, case_id: int, from_id: int, to_id: int, note: str, at: datetime) -> None:
    tx.execute(sa.insert(handover).values(case_id=case_id, from_id=from_id, to_id=to_id, note=note, at=at))


def offer_of(tx: Tx, case_id: int) -> Handover | None:
    """The offer that stands."""
    row = tx.execute(
        sa.select(*_HANDOVER).where(handover.c.case_id == case_id, handover.c.ended_at.is_(None))
    ).one_or_none()
    return None if row is None else Handover(**row._asdict())


def end_offer(tx: Tx, case_id: int, *, how: str, at: datetime, only: int | None = None) -> bool:
    """False where none stood; or not this one, where `only` names it."""
    statement = sa.update(handover).where(handover.c.case_id == case_id, handover.c.ended_at.is_(None))
    statement = statement if only is None else statement.where(handover.c.id == only)
    return tx.execute(statement.values(ended_at=at, ended_as=how)).rowcount == 1


def offered_to(tx: Tx, staff_id: int) -> list[Offered]:
    """What waits for somebody's answer, oldest first."""
    rows = tx.execute(
        sa.select(*_HANDOVER, cases.c.ref, *NAME, staff.c.name.label("by"))
        .join(cases, cases.c.id == handover.c.case_id)
        .join(staff, staff.c.id == handover.c.from_id)
        .outerjoin(person, person.c.id == cases.c.person_id)
        .where(handover.c.to_id == staff_id, handover.c.ended_at.is_(None))
        .order_by(handover.c.id)
    )
    made = []
    for row in rows:
        own, (ref, first, last, by) = row[: len(_HANDOVER)], row[len(_HANDOVER) :]
        values = dict(zip(Handover.__dataclass_fields__, own, strict=True))
        made.append(Offered(handover=Handover(**values), case_ref=ref, name=name_of(first, last), by=by))
    return made


def plan_call(tx: Tx, *, case_id: int, due_at: datetime, note: str | None, made_by: int, at: datetime) -> None:
    """In place of the call that stood."""
    end_call(tx, case_id, how="moved", by=made_by, at=at)
    tx.execute(sa.insert(call_back).values(case_id=case_id, due_at=due_at, note=note, made_by=made_by, made_at=at))


def call_of(tx: Tx, case_id: int) -> CallBack | None:
    row = tx.execute(
        sa.select(*_CALL).where(call_back.c.case_id == case_id, call_back.c.done_at.is_(None))
    ).one_or_none()
    return None if row is None else CallBack(**row._asdict())


def end_call(tx: Tx, case_id: int, *, how: str, by: int, at: datetime) -> bool:
    statement = sa.update(call_back).where(call_back.c.case_id == case_id, call_back.c.done_at.is_(None))
    return tx.execute(statement.values(done_at=at, done_by=by, done_as=how)).rowcount == 1


def _due_before(until: datetime, closed: Closed) -> tuple[sa.ColumnElement[bool], ...]:
    due = (call_back.c.done_at.is_(None), call_back.c.due_at < until)
    return (*due, cases.c.state != "closed", outside(cases.c.id, closed.cases))


def count_calls_due(tx: Tx, until: datetime, *, closed: Closed) -> int:
    joined = call_back.join(cases, cases.c.id == call_back.c.case_id)
    asked = sa.select(sa.func.count()).select_from(joined).where(*_due_before(until, closed))
    return int(tx.execute(asked).scalar_one())


def calls_due(tx: Tx, until: datetime, limit: int | None, *, closed: Closed) -> list[DueCall]:
    """Calls of open cases that are due before an instant, soonest first; all without a `limit`."""
    rows = tx.execute(
        sa.select(*_CALL, cases.c.ref, *NAME)
        .join(cases, cases.c.id == call_back.c.case_id)
        .outerjoin(person, person.c.id == cases.c.person_id)
        .where(*_due_before(until, closed))
        .order_by(call_back.c.due_at, call_back.c.id)
        .limit(limit)
    )
    made = []
    for row in rows:
        own, (ref, first, last) = row[: len(_CALL)], row[len(_CALL) :]
        call = CallBack(**dict(zip(CallBack.__dataclass_fields__, own, strict=True)))
        made.append(DueCall(call=call, case_ref=ref, name=name_of(first, last)))
    return made


def hold(tx: Tx, staff_id: int) -> None:
    """Who changes what is kept of this colleague waits here until the transaction ends: one after another.

    Rows that only name them, such as the audit's, do not wait.
    """
    tx.execute(sa.select(staff.c.id).where(staff.c.id == staff_id).with_for_update(key_share=True))


def add_absence(tx: Tx, *, staff_id: int, from_on: date, until_on: date, told_by: int, at: datetime) -> None:
    tx.execute(
        sa.insert(absence).values(staff_id=staff_id, from_on=from_on, until_on=until_on, told_by=told_by, told_at=at)
    )


def absence_by_id(tx: Tx, absence_id: int) -> Absence | None:
    row = tx.execute(
        sa.select(*(absence.c[f] for f in Absence.__dataclass_fields__)).where(
            absence.c.id == absence_id, absence.c.ended_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else Absence(**row._asdict())


def end_absence(tx: Tx, absence_id: int, at: datetime) -> None:
    tx.execute(sa.update(absence).where(absence.c.id == absence_id).values(ended_at=at))


def absences(tx: Tx, since: date) -> list[Absence]:
    """Those that stand and are not over, soonest first."""
    rows = tx.execute(
        sa.select(*(absence.c[f] for f in Absence.__dataclass_fields__))
        .where(absence.c.ended_at.is_(None), absence.c.until_on >= since)
        .order_by(absence.c.from_on, absence.c.id)
    )
    return [Absence(**row._asdict()) for row in rows]


def claimed_by_the_away(tx: Tx, on: date) -> list[tuple[str, int, datetime, datetime, date]]:
    """Cases of those away on a day: reference, who has it, since when, when the absence was told, its first day."""
    rows = tx.execute(
        sa.select(cases.c.ref, cases.c.claimed_by, cases.c.claimed_at, absence.c.told_at, absence.c.from_on)
        .join(absence, absence.c.staff_id == cases.c.claimed_by)
        .where(
            cases.c.state == "claimed", absence.c.ended_at.is_(None), absence.c.from_on <= on, absence.c.until_on >= on
        )
        .order_by(cases.c.rank, cases.c.id)
    )
    return [(str(ref), int(who), since, told_at, from_on) for ref, who, since, told_at, from_on in rows]


def claimed_by_the_gone(tx: Tx) -> list[tuple[str, int, datetime]]:
    """Cases of those whose account is closed: reference, who has it, since when."""
    rows = tx.execute(
        sa.select(cases.c.ref, cases.c.claimed_by, cases.c.claimed_at)
        .join(staff, staff.c.id == cases.c.claimed_by)
        .where(cases.c.state == "claimed", staff.c.disabled_at.is_not(None))
        .order_by(cases.c.rank, cases.c.id)
    )
    return [(str(ref), int(who), since) for ref, who, since in rows]


def offers_to_the_away(tx: Tx, on: date) -> list[tuple[str, int]]:
    """Offers to somebody who is away, or whose account is closed, and so cannot accept: the case, the offer's id."""
    away = sa.select(absence.c.staff_id).where(
        absence.c.ended_at.is_(None), absence.c.from_on <= on, absence.c.until_on >= on
    )
    rows = tx.execute(
        sa.select(cases.c.ref, handover.c.id)
        .join(handover, handover.c.case_id == cases.c.id)
        .join(staff, staff.c.id == handover.c.to_id)
        .where(handover.c.ended_at.is_(None), sa.or_(staff.c.disabled_at.is_not(None), handover.c.to_id.in_(away)))
    )
    return [(str(ref), int(offer_id)) for ref, offer_id in rows]


def working(tx: Tx) -> list[tuple[int, str, str]]:
    """Accounts that are open, by name: id, name, role."""
    rows = tx.execute(
        sa.select(staff.c.id, staff.c.name, staff.c.role)
        .where(staff.c.disabled_at.is_(None))
        .order_by(staff.c.name, staff.c.id)
    )
    return [(int(key), str(name), str(role)) for key, name, role in rows]


def claimed_counts(tx: Tx, *, closed: Closed) -> dict[int, int]:
    which = (cases.c.state == "claimed", outside(cases.c.id, closed.cases))
    rows = tx.execute(sa.select(cases.c.claimed_by, sa.func.count()).where(*which).group_by(cases.c.claimed_by))
    return {int(who): int(n) for who, n in rows}


def saw(tx: Tx, case_id: int, staff_id: int, at: datetime) -> None:
    """Their page of the case is open."""
    made = tx.execute(
        sa.update(viewer).where(viewer.c.case_id == case_id, viewer.c.staff_id == staff_id).values(seen_at=at)
    )
    if made.rowcount == 0:
        tx.execute(
            insert_ignoring(tx, viewer, returning=False), {"case_id": case_id, "staff_id": staff_id, "seen_at": at}
        )


def lookers(tx: Tx, case_ids: Sequence[int], since: datetime, *, but: int) -> dict[int, list[str]]:
    """By case, the names of those whose page was open since an instant, one left out."""
    found: dict[int, list[str]] = {}
    rows = tx.execute(
        sa.select(viewer.c.case_id, staff.c.name)
        .join(staff, staff.c.id == viewer.c.staff_id)
        .where(viewer.c.case_id.in_(case_ids), viewer.c.seen_at >= since, viewer.c.staff_id != but)
        .order_by(staff.c.name)
    )
    for case_id, name in rows:
        found.setdefault(int(case_id), []).append(str(name))
    return found
