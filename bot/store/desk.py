"""What the desk's lists read: cases, messages and the audit with the names of those they belong to, in one statement.

Rows stay owned by their own files; nothing here writes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from bot.store.addresses import address
from bot.store.casework import RANK, Case, case_event, cases
from bot.store.columns import readable
from bot.store.database import Tx
from bot.store.inbox import inbox
from bot.store.outbox import OUTBOX_COLUMNS, Outbox, outbox
from bot.store.pathway import pathway_step
from bot.store.people import NAME, name_of, person
from bot.store.restricting import Closed, outside, unsaid
from bot.store.staff import Audit, audit, staff
from messages.classes import TO_STAFF

NO_TEAM: Final = "-"
BY_PROFESSIONAL: Final = "referral-professional"
Which = Literal["all", "mine", "unclaimed", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    """A case as a list shows it. `name` is None where nobody knows yet who it is."""

    case: Case
    name: str | None
    person_ref: str | None
    claimed_by: str | None
    consent: str | None  # of the address: given, stopped, unasked; None without an address
    channel: str | None  # sms, web


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Which of the cases. `kind`: escalation, referral, professional, request. `team`: a locality's, partner's or
    team's name, or NO_TEAM. `waits`: "us" where the family waits for an answer, "family" where we wait for theirs."""

    kind: str | None = None
    team: str | None = None
    waits: str | None = None

    def __bool__(self) -> bool:
        return any((self.kind, self.team, self.waits))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMessage:
    """A message that only a person can decide about, with the open case that shows it."""

    message: Outbox
    name: str | None
    case_ref: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAudit:
    audit: Audit
    name: str | None  # None: nobody was signed in


EVERY: Final = Only()
_claimer = staff.alias("claimer")
_CASE: Final = tuple(readable(cases.c[f]) for f in Case.__dataclass_fields__)
_OUTBOX: Final = tuple(map(readable, OUTBOX_COLUMNS))  # one whose key is lost must not hide the rest of the list
_AUDIT: Final = tuple(audit.c[f] for f in Audit.__dataclass_fields__)


def _where(which: Which, staff_id: int) -> sa.ColumnElement[bool]:
    if which == "closed":
        return cases.c.state == "closed"
    if which == "mine":
        return sa.and_(cases.c.state == "claimed", cases.c.claimed_by == staff_id)
    if which == "unclaimed":
        return cases.c.state == "open"
    return cases.c.state != "closed"


# Whose a case is: where its referral was assigned last, else the team that the person was enrolled with.
_assigned = (
    sa.select(pathway_step.c.team)
    .where(pathway_step.c.case_id == cases.c.id, pathway_step.c.team.is_not(None))
    .order_by(pathway_step.c.id.desc())
    .limit(1)
    .correlate(cases)
    .scalar_subquery()
)
_their = person.alias("their")
_TEAM: Final = sa.func.coalesce(
    _assigned, sa.select(_their.c.team).where(_their.c.id == cases.c.person_id).correlate(cases).scalar_subquery()
)


def _only(only: Only) -> tuple[sa.ColumnElement[bool], ...]:
    where: list[sa.ColumnElement[bool]] = []
    if only.kind == "professional":
        where.append(cases.c.reason == BY_PROFESSIONAL)
    elif only.kind is not None:
        where += [cases.c.kind == only.kind, cases.c.reason != BY_PROFESSIONAL]
    if only.team is not None:
        where.append(_TEAM.is_(None) if only.team == NO_TEAM else _TEAM.in_((only.team,)))
    if only.waits == "us":
        where.append(cases.c.waiting_since.is_not(None))
    elif only.waits == "family":
        where += [cases.c.waiting_since.is_(None), cases.c.looked_at.is_not(None)]
    return tuple(where)


def count_cases(tx: Tx, which: Which, staff_id: int, *, only: Only = EVERY, closed: Closed) -> int:
    asked = (_where(which, staff_id), *_only(only), outside(cases.c.id, closed.cases))
    return int(tx.execute(sa.select(sa.func.count()).select_from(cases).where(*asked)).scalar_one())


