"""Where the directory's entries come from: each import with its report, and which entries are one and the same."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx


class FeedRunRow(Row):
    """One import. `fault`: why nothing could be taken in, and what was held before stands. `whole`: the feed was read
    to its end. `report` is JSON: the records refused, repaired, gone, by line with the reason."""

    __tablename__ = "feed_run"
    __table_args__ = (sa.Index("ix_feed_run_source", "source", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(120))
    address: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[datetime] = mapped_column(Instant)
    fault: Mapped[str | None] = mapped_column(sa.String(500))
    whole: Mapped[bool] = mapped_column()
    report: Mapped[str] = mapped_column(sa.Text)


class SameEntryRow(Row):
    """What somebody said of two entries. `merged`: the first is shown no more, the second stands for both. `apart`:
    they are two, and are not offered again; there the first id is the smaller."""

    __tablename__ = "same_entry"
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"), primary_key=True)
    other_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"), primary_key=True, index=True)
    ruling: Mapped[str] = mapped_column(sa.String(8))  # merged, apart
    at: Mapped[datetime] = mapped_column(Instant)
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    id: int
    source: str
    address: str
    at: datetime
    fault: str | None
    whole: bool
    report: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    service_id: str
    other_id: str
    ruling: str
    at: datetime
    staff_id: int | None


KEPT_RUNS = 10  # of one source

run = table_of(FeedRunRow)
same = table_of(SameEntryRow)
_RUN = sa.select(*(run.c[f] for f in Run.__dataclass_fields__))
_RULING = sa.select(*(same.c[f] for f in Ruling.__dataclass_fields__))


def add_run(
    tx: Tx, *, source: str, address: str, at: datetime, fault: str | None, whole: bool, report: str
) -> None:  # fmt: skip
    """Keep an import's report; only the newest of a source are kept."""
    tx.execute(
        sa.insert(run).values(
            source=source, address=address[:500], at=at, fault=fault and fault[:500], whole=whole, report=report
        )
    )
    newest = sa.select(run.c.id).where(run.c.source == source).order_by(run.c.id.desc())
    oldest_kept = tx.execute(newest.offset(KEPT_RUNS - 1).limit(1)).scalar_one_or_none()
    if oldest_kept is not None:
        tx.execute(sa.delete(run).where(run.c.source == source, run.c.id < oldest_kept))


def newest_runs(tx: Tx) -> list[Run]:
    """Of each source the last import, the newest first."""
    last = sa.select(sa.func.max(run.c.id)).group_by(run.c.source)
    return [Run(**r._asdict()) for r in tx.execute(_RUN.where(run.c.id.in_(last)).order_by(run.c.id.desc()))]


def taken(tx: Tx, source: str) -> list[Run]:
    """The imports of this source that are kept and had no fault, the newest first."""
    theirs = _RUN.where(run.c.source == source, run.c.fault.is_(None))
    return [Run(**r._asdict()) for r in tx.execute(theirs.order_by(run.c.id.desc()))]


def rulings(tx: Tx) -> list[Ruling]:
    return [Ruling(**r._asdict()) for r in tx.execute(_RULING.order_by(same.c.at.desc(), same.c.service_id))]


def merged_into(tx: Tx, service_id: str) -> str | None:
    """The entry that was last said to stand for this one as well."""
    asked = sa.select(same.c.other_id).where(same.c.service_id == service_id, same.c.ruling == "merged")
    found = tx.execute(asked.order_by(same.c.at.desc(), same.c.other_id).limit(1)).scalar_one_or_none()
    return None if found is None else str(found)


def rule(tx: Tx, *, service_id: str, other_id: str, ruling: str, at: datetime, staff_id: int | None) -> None:
    """In place of what was said of these two before, either way round."""
    unrule(tx, service_id, other_id)
    tx.execute(
        sa.insert(same).values(service_id=service_id, other_id=other_id, ruling=ruling, at=at, staff_id=staff_id)
    )


def unrule(tx: Tx, one: str, other: str) -> bool:
    """Take back what was said of two entries; False where nothing was."""
    either = sa.or_(
        sa.and_(same.c.service_id == one, same.c.other_id == other),
        sa.and_(same.c.service_id == other, same.c.other_id == one),
    )
    return tx.execute(sa.delete(same).where(either)).rowcount > 0
