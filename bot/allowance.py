"""The sender's allowance as the dispatchers share it: looked at before a claim, spent in the claiming transaction.

It fails closed. Where the bucket cannot be read nothing leaves by text; a web chat is shown from our own rows and
needs none.
"""

import socket
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from bot.house import House
from bot.store import buckets
from bot.store.claims import CHATS, EVERYTHING, SAFETY_AND_CHATS, Reach
from bot.store.database import Tx
from bot.store.troubles import lost_transaction
from messages import bucket as rule
from messages.bucket import NO_WAIT

log = structlog.get_logger()
CLOSED_FOR: Final = timedelta(seconds=1)  # until the next look where it cannot be read
THIS_MACHINE: Final = socket.gethostname()[:48]  # its processes share one clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What may be looked at now, and how long until more may."""

    reach: Reach
    opens_in: timedelta = NO_WAIT


class Allowance:
    """Of the number or messaging service that this house texts from. `clock` names the clock that it is told by."""

    def __init__(self, house: House, clock: str = THIS_MACHINE) -> None:
        self._house = house
        self._sender = (house.settings.twilio_from or "sms")[:64]
        self._clock = clock

    def door(self, tx: Tx) -> Door:
        """A look without a lock, before anything is claimed."""
        rate = self._house.live.snapshot(tx).rules.texting
        now = self._house.clock.now()
        try:
            with tx.begin_nested():
                standing = buckets.look(tx, self._sender)
            if standing is None:
                return Door(reach=EVERYTHING)
            if rule.is_behind(standing, self._clock, now):
                return Door(reach=EVERYTHING)  # let through to `spend`, where it learns: until then no wait ends
            waits = [rule.wait(standing, rate, self._clock, now, safety=safety) for safety in (False, True)]
        except Exception as fault:
            if lost_transaction(fault):
                raise
            self._closed(fault)  # whatever is wrong with it, nobody knows how much has left
            return Door(reach=CHATS, opens_in=CLOSED_FOR)
        if waits[0] <= NO_WAIT:
            return Door(reach=EVERYTHING)
        return Door(reach=SAFETY_AND_CHATS if waits[1] <= NO_WAIT else CHATS, opens_in=waits[1] or waits[0])

    def spend(self, tx: Tx, *, safety: bool) -> bool:
        """Take one message's allowance under the bucket's lock. False: it may not leave now, and nothing was taken.

        A clock that is behind learns also where nothing leaves: else no time would ever pass by it. Whoever was
        refused must end the claim there, and commit: the bucket stays locked until it ends.
        """
        rate = self._house.live.snapshot(tx).rules.texting
        try:
            with tx.begin_nested():
                now = self._house.clock.now()
                standing = buckets.open_locked(tx, self._sender, self._clock, now)
                # Asked again under the lock: who waited for it must not count that time twice.
                now = self._house.clock.now()
                after = rule.spend(standing, rate, self._clock, now, safety=safety)
                if after is not None or rule.is_behind(standing, self._clock, now):
                    buckets.keep(tx, self._sender, after or rule.learn(standing, self._clock, now))
        except Exception as fault:
            if lost_transaction(fault):
                raise
            self._closed(fault)
            return False
        return after is not None

    def hold(self, tx: Tx, time: timedelta) -> None:
        """The provider asked us to wait: the whole sender does, safety too. Where it cannot be read it is closed."""
        try:
            with tx.begin_nested():
                now = self._house.clock.now()
                standing = buckets.open_locked(tx, self._sender, self._clock, now)
                buckets.keep(tx, self._sender, rule.hold(standing, self._clock, self._house.clock.now(), time))
        except Exception as fault:
            if lost_transaction(fault):
                raise
            self._closed(fault)
        else:
            log.warning("the provider asked us to wait", seconds=time.total_seconds())

    def _closed(self, fault: Exception) -> None:
        log.error("no text leaves: the sender's bucket cannot be used", fault=type(fault).__name__)
