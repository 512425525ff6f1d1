"""Who of the staff is whom at the council's provider, and the sign-ins that have come back from it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.staff import NO_PASSWORD, StaffRow, staff


class StaffIdentityRow(Row):
    """Never an email: that is given to another when somebody leaves."""

    __tablename__ = "staff_identity"
    __table_args__ = (sa.UniqueConstraint("tenant", "subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant: Mapped[str] = mapped_column(sa.String(200))  # Entra ID's tenant id, elsewhere the issuer
    subject: Mapped[str] = mapped_column(sa.String(200))  # Entra ID's object id, elsewhere the subject
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey(StaffRow.id), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class ReturnedRow(Row):
    """A sign-in that came back from the provider, by the SHA-256 of its state, or a passkey's answer, by that of its
    challenge: none comes back twice."""

    __tablename__ = "sign_on_returned"
    state: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


identity = table_of(StaffIdentityRow)
returned = table_of(ReturnedRow)


def take_return(tx: Tx, state: str, now: datetime, *, older_than: datetime) -> bool:
    """Whether this is the first time that a sign-in comes back. What is too old to come back at all is forgotten."""
    tx.execute(sa.delete(returned).where(returned.c.at < older_than))
    once = insert_ignoring(tx, returned, returning=False).returning(returned.c.state)
    return tx.execute(once, {"state": state, "at": now}).scalar_one_or_none() is not None


def staff_of(tx: Tx, tenant: str, subject: str) -> int | None:
    of = sa.select(identity.c.staff_id).where(identity.c.tenant == tenant, identity.c.subject == subject)
    found = tx.execute(of).scalar_one_or_none()
    return None if found is None else int(found)


def add_person(tx: Tx, *, tenant: str, subject: str, name: str, role: str, now: datetime) -> int | None:
    """Staff who sign in by the council's account alone. None where another transaction has just added them.

    Their row's email, which must be unique and is signed in with by local accounts, is made of who they are.
    """
    values = {
        "email": f"{subject}@{tenant}".lower()[:254], "name": name, "password_hash": NO_PASSWORD, "role": role,
        "created_at": now,
    }  # fmt: skip
    staff_id = tx.execute(insert_ignoring(tx, staff), values).scalar_one_or_none()
    if staff_id is None:
        return None
    tx.execute(sa.insert(identity).values(tenant=tenant, subject=subject, staff_id=staff_id, created_at=now))
    return int(staff_id)
