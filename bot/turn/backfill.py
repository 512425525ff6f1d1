"""Taking in what families sent while we were away: the provider's own list, read at start and every few minutes.

A webhook that found nobody is not sent again. What it carried is in the provider's list; the id decides what is new.
"""

from datetime import datetime, timedelta

import structlog

from bot.house import House
from bot.store import published
from bot.turn.receive import Arrival, receive
from messages.addresses import read_phone
from messages.channel import Backfill, ChannelError, ChannelUnknown, Inbound

log = structlog.get_logger()
NAME = "backfill"
EVERY = timedelta(minutes=5)
MARGIN = timedelta(minutes=10)  # the provider lists a message a little after it came


def backfill_due(house: House, now: datetime) -> int:
    """Look every five minutes; returns how many messages were new."""
    with house.db.read() as tx:
        looked_at = published.heartbeats(tx).get(NAME)
    if looked_at is not None and now - looked_at < EVERY:
        return 0
    return backfill(house, now)


def backfill(house: House, now: datetime) -> int:
    """Take in what was missed since the last look, danger first, then in order. A first start has missed nothing."""
    channel = house.channels.get("sms")
    if not isinstance(channel, Backfill):
        return 0
    with house.db.read() as tx:
        looked_at = published.heartbeats(tx).get(NAME)
        lexicon = house.live.snapshot(tx).assets.lexicon
    taken = 0
    if looked_at is not None:
        try:
            missed = list(channel.list_inbound(looked_at - MARGIN))
        except (ChannelError, ChannelUnknown) as fault:
            log.warning("could not list what came in", fault=type(fault).__name__)
            return 0
        missed.sort(key=lambda message: (lexicon.screen([message.text]).risk == "none", str(message.at)))
        taken = sum(_take(house, message) for message in missed)
    with house.db.write() as tx:
        published.beat(tx, NAME, now)
    if taken:
        log.warning("took in messages that no webhook brought", count=taken)
    return taken


def _take(house: House, message: Inbound) -> bool:
    phone = read_phone(message.sender)
    return receive(
        house,
        Arrival(
            kind="sms", account=message.account, sid=message.sid, sender=phone.e164 or message.sender[:40],
            text=message.text, pictures=message.pictures,
        ),
    ).fresh  # fmt: skip
