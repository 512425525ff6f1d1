"""What one turn knows while it is open: the house, the transaction, who is at the other end."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.house import House
from bot.live import Snapshot
from bot.store.addresses import Address
from bot.store.casework import Case
from bot.store.database import Tx
from bot.store.people import Person
from flows.facts import Facts
from flows.wording import Wording


@dataclass(slots=True, kw_only=True)
class Turn:
    """`key` begins the unique keys of what this turn says, so that the same turn run twice says it once. `wrote_at` is
    when the family wrote what it answers: long ago, where it had to be fetched or tried again."""

    house: House
    tx: Tx
    snapshot: Snapshot
    address: Address
    people: list[Person]
    open_cases: list[Case]
    facts: Facts
    now: datetime
    key: str
    language: str
    wording: Wording
    step_no: int = 0
    said: int = 0
    inbox_id: int | None = None
    touch_id: int | None = None
    wrote_at: datetime | None = None
    expires_at: datetime | None = None
    safety_rows: list[int] = field(default_factory=list)

    @property
    def person(self) -> Person | None:
        """Who is writing, where that is sure: one person at this address."""
        return self.people[0] if len(self.people) == 1 else None
