"""What is left of those who were erased: keyed fingerprints and nothing else; and the legal holds that forbid erasing.

A fingerprint (HMAC-SHA-256 under `PHONE_INDEX_KEY`) finds and never tells. It says that somebody was erased and when,
so that a restored copy erases them again, an old sheet does not enrol them again, and what a provider still lists of
what they wrote is not taken in again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, Sealed, keyring_of, readable, table_of
from bot.store.database import Tx, insert_ignoring

Kind = Literal["person", "reference", "sms", "web", "case"]
# Of what the key makes each fingerprint: those of a reference, a number and a chat are the same as in their own tables.
_MADE_OF: Final[Mapping[Kind, str]] = {
    "person": "erased.person", "reference": "person", "sms": "sms", "web": "web", "case": "erased.case",
}  # fmt: skip
KINDS: Final[frozenset[str]] = frozenset(_MADE_OF)


class ErasedRow(Row):
    """`kind`: of what the fingerprint is. A person's reference here, the case system's, a number, a web chat,
    a case of nobody."""

    __tablename__ = "erased"
    __table_args__ = (sa.UniqueConstraint("kind", "fingerprint"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(Instant)


class LegalHoldRow(Row):
    """What stands of one person, or of one case, is evidence: nothing erases it while this is not lifted."""

    __tablename__ = "legal_hold"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    why: Mapped[str] = mapped_column(Sealed("legal_hold.why"))
    put_at: Mapped[datetime] = mapped_column(Instant)
    put_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One line of the list of the erased. `fingerprint` is 64 hex digits."""

    kind: Kind
    fingerprint: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    id: int
    person_id: int | None
    case_id: int | None
    why: str
    put_at: datetime
    put_by: int | None


erased = table_of(ErasedRow)
legal_hold = table_of(LegalHoldRow)
_HOLD = sa.select(*(readable(legal_hold.c[f]) for f in LegalHold.__dataclass_fields__))
_ERASED_AT = sa.select(sa.func.max(erased.c.at)).where(
    erased.c.kind == sa.bindparam("b_kind"), erased.c.fingerprint.in_(sa.bindparam("b_prints", expanding=True))
)


def keep_marks(tx: Tx, marks: Iterable[Mark]) -> None:
    """Told twice, the later instant stands."""
    for mark in marks:
        values = {"kind": mark.kind, "fingerprint": mark.fingerprint, "at": mark.at}
        if tx.execute(insert_ignoring(tx, erased), values).one_or_none() is None:
            this = (erased.c.kind == mark.kind, erased.c.fingerprint == mark.fingerprint, erased.c.at < mark.at)
            tx.execute(sa.update(erased).where(*this).values(at=mark.at))


def marks(tx: Tx) -> list[Mark]:
    """The whole list, the oldest first."""
    rows = tx.execute(sa.select(erased.c.kind, erased.c.fingerprint, erased.c.at).order_by(erased.c.at, erased.c.id))
    return [Mark(**row._asdict()) for row in rows]


def erased_at(tx: Tx, kind: Kind, value: str) -> datetime | None:
    """When what this names was last erased; None where it never was."""
    prints = keyring_of(tx.dialect).prints(_MADE_OF[kind], value)
    found: datetime | None = tx.execute(_ERASED_AT, {"b_kind": kind, "b_prints": prints}).scalar_one()
    return found


def erased_among(tx: Tx, kind: Kind, values: Collection[str]) -> dict[str, datetime]:
    """When each of these was last erased; those that never were are left out."""
    keys = keyring_of(tx.dialect)
    rows = tx.execute(sa.select(erased.c.fingerprint, erased.c.at).where(erased.c.kind == kind))
    known: dict[str, datetime] = {found: at for found, at in rows}  # noqa: C416 - dict() of rows has no types
    if not known:
        return {}
    prints = {value: [p for p in keys.prints(_MADE_OF[kind], value) if p in known] for value in values}
    return {value: max(known[p] for p in theirs) for value, theirs in prints.items() if theirs}


def mark_of(tx: Tx, kind: Kind, value: str, at: datetime) -> Mark:
    return Mark(kind=kind, fingerprint=keyring_of(tx.dialect).index(_MADE_OF[kind], value), at=at)


def put_legal_hold(
    tx: Tx, *, person_id: int | None, case_id: int | None, why: str, by: int | None, now: datetime
) -> int:
    values = {"person_id": person_id, "case_id": case_id, "why": why, "put_at": now, "put_by": by}
    return int(tx.execute(sa.insert(legal_hold).values(values).returning(legal_hold.c.id)).scalar_one())


def lift_legal_hold(tx: Tx, hold_id: int, *, by: int | None, now: datetime) -> bool:
    """False where it stands no longer."""
    standing = (legal_hold.c.id == hold_id, legal_hold.c.lifted_at.is_(None))
    return tx.execute(sa.update(legal_hold).where(*standing).values(lifted_at=now, lifted_by=by)).rowcount == 1


def legal_holds(tx: Tx, *, people: Sequence[int], cases: Sequence[int]) -> list[LegalHold]:
    """Those that stand of these people and cases, the oldest first."""
    theirs = sa.or_(legal_hold.c.person_id.in_(people), legal_hold.c.case_id.in_(cases))
    rows = tx.execute(_HOLD.where(legal_hold.c.lifted_at.is_(None), theirs).order_by(legal_hold.c.id))
    return [LegalHold(**row._asdict()) for row in rows]
