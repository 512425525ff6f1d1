"""What somebody at a page of ours asked to be texted: a code that opens a conversation elsewhere, or what was found.

Only ever counted and matched: neither a code nor what the page holds is kept, only their keyed fingerprints.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx

MOST_WRONG: Final = 5
REFUSED: Final = "refused"


class PhoneAskRow(Row):
    """`ask` is of what the asking page holds, so that a code alone, read on a locked screen, opens nothing."""

    __tablename__ = "phone_ask"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8))  # keep, carry, results; refused: no text went
    phone_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"), index=True)
    chat_id: Mapped[int | None] = mapped_column(sa.ForeignKey("address.id"), index=True)
    ask: Mapped[str] = mapped_column(sa.String(64), unique=True)
    code: Mapped[str | None] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    wrong: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


phone_ask = table_of(PhoneAskRow)


def asked(tx: Tx, since: datetime, *, phone_id: int | None = None, chat_id: int | None = None) -> int:
    """How often since then, by all, for one number or from one conversation. What was refused counts for the
    conversation alone: were it left out there, its limit would tell whether a number is texted."""
    where = [phone_ask.c.at > since]
    if chat_id is None:
        where.append(phone_ask.c.kind != REFUSED)
    if phone_id is not None:
        where.append(phone_ask.c.phone_id == phone_id)
    if chat_id is not None:
        where.append(phone_ask.c.chat_id == chat_id)
    return int(tx.execute(sa.select(sa.func.count()).select_from(phone_ask).where(*where)).scalar_one())


def put(
    tx: Tx, *, kind: str, phone_id: int, chat_id: int | None, ask: str, code: str | None, at: datetime,
    expires_at: datetime,
) -> int:  # fmt: skip
    values = {
        "kind": kind, "phone_id": phone_id, "chat_id": chat_id, "ask": ask, "code": code, "at": at,
        "expires_at": expires_at, "wrong": 0,
    }  # fmt: skip
    return int(tx.execute(sa.insert(phone_ask).values(values).returning(phone_ask.c.id)).scalar_one())


def asked_for(tx: Tx, ask: str) -> tuple[str, int] | None:
    """The kind and the conversation that a code is for, unlocked; None where no code was asked."""
    wanted = sa.select(phone_ask.c.kind, phone_ask.c.chat_id).where(
        phone_ask.c.ask == ask, phone_ask.c.code.is_not(None)
    )
    row = tx.execute(wanted).one_or_none()
    return None if row is None or row.chat_id is None else (str(row.kind), int(row.chat_id))


def use(tx: Tx, *, ask: str, code: str, now: datetime) -> bool:
    """Spend a code; whether it was right. A wrong one is counted, and after `MOST_WRONG` none is right.

    Of two at once one wins: the row is held until the transaction ends.
    """
    row = tx.execute(
        sa.select(phone_ask.c.id, phone_ask.c.code, phone_ask.c.wrong)
        .where(
            phone_ask.c.ask == ask, phone_ask.c.used_at.is_(None), phone_ask.c.expires_at > now,
            phone_ask.c.wrong < MOST_WRONG,
        )
        .with_for_update()
    ).one_or_none()  # fmt: skip
    if row is None:
        return False
    right = bool(row.code == code)
    changed: dict[str, object] = {"used_at": now} if right else {"wrong": row.wrong + 1}
    tx.execute(sa.update(phone_ask).where(phone_ask.c.id == row.id).values(changed))
    return right


def kept_by(tx: Tx, phone_id: int, since: datetime) -> int | None:
    """The conversation that was last kept for this number, by a code that came to it after `since`."""
    return tx.execute(
        sa.select(phone_ask.c.chat_id)
        .where(phone_ask.c.phone_id == phone_id, phone_ask.c.kind == "keep", phone_ask.c.used_at > since)
        .order_by(phone_ask.c.used_at.desc(), phone_ask.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
