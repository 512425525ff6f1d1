"""What a dispatcher asks of the outbox: who is due, and what a backlog expires by. No words are opened to look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.store.addresses import address
from bot.store.database import Tx
from bot.store.outbox import OUTBOX_COLUMNS, UNOPENED_COLUMNS, Outbox, outbox
from messages.classes import BY_EMAIL, PRIORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The ranks to look at: `whole` ones, and those of which only a web chat's messages may leave now."""

    whole: tuple[int, ...]
    chats: tuple[int, ...] = ()


EVERYTHING: Final = Reach(whole=tuple(rank for rank in range(len(PRIORITY)) if rank != BY_EMAIL))
EMAILS: Final = Reach(whole=(BY_EMAIL,))
# A check-in never goes to a chat, so the ranks before it are all of a chat's: the backlog is not read for them.
_OF_A_CHAT: Final = tuple(range(PRIORITY.index("check-in")))
SAFETY_AND_CHATS: Final = Reach(whole=_OF_A_CHAT[:1], chats=_OF_A_CHAT[1:])
CHATS: Final = Reach(whole=(), chats=_OF_A_CHAT)
NOTHING: Final = Reach(whole=())

_AHEAD = outbox.alias("ahead")
_HELD_BACK = sa.exists().where(
    _AHEAD.c.address_id == outbox.c.address_id,
    _AHEAD.c.class_ == outbox.c.class_,
    _AHEAD.c.id < outbox.c.id,
    _AHEAD.c.state.in_(("queued", "sending")),
)
_IS_DUE = (outbox.c.state == "queued", outbox.c.not_before <= sa.bindparam("b_now"))
_HEADS = sa.select(outbox.c.id).where(*_IS_DUE, ~_HELD_BACK).limit(sa.bindparam("b_limit"))
_DUE = _HEADS.where(outbox.c.rank == sa.bindparam("b_rank")).order_by(outbox.c.not_before, outbox.c.id)
_DUE_AT = _DUE.where(outbox.c.address_id == sa.bindparam("b_address"))
# Few chats have anything unsaid, whatever waits to be texted: they are asked first, each for its own line.
_CHATS = _HEADS.join_from(address, outbox, outbox.c.address_id == address.c.id).where(
    address.c.kind == "web", outbox.c.rank.in_(sa.bindparam("b_ranks", expanding=True))
)
_CHATS_DUE = _CHATS.order_by(outbox.c.rank, outbox.c.not_before, outbox.c.id)
_CHATS_DUE_AT = _CHATS_DUE.where(outbox.c.address_id == sa.bindparam("b_address"))
_ANY = sa.select(outbox.c.id).where(*_IS_DUE, outbox.c.rank.in_(sa.bindparam("b_ranks", expanding=True))).limit(1)
_ANY_AT = _ANY.where(outbox.c.address_id == sa.bindparam("b_address"))
_OPEN = sa.select(*OUTBOX_COLUMNS).where(outbox.c.id == sa.bindparam("b_id"), *_IS_DUE)
_OPEN_LOCKED = _OPEN.with_for_update(skip_locked=True)
_UNOPENED = sa.select(*UNOPENED_COLUMNS).where(outbox.c.id == sa.bindparam("b_id"), outbox.c.state == "queued")
_UNOPENED_LOCKED = _UNOPENED.with_for_update(skip_locked=True)


def due_ids(
    tx: Tx, now: datetime, *, limit: int, reach: Reach = EVERYTHING, address_id: int | None = None
) -> list[int]:
    """Rows that may be claimed, safety first: the head of each line (address and class) that nothing holds back.

    `unknown` blocks nothing behind it; a row being sent blocks the later ones of its own line, to keep their order.
    """
    # One look for each rank: together they would make the database read and sort the whole backlog for a single row.
    found: list[int] = []
    asked: dict[str, object] = {"b_now": now, "b_address": address_id}
    for rank in reach.whole:
        due = _DUE if address_id is None else _DUE_AT
        found += _ids(tx, due, {**asked, "b_rank": rank, "b_limit": limit - len(found)})
        if len(found) >= limit:
            return found
    if reach.chats:
        due = _CHATS_DUE if address_id is None else _CHATS_DUE_AT
        found += _ids(tx, due, {**asked, "b_ranks": reach.chats, "b_limit": limit - len(found)})
    return found


