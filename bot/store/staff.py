"""Staff accounts, their server-side sessions, and the audit of what each did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx

NO_PASSWORD: Final = "!"  # noqa: S105  # no hash is this: who signs in by the council's account has none here


class StaffRow(Row):
    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(sa.String(120))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    role: Mapped[str] = mapped_column(sa.String(24))
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class StaffSessionRow(Row):
    __tablename__ = "staff_session"
    token: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # SHA-256 of the cookie's token
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)  # when they last proved again who they are
    half: Mapped[bool] = mapped_column(default=False)  # the password was right, the second factor is not yet given


class SignInAttemptRow(Row):
    """Failed sign-ins, counted by keyed fingerprint of the email and of the address they came from."""

    __tablename__ = "sign_in_attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), index=True)
    at: Mapped[datetime] = mapped_column(Instant)


class AuditRow(Row):
    """One view, search, export or change by one member of staff, in the transaction of the thing itself."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(40))
    target: Mapped[str] = mapped_column(sa.String(80))
    detail: Mapped[str] = mapped_column(sa.String(200), default="")
    seal: Mapped[int | None] = mapped_column(index=True)  # the number of the seal that holds it (bot.store.seals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    id: int
    email: str
    name: str
    password_hash: str
    role: str
    disabled_at: datetime | None

    @property
    def local(self) -> bool:
        """They have a password here; else they sign in by the council's account."""
        return self.password_hash != NO_PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    token: str
    staff_id: int
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime | None = None
    half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    id: int
    at: datetime
    staff_id: int | None
    action: str
    target: str
    detail: str


staff = table_of(StaffRow)
staff_session = table_of(StaffSessionRow)
attempt = table_of(SignInAttemptRow)
audit = table_of(AuditRow)
_STAFF = sa.select(*(staff.c[f] for f in Staff.__dataclass_fields__))


def add_staff(tx: Tx, *, email: str, name: str, password_hash: str, role: str, now: datetime) -> int:
    statement = sa.insert(staff).values(
        email=email.strip().lower(), name=name, password_hash=password_hash, role=role, created_at=now
    )
    return int(tx.execute(statement.returning(staff.c.id)).scalar_one())


def find_staff(tx: Tx, email: str) -> Staff | None:
    row = tx.execute(_STAFF.where(staff.c.email == email.strip().lower())).one_or_none()
    return None if row is None else Staff(**row._asdict())


def staff_by_id(tx: Tx, staff_id: int) -> Staff:
    return Staff(**tx.execute(_STAFF.where(staff.c.id == staff_id)).one()._asdict())


def find_staff_by_id(tx: Tx, staff_id: int) -> Staff | None:
    row = tx.execute(_STAFF.where(staff.c.id == staff_id)).one_or_none()
    return None if row is None else Staff(**row._asdict())


def staff_names(tx: Tx) -> dict[int, str]:
    return {int(i): str(n) for i, n in tx.execute(sa.select(staff.c.id, staff.c.name))}


def change_staff(tx: Tx, staff_id: int, **values: object) -> None:
    tx.execute(sa.update(staff).where(staff.c.id == staff_id).values(**values))


def every_staff(tx: Tx) -> list[Staff]:
    return [Staff(**row._asdict()) for row in tx.execute(_STAFF.order_by(staff.c.name, staff.c.id))]


def add_session(tx: Tx, *, token: str, staff_id: int, now: datetime, half: bool = False) -> None:
    tx.execute(sa.insert(staff_session).values(token=token, staff_id=staff_id, created_at=now, seen_at=now, half=half))


def find_session(tx: Tx, token: str) -> StaffSession | None:
    row = tx.execute(
        sa.select(*(staff_session.c[f] for f in StaffSession.__dataclass_fields__)).where(
            staff_session.c.token == token, staff_session.c.ended_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else StaffSession(**row._asdict())


def touch_session(tx: Tx, token: str, now: datetime) -> None:
    tx.execute(sa.update(staff_session).where(staff_session.c.token == token).values(seen_at=now))


def renew_session(tx: Tx, old: str, new: str, now: datetime) -> None:
    held = staff_session.c.token == old
    tx.execute(sa.update(staff_session).where(held).values(token=new, confirmed_at=now, seen_at=now))


def open_sessions(tx: Tx, staff_id: int, since: datetime) -> list[StaffSession]:
    """Theirs that began since then and were not ended, the last used first."""
    theirs = (staff_session.c.staff_id == staff_id) & staff_session.c.ended_at.is_(None) & ~staff_session.c.half
    found = sa.select(*(staff_session.c[f] for f in StaffSession.__dataclass_fields__)).where(theirs)
    newest = found.where(staff_session.c.created_at >= since).order_by(staff_session.c.seen_at.desc())
    return [StaffSession(**row._asdict()) for row in tx.execute(newest)]


def end_session(tx: Tx, token: str, now: datetime) -> None:
    tx.execute(sa.update(staff_session).where(staff_session.c.token == token).values(ended_at=now))


def end_sessions_of(tx: Tx, staff_id: int, now: datetime) -> int:
    """All of a person's, at once; how many."""
    theirs = sa.update(staff_session).where(staff_session.c.staff_id == staff_id, staff_session.c.ended_at.is_(None))
    return int(tx.execute(theirs.values(ended_at=now)).rowcount)


def add_attempt(tx: Tx, key: str, now: datetime) -> None:
    tx.execute(sa.insert(attempt).values(key=key, at=now))


def attempts_since(tx: Tx, key: str, since: datetime) -> int:
    return int(
        tx.execute(
            sa.select(sa.func.count()).select_from(attempt).where(attempt.c.key == key, attempt.c.at >= since)
        ).scalar_one()
    )


def add_audit(tx: Tx, *, at: datetime, staff_id: int | None, action: str, target: str, detail: str = "") -> None:
    tx.execute(sa.insert(audit).values(at=at, staff_id=staff_id, action=action, target=target, detail=detail))


def keep_audit(
    tx: Tx, audit_id: int | None, *, at: datetime, staff_id: int | None, action: str, target: str, detail: str
) -> int:
    """One line for what takes many transactions: made by the first, brought up to date by each. Returns its id.

    A line that was sealed meanwhile stands as it is, and what came since is told in a new one.
    """
    if audit_id is not None:
        open_still = sa.update(audit).where(audit.c.id == audit_id, audit.c.seal.is_(None))
        if tx.execute(open_still.values(target=target, detail=detail)).rowcount == 1:
            return audit_id
    made = sa.insert(audit).values(at=at, staff_id=staff_id, action=action, target=target, detail=detail)
    return int(tx.execute(made.returning(audit.c.id)).scalar_one())


def audit_rows(tx: Tx, *, limit: int = 200) -> list[Audit]:
    rows = tx.execute(
        sa.select(*(audit.c[f] for f in Audit.__dataclass_fields__)).order_by(audit.c.id.desc()).limit(limit)
    )
    return [Audit(**r._asdict()) for r in rows]
