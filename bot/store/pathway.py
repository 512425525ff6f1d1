"""The steps of a referral's pathway: one row a step, with who and when. Only ever added to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.casework import cases
from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx
from bot.store.people import NAME, name_of, person
from bot.store.staff import staff
from scheduler.localtime import local_date
from scheduler.pathway import FOLLOWS, Taken


class PathwayStepRow(Row):
    """`next_step` and `next_on` are what is due after it: the newest row of a case tells."""

    __tablename__ = "pathway_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    form_id: Mapped[str] = mapped_column(sa.String(40), unique=True)  # a form that comes twice is one step
    step: Mapped[str] = mapped_column(sa.String(16))
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"))
    level: Mapped[str | None] = mapped_column(sa.String(24))  # the council's own
    team: Mapped[str | None] = mapped_column(sa.String(80))
    offer: Mapped[str | None] = mapped_column(sa.String(24))
    told: Mapped[str] = mapped_column(Sealed("pathway_step.told"))  # JSON object: names, answers and words
    next_step: Mapped[str | None] = mapped_column(sa.String(16))
    next_on: Mapped[date | None] = mapped_column(index=True)


pathway_step = table_of(PathwayStepRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenStep:
    """`by` is the worker's name; `told` is empty where its key is lost."""

    id: int
    step: str
    at: datetime
    by: str
    level: str | None
    team: str | None
    offer: str | None
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReferral:
    """An open referral with what is due of it. `begun`: a step was taken, and where `next_step` and `next_on` are None
    then, nothing more is due."""

    case_id: int
    ref: str
    name: str | None
    opened_at: datetime
    begun: bool
    next_step: str | None
    next_on: date | None


_STEP = sa.select(
    *(readable(pathway_step.c[name]) for name in ("id", "step", "at", "level", "team", "offer", "told")),
    staff.c.name.label("by"),
).join(staff, staff.c.id == pathway_step.c.by_id)
_newest = sa.select(sa.func.max(pathway_step.c.id).label("id")).group_by(pathway_step.c.case_id).subquery()
_last = (
    sa.select(pathway_step.c.case_id, pathway_step.c.next_step, pathway_step.c.next_on)
    .join(_newest, _newest.c.id == pathway_step.c.id)
    .subquery()
)
_OPEN = cases.outerjoin(_last, _last.c.case_id == cases.c.id).outerjoin(person, person.c.id == cases.c.person_id)
_DUE = sa.select(
    cases.c.id, cases.c.ref, cases.c.opened_at, _last.c.case_id.is_not(None), _last.c.next_step, _last.c.next_on, *NAME
).select_from(_OPEN)  # fmt: skip


def add(tx: Tx, *, told: Mapping[str, str], **values: object) -> None:
    tx.execute(sa.insert(pathway_step).values(told=json.dumps(told, ensure_ascii=False), **values))


def is_taken(tx: Tx, form_id: str) -> bool:
    """Whether this form made a step before."""
    return tx.execute(sa.select(pathway_step.c.id).where(pathway_step.c.form_id == form_id)).first() is not None


def steps_of(tx: Tx, case_id: int) -> list[TakenStep]:
    """Oldest first."""
    found = tx.execute(_STEP.where(pathway_step.c.case_id == case_id).order_by(pathway_step.c.id))
    return [TakenStep(**{**row, "told": json.loads(row["told"] or "{}")}) for row in found.mappings()]


def taken_of(tx: Tx, case_id: int) -> list[Taken]:
    """Which steps and when alone, oldest first."""
    asked = sa.select(pathway_step.c.step, pathway_step.c.at).where(pathway_step.c.case_id == case_id)
    names = {str(name): name for name in FOLLOWS}
    found = tx.execute(asked.order_by(pathway_step.c.id))
    return [Taken(step=names[step], on=local_date(at)) for step, at in found]


def _waits(today: date, received_before: datetime) -> Any:
    """Late, or a review on its day. One that nobody triaged is late when it came before an instant."""
    late = sa.or_(
        _last.c.next_on < today,
        sa.and_(_last.c.next_on == today, _last.c.next_step == "reviewed"),
        sa.and_(_last.c.case_id.is_(None), cases.c.opened_at < received_before),
    )
    return sa.and_(cases.c.kind == "referral", cases.c.state != "closed", late)


def count_due(tx: Tx, today: date, received_before: datetime) -> int:
    counted = sa.select(sa.func.count()).select_from(_OPEN).where(_waits(today, received_before))
    return int(tx.execute(counted).scalar_one())


def due(tx: Tx, today: date, received_before: datetime, *, limit: int | None) -> list[DueReferral]:
    """The referrals that have waited longest first; all without a `limit`."""
    asked = _DUE.where(_waits(today, received_before)).order_by(cases.c.opened_at, cases.c.id).limit(limit)
    return [_due(row) for row in tx.execute(asked)]


def due_of(tx: Tx, case_ids: Sequence[int]) -> dict[int, DueReferral]:
    """Of these cases the referrals that are open, by case, each with what is due of it."""
    asked = _DUE.where(cases.c.id.in_(case_ids), cases.c.kind == "referral", cases.c.state != "closed")
    return {one.case_id: one for one in map(_due, tx.execute(asked))}


def _due(row: Any) -> DueReferral:
    case_id, ref, opened_at, begun, next_step, next_on, first, last = row
    return DueReferral(
        case_id=case_id, ref=ref, name=name_of(first, last), opened_at=opened_at, begun=bool(begun),
        next_step=next_step, next_on=next_on,
    )  # fmt: skip
