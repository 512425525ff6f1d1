"""How fast a chat may post: gentle, kept in memory by each process, and never in the way of danger.

An allowance that fills steadily: so many posts at once, so many a minute in the long run. A family that types fast
never meets it. The chat has one, and so has the place it comes from, where a whole school or library may sit. Nobody is
ever shut out: a minute later all is as before, and words of danger are taken at any pace.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
MOST_HELD = 10_000  # keys: past this those that are full again are forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """`at_once` posts, and as many each minute after."""

    at_once: int

    @property
    def every(self) -> timedelta:
        return MINUTE / self.at_once


CHAT = Allowance(at_once=30)
PLACE = Allowance(at_once=240)  # a school's computer room behind one address


class Pace:
    """One an app. A second process counts its own: that is still gentle, and still a limit."""

    def __init__(self, *, chat: Allowance = CHAT, place: Allowance = PLACE) -> None:
        self._chat, self._place = chat, place
        self._lock = threading.Lock()
        self._full_at: dict[str, datetime] = {}

    def wait(self, chat: str | None, place: str | None, now: datetime) -> int:
        """Seconds until one more post may come, at least 1; 0 lets it through and counts it. None is not counted."""
        keys = [(f"chat {chat}", self._chat)] if chat else []
        keys += [(f"place {place}", self._place)] if place else []
        with self._lock:
            if len(self._full_at) > MOST_HELD:
                self._full_at = {key: at for key, at in self._full_at.items() if at > now}
            ahead = [max(self._full_at.get(key, now), now) + allowed.every for key, allowed in keys]
            late = max((at - now - MINUTE for at in ahead), default=timedelta())
            if late > timedelta():
                return max(1, round(late.total_seconds()))
            self._full_at.update((key, at) for at, (key, _) in zip(ahead, keys, strict=True))
            return 0
