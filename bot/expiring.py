"""Check-ins that a backlog kept until their time had passed: ended many at once, unsent, each with its ledger.

One by one, behind a rate limit, they would stand in the way of those that still have time.
"""

from collections import defaultdict
from datetime import datetime
from typing import Final

from bot.house import House
from bot.leaving import mark_of
from bot.settling import OUTCOME, is_listed
from bot.store import claims, published
from bot.store.addresses import read_by_others
from bot.store.claims import Stale
from bot.store.database import Tx
from bot.store.touches import end_unsent
from flows import word
from messages.classes import PRIORITY, Purpose
from messages.leave import A_DAY, Expire, LeaveFacts, Leaving, Refuse, may_leave
from messages.status import State

BATCH: Final = 200  # rows a transaction: a reply to danger never waits long for the writer's lock
MOST_BATCHES: Final = 25  # a tick: the clock has other things to do
_RANK: Final = PRIORITY.index("check-in")


def expire_stale(house: House, now: datetime) -> int:
    """End what is too late to be sent; returns how many. A paused service ends nothing."""
    with house.db.read() as tx:
        if published.paused(tx):
            return 0
    done = 0
    for _ in range(MOST_BATCHES):
        ended = house.db.attempt(lambda tx: _batch(tx, now))
        done += ended
        if ended < BATCH:
            break
    return done


def _batch(tx: Tx, now: datetime) -> int:
    alike: dict[tuple[State, str], list[Stale]] = defaultdict(list)
    for row in claims.stale(tx, now, rank=_RANK, written_by=now - A_DAY, limit=BATCH):
        purpose: Purpose = row.purpose  # type: ignore[assignment]  # the column holds only the table's words
        # The number is not opened: whoever it is of, this is not sent.
        told = may_leave(
            Leaving(purpose=purpose, created_at=row.created_at, expires_at=row.expires_at),
            LeaveFacts(
                now=now, consent=row.consent,  # type: ignore[arg-type]
                mark=mark_of(purpose, row.safe, shared=row.shared, watched=row.watched, has_word=row.has_word),
                wrote_at=row.last_in_at, released_at=row.released_at, locked=_locked(row, now),
            ),
        )  # fmt: skip
        if isinstance(told, Expire | Refuse):
            alike["expired" if isinstance(told, Expire) else "refused", told.reason].append(row)
    for (state, reason), rows in alike.items():
        claims.settle_all(tx, [row.id for row in rows], state=state, reason=reason, now=now)
        touches = [row.touch_id for row in rows if row.touch_id is not None and row.purpose == "check-in"]
        end_unsent(tx, touches, outcome=OUTCOME[state], reason=reason, listed=is_listed(OUTCOME[state], reason))
    return sum(map(len, alike.values()))


def _locked(row: Stale, now: datetime) -> bool:
    """Whether it waited for a private word that nobody has just said."""
    by_others = read_by_others(row.safe, shared=row.shared, watched=row.watched)
    return word.locked(has_word=row.has_word, read_by_others=by_others, until=row.word_until, now=now)
