"""The audit's seals: each closes the rows of a minute, and holds the seals before it to what they were.

A seal's `digest` is SHA-256 over its rows; its head is SHA-256 over its number, instant, count, digest and the head
before it, sealed under the keyring. AES-GCM proves as well as hides: who can write to the database, and has no key, can
make no head for rows that were changed or taken away. Rows name their seal, not a seal its first and last row: on
PostgreSQL a row may be committed after one with a higher number.

What the chain cannot show by itself is an end cut off, rows and seals together: `sealed` tells each head to the log.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Readable, Row, Sealed, table_of
from bot.store.database import Tx, insert_ignoring
from bot.store.staff import Audit, audit

FIRST: Final = "0" * 64  # what stands for the head before the first seal
MOST_ROWS: Final = 1_000  # of one seal: a backlog is several
_PAGE: Final = 200  # seals read at a time while checking


class AuditSealRow(Row):
    """Never removed: not with the rows it sealed either."""

    __tablename__ = "audit_seal"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1, with no gap
    at: Mapped[datetime] = mapped_column(Instant)
    count: Mapped[int] = mapped_column()
    digest: Mapped[str] = mapped_column(sa.String(64))
    head: Mapped[str] = mapped_column(Sealed("audit_seal.head"))
    pruned: Mapped[str | None] = mapped_column(Sealed("audit_seal.pruned"))  # number and instant: its rows were old


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """`head` and `pruned` are None where they do not open."""

    number: int
    at: datetime
    count: int
    digest: str
    head: str | None
    pruned: str | None
    was_pruned: bool


Kind = Literal["seal-missing", "seal-changed", "removed", "added", "changed", "head"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where the audit is not what was sealed. `sealed` and `found` count rows; `at` is the seal's, where it stands."""

    number: int
    kind: Kind
    at: datetime | None = None
    sealed: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a look at the seals found. `rows` stand and are sealed, `waiting` are not sealed yet."""

    seals: int
    rows: int
    pruned: int
    waiting: int
    waiting_since: datetime | None
    last_number: int
    last_at: datetime | None
    last_head: str | None
    breaks: tuple[Break, ...]


seal = table_of(AuditSealRow)
_ROW = tuple(audit.c[f] for f in Audit.__dataclass_fields__)
_SEAL = sa.select(
    seal.c.number, seal.c.at, seal.c.count, seal.c.digest,
    sa.type_coerce(seal.c.head, Readable("audit_seal.head", None)).label("head"),
    sa.type_coerce(seal.c.pruned, Readable("audit_seal.pruned", None)).label("pruned"),
    seal.c.pruned.is_not(None).label("was_pruned"),
)  # fmt: skip
_NEWEST = _SEAL.order_by(seal.c.number.desc()).limit(1)
_UNSEALED = sa.select(*_ROW).where(audit.c.seal.is_(None)).order_by(audit.c.id).limit(MOST_ROWS)


def digest_of(rows: list[Audit]) -> str:
    """Of these rows in this order: 64 hex digits."""
    whole = hashlib.sha256()
    for row in rows:
        at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
        told = [row.id, at, row.staff_id, row.action, row.target, row.detail]
        whole.update(json.dumps(told, ensure_ascii=False).encode() + b"\n")
    return whole.hexdigest()


def head_of(*, number: int, at: datetime, count: int, digest: str, before: str) -> str:
    instant = at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(f"{number}\n{instant}\n{count}\n{digest}\n{before}".encode()).hexdigest()


def newest(tx: Tx, *, lock: bool = False) -> Seal | None:
    """`lock` makes another clock wait here, and then find what this one sealed."""
    if lock and tx.dialect.name == "postgresql":
        number = sa.select(sa.func.max(seal.c.number)).scalar_subquery()
        tx.execute(sa.select(seal.c.number).where(seal.c.number == number).with_for_update())
    row = tx.execute(_NEWEST).one_or_none()
    return None if row is None else Seal(**row._asdict())


def seal_rows(tx: Tx, now: datetime, before: Seal | None) -> Seal | None:
    """Seal the rows that nothing holds yet, `MOST_ROWS` at most; None where there is none, or another clock did.

    A row that somebody is writing to at this moment waits for the next seal. Raises ValueError where the newest head
    does not open: no key, or somebody changed it. Nothing is sealed on top of that.
    """
    rows = [Audit(**r._asdict()) for r in tx.execute(_UNSEALED.with_for_update(skip_locked=True))]
    if not rows:
        return None
    if before is not None and before.head is None:
        raise ValueError("the newest seal of the audit does not open")
    number = 1 if before is None else before.number + 1
    digest = digest_of(rows)
    head = head_of(
        number=number, at=now, count=len(rows), digest=digest, before=FIRST if before is None else before.head or FIRST
    )
    values = {"number": number, "at": now, "count": len(rows), "digest": digest, "head": head}
    put = insert_ignoring(tx, seal, returning=False).returning(seal.c.number)
    if tx.execute(put, values).first() is None:
        return None
    tx.execute(sa.update(audit).where(audit.c.id.in_([row.id for row in rows])).values(seal=number))
    return Seal(**values, pruned=None, was_pruned=False)  # type: ignore[arg-type]


def check(tx: Tx, *, from_number: int = 1, head: tuple[int, str] | None = None) -> Checked:
    """Compare every seal from a number on with its rows and the seal before it. `head` is a number and the first
    digits of a head that was kept elsewhere. Rows are read a page of seals at a time."""
    breaks: list[Break] = []
    seals = stood = pruned = 0
    before = FIRST if from_number <= 1 else None
    expected, last = max(from_number, 1), None
    if before is None:
        earlier = tx.execute(_SEAL.where(seal.c.number == from_number - 1)).one_or_none()
        before = None if earlier is None else earlier.head
    for found, rows in _with_rows(tx, expected):
        breaks += [Break(number=n, kind="seal-missing") for n in range(expected, found.number)]
        if found.number != expected:
            before = None
        breaks += _breaks_of(found, rows, before)
        if head is not None and head[0] == found.number and not (found.head or "").startswith(head[1]):
            breaks.append(Break(number=found.number, kind="head", at=found.at))
        seals, stood, pruned = seals + 1, stood + len(rows), pruned + int(found.was_pruned)
        before, expected, last = found.head, found.number + 1, found
    breaks += _cut_off(tx, expected)
    if head is not None and head[0] >= expected and not any(b.number == head[0] for b in breaks):
        breaks.append(Break(number=head[0], kind="seal-missing"))
    waiting = tx.execute(sa.select(sa.func.count(), sa.func.min(audit.c.at)).where(audit.c.seal.is_(None))).one()
    return Checked(
        seals=seals, rows=stood, pruned=pruned, waiting=int(waiting[0]), waiting_since=waiting[1],
        last_number=last.number if last else 0, last_at=last.at if last else None,
        last_head=last.head if last else None, breaks=tuple(breaks),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Seals and rows removed, and how many seals kept their rows. `last` is the number of the last seal looked at; None
    where none was left."""

    seals: int
    rows: int
    kept: int
    last: int | None


