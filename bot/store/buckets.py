"""Each sender's allowance, one row: whoever spends from it holds the row until the claim commits."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Instant, Row, table_of
from bot.store.database import Tx, insert_ignoring
from messages.bucket import Account, Bucket, new_bucket


class BucketRow(Row):
    """`sender` is our own number or messaging service, which is no secret. The instants are those of the machine that
    looked last, by its own clock; what each knows is in `clocks`."""

    __tablename__ = "bucket"
    sender: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    full_at: Mapped[datetime] = mapped_column(Instant)
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    clocks: Mapped[str] = mapped_column(sa.Text)  # JSON object: see _written


bucket = table_of(BucketRow)
_BUCKET = sa.select(bucket.c.at, bucket.c.full_at, bucket.c.held_until, bucket.c.clocks).where(
    bucket.c.sender == sa.bindparam("b_sender")
)
_CHANGE = sa.update(bucket).where(bucket.c.sender == sa.bindparam("b_sender"))
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
    """Times as microseconds: of 1970, or a length."""
    last = changed.last
    kept = {
        "spent": changed.spent // _MICROSECOND,
        "holds": changed.holds,
        "accounts": {name: _account_written(account) for name, account in changed.accounts.items()},
    }
    return {"at": last.at, "full_at": last.full_at, "held_until": last.held_until, "clocks": json.dumps(kept)}


def _account_written(account: Account) -> list[int | None]:
    held = None if account.held_until is None else (account.held_until - _EPOCH) // _MICROSECOND
    at, full_at = ((moment - _EPOCH) // _MICROSECOND for moment in (account.at, account.full_at))
    return [at, full_at, held, account.spent // _MICROSECOND, account.holds]


def _read(row: Any) -> Bucket | None:
    if row is None:
        return None
    try:
        kept = json.loads(row.clocks)
        if "accounts" not in kept:  # as it was kept before: what to add to each clock to have the row's own time
            return Bucket(accounts={str(name): _account_before(row, int(more)) for name, more in kept.items()})
        accounts = {str(name): _account_read(*account) for name, account in kept["accounts"].items()}
        if not accounts:
            raise ValueError
        return Bucket(accounts=accounts, spent=int(kept["spent"]) * _MICROSECOND, holds=int(kept["holds"]))
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as fault:
        raise BucketFault(f"the clocks of a bucket cannot be read: {type(fault).__name__}") from None


def _account_read(at: int, full_at: int, held_until: int | None, spent: int, holds: int) -> Account:
    return Account(
        at=_EPOCH + at * _MICROSECOND, full_at=_EPOCH + full_at * _MICROSECOND,
        held_until=None if held_until is None else _EPOCH + held_until * _MICROSECOND,
        spent=spent * _MICROSECOND, holds=holds,
    )  # fmt: skip


def _account_before(row: Any, more: int) -> Account:
    told = more * _MICROSECOND
    held_until = None if row.held_until is None else row.held_until - told
    return Account(at=row.at - told, full_at=row.full_at - told, held_until=held_until)
