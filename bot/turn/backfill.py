"""Taking in what families sent while we were away: the provider's own list, read at start and every few minutes.

A webhook that found nobody is not sent again. What it carried is in the provider's list; the id decides what is new.
A look that fails, half way too, changes nothing of how far back the next one reads: nothing is skipped.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final, Protocol

import structlog

from bot.house import House
from bot.store import erased, lost, published
from bot.store.database import Tx
from bot.store.inbox import seen
from bot.store.troubles import lost_transaction
from bot.turn.receive import JOINED, arrival_of, receive
from flows.stopping import is_whole_stop
from flows.understanding.types import Risk, Screening
from messages.channel import Backfill, ChannelError, ChannelUnknown, Inbound

log = structlog.get_logger()
NAME = "backfill"  # the heartbeat of the last look that was read to its end
TRIED = "backfill-tried"  # of one that was not
EVERY = timedelta(minutes=5)
AGAIN = timedelta(seconds=20)  # after a look that failed
MARGIN = timedelta(minutes=10)  # a message is listed a little after it came, and the provider's clock is not ours
_RISKS: Final[tuple[Risk, ...]] = ("urgent", "concern", "none")


class Reader(Protocol):
    """Who hears danger, and STOP, in words."""

    def is_keyword(self, keyword: str, text: str) -> bool: ...
    def screen(self, texts: Sequence[str]) -> Screening: ...


def backfill_due(house: House, now: datetime) -> int:
    """Look every five minutes, and sooner after a look that failed; returns how many messages were new."""
    with house.db.read() as tx:
        beats, gone = published.heartbeats(tx), lost.lost_time(tx)
    looked_at, tried_at = beats.get(NAME), beats.get(TRIED)
    if tried_at is not None and (looked_at is None or tried_at > looked_at):
        return 0 if now - tried_at < AGAIN else backfill(house, now)
    fetched = gone is None or gone.fetched
    if fetched and looked_at is not None and now - looked_at < EVERY:
        return 0
    return backfill(house, now)


def backfill(house: House, now: datetime) -> int:
    """Take in what was missed since the last look; returns how many messages were new.

    Before the first look it is everything since there was anything to serve; after a restore, everything since the
    backup, and what it kept last.
    """
    channel = house.channels.get("sms")
    with house.db.read() as tx:
        since = _since(tx)
    if not isinstance(channel, Backfill) or since is None:
        return _looked(house, now, 0)
    try:
        listed = channel.list_inbound(since)
    except (ChannelError, ChannelUnknown) as fault:
        log.warning("could not list what came in", fault=type(fault).__name__)
        with house.db.write() as tx:
            published.beat(tx, TRIED, now)
        return 0
    with house.db.read() as tx:
        lexicon = house.live.snapshot(tx).assets.lexicon
        missed = _not_erased(tx, _unseen(tx, listed), lexicon)
    taken = failed = 0
    for message in in_order(missed, lexicon):
        try:
            taken += _take(house, message)
        except Exception as fault:  # one message must not keep the others out
            if lost_transaction(fault):
                raise
            log.error("could not take in a listed message", fault=type(fault).__name__)
            failed += 1
    if failed:
        with house.db.write() as tx:
            published.beat(tx, TRIED, now)
        return taken
    return _looked(house, now, taken)


def in_order(missed: Iterable[Inbound], lexicon: Reader) -> list[Inbound]:
    """Whose message is taken in first: families who wrote STOP, then those in danger, gravest first, then the others,
    each by when they first wrote.

    Each family's own words keep their order among themselves: STOP and then START is not START and then STOP, and an
    answer is to what was asked before it.
    """
    by_family = [
        sorted(theirs, key=_at) for _, theirs in groupby(sorted(missed, key=attrgetter("sender")), attrgetter("sender"))
    ]
    by_family.sort(key=lambda theirs: (_haste(theirs, lexicon), _at(theirs[0])))
    return [message for theirs in by_family for message in theirs]


def _haste(theirs: Sequence[Inbound], lexicon: Reader) -> int:
    try:
        if any(is_whole_stop(lexicon, message.text) for message in theirs):
            return 0
        return 1 + min(_RISKS.index(lexicon.screen(said).risk) for said in _joined(theirs))
    except Exception as fault:  # noqa: BLE001 - what cannot be read here is taken in all the same, and early
        log.error("could not read a listed message", fault=type(fault).__name__)
        return 1


def _joined(theirs: Sequence[Inbound]) -> Iterable[list[str]]:
    """Each message with those of the two minutes before it, as its turn will screen it."""
    for message in theirs:
        yield [other.text for other in theirs if timedelta(0) <= _at(message) - _at(other) <= JOINED]


def _at(message: Inbound) -> datetime:
    assert message.at is not None  # a listing says when
    return message.at


def _unseen(tx: Tx, listed: Iterable[Inbound]) -> list[Inbound]:
    """What is new, once: a list that grows while it is read shows a message on two pages."""
    once = {(message.account, message.sid): message for message in listed}
    known: set[tuple[str, str]] = set()
    for account in {account for account, _ in once}:
        sids = [sid for whose, sid in once if whose == account]
        known.update((account, sid) for sid in seen(tx, account, sids))
    return [message for key, message in once.items() if key not in known]


def _not_erased(tx: Tx, missed: Sequence[Inbound], lexicon: Reader) -> list[Inbound]:
    """What somebody wrote before they were erased is still in the provider's list; their STOP alone is taken in."""
    gone = erased.erased_among(tx, "sms", {message.sender for message in missed})
    return [
        message
        for message in missed
        if message.sender not in gone or _at(message) > gone[message.sender] or is_whole_stop(lexicon, message.text)
    ]


def _since(tx: Tx) -> datetime | None:
    """How far back to read. A service that died before its first look ended may have been up, and away, since its
    first content was published."""
    looked_at, gone = published.heartbeats(tx).get(NAME), lost.lost_time(tx)
    known = [looked_at or published.first_published_at(tx)]
    if gone is not None and not gone.fetched:
        known += [gone.since, lost.last_text_at(tx)]
    earliest = min((at for at in known if at is not None), default=None)
    return None if earliest is None else earliest - MARGIN


def _looked(house: House, now: datetime, taken: int) -> int:
    """The list was read to its end, or there is none."""
    with house.db.write() as tx:
        published.beat(tx, NAME, now)
        lost.fetched(tx)
    if taken:
        log.warning("took in messages that no webhook brought", count=taken)
    return taken


def _take(house: House, message: Inbound) -> bool:
    return receive(house, arrival_of(message)).fresh
