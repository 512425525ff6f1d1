"""What is published and what runs: content bundles, the directory's documents, version rows, heartbeats, flags."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx, insert_ignoring


class BundleRow(Row):
    """Published content: immutable. Its schema version is inside, and code upgrades it."""

    __tablename__ = "bundle"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[str] = mapped_column(sa.Text)  # JSON
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(sa.String(120))


class VersionRow(Row):
    """A number that grows at each change; a process that sees it grow swaps its snapshot."""

    __tablename__ = "version"
    name: Mapped[str] = mapped_column(sa.String(16), primary_key=True)  # content, directory; day, as its ordinal
    number: Mapped[int] = mapped_column()


class ServiceRow(Row):
    """One service as its Open Referral document. Absence from a feed is never deletion: it is withdrawn, and kept."""

    __tablename__ = "service"
    id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    document: Mapped[str] = mapped_column(sa.Text)  # JSON
    source: Mapped[str] = mapped_column(sa.String(120))
    assured_on: Mapped[date | None] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class SearchLogRow(Row):
    """What was looked for, by need and outcode only; found 0 is unmet need."""

    __tablename__ = "search_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    needs: Mapped[str] = mapped_column(sa.String(200))
    area: Mapped[str | None] = mapped_column(sa.String(8))
    found: Mapped[int] = mapped_column()


class HeartbeatRow(Row):
    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(sa.String(24), primary_key=True)  # clock, dispatcher
    at: Mapped[datetime] = mapped_column(Instant)


class FlagRow(Row):
    """A switch an operator can see and turn, such as `paused` after a restore."""

    __tablename__ = "flag"
    name: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    value: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredService:
    id: str
    document: str
    source: str
    updated_at: datetime
    withdrawn_at: datetime | None


bundle = table_of(BundleRow)
version = table_of(VersionRow)
service = table_of(ServiceRow)
heartbeat = table_of(HeartbeatRow)
flag = table_of(FlagRow)
_VERSIONS = sa.select(version.c.name, version.c.number)
_FLAGS = sa.select(flag.c.name, flag.c.value)
PAUSED: Final = "paused"  # the flag of a restored backup
_BEAT = sa.update(heartbeat).where(heartbeat.c.name == sa.bindparam("b_name"))
_LOG_SEARCH = sa.insert(table_of(SearchLogRow))


def add_bundle(tx: Tx, *, digest: str, content: str, by: str, now: datetime) -> int:
    statement = sa.insert(bundle).values(digest=digest, content=content, published_at=now, published_by=by)
    return int(tx.execute(statement.returning(bundle.c.id)).scalar_one())


def newest_bundle(tx: Tx) -> tuple[int, str] | None:
    """The id and digest of what is published."""
    row = tx.execute(sa.select(bundle.c.id, bundle.c.digest).order_by(bundle.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else (int(row[0]), str(row[1]))


def first_published_at(tx: Tx) -> datetime | None:
    """When the first content was published. It stands before anything is served; None: nothing ever was."""
    return tx.execute(sa.select(bundle.c.published_at).order_by(bundle.c.id).limit(1)).scalar_one_or_none()


def all_bundles(tx: Tx) -> list[tuple[int, str]]:
    """Every bundle's id and digest, oldest first."""
    return [(int(i), str(d)) for i, d in tx.execute(sa.select(bundle.c.id, bundle.c.digest).order_by(bundle.c.id))]


def find_bundle(tx: Tx, bundle_id: int) -> str | None:
    """The content of a bundle; None where there is none of this number."""
    found = tx.execute(sa.select(bundle.c.content).where(bundle.c.id == bundle_id)).scalar_one_or_none()
    return None if found is None else str(found)


def bundle_content(tx: Tx, bundle_id: int) -> str:
    return str(tx.execute(sa.select(bundle.c.content).where(bundle.c.id == bundle_id)).scalar_one())


def bump(tx: Tx, name: str) -> None:
    tx.execute(insert_ignoring(tx, version), {"name": name, "number": 0})
    tx.execute(sa.update(version).where(version.c.name == name).values(number=version.c.number + 1))


def set_version(tx: Tx, name: str, number: int) -> None:
    """A version that is a number of something, such as a day: every process sees it turn."""
    tx.execute(insert_ignoring(tx, version), {"name": name, "number": number})
    tx.execute(sa.update(version).where(version.c.name == name).values(number=number))


def versions(tx: Tx) -> dict[str, int]:
    return {str(n): int(v) for n, v in tx.execute(_VERSIONS)}


def put_service(tx: Tx, *, service_id: str, document: str, source: str, assured_on: date | None, now: datetime) -> None:
    values = {"document": document, "source": source, "assured_on": assured_on, "updated_at": now, "withdrawn_at": None}
    if tx.execute(sa.update(service).where(service.c.id == service_id).values(**values)).rowcount == 0:
        tx.execute(sa.insert(service).values(id=service_id, **values))


def withdraw_services(tx: Tx, ids: Iterable[str], now: datetime) -> None:
    tx.execute(sa.update(service).where(service.c.id.in_(list(ids))).values(withdrawn_at=now))


def stored_services(tx: Tx, *, withdrawn: bool = False) -> list[StoredService]:
    statement = sa.select(*(service.c[f] for f in StoredService.__dataclass_fields__)).order_by(service.c.id)
    if not withdrawn:
        statement = statement.where(service.c.withdrawn_at.is_(None))
    return [StoredService(**r._asdict()) for r in tx.execute(statement)]


def log_search(tx: Tx, *, at: datetime, needs: str, area: str | None, found: int) -> None:
    tx.execute(_LOG_SEARCH, {"at": at, "needs": needs[:200], "area": area, "found": found})


def beat(tx: Tx, name: str, now: datetime) -> None:
    if tx.execute(_BEAT, {"b_name": name, "at": now}).rowcount == 0:
        tx.execute(insert_ignoring(tx, heartbeat), {"name": name, "at": now})


def beat_once(tx: Tx, name: str, now: datetime) -> None:
    """A mark that keeps the time of its first beat, until `still` takes it away."""
    tx.execute(insert_ignoring(tx, heartbeat), {"name": name, "at": now})


def still(tx: Tx, name: str) -> None:
    tx.execute(sa.delete(heartbeat).where(heartbeat.c.name == name))


def heartbeats(tx: Tx) -> dict[str, datetime]:
    return {str(name): at for name, at in tx.execute(sa.select(heartbeat.c.name, heartbeat.c.at))}


def set_flag(tx: Tx, name: str, value: str, now: datetime) -> None:
    tx.execute(sa.delete(flag).where(flag.c.name == name))
    tx.execute(sa.insert(flag).values(name=name, value=value, at=now))


def clear_flag(tx: Tx, name: str) -> None:
    tx.execute(sa.delete(flag).where(flag.c.name == name))


def flags(tx: Tx) -> dict[str, str]:
    return {str(n): str(v) for n, v in tx.execute(_FLAGS)}


def paused(tx: Tx) -> bool:
    """Whether sending stands still since a restore, until an operator lets it go on."""
    return PAUSED in flags(tx)


def bundles_in_use(tx: Tx) -> list[int]:
    """Bundles that some conversation still runs on."""
    from bot.store.conversations import conversation

    return [int(b) for (b,) in tx.execute(sa.select(conversation.c.bundle_id).distinct())]
