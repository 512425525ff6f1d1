"""The house as one value: what every use case needs and nothing else. Built once, passed along, never global."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.live import Live, NothingPublished
from bot.names import NameIndex
from bot.queue import Wake
from bot.settings import Settings
from bot.store.database import Database
from messages.channel import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`channels` by address kind (`sms`, `web`); a kind without one cannot be sent to, and says so on the desk.

    `names` is this process's own, and empty until somebody is searched for.
    """

    settings: Settings
    db: Database
    clock: Clock
    live: Live
    wake: Wake
    channels: Mapping[str, Channel]
    names: NameIndex = field(default_factory=NameIndex)

    def named(self) -> tuple[str, ...]:
        """What the council and its service are called; nothing where no content is published yet."""
        try:
            council = self.live.of(self.db).compiled.council
        except NothingPublished:
            return ()
        return council.name, council.service
