"""Ten minutes of recovery, by the service's own clock: moved from one due moment to the next, never faster than that.

Each jump waits until the running service has done what was due, so that a row which needs more than ten minutes of
its clock is found out.
"""

import time
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.dispatcher import LEASE
from bot.store import inbox, outbox, published
from bot.store.database import Database
from tests.story.service import Service

WITHIN = timedelta(minutes=10)
TOGETHER = timedelta(seconds=5)  # what is due this close together is waited for in one jump
NUDGE = timedelta(seconds=30)
LONGEST_TICK_SECONDS = 120.0
RESTS_SECONDS = 15.0
BACKFILLED = timedelta(minutes=5, seconds=3)

Waiting = dict[str, datetime]


def recover(living: Service, database: Database) -> list[str]:
    """Returns what was there at the beginning and is still open after ten minutes, in words.

    Time that moves brings new rows (an alert climbs its ladder): at the end the last of them has come to rest.
    """
    began = living.now()
    still_open = _recover(living, database, began)
    end = time.monotonic() + RESTS_SECONDS
    while _under_way(database, living.now()) and time.monotonic() < end:
        time.sleep(0.1)
    return still_open


def _under_way(database: Database, now: datetime) -> bool:
    out = outbox.outbox.c
    due = sa.and_(out.state == "queued", out.not_before <= now)
    # a row that is still `sending` after so long was left so by a kill: the look-up will find it
    fresh = sa.and_(out.state == "sending", out.claimed_at > now - timedelta(seconds=RESTS_SECONDS))
    with database.read() as tx:
        return tx.execute(sa.select(out.id).where(sa.or_(due, fresh)).limit(1)).first() is not None


def _recover(living: Service, database: Database, began: datetime) -> list[str]:
    while True:
        missed = _missed(living, database)
        waiting = {**_open(database, began), **dict.fromkeys(missed, began + BACKFILLED)}
        if not waiting:
            return []
        now = living.now()
        if now >= began + WITHIN:
            return [f"{what} is still open after ten minutes" for what in waiting]
        first = min(waiting.values())
        if first > now:
            close = max(at for at in waiting.values() if at <= first + TOGETHER)
            living.move_to(min(close + timedelta(milliseconds=100), began + WITHIN + timedelta(seconds=1)))
        if not _changes(living, database, began, waiting, missed) and first <= now:
            living.move_to(living.now() + NUDGE)


def _missed(living: Service, database: Database) -> list[str]:
    came = {str(m["sid"]) for m in living.provider.messages() if m["direction"] == "inbound"}
    with database.read() as tx:
        kept = {str(sid) for (sid,) in tx.execute(sa.select(inbox.inbox.c.provider_sid))}
    return [f"inbound {sid}" for sid in came - kept]


def _open(database: Database, written_before: datetime) -> Waiting:
    """What has not ended, with when it is due."""
    out, come = outbox.outbox.c, inbox.inbox.c
    open_out = sa.select(out.id, out.state, out.not_before, out.claimed_at).where(
        out.state.in_(("queued", "sending", "unknown")), out.created_at <= written_before
    )
    with database.read() as tx:
        waiting: Waiting = {
            f"outbox row {row.id} ({row.state})": row.claimed_at + LEASE if row.state == "sending" else row.not_before
            for row in tx.execute(open_out)
        }
        for row in tx.execute(sa.select(come.id, come.retry_at, come.received_at).where(come.state == "new")):
            waiting[f"inbox row {row.id}"] = row.retry_at or row.received_at
    return waiting


def _changes(living: Service, database: Database, began: datetime, before: Waiting, missed: list[str]) -> bool:
    """True as soon as anything that waited has moved; False once the service's clock has been all the way round.

    On a busy machine that takes as long as it takes: time that only our jumps made is not the service's slowness.
    """
    ticks, seen_at, end = 0, living.now(), time.monotonic() + LONGEST_TICK_SECONDS
    while ticks < 2 and time.monotonic() < end:
        beat_at = _clock_beat(database)
        if beat_at > seen_at:
            ticks, seen_at = ticks + 1, beat_at
        if {**_open(database, began), **{one: before[one] for one in missed}} != before:
            return True
        if missed and _all_in(database, missed):
            return True
        time.sleep(0.1)
    return False


def _clock_beat(database: Database) -> datetime:
    """When the service's clock last began a round; killed soon after each start, it may never have."""
    with database.read() as tx:
        return published.heartbeats(tx).get("clock", datetime.min.replace(tzinfo=UTC))


def _all_in(database: Database, missed: list[str]) -> bool:
    with database.read() as tx:
        kept = {f"inbound {sid}" for (sid,) in tx.execute(sa.select(inbox.inbox.c.provider_sid))}
    return kept.issuperset(missed)