def prune(
    tx: Tx, older_than: datetime, now: datetime, *, after: int = 0, dry_run: bool = False, limit: int = 50
) -> Pruned:
    """Remove the rows of the oldest seals behind `after` that were made before an instant, `limit` seals at a time; the
    seals stay. A seal whose rows are not what it sealed keeps them: they are the evidence.
    """
    old = _SEAL.where(
        seal.c.number > after, seal.c.at < older_than, seal.c.pruned.is_(None), seal.c.count > 0
    ).order_by(seal.c.number)  # fmt: skip
    seals = rows = kept = 0
    last = None
    for found in [Seal(**r._asdict()) for r in tx.execute(old if dry_run else old.limit(limit))]:
        last = found.number
        theirs = _rows_of(tx, found.number, found.number).get(found.number, [])
        if len(theirs) != found.count or digest_of(theirs) != found.digest:
            kept += 1
            continue
        seals, rows = seals + 1, rows + len(theirs)
        if not dry_run:
            tx.execute(sa.delete(audit).where(audit.c.seal == found.number))
            told = f"{found.number} {now.astimezone(UTC).isoformat(timespec='seconds')}"
            tx.execute(sa.update(seal).where(seal.c.number == found.number).values(pruned=told))
    return Pruned(seals=seals, rows=rows, kept=kept, last=last)


def _with_rows(tx: Tx, first: int) -> Iterator[tuple[Seal, list[Audit]]]:
    while True:
        page = _SEAL.where(seal.c.number >= first).order_by(seal.c.number).limit(_PAGE)
        seals = [Seal(**r._asdict()) for r in tx.execute(page)]
        if not seals:
            return
        rows = _rows_of(tx, first, seals[-1].number)
        for found in seals:
            yield found, rows.get(found.number, [])
        first = seals[-1].number + 1


def _rows_of(tx: Tx, first: int, last: int) -> dict[int, list[Audit]]:
    rows: dict[int, list[Audit]] = {}
    statement = sa.select(audit.c.seal, *_ROW).where(audit.c.seal.between(first, last)).order_by(audit.c.id)
    for number, *own in tx.execute(statement):
        rows.setdefault(number, []).append(Audit(**dict(zip(Audit.__dataclass_fields__, own, strict=True))))
    return rows


def _breaks_of(found: Seal, rows: list[Audit], before: str | None) -> list[Break]:
    """Nothing where the rows are those that were sealed. `before` is None where the seal before is gone or shut: told
    of already, and this one's head cannot be compared."""
    where = {"number": found.number, "at": found.at, "sealed": found.count, "found": len(rows)}
    told = []
    wanted = None if before is None else head_of(
        number=found.number, at=found.at, count=found.count, digest=found.digest, before=before
    )  # fmt: skip
    if found.head is None or (wanted is not None and found.head != wanted):
        told.append(Break(kind="seal-changed", **where))  # type: ignore[arg-type]
    pruned = (found.pruned or "").split(" ")[0] == str(found.number)
    if found.was_pruned and (not pruned or rows):
        told.append(Break(kind="seal-changed", **where))  # type: ignore[arg-type]
    elif not found.was_pruned and len(rows) != found.count:
        told.append(Break(kind="removed" if len(rows) < found.count else "added", **where))  # type: ignore[arg-type]
    elif not found.was_pruned and digest_of(rows) != found.digest:
        told.append(Break(kind="changed", **where))  # type: ignore[arg-type]
    return told


def _cut_off(tx: Tx, expected: int) -> list[Break]:
    """Seals that rows still name, and that are no longer there behind the last that is."""
    named = sa.select(audit.c.seal).where(audit.c.seal >= expected).distinct().order_by(audit.c.seal)
    return [Break(number=int(number), kind="seal-missing") for number in tx.execute(named).scalars()]
