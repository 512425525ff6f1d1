"""What figures are made of: each case of a span of time with its place, and no name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store.casework import cases
from bot.store.columns import readable
from bot.store.database import Tx
from bot.store.pathway import pathway_step
from bot.store.people import person


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCase:
    """`assigned` is the team of a referral's newest step that names one, `team` the person's own."""

    id: int
    kind: str
    reason: str
    opened_at: datetime
    look_by: datetime
    looked_at: datetime | None
    closed_at: datetime | None
    words: str | None  # None where their key is lost
    team: str | None
    assigned: str | None


_newest = (
    sa.select(pathway_step.c.case_id, sa.func.max(pathway_step.c.id).label("id"))
    .where(pathway_step.c.team.is_not(None))
    .group_by(pathway_step.c.case_id)
    .subquery()
)
_step = pathway_step.alias("assigned_step")
_COUNTED = (
    sa.select(
        *(cases.c[name] for name in ("id", "kind", "reason", "opened_at", "look_by", "looked_at", "closed_at")),
        readable(cases.c.words), person.c.team, _step.c.team.label("assigned"),
    )
    .select_from(cases)
    .outerjoin(person, person.c.id == cases.c.person_id)
    .outerjoin(_newest, _newest.c.case_id == cases.c.id)
    .outerjoin(_step, _step.c.id == _newest.c.id)
)  # fmt: skip


def cases_of(tx: Tx, since: datetime, until: datetime, *, limit: int) -> Sequence[CountedCase]:
    """Those that came from `since` until before `until`, newest first, at most `limit`."""
    asked = _COUNTED.where(cases.c.opened_at >= since, cases.c.opened_at < until)
    found = tx.execute(asked.order_by(cases.c.opened_at.desc(), cases.c.id.desc()).limit(limit))
    return [CountedCase(**row) for row in found.mappings()]
