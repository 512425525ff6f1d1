"""Wake-ups: a hint that there is work. Rows and claims stay the truth, so a lost or doubled one is harmless.

One process needs only a flag; past one machine the same protocol is carried by a distributed queue.
"""

import threading
from typing import Protocol


class Wake(Protocol):
    def wake(self) -> None:
        """Something was queued."""

    def wait(self, seconds: float) -> None:
        """Sleep until woken, or so many seconds at most: polling is the fallback."""


class EmbeddedWake:
    """Wake-ups within one process."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def wake(self) -> None:
        self._event.set()

    def wait(self, seconds: float) -> None:
        self._event.wait(seconds)
        self._event.clear()
