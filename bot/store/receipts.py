"""What the provider told of our messages: every word of it kept, tied to its row as soon as that is known."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx

NEWS = 7_700_901  # the first of two keys of an advisory lock; the second is a provider's id


class ReceiptRow(Row):
    """Every word of the provider about a message, late and repeated ones too."""

    __tablename__ = "receipt"
    id: Mapped[int] = mapped_column(primary_key=True)
    outbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"), index=True)
    provider_sid: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    status: Mapped[str] = mapped_column(sa.String(24))
    error_code: Mapped[str | None] = mapped_column(sa.String(16))
    at: Mapped[datetime] = mapped_column(Instant, index=True)


receipt = table_of(ReceiptRow)
_ALONE: Final = sa.select(sa.func.pg_advisory_xact_lock(NEWS, sa.func.hashtext(sa.bindparam("b_sid"))))


def one_at_a_time(tx: Tx, provider_sids: Iterable[str]) -> None:
    """Wait until nobody else takes in news of these messages. Called before a row is locked: two that held a row each
    could wait for each other.

    A receipt that finds no row is kept for whoever writes the provider's id, and who looks for such receipts then: of
    two transactions at once neither would see the other's. SQLite has one writer anyway.
    """
    if tx.dialect.name == "postgresql":
        for sid in sorted(set(provider_sids)):
            tx.execute(_ALONE, {"b_sid": sid})


def add_receipt(
    tx: Tx, *, outbox_id: int | None, provider_sid: str | None, status: str, error_code: str | None, at: datetime
) -> None:
    tx.execute(
        sa.insert(receipt).values(
            outbox_id=outbox_id, provider_sid=provider_sid, status=status, error_code=error_code, at=at
        )
    )


def claim_receipts(tx: Tx, provider_sid: str, outbox_id: int) -> list[tuple[str, str | None]]:
    """Receipts that came before their row had the provider's id: tied to it now; status and code of each, as told."""
    early = (receipt.c.provider_sid == provider_sid, receipt.c.outbox_id.is_(None))
    found = tx.execute(sa.select(receipt.c.status, receipt.c.error_code).where(*early).order_by(receipt.c.id)).all()
    if found:
        tx.execute(sa.update(receipt).where(*early).values(outbox_id=outbox_id))
    return [(str(status), code) for status, code in found]