def teams_of_open(tx: Tx, *, closed: Closed) -> list[str]:
    """The teams that people of open cases were enrolled with, by name."""
    joined = cases.join(person, person.c.id == cases.c.person_id)
    where = (cases.c.state != "closed", person.c.team.is_not(None), outside(cases.c.id, closed.cases))
    return sorted(tx.execute(sa.select(person.c.team).select_from(joined).where(*where).distinct()).scalars())


# Nobody has looked, or a message did not arrive: somebody must. Then what was seen and is nobody's yet, then what is
# claimed and has written since, then what is in hand.
_STANDS: Final = sa.case(
    (sa.or_(cases.c.looked_at.is_(None), cases.c.not_reached), 0),
    (cases.c.state == "open", 1),
    (cases.c.waiting_since.is_not(None), 2),
    else_=3,
)
_URGENT_UNMET: Final = (
    cases.c.rank == RANK["urgent"],
    cases.c.state != "closed",
    sa.or_(cases.c.looked_at.is_(None), cases.c.not_reached, cases.c.state == "open"),
)


_IN_ORDER: Final = (cases.c.rank, _STANDS, cases.c.not_reached.desc(), cases.c.look_by, cases.c.id)
_CASES: Final = (
    sa.select(*_CASE, *NAME, person.c.ref, _claimer.c.name, address.c.consent, address.c.kind)
    .select_from(cases)
    .outerjoin(person, person.c.id == cases.c.person_id)
    .outerjoin(_claimer, _claimer.c.id == cases.c.claimed_by)
    .outerjoin(address, address.c.id == cases.c.address_id)
)


def count_unmet(tx: Tx, *, closed: Closed) -> int:
    """Urgent cases that nobody has looked at, reached or claimed."""
    asked = (*_URGENT_UNMET, outside(cases.c.id, closed.cases))
    return int(tx.execute(sa.select(sa.func.count()).select_from(cases).where(*asked)).scalar_one())


def unmet(tx: Tx, limit: int, *, closed: Closed) -> list[ListedCase]:
    """The same, in the order of the list."""
    asked = _CASES.where(*_URGENT_UNMET, outside(cases.c.id, closed.cases))
    return _listed(tx, asked.order_by(*_IN_ORDER).limit(limit))


def list_cases(
    tx: Tx, which: Which, staff_id: int, *, offset: int, limit: int, only: Only = EVERY, closed: Closed
) -> list[ListedCase]:  # fmt: skip
    """Gravest first; of one level what nobody has looked at or reached, then what nobody has claimed, then what is
    claimed and waits for us, then the rest.

    Within each, not reached first, then what was promised soonest. Closed ones newest first.
    """
    order = (cases.c.closed_at.desc(), cases.c.id.desc()) if which == "closed" else _IN_ORDER
    asked = (_where(which, staff_id), *_only(only), outside(cases.c.id, closed.cases))
    statement = _CASES.where(*asked).order_by(*order)
    return _listed(tx, statement.offset(offset).limit(limit))


def _listed(tx: Tx, statement: sa.Select[Any]) -> list[ListedCase]:
    listed = []
    for row in tx.execute(statement):
        own, (first, last, ref, claimer, consent, channel) = row[: len(_CASE)], row[len(_CASE) :]
        case = Case(**dict(zip(Case.__dataclass_fields__, own, strict=True)))
        listed.append(
            ListedCase(
                case=case, name=name_of(first, last), person_ref=ref, claimed_by=claimer, consent=consent,
                channel=channel,
            )
        )  # fmt: skip
    return listed


def newest_case_id(tx: Tx) -> int:
    """0 where there is no case yet."""
    return int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(cases.c.id), 0))).scalar_one())


def newest_inbox_id(tx: Tx, address_id: int | None) -> int:
    """0 where nothing came from this address."""
    statement = sa.select(sa.func.coalesce(sa.func.max(inbox.c.id), 0)).where(inbox.c.address_id == address_id)
    return 0 if address_id is None else int(tx.execute(statement).scalar_one())


def newest_event_id(tx: Tx) -> int:
    """Of all cases' histories; 0 where there is none."""
    return int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(case_event.c.id), 0))).scalar_one())