def _ids(tx: Tx, statement: sa.Select[int], asked: dict[str, object]) -> list[int]:
    return [int(r[0]) for r in tx.execute(statement, asked)]


def any_due(tx: Tx, now: datetime, *, reach: Reach = EVERYTHING, address_id: int | None = None) -> bool:
    """A cheap look before a writer's lock is taken."""
    asked: dict[str, object] = {"b_now": now, "b_address": address_id}
    if reach.whole:
        statement = _ANY if address_id is None else _ANY_AT
        if tx.execute(statement, {**asked, "b_ranks": reach.whole}).first() is not None:
            return True
    return bool(
        reach.chats and due_ids(tx, now, limit=1, reach=Reach(whole=(), chats=reach.chats), address_id=address_id)
    )


def open_due(tx: Tx, outbox_id: int, now: datetime) -> Outbox | None:
    """The row, locked and opened; None where another has it or it is not due any more. Raises SealError."""
    row = tx.execute(_OPEN_LOCKED, {"b_id": outbox_id, "b_now": now}).first()
    return None if row is None else Outbox(**row._asdict())


def unopened(tx: Tx, outbox_id: int) -> Outbox | None:
    """A queued row, locked, its words left sealed (`body` is empty); None where another has it."""
    row = tx.execute(_UNOPENED_LOCKED, {"b_id": outbox_id}).first()
    return None if row is None else Outbox(**row._asdict())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A queued row whose time has passed, with what the leave table asks about its address."""

    id: int
    purpose: str
    created_at: datetime
    expires_at: datetime | None
    touch_id: int | None
    consent: str
    safe: str
    shared: bool
    watched: bool
    word_until: datetime | None
    last_in_at: datetime | None
    released_at: datetime | None
    has_word: bool  # a private word; it is not opened


_OF_ADDRESS = ("consent", "safe", "shared", "watched", "word_until", "last_in_at", "released_at")
_READ = [f for f in Stale.__dataclass_fields__ if f != "has_word"]
_STALE = (
    sa.select(
        *((address if f in _OF_ADDRESS else outbox).c[f] for f in _READ), address.c.word.is_not(None).label("has_word")
    )
    .join_from(outbox, address, address.c.id == outbox.c.address_id)
    .where(outbox.c.state == "queued", outbox.c.rank == sa.bindparam("b_rank"))
    .limit(sa.bindparam("b_limit"))
    .with_for_update(skip_locked=True)
)
_BY_ITS_WINDOW = _STALE.where(outbox.c.expires_at <= sa.bindparam("b_now"))
_BY_ITS_AGE = _STALE.where(outbox.c.expires_at.is_(None), outbox.c.created_at <= sa.bindparam("b_written_by"))


def stale(tx: Tx, now: datetime, *, rank: int, written_by: datetime, limit: int) -> list[Stale]:
    """Queued rows of a rank whose window has closed by `now`, or that have none and are of `written_by` or before.

    Locked, with their addresses; those that another transaction has are left out.
    """
    asked = {"b_rank": rank, "b_now": now, "b_written_by": written_by}
    found = [Stale(**r._asdict()) for r in tx.execute(_BY_ITS_WINDOW, {**asked, "b_limit": limit})]
    if len(found) < limit:
        more = tx.execute(_BY_ITS_AGE, {**asked, "b_limit": limit - len(found)})
        found += [Stale(**r._asdict()) for r in more]
    return found


def settle_all(tx: Tx, ids: Sequence[int], *, state: str, reason: str, now: datetime) -> None:
    """End queued rows alike, at once."""
    theirs = (outbox.c.id.in_(ids), outbox.c.state == "queued")
    tx.execute(sa.update(outbox).where(*theirs).values(state=state, reason=reason, settled_at=now))
