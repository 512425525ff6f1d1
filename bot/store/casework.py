"""Cases on the desk: escalations and referrals, what happened to each, and the referral's own answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring

RANK = {"urgent": 0, "concern": 1, "routine": 2}


class CaseRow(Row):
    __tablename__ = "cases"
    __table_args__ = (sa.Index("ix_cases_closed", "state", "closed_at", "id"),)  # the closed ones, newest first
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(8), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(12))  # escalation, referral, request
    level: Mapped[str] = mapped_column(sa.String(8))
    rank: Mapped[int] = mapped_column()  # of the level: urgent first
    reason: Mapped[str] = mapped_column(sa.String(32))
    state: Mapped[str] = mapped_column(sa.String(8), default="open", index=True)  # open, claimed, closed
    address_id: Mapped[int | None] = mapped_column(sa.ForeignKey("address.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    words: Mapped[str] = mapped_column(Sealed("cases.words"))
    because: Mapped[str] = mapped_column(Sealed("cases.because"))  # JSON list: the words that decided
    speaker: Mapped[str | None] = mapped_column(sa.String(16))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    look_by: Mapped[datetime] = mapped_column(Instant)
    looked_at: Mapped[datetime | None] = mapped_column(Instant)
    waiting_since: Mapped[datetime | None] = mapped_column(Instant)  # the family wrote and nobody answered
    not_reached: Mapped[bool] = mapped_column(default=False)  # a reply did not arrive: telephone
    claimed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    due_on: Mapped[date | None] = mapped_column()  # by when the law wants it answered
    version: Mapped[int] = mapped_column(default=1)  # compare-and-swap of every change from the desk
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(sa.String(40))
    outcome_note: Mapped[str | None] = mapped_column(Sealed("cases.outcome_note"))


class CaseEventRow(Row):
    """Everything that happened to a case, in order. Only ever added to."""

    __tablename__ = "case_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(
        sa.String(24)
    )  # opened, updated, wrote, looked, claimed, released, replied, note, closed ...
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    body: Mapped[str | None] = mapped_column(Sealed("case_event.body"))
    detail: Mapped[str | None] = mapped_column(sa.String(200))  # no words of the family


class ReferralRow(Row):
    __tablename__ = "referral"
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    how: Mapped[str] = mapped_column(sa.String(12))  # full, call-me, unfinished
    answers: Mapped[str] = mapped_column(Sealed("referral.answers"))  # JSON object by answer name
    shared_with: Mapped[str] = mapped_column(
        sa.String(120), default=""
    )  # partner kinds, comma-separated; empty: the team only


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: int
    ref: str
    kind: str
    level: str
    rank: int
    reason: str
    state: str
    address_id: int | None
    person_id: int | None
    words: str
    because: str
    speaker: str | None
    opened_at: datetime
    look_by: datetime
    looked_at: datetime | None
    waiting_since: datetime | None
    not_reached: bool
    claimed_by: int | None
    claimed_at: datetime | None
    version: int
    closed_by: int | None
    closed_at: datetime | None
    outcome: str | None
    outcome_note: str | None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    id: int
    case_id: int
    at: datetime
    kind: str
    staff_id: int | None
    body: str | None
    detail: str | None


cases = table_of(CaseRow)
case_event = table_of(CaseEventRow)
referral = table_of(ReferralRow)

_CASE = sa.select(*(readable(cases.c[f]) for f in Case.__dataclass_fields__))
# A turn adds to the words of the case it finds. What does not open raises: what is sealed must not be written over.
_OPEN_CASES = (
    sa.select(*(cases.c[f] for f in Case.__dataclass_fields__))
    .where(
        cases.c.state != "closed",
        sa.or_(
            cases.c.address_id == sa.bindparam("b_address"),
            cases.c.person_id.in_(sa.bindparam("b_people", expanding=True)),
        ),
    )
    .order_by(cases.c.rank, cases.c.id.desc())
    .with_for_update()
)
_EVENT = sa.select(*(readable(case_event.c[f]) for f in CaseEvent.__dataclass_fields__))


def add_case(tx: Tx, **values: object) -> int:
    statement = sa.insert(cases).values(**{"state": "open", "version": 1, "not_reached": False, **values})
    return int(tx.execute(statement.returning(cases.c.id)).scalar_one())


def add_case_once(tx: Tx, **values: object) -> int | None:
    """None where a case has this reference already."""
    made = {"state": "open", "version": 1, "not_reached": False, **values}
    found = tx.execute(insert_ignoring(tx, cases), made).scalar_one_or_none()
    return None if found is None else int(found)


def case_by_id(tx: Tx, case_id: int) -> Case:
    return Case(**tx.execute(_CASE.where(cases.c.id == case_id)).one()._asdict())


def refs_of(tx: Tx, case_ids: Sequence[int]) -> dict[int, str]:
    rows = tx.execute(sa.select(cases.c.id, cases.c.ref).where(cases.c.id.in_(case_ids)))
    return {int(case_id): str(ref) for case_id, ref in rows}


def find_case(tx: Tx, ref: str, *, lock: bool = False) -> Case | None:
    statement = _CASE.where(cases.c.ref == ref)
    row = tx.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else Case(**row._asdict())


def open_cases_of(tx: Tx, *, address_id: int | None, person_ids: Sequence[int] = ()) -> list[Case]:
    """Open cases of this address or of these people, gravest first, then newest."""
    rows = tx.execute(_OPEN_CASES, {"b_address": address_id, "b_people": list(person_ids)})
    return [Case(**r._asdict()) for r in rows]


def cases_of(tx: Tx, *, address_ids: Sequence[int], person_ids: Sequence[int]) -> list[Case]:
    rows = tx.execute(
        _CASE.where(sa.or_(cases.c.address_id.in_(address_ids), cases.c.person_id.in_(person_ids))).order_by(cases.c.id)
    )
    return [Case(**r._asdict()) for r in rows]


def inbox_cases(tx: Tx, *, state: Sequence[str] = ("open", "claimed"), limit: int = 300) -> list[Case]:
    """The desk's inbox: gravest first, then what is due soonest."""
    rows = tx.execute(
        _CASE.where(cases.c.state.in_(state))
        .order_by(cases.c.rank, cases.c.not_reached.desc(), cases.c.look_by, cases.c.id)
        .limit(limit)
    )
    return [Case(**r._asdict()) for r in rows]