def fresh_cases(tx: Tx, after_id: int, *, event: int | None = None, closed: Closed) -> dict[str, int]:
    """How many cases were raised after one, by level; with `event`, those too that have grown graver after it."""
    fresh: sa.ColumnElement[bool] = cases.c.id > after_id
    if event is not None:
        grew = sa.select(case_event.c.case_id).where(case_event.c.id > event, case_event.c.kind == "grew")
        fresh = sa.or_(fresh, cases.c.id.in_(grew))
    rows = tx.execute(
        sa.select(cases.c.level, sa.func.count())
        .where(fresh, cases.c.state != "closed", outside(cases.c.id, closed.cases))
        .group_by(cases.c.level)
    )
    return {str(level): int(n) for level, n in rows}


# No case of their address was closed since they were held. An alert to staff is none of them: the ladder has gone on,
# and its case shows what became of it.
_HELD: Final = (
    outbox.c.state == "held",
    outbox.c.purpose.not_in(TO_STAFF),
    ~sa.exists().where(
        cases.c.address_id == outbox.c.address_id, cases.c.state == "closed", cases.c.closed_at >= outbox.c.settled_at
    ),
)


def _open_to(closed: Closed) -> tuple[sa.ColumnElement[bool], ...]:
    return unsaid(outbox.c.address_id, outbox.c.created_at, closed), outside(outbox.c.case_id, closed.cases)


def count_held(tx: Tx, *, closed: Closed) -> int:
    asked = sa.select(sa.func.count()).select_from(outbox).where(*_HELD, *_open_to(closed))
    return int(tx.execute(asked).scalar_one())


def held_messages(tx: Tx, limit: int | None, *, closed: Closed) -> list[HeldMessage]:
    """Held messages that nobody has dealt with, gravest and then oldest first; all without a `limit`."""
    standing = (
        sa.select(cases.c.ref)
        .where(cases.c.address_id == outbox.c.address_id, cases.c.state != "closed")
        .order_by(cases.c.rank, cases.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    whose = (
        sa.select(cases.c.person_id)
        .where(cases.c.address_id == outbox.c.address_id, cases.c.person_id.is_not(None))
        .order_by(cases.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = tx.execute(
        sa.select(*_OUTBOX, *NAME, standing)
        .select_from(outbox)
        .outerjoin(person, person.c.id == whose)
        .where(*_HELD, *_open_to(closed))
        .order_by(outbox.c.rank, outbox.c.id)
        .limit(limit)
    )
    held = []
    for row in rows:
        own, (first, last, case_ref) = row[: len(_OUTBOX)], row[len(_OUTBOX) :]
        message = Outbox(**dict(zip(Outbox.__dataclass_fields__, own, strict=True)))
        held.append(HeldMessage(message=message, name=name_of(first, last), case_ref=case_ref))
    return held


def audit_page(
    tx: Tx, *, ref: str | None, offset: int, limit: int, after: datetime | None = None
) -> tuple[int, list[ListedAudit]]:
    """How many audit rows there are, and one page of them, newest first; with `after`, of later than that.

    `ref` narrows to one case, person or contact of the log, whether it was opened or shown in a list.
    """
    where: list[sa.ColumnElement[bool]] = []
    if ref is not None:
        named = audit.c.target.in_((f"case:{ref}", f"person:{ref}", f"contact:{ref}"))
        where.append(sa.or_(named, audit.c.detail.contains(ref, autoescape=True)))
    if after is not None:
        where.append(audit.c.at > after)
    total = tx.execute(sa.select(sa.func.count()).select_from(audit).where(*where)).scalar_one()
    rows = tx.execute(
        sa.select(*_AUDIT, staff.c.name)
        .select_from(audit)
        .outerjoin(staff, staff.c.id == audit.c.staff_id)
        .where(*where)
        .order_by(audit.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    listed = []
    for row in rows:
        fields = dict(zip(Audit.__dataclass_fields__, row[: len(_AUDIT)], strict=True))
        listed.append(ListedAudit(audit=Audit(**fields), name=row[-1]))
    return int(total), listed
