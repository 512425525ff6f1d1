"""How fast one sender may send: an allowance that fills steadily and is spent a message at a time.

Kept as the instant at which it is full again, in whole microseconds, so that nothing is ever rounded in our favour
(the "virtual scheduling" form of the generic cell rate algorithm, ITU-T I.371). A share is kept for safety: what is
not safety leaves it alone, so no backlog stands before a reply to danger.

Several machines share one bucket, and no two clocks agree. A clock is therefore asked only how much time has passed
since it was first seen here, never what time it is: the bucket has a time of its own. By a clock that is new here, or
was put back, no time passes until the bucket is kept as `learn` gives it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

NO_WAIT: Final = timedelta(0)
# A clock this far behind the bucket's time is let catch up; one further behind was put back, and is read afresh.
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
class Bucket:
    """`at`, `full_at` and `held_until` are in the bucket's own time. `clocks`: what to add to each clock to have it."""

    at: datetime
    full_at: datetime
    held_until: datetime | None = None
    clocks: Mapping[str, timedelta] = field(default_factory=dict)


def new_bucket(clock: str, now: datetime) -> Bucket:
    """A full one, which tells the time by this clock."""
    return Bucket(at=now, full_at=now, clocks={clock: NO_WAIT})


def wait(bucket: Bucket, rate: Rate, clock: str, now: datetime, *, safety: bool) -> timedelta:
    """How long until one message may leave, if nobody else spends: zero when it may now."""
    here = learn(bucket, clock, now)
    at_once = rate.burst if safety else rate.burst - rate.kept
    open_at = max(bucket.full_at, here.at) + rate.every - at_once * rate.every
    if here.held_until is not None:
        open_at = max(open_at, here.held_until)
    return max(open_at - here.at, NO_WAIT)


def spend(bucket: Bucket, rate: Rate, clock: str, now: datetime, *, safety: bool) -> Bucket | None:
    """The bucket after one message more; None where it may not leave yet, and nothing is spent."""
    if wait(bucket, rate, clock, now, safety=safety) > NO_WAIT:
        return None
    here = learn(bucket, clock, now)
    return replace(here, full_at=max(here.full_at, here.at) + rate.every, held_until=None)


def hold(bucket: Bucket, clock: str, now: datetime, time: timedelta) -> Bucket:
    """The provider asked us to wait: nothing leaves for so long, safety neither. A hold that lasts longer stands."""
    here = learn(bucket, clock, now)
    until = here.at + time
    return replace(here, held_until=until if here.held_until is None else max(until, here.held_until))


def is_strange(bucket: Bucket, clock: str, now: datetime) -> bool:
    """Whether the bucket must learn this clock first: it was never seen here, or was put back."""
    told = bucket.clocks.get(clock)
    return told is None or now + told < bucket.at - BEHIND


def learn(bucket: Bucket, clock: str, now: datetime) -> Bucket:
    """The bucket at the moment this clock tells. A strange one counts from now on, once this is kept."""
    told = bucket.at - now if is_strange(bucket, clock, now) else bucket.clocks[clock]
    others = [(name, more) for name, more in bucket.clocks.items() if name != clock]
    at = max(now + told, bucket.at)
    return replace(bucket, at=at, clocks=dict([*others[1 - MOST_CLOCKS :], (clock, told)]))