def closed_cases(tx: Tx, *, limit: int = 100) -> list[Case]:
    rows = tx.execute(_CASE.where(cases.c.state == "closed").order_by(cases.c.closed_at.desc()).limit(limit))
    return [Case(**r._asdict()) for r in rows]


def cases_between(tx: Tx, since: datetime, until: datetime, *, kind: str, limit: int) -> list[Case]:
    """Of one kind that came from `since` until before `until`, oldest first, at most `limit`."""
    asked = _CASE.where(cases.c.kind == kind, cases.c.opened_at >= since, cases.c.opened_at < until)
    return [Case(**r._asdict()) for r in tx.execute(asked.order_by(cases.c.opened_at, cases.c.id).limit(limit))]


def change_case(tx: Tx, case_id: int, *, version: int | None = None, **values: object) -> bool:
    """Change a case and its version. With `version`, only if nobody changed it since (compare and swap)."""
    statement = sa.update(cases).where(cases.c.id == case_id)
    if version is not None:
        statement = statement.where(cases.c.version == version)
    return tx.execute(statement.values(**values, version=cases.c.version + 1)).rowcount == 1


def add_case_event(
    tx: Tx, *, case_id: int, at: datetime, kind: str, staff_id: int | None = None, body: str | None = None,
    detail: str | None = None,
) -> None:  # fmt: skip
    tx.execute(
        sa.insert(case_event).values(case_id=case_id, at=at, kind=kind, staff_id=staff_id, body=body, detail=detail)
    )


def events_of(tx: Tx, case_ids: Sequence[int]) -> list[CaseEvent]:
    rows = tx.execute(_EVENT.where(case_event.c.case_id.in_(case_ids)).order_by(case_event.c.id))
    return [CaseEvent(**r._asdict()) for r in rows]


def add_referral(tx: Tx, *, case_id: int, how: str, answers: str, shared_with: str) -> None:
    tx.execute(sa.insert(referral).values(case_id=case_id, how=how, answers=answers, shared_with=shared_with))


def referral_of(tx: Tx, case_id: int) -> tuple[str, str, str] | None:
    """How it was made, its answers as JSON, and with whom it may be shared."""
    row = tx.execute(
        sa.select(referral.c.how, referral.c.answers, referral.c.shared_with).where(referral.c.case_id == case_id)
    ).one_or_none()
    return None if row is None else (str(row[0]), str(row[1]), str(row[2]))
