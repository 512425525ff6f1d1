"""What is known of the provider's own keyword handling: whether an account has it on, and whom it blocks."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx, insert_ignoring


class CarrierAccountRow(Row):
    """An account whose provider answers STOP, START and HELP by itself; no row while nothing shows it."""

    __tablename__ = "carrier_account"
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    learnt_by: Mapped[str] = mapped_column(sa.String(16))  # opt-out-type, 21610
    seen_at: Mapped[datetime] = mapped_column(Instant)  # when it last showed


class CarrierBlockRow(Row):
    """A number that the provider itself blocks since its STOP: whatever we send there is refused with 21610."""

    __tablename__ = "carrier_block"
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("address.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierAccount:
    account: str
    learnt_by: str
    seen_at: datetime


account = table_of(CarrierAccountRow)
block = table_of(CarrierBlockRow)
_ACCOUNT = sa.select(account.c.account, account.c.learnt_by, account.c.seen_at)
_ONE = _ACCOUNT.where(account.c.account == sa.bindparam("b_account"))
_SHOWED = sa.update(account).where(account.c.account == sa.bindparam("b_account"))
_BLOCKED = sa.select(block.c.since).where(block.c.address_id == sa.bindparam("b_address"))


def account_of(tx: Tx, name: str) -> CarrierAccount | None:
    row = tx.execute(_ONE, {"b_account": name}).one_or_none()
    return None if row is None else CarrierAccount(**row._asdict())


def accounts(tx: Tx) -> list[CarrierAccount]:
    """Every account that was seen to handle keywords."""
    return [CarrierAccount(**row._asdict()) for row in tx.execute(_ACCOUNT.order_by(account.c.account))]


def note_account(tx: Tx, name: str, *, learnt_by: str, at: datetime) -> None:
    """It showed again: the newest way and time stand."""
    values = {"learnt_by": learnt_by, "seen_at": at}
    if tx.execute(_SHOWED, {"b_account": name, **values}).rowcount == 0:
        tx.execute(insert_ignoring(tx, account), {"account": name, **values})


def forget_account(tx: Tx, name: str) -> None:
    tx.execute(sa.delete(account).where(account.c.account == name))


def blocked_since(tx: Tx, address_id: int) -> datetime | None:
    """Since when the provider blocks texts to it; None where nothing shows that it does."""
    since: datetime | None = tx.execute(_BLOCKED, {"b_address": address_id}).scalar_one_or_none()
    return since


def block_address(tx: Tx, address_id: int, at: datetime) -> None:
    """Known to be blocked; the first time stands."""
    tx.execute(insert_ignoring(tx, block), {"address_id": address_id, "since": at})


def unblock_address(tx: Tx, address_id: int) -> None:
    tx.execute(sa.delete(block).where(block.c.address_id == address_id))


def count_blocked(tx: Tx) -> int:
    """How many numbers no safety reply of ours reaches."""
    return int(tx.execute(sa.select(sa.func.count()).select_from(block)).scalar_one())
