"""Enrolments as lists for the desk: who is on which programme, and how many."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from bot.store.database import Tx
from bot.store.keeping import enrolment
from bot.store.people import NAME, name_of, person
from bot.store.restricting import Closed, outside

_OF: Final = (enrolment.c.programme, enrolment.c.event_on, enrolment.c.state, enrolment.c.next_at, enrolment.c.team)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEnrolment:
    """`event_on` is the day that the programme counts from; `next_at` when its next check-in is decided."""

    person_ref: str
    name: str | None
    programme: str
    event_on: date
    state: str
    next_at: datetime | None
    team: str | None
    waited_for: str | None
    ended_for: str | None


def page(
    tx: Tx, *, programme: str | None, state: str | None, offset: int, limit: int, closed: Closed
) -> tuple[int, list[ListedEnrolment]]:
    """How many enrolments there are of this programme and state, and one page of them, newest first."""
    where = [outside(enrolment.c.person_id, closed.people)]
    if programme is not None:
        where.append(enrolment.c.programme == programme)
    if state is not None:
        where.append(enrolment.c.state == state)
    total = int(tx.execute(sa.select(sa.func.count()).select_from(enrolment).where(*where)).scalar_one())
    rows = tx.execute(
        sa.select(person.c.ref, *NAME, *_OF, enrolment.c.waited_for, enrolment.c.ended_for)
        .join(person, person.c.id == enrolment.c.person_id)
        .where(*where)
        .order_by(enrolment.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return total, [
        ListedEnrolment(
            person_ref=ref, name=name_of(first, last), programme=of, event_on=event_on, state=stands, next_at=next_at,
            team=team, waited_for=waited_for, ended_for=ended_for,
        )
        for ref, first, last, of, event_on, stands, next_at, team, waited_for, ended_for in rows
    ]  # fmt: skip


def counts(tx: Tx, *, closed: Closed) -> Mapping[str, Mapping[str, int]]:
    """How many enrolments each programme has in each state."""
    rows = tx.execute(
        sa.select(enrolment.c.programme, enrolment.c.state, sa.func.count())
        .where(outside(enrolment.c.person_id, closed.people))
        .group_by(enrolment.c.programme, enrolment.c.state)
    )
    found: dict[str, Counter[str]] = {}
    for programme, state, number in rows:
        found.setdefault(str(programme), Counter())[str(state)] = int(number)
    return found
