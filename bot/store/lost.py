"""The time that a restored backup does not know: from when it was taken until it was put back.

What families wrote in it is in the provider's list, and so is what they were sent. Two flags keep it: `restored`, and
`fetch` until what they wrote has been taken in; `paused` stands until an operator resumes.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.store import published
from bot.store.addresses import address
from bot.store.database import Tx
from bot.store.inbox import inbox
from bot.store.published import flag

_KEPT = ("restored", "fetch")
_LAST_TEXT = (
    sa.select(inbox.c.received_at)
    .join(address, address.c.id == inbox.c.address_id)
    .where(address.c.kind == "sms")
    .order_by(inbox.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LostTime:
    """`since` is when the backup was taken, or a little before; `until` when it was restored. `fetched`: what families
    wrote in it has been taken in."""

    since: datetime
    until: datetime
    fetched: bool


def begin_anew(tx: Tx, now: datetime) -> None:
    """Mark a database as just restored: paused, and with what families wrote since still to be fetched."""
    beats = published.heartbeats(tx)
    # A copy says when it was taken; of an older one, the last that any part of the service did.
    taken_at = min(beats.get("backup") or max(beats.values(), default=now), now)
    published.set_flag(tx, published.PAUSED, "restored from a backup", now)
    published.set_flag(tx, "restored", taken_at.isoformat(), now)
    published.set_flag(tx, "fetch", "what came since the backup", now)


def lost_time(tx: Tx) -> LostTime | None:
    """None where no backup was ever restored."""
    rows = tx.execute(sa.select(flag.c.name, flag.c.value, flag.c.at).where(flag.c.name.in_(_KEPT)))
    found = {name: (value, at) for name, value, at in rows}
    if "restored" not in found:
        return None
    taken_at, restored_at = found["restored"]
    return LostTime(since=datetime.fromisoformat(taken_at), until=restored_at, fetched="fetch" not in found)


def fetched(tx: Tx) -> None:
    published.clear_flag(tx, "fetch")


def resume(tx: Tx) -> bool:
    """Let messages leave again. False where nothing was paused."""
    was = published.paused(tx)
    published.clear_flag(tx, published.PAUSED)
    return was


def last_text_at(tx: Tx) -> datetime | None:
    """When the newest text came that is kept here."""
    return tx.execute(_LAST_TEXT).scalar_one_or_none()
