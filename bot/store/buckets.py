"""Each sender's allowance, one row: whoever spends from it holds the row until the claim commits."""

import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx, insert_ignoring
from messages.bucket import Bucket, new_bucket


class BucketRow(Row):
    """`sender` is our own number or messaging service, which is no secret. The instants are in the bucket's time."""

    __tablename__ = "bucket"
    sender: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    full_at: Mapped[datetime] = mapped_column(Instant)
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    clocks: Mapped[str] = mapped_column(sa.Text)  # JSON object: by a machine's name, microseconds to add to its clock


bucket = table_of(BucketRow)
_BUCKET = sa.select(bucket.c.at, bucket.c.full_at, bucket.c.held_until, bucket.c.clocks).where(
    bucket.c.sender == sa.bindparam("b_sender")
)
_CHANGE = sa.update(bucket).where(bucket.c.sender == sa.bindparam("b_sender"))
_MICROSECOND = timedelta(microseconds=1)


class BucketFault(Exception):
    """A bucket that cannot be read: nothing may be spent from it."""


def look(tx: Tx, sender: str) -> Bucket | None:
    """The bucket as it stands, unlocked; None before the first use. Raises BucketFault."""
    return _read(tx.execute(_BUCKET, {"b_sender": sender}).one_or_none())


def open_locked(tx: Tx, sender: str, clock: str, now: datetime) -> Bucket:
    """The bucket, locked, made full where it is new. Two makers at once end with one. Raises BucketFault."""
    locked = _BUCKET.with_for_update()
    found = _read(tx.execute(locked, {"b_sender": sender}).one_or_none())
    if found is not None:
        return found
    tx.execute(insert_ignoring(tx, bucket), {"sender": sender, **_written(new_bucket(clock, now))})
    made = _read(tx.execute(locked, {"b_sender": sender}).one_or_none())
    assert made is not None
    return made


def keep(tx: Tx, sender: str, changed: Bucket) -> None:
    tx.execute(_CHANGE, {"b_sender": sender, **_written(changed)})


def _written(changed: Bucket) -> dict[str, object]:
    clocks = {name: more // _MICROSECOND for name, more in changed.clocks.items()}
    return {
        "at": changed.at, "full_at": changed.full_at, "held_until": changed.held_until, "clocks": json.dumps(clocks),
    }  # fmt: skip


def _read(row: Any) -> Bucket | None:
    if row is None:
        return None
    try:
        clocks = {str(name): timedelta(microseconds=int(more)) for name, more in json.loads(row.clocks).items()}
    except (ValueError, TypeError, AttributeError, OverflowError) as fault:
        raise BucketFault(f"the clocks of a bucket cannot be read: {type(fault).__name__}") from None
    return Bucket(at=row.at, full_at=row.full_at, held_until=row.held_until, clocks=clocks)
