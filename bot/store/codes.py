"""The second factor of local accounts: a secret shared with a telephone, and the last of its codes that was used."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.staff import StaffRow


class StaffCodeRow(Row):
    __tablename__ = "staff_code"
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey(StaffRow.id), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(Sealed("staff_code.secret"))  # base32
    made_at: Mapped[datetime] = mapped_column(Instant)
    set_at: Mapped[datetime | None] = mapped_column(Instant)  # when its first code was right
    last_step: Mapped[int] = mapped_column(sa.BigInteger)  # of the last code that was used: none is used twice


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCode:
    staff_id: int
    secret: str
    set_at: datetime | None
    last_step: int


code = table_of(StaffCodeRow)


def code_of(tx: Tx, staff_id: int) -> StaffCode | None:
    wanted = sa.select(*(code.c[f] for f in StaffCode.__dataclass_fields__)).where(code.c.staff_id == staff_id)
    row = tx.execute(wanted).one_or_none()
    return None if row is None else StaffCode(**row._asdict())


def has_code(tx: Tx, staff_id: int) -> bool:
    found = code_of(tx, staff_id)
    return found is not None and found.set_at is not None


def who_has_codes(tx: Tx) -> set[int]:
    return {int(one) for one in tx.execute(sa.select(code.c.staff_id).where(code.c.set_at.is_not(None))).scalars()}


def put_code(tx: Tx, staff_id: int, secret: str, now: datetime) -> StaffCode:
    """A new secret, which opens nothing until its first code was right; or the one that is there."""
    new = {"staff_id": staff_id, "secret": secret, "made_at": now, "last_step": 0}
    tx.execute(insert_ignoring(tx, code, returning=False), new)
    found = code_of(tx, staff_id)
    assert found is not None
    return found


def use_step(tx: Tx, staff_id: int, step: int, now: datetime) -> bool:
    """Whether this step's code had not been used, nor a later one. In one statement: of two at once, one wins."""
    fresh = sa.update(code).where(code.c.staff_id == staff_id, code.c.last_step < step)
    return tx.execute(fresh.values(last_step=step, set_at=sa.func.coalesce(code.c.set_at, now))).rowcount == 1


def forget_unset(tx: Tx, staff_id: int) -> None:
    """A secret whose first code never came: whoever saw it would know the next one's too, since `put_code` keeps it."""
    tx.execute(sa.delete(code).where(code.c.staff_id == staff_id, code.c.set_at.is_(None)))


def remove_code(tx: Tx, staff_id: int) -> bool:
    return tx.execute(sa.delete(code).where(code.c.staff_id == staff_id)).rowcount == 1
