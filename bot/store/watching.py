"""What operators watch: counts and ages by code, never by a person. Rows stay owned by their own files.

Each look is by an index and of the open few, or of one hour: a scrape costs the same after years.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from bot.store import published
from bot.store.alerts import climb
from bot.store.casework import RANK, cases
from bot.store.database import Database, Tx
from bot.store.inbox import NOT_DONE, inbox
from bot.store.outbox import HAS_CODE, outbox
from bot.store.receipts import receipt
from messages.classes import PRIORITY
from messages.status import TWILIO_WORDS

OPEN: Final = ("queued", "sending", "unknown", "held")  # what has not ended, or only a person can end
HOUR: Final = timedelta(hours=1)
LEVELS: Final = tuple(RANK)
# A label is never what somebody wrote: the provider's codes are digits, and its words are known.
_CODE: Final = re.compile(r"[0-9]{2,6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Alerts nobody has answered, of one level; `since` is the oldest's."""

    count: int
    since: datetime | None
    unreached: int  # of those, everyone on the ladder was tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What decides whether the service is alive. A part that never beat is absent from `beats`."""

    now: datetime
    beats: Mapping[str, datetime]
    due_since: datetime | None  # what has waited longest to leave, check-ins left out: they may wait for their rate
    paused: bool
    escalations: Mapping[str, Waiting]  # by level

    @property
    def urgent(self) -> int:
        """Urgent cases that nobody has answered for."""
        return self.escalations["urgent"].count


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Everything else that is counted. Codes and statuses are the provider's, `other` where they are not its own."""

    outbox: Mapping[tuple[str, str], int]  # class, state: the open ones
    due_since: Mapping[str, datetime]  # by class, of what waits to leave
    inbox: Mapping[str, int]  # waiting, failed
    receipts: Mapping[tuple[str, str], int]  # status, code: of the last hour
    refusals: Mapping[tuple[str, str], int]  # state, code: of messages tried in the last hour
    overdue: Mapping[str, int]  # cases by level whose promise to look has passed


_QUEUED: Final = outbox.c.state == "queued"
_CHECK_IN: Final = PRIORITY.index("check-in")
_OTHER_RANKS: Final = tuple(rank for rank in range(len(PRIORITY)) if rank != _CHECK_IN)
_NEWEST: Final = climb.alias("newest")
_ANSWERED_BY_NOBODY: Final = sa.or_(
    # a climb that goes on, and nobody has claimed the case since it began
    sa.and_(climb.c.id.is_not(None), sa.or_(cases.c.claimed_at.is_(None), cases.c.claimed_at <= climb.c.started_at)),
    # the clock has not begun one: where it stands still, it never will
    sa.and_(climb.c.id.is_(None), cases.c.state == "open", cases.c.rank == RANK["urgent"], _NEWEST.c.id.is_(None)),
)
_SINCE: Final = sa.func.coalesce(climb.c.started_at, cases.c.opened_at)
_UNANSWERED: Final = (
    sa.select(cases.c.level, sa.func.count(), sa.func.min(_SINCE), sa.func.count(climb.c.unreached_at))
    .select_from(cases)
    .outerjoin(climb, sa.and_(climb.c.case_id == cases.c.id, climb.c.ended_at.is_(None)))
    # any climb that there ever was: the first round is never deleted
    .outerjoin(_NEWEST, sa.and_(_NEWEST.c.case_id == cases.c.id, _NEWEST.c.round == 0))
    .where(cases.c.state.in_(("open", "claimed")), _ANSWERED_BY_NOBODY)
    .group_by(cases.c.level)
)


def vitals(tx: Tx, now: datetime) -> Vitals:
    ages = _due_since(tx, now, _OTHER_RANKS)
    return Vitals(
        now=now, beats=published.heartbeats(tx), due_since=min(ages.values(), default=None),
        paused=published.paused(tx), escalations=_unanswered(tx),
    )  # fmt: skip


def counts(tx: Tx, now: datetime) -> Counts:
    depth: dict[tuple[str, str], int] = {(kind, state): 0 for kind in PRIORITY for state in OPEN}
    for state, rank, number in tx.execute(
        sa.select(outbox.c.state, outbox.c.rank, sa.func.count())
        .where(outbox.c.state.in_(OPEN))
        .group_by(outbox.c.state, outbox.c.rank)
    ):
        depth[PRIORITY[rank], state] += number
    not_done = sa.select(inbox.c.state, sa.func.count()).where(NOT_DONE).group_by(inbox.c.state)
    kept = {str(state): int(number) for state, number in tx.execute(not_done)}
    late = (
        sa.select(cases.c.level, sa.func.count())
        .where(cases.c.state.in_(("open", "claimed")), cases.c.looked_at.is_(None), cases.c.look_by < now)
        .group_by(cases.c.level)
    )
    overdue = {str(level): int(number) for level, number in tx.execute(late)}
    return Counts(
        outbox=depth,
        due_since=_due_since(tx, now, range(len(PRIORITY))),
        inbox={"waiting": kept.get("new", 0), "failed": kept.get("failed", 0)},
        receipts=_receipts(tx, now),
        refusals=_refusals(tx, now),
        overdue={**dict.fromkeys(LEVELS, 0), **overdue},
    )


def size_bytes(database: Database, tx: Tx) -> int:
    """What the database takes on its disk, as the database itself says."""
    if not database.is_sqlite:
        return int(tx.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one())
    pages, page = (tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(page)


def _due_since(tx: Tx, now: datetime, ranks: Iterable[int]) -> dict[str, datetime]:
    """The earliest moment that a queued message of each class could have left. One look a class, by its index."""
    found = {}
    for rank in ranks:
        at = tx.execute(
            sa.select(outbox.c.not_before)
            .where(_QUEUED, outbox.c.rank == rank, outbox.c.not_before <= now)
            .order_by(outbox.c.not_before)
            .limit(1)
        ).scalar_one_or_none()
        if at is not None:
            found[str(PRIORITY[rank])] = at
    return found


def _unanswered(tx: Tx) -> dict[str, Waiting]:
    found = {level: Waiting(count=0, since=None, unreached=0) for level in LEVELS}
    for level, number, since, unreached in tx.execute(_UNANSWERED):
        found[level] = Waiting(count=number, since=since, unreached=unreached)
    return found


def _receipts(tx: Tx, now: datetime) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    rows = sa.select(receipt.c.status, receipt.c.error_code, sa.func.count()).where(receipt.c.at > now - HOUR)
    for status, code, number in tx.execute(rows.group_by(receipt.c.status, receipt.c.error_code)):
        word = status.casefold()
        key = (word if word in TWILIO_WORDS else "other", _label(code))
        found[key] = found.get(key, 0) + number
    return found


def _refusals(tx: Tx, now: datetime) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    rows = sa.select(outbox.c.state, outbox.c.error_code, sa.func.count())
    rows = rows.where(HAS_CODE, outbox.c.claimed_at > now - HOUR)
    for state, code, number in tx.execute(rows.group_by(outbox.c.state, outbox.c.error_code)):
        key = (state, _label(code))
        found[key] = found.get(key, 0) + number
    return found


def _label(code: str | None) -> str:
    if code is None:
        return "none"
    return code if _CODE.fullmatch(code) else "other"
