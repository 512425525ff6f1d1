"""What a worker told beside an enrolment: who signs its check-ins, and the service the family was told of."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Row, Sealed, table_of
from bot.store.database import Tx


class BesideRow(Row):
    """Only where something was told: most enrolments, and every one by a sheet, have none."""

    __tablename__ = "enrolment_beside"
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"), primary_key=True)
    signed_by: Mapped[str | None] = mapped_column(Sealed("enrolment_beside.signed_by"))
    listing: Mapped[str | None] = mapped_column(sa.String(200))  # the service's id in the directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """`signed_by` is a worker's first name that the family agreed to see; `listing` a service's id."""

    signed_by: str | None = None
    listing: str | None = None


beside = table_of(BesideRow)
_BESIDE = sa.select(beside.c.signed_by, beside.c.listing).where(beside.c.enrolment_id == sa.bindparam("b_enrolment"))


def keep_beside(tx: Tx, enrolment_id: int, told: Beside) -> None:
    """In the place of what was told before."""
    tx.execute(sa.delete(beside).where(beside.c.enrolment_id == enrolment_id))
    tx.execute(sa.insert(beside), {"enrolment_id": enrolment_id, "signed_by": told.signed_by, "listing": told.listing})


def beside_of(tx: Tx, enrolment_id: int) -> Beside:
    row = tx.execute(_BESIDE, {"b_enrolment": enrolment_id}).one_or_none()
    return Beside() if row is None else Beside(**row._asdict())
