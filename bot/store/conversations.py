"""One conversation an address: its session, and the timers that may wake it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.sealed import SealError

# What a kept session raises that cannot be read any more: a key that is missing, broken JSON, a shape that is not ours.
BROKEN_SESSION = (SealError, ValueError, LookupError, TypeError, AttributeError)


class ConversationRow(Row):
    __tablename__ = "conversation"
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"), primary_key=True)
    session: Mapped[str] = mapped_column(Sealed("conversation.session"))
    bundle_id: Mapped[int] = mapped_column(sa.ForeignKey("bundle.id"), index=True)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class TimerRow(Row):
    """Names the step that set it, so that a stale one does nothing. One a name and address."""

    __tablename__ = "timer"
    __table_args__ = (sa.UniqueConstraint("address_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"))
    name: Mapped[str] = mapped_column(sa.String(40))
    step_no: Mapped[int] = mapped_column()
    fire_at: Mapped[datetime] = mapped_column(Instant, index=True)
    attempts: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    id: int
    address_id: int
    name: str
    step_no: int
    fire_at: datetime
    attempts: int


conversation = table_of(ConversationRow)
timer = table_of(TimerRow)
_LOAD = sa.select(conversation.c.session, conversation.c.bundle_id).where(
    conversation.c.address_id == sa.bindparam("b_id")
)
_SAVE = sa.update(conversation).where(conversation.c.address_id == sa.bindparam("b_id"))
_FIRST_SAVE = sa.insert(conversation)
_THIS_TIMER = (timer.c.address_id == sa.bindparam("b_address"), timer.c.name == sa.bindparam("b_name"))
_CHANGE_TIMER = sa.update(timer).where(*_THIS_TIMER)
_CANCEL_TIMER = sa.delete(timer).where(*_THIS_TIMER)
_TIMER = sa.select(*(timer.c[f] for f in Timer.__dataclass_fields__))


def load_session(tx: Tx, address_id: int) -> tuple[str, int] | None:
    """The session's JSON and the bundle it runs on."""
    row = tx.execute(_LOAD, {"b_id": address_id}).one_or_none()
    return None if row is None else (str(row[0]), int(row[1]))


def save_session(tx: Tx, address_id: int, session: str, bundle_id: int, now: datetime) -> None:
    values = {"session": session, "bundle_id": bundle_id, "updated_at": now}
    if tx.execute(_SAVE, {"b_id": address_id, **values}).rowcount == 0:
        tx.execute(_FIRST_SAVE, {"address_id": address_id, **values})


def start_timer(tx: Tx, *, address_id: int, name: str, step_no: int, fire_at: datetime) -> None:
    values = {"step_no": step_no, "fire_at": fire_at, "attempts": 0}
    changed = tx.execute(_CHANGE_TIMER, {"b_address": address_id, "b_name": name, **values})
    if changed.rowcount == 0:
        tx.execute(insert_ignoring(tx, timer), {"address_id": address_id, "name": name, **values})


def cancel_timer(tx: Tx, *, address_id: int, name: str) -> None:
    tx.execute(_CANCEL_TIMER, {"b_address": address_id, "b_name": name})


def due_timers(tx: Tx, now: datetime, limit: int = 200) -> list[Timer]:
    rows = tx.execute(_TIMER.where(timer.c.fire_at <= now).order_by(timer.c.fire_at).limit(limit))
    return [Timer(**r._asdict()) for r in rows]


def take_timer(tx: Tx, seen: Timer) -> bool:
    """Claim a timer by removing it. False when it was replaced or taken by another."""
    return tx.execute(sa.delete(timer).where(*_as_seen(seen))).rowcount == 1


def delay_timer(tx: Tx, seen: Timer, until: datetime) -> None:
    """Count a try that failed, and wait until then for the next."""
    tx.execute(sa.update(timer).where(*_as_seen(seen)).values(fire_at=until, attempts=seen.attempts + 1))


def _as_seen(seen: Timer) -> tuple[sa.ColumnElement[bool], ...]:
    # All of it, not the id alone: SQLite gives the id of a timer that is gone to the next one, of another address.
    return tuple(timer.c[name] == getattr(seen, name) for name in Timer.__dataclass_fields__)


def next_timer_at(tx: Tx) -> datetime | None:
    return tx.execute(sa.select(sa.func.min(timer.c.fire_at)).select_from(timer)).scalar_one_or_none()


def all_sessions(tx: Tx) -> Iterator[tuple[int, str, int]]:
    """Every conversation: its address, its session's JSON and the bundle it runs on, by address, streamed."""
    columns = (conversation.c.address_id, conversation.c.session, conversation.c.bundle_id)
    for address_id, session, bundle_id in tx.execute(sa.select(*columns).order_by(conversation.c.address_id)):
        yield int(address_id), str(session), int(bundle_id)
