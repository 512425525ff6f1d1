"""An erased person comes back by no other door: a provider's list, new keys."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.people import erasing
from bot.refs import ref_of
from bot.store import addresses, rotating
from bot.store.database import Database
from bot.store.sealed import Keyring
from bot.turn.backfill import backfill
from messages.channel import Inbound
from tests.houses import KEY, ON_SQLITE, SENDER, Home, Pigeon, bare_home
from tests.people.test_erasing import HER, left

NEW = base64.b64encode(bytes([8]) * 32).decode()


@dataclass
class Listing(Pigeon):
    """A provider that still lists what it was sent."""

    kept: list[Inbound] = field(default_factory=list)

    def list_inbound(self, since: datetime) -> Sequence[Inbound]:
        return [message for message in self.kept if message.at is not None and message.at >= since]


@ON_SQLITE
def test_what_a_provider_still_lists_is_not_taken_in_again(furnished_url: str) -> None:
    """Claim: words of before the erasure stay out, though their ids are unknown by now; a STOP among them stops, and
    what was written since comes in."""
    provider = Listing()
    home = bare_home(furnished_url, channels={"sms": provider})
    home.text("words of before", sender=HER)
    address = home.address(HER).id
    home.later(minutes=1)
    erasing.erase(home.house, ref_of(address), by=None)
    at = home.clock.at
    told = (("a", "words of before", -60), ("b", "STOP", -50), ("c", "where is a toddler group", 30))
    provider.kept = [
        Inbound(account="AC1", sid=sid, sender=HER, to=SENDER, text=text, at=at + timedelta(seconds=after))
        for sid, text, after in told
    ]
    home.later(minutes=1)
    assert backfill(home.house, home.clock.at) == 2
    assert not left(home, "words of before")
    assert home.address(HER).consent == "stopped"
    assert left(home, "toddler group")
    home.house.db.close()


@ON_SQLITE
def test_new_keys_keep_the_fingerprint_of_an_erased_stop(home: Home) -> None:
    """Claim: it cannot be made anew, so it stays as it was: found for as long as the old index key stands second."""
    home.text("STOP", sender=HER)
    erasing.erase(home.house, ref_of(home.address(HER).id), by=None)
    both = Database(home.house.settings.database_url, Keyring.parse(f"new:{NEW},test:{KEY}", f"{NEW},{KEY}"))
    table = next(table for table in rotating.tables() if table.name == "address")
    with both.write() as tx:
        assert rotating.rotate_part(tx, table, None, 100).shut == 0
    with both.read() as tx:
        found = addresses.find_address(tx, "sms", HER)
    assert found is not None
    assert found.consent == "stopped"
    both.close()
