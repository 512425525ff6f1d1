"""The passkeys of local accounts: each a public key, of which a device or a key ring of theirs holds the other half."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, readable, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.staff import StaffRow


class StaffPasskeyRow(Row):
    __tablename__ = "staff_passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey(StaffRow.id), index=True)
    credential_id: Mapped[str] = mapped_column(sa.String(1400), unique=True)  # base64url of at most 1,023 bytes
    user_handle: Mapped[str] = mapped_column(sa.String(100))  # base64url; the same for all of one person's
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)  # COSE
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)  # as it was last told; always 0 where none is kept
    name: Mapped[str] = mapped_column(Sealed("staff_passkey.name"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    went_back_at: Mapped[datetime | None] = mapped_column(Instant)  # when the count last went back, as a copy's does


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    id: int
    staff_id: int
    credential_id: str
    user_handle: str
    public_key: bytes
    sign_count: int
    name: str | None  # None where its key is lost
    made_at: datetime
    used_at: datetime | None
    went_back_at: datetime | None


passkey = table_of(StaffPasskeyRow)
_ALL = sa.select(*(readable(passkey.c[f]) for f in Passkey.__dataclass_fields__))


def of_staff(tx: Tx, staff_id: int) -> list[Passkey]:
    theirs = _ALL.where(passkey.c.staff_id == staff_id).order_by(passkey.c.id)
    return [Passkey(**row._asdict()) for row in tx.execute(theirs)]


def by_credential(tx: Tx, credential_id: str) -> Passkey | None:
    row = tx.execute(_ALL.where(passkey.c.credential_id == credential_id)).one_or_none()
    return None if row is None else Passkey(**row._asdict())


def has_passkey(tx: Tx, staff_id: int) -> bool:
    of = sa.select(passkey.c.id).where(passkey.c.staff_id == staff_id).limit(1)
    return tx.execute(of).first() is not None


def how_many(tx: Tx) -> Counter[int]:
    """By the id of each member of staff who has any."""
    counted = sa.select(passkey.c.staff_id, sa.func.count()).group_by(passkey.c.staff_id)
    return Counter({int(staff_id): int(number) for staff_id, number in tx.execute(counted)})


def add_passkey(
    tx: Tx, *, staff_id: int, credential_id: str, user_handle: str, public_key: bytes, sign_count: int, name: str,
    now: datetime,
) -> int | None:  # fmt: skip
    """Its id; None where this credential is somebody's already."""
    values = {
        "staff_id": staff_id, "credential_id": credential_id, "user_handle": user_handle, "public_key": public_key,
        "sign_count": sign_count, "name": name, "made_at": now,
    }  # fmt: skip
    made = tx.execute(insert_ignoring(tx, passkey), values).scalar_one_or_none()
    return None if made is None else int(made)


def use_count(tx: Tx, passkey_id: int, count: int, now: datetime) -> bool:
    """Whether the count went on from where it stood, or none is kept. In one statement: of two at once, one wins."""
    went_on = (passkey.c.sign_count < count) | ((passkey.c.sign_count == 0) & sa.literal(count == 0))
    used = sa.update(passkey).where(passkey.c.id == passkey_id, went_on).values(sign_count=count, used_at=now)
    return tx.execute(used).rowcount == 1


def mark_went_back(tx: Tx, passkey_id: int, now: datetime) -> None:
    tx.execute(sa.update(passkey).where(passkey.c.id == passkey_id).values(went_back_at=now))


def remove_passkey(tx: Tx, staff_id: int, passkey_id: int) -> bool:
    one = sa.delete(passkey).where(passkey.c.id == passkey_id, passkey.c.staff_id == staff_id)
    return tx.execute(one).rowcount == 1


def remove_passkeys(tx: Tx, staff_id: int) -> int:
    return int(tx.execute(sa.delete(passkey).where(passkey.c.staff_id == staff_id)).rowcount)
