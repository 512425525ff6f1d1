"""When to try again, and when to stop and show a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Waits before the second, third ... try. A family that just wrote is waiting, so the first is short.
BACKOFF: Final = (
    timedelta(seconds=5),
    timedelta(seconds=20),
    timedelta(seconds=60),
    timedelta(minutes=3),
)
MOST_TRIES: Final = len(BACKOFF) + 1
# A provider that is busy says when to come back; each time counts less than a failure, but not for ever.
MOST_BUSY_TRIES: Final = 30
LONGEST_WAIT: Final = timedelta(hours=1)
# When to look an unknown message up again; after the last, only a person can decide. With the minute of its claim
# before the first, eight: ten are promised, and the clock that looks may be busy.
LOOK_UPS: Final = (
    timedelta(seconds=15),
    timedelta(seconds=45),
    timedelta(minutes=2),
    timedelta(minutes=4),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain:
    """The provider certainly does not have it: put it back, to be claimed from then on."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """Nobody knows whether the provider has it: look then. It is never sent again."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """Refused for good."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAPerson:
    """Held: before a person."""

    reason: str


def after_error(
    *,
    tries: int,
    permanent: bool,
    reason: str,
    now: datetime,
    retry_after_seconds: float | None = None,
    busy: bool = False,
) -> TryAgain | GiveUp | ShowAPerson:
    """What follows a try that the provider certainly did not take.

    `tries` counts this one. `busy` is true for a rate limit (429), which is no fault of the row. `retry_after_seconds`
    is kept as the provider said it, up to an hour. No jitter is needed: the sender's bucket spreads the rows.
    """
    if permanent:
        return GiveUp(reason=reason)
    if tries >= (MOST_BUSY_TRIES if busy else MOST_TRIES):
        return ShowAPerson(reason=f"Tried {tries} times: {reason}")
    return TryAgain(at=now + wait_before_next(tries=tries, retry_after_seconds=retry_after_seconds, busy=busy))


def wait_before_next(*, tries: int, retry_after_seconds: float | None = None, busy: bool = False) -> timedelta:
    """How long the row waits after so many tries; after a rate limit (`busy`), its whole sender with it."""
    wait = BACKOFF[min(tries, len(BACKOFF)) - 1]
    if retry_after_seconds is not None:
        wait = max(wait if not busy else timedelta(seconds=1), timedelta(seconds=retry_after_seconds))
    return min(wait, LONGEST_WAIT)


def after_unknown(*, looks: int, now: datetime) -> LookAgain | ShowAPerson:
    """What follows a call without an answer, or a look-up that found nothing. `looks` counts look-ups already made."""
    if looks >= len(LOOK_UPS):
        return ShowAPerson(reason="The provider never said whether it took this message")
    return LookAgain(at=now + LOOK_UPS[looks])
