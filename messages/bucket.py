"""How fast one sender may send: an allowance that fills steadily and is spent a message at a time.

Kept as the instant at which it is full again, in whole microseconds, so that nothing is ever rounded in our favour
(the "virtual scheduling" form of the generic cell rate algorithm, ITU-T I.371). A share is kept for safety: what is
not safety leaves it alone, so no backlog stands before a reply to danger.

Several machines share one bucket, and no two clocks agree. So each keeps an account by its own clock of all that left:
what others sent since it last looked is taken off as if it left just now, which is never too little. A clock that is
new here, or was put back, begins with what whoever looked last still owed; no time passes by it until that is kept.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

NO_WAIT: Final = timedelta(0)
# A clock this far behind its own last look is let catch up; one further behind was put back, and is read afresh.
BEHIND: Final = timedelta(seconds=1)
MOST_CLOCKS: Final = 16
FEWEST, MOST = 1.0, 1000.0  # messages a second: below one, a safety reply could wait for more than a second
SHARE_KEPT: Final = 5  # one in so many of a burst is kept for safety


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`per_second` messages in the long run, at most `burst` at once. Raises ValueError with the name of what is wrong.

    The defaults are for one ordinary number in the United Kingdom: Twilio passes on ten parts of messages a second, and
    ours have mostly two. What is handed over faster queues there, where nothing overtakes.
    """

    per_second: float = 5.0
    burst: int = 5

    def __post_init__(self) -> None:
        if not FEWEST <= self.per_second <= MOST:
            raise ValueError(f"per_second: from {FEWEST:g} to {MOST:g} messages a second")
        if not 2 <= self.burst <= MOST:
            raise ValueError(f"burst: from 2 to {MOST:g} messages at once; a part of them is kept for safety")

    @property
    def every(self) -> timedelta:
        """The time that one message takes to be earned, rounded up."""
        return timedelta(microseconds=math.ceil(1_000_000 / self.per_second))

    @property
    def kept(self) -> int:
        """Messages of the burst that only safety may use."""
        return max(1, self.burst // SHARE_KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one machine knows, by its own clock, as of its look `at`. `spent` and `holds`: what it has taken in of the
    bucket's own."""

    at: datetime
    full_at: datetime
    held_until: datetime | None = None
    spent: timedelta = NO_WAIT
    holds: int = 0

    @property
    def owed(self) -> timedelta:
        return max(self.full_at - self.at, NO_WAIT)

    @property
    def held(self) -> timedelta:
        return NO_WAIT if self.held_until is None else max(self.held_until - self.at, NO_WAIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """`spent` is the time to earn all that ever left, `holds` how often the provider asked us to wait. `accounts` is by
    the machines' names, whoever looked last at the end; never empty."""

    accounts: Mapping[str, Account]
    spent: timedelta = NO_WAIT
    holds: int = 0

    @property
    def last(self) -> Account:
        return list(self.accounts.values())[-1]


def new_bucket(clock: str, now: datetime) -> Bucket:
    """A full one, of which this clock tells the time."""
    return Bucket(accounts={clock: Account(at=now, full_at=now)})


def wait(bucket: Bucket, rate: Rate, clock: str, now: datetime, *, safety: bool) -> timedelta:
    """How long until one message may leave, if nobody else spends: zero when it may now."""
    here = _account(bucket, clock, now)
    at_once = rate.burst if safety else rate.burst - rate.kept
    open_in = here.owed + rate.every - at_once * rate.every
    return max(open_in, here.held, NO_WAIT)


def spend(bucket: Bucket, rate: Rate, clock: str, now: datetime, *, safety: bool) -> Bucket | None:
    """The bucket after one message more; None where it may not leave yet, and nothing is spent."""
    if wait(bucket, rate, clock, now, safety=safety) > NO_WAIT:
        return None
    here = _account(bucket, clock, now)
    full_at = here.at + here.owed + rate.every
    return _kept(replace(bucket, spent=bucket.spent + rate.every), clock, replace(here, full_at=full_at))


def hold(bucket: Bucket, clock: str, now: datetime, time: timedelta) -> Bucket:
    """The provider asked us to wait: nothing leaves for so long, safety neither. A hold that lasts longer stands."""
    here = _account(bucket, clock, now)
    held = replace(here, held_until=here.at + max(time, here.held))
    return _kept(replace(bucket, holds=bucket.holds + 1), clock, held)


def is_behind(bucket: Bucket, clock: str, now: datetime) -> bool:
    """Whether this clock must first learn what others did: until that is kept, no time passes by it."""
    own = _own(bucket, clock, now)
    return own is None or (own.spent, own.holds) != (bucket.spent, bucket.holds)


def learn(bucket: Bucket, clock: str, now: datetime) -> Bucket:
    """The bucket in which this clock has looked: from now on time passes by it."""
    return _kept(bucket, clock, _account(bucket, clock, now))


def _own(bucket: Bucket, clock: str, now: datetime) -> Account | None:
    """This clock's account as it was kept; None where it is new here or was put back."""
    own = bucket.accounts.get(clock)
    return None if own is None or now < own.at - BEHIND else own


def _account(bucket: Bucket, clock: str, now: datetime) -> Account:
    """This clock's account now. It owes what it knew of and all that left since, and no more than whoever looked last
    did then: neither is ever less than the truth."""
    own, last = _own(bucket, clock, now), bucket.last
    if own is None:
        at, owed, held = now, last.owed, last.held
    else:
        at = max(now, own.at)
        mine = replace(own, at=at)
        owed, held = mine.owed, mine.held
        if own.spent != bucket.spent:
            owed = min(owed + bucket.spent - own.spent, last.owed)
        if own.holds != bucket.holds:
            held = max(held, last.held)
    held_until = at + held if held else None
    return Account(at=at, full_at=at + owed, held_until=held_until, spent=bucket.spent, holds=bucket.holds)


def _kept(bucket: Bucket, clock: str, account: Account) -> Bucket:
    others = [(name, other) for name, other in bucket.accounts.items() if name != clock]
    account = replace(account, spent=bucket.spent, holds=bucket.holds)
    return replace(bucket, accounts=dict([*others[1 - MOST_CLOCKS :], (clock, account)]))
