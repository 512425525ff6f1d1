"""Until the service has done what was due at the hour it now is."""

import time
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.store import inbox, outbox, published
from bot.store.database import Database
from tests.story.service import Service

LONGEST_SECONDS = 240.0
LOOKS_EVERY_SECONDS = 0.05


def settled(living: Service, database: Database, moved_at: datetime) -> bool:
    """The clock has been all the way round since time was moved, what came in is handled and what is due has left.

    False where that did not come in time: the account then says what was left.
    """
    end = time.monotonic() + LONGEST_SECONDS
    first: datetime | None = None
    while time.monotonic() < end:
        beat_at = _beat(database)
        if first is None and beat_at >= moved_at:
            first = beat_at
        if first is not None and beat_at > first and not _under_way(living, database):
            return True
        time.sleep(LOOKS_EVERY_SECONDS)
    return False


def _beat(database: Database) -> datetime:
    with database.read() as tx:
        return published.heartbeats(tx).get("clock", datetime.min.replace(tzinfo=UTC))


def _under_way(living: Service, database: Database) -> bool:
    out, come, now = outbox.outbox.c, inbox.inbox.c, living.now()
    due = sa.or_(sa.and_(out.state == "queued", out.not_before <= now), out.state == "sending")
    new = sa.and_(come.state == "new", sa.or_(come.retry_at.is_(None), come.retry_at <= now))
    with database.read() as tx:
        for asked in (sa.select(out.id).where(due), sa.select(come.id).where(new)):
            if tx.execute(asked.limit(1)).first() is not None:
                return True
    return not all(hook["done"] for hook in living.provider.webhooks())
