"""Opening the house for a command: settings, a migrated database, content."""

import sys

from bot.app import furnish
from bot.house import House
from bot.settings import Settings
from bot.store import schema


def open_house() -> House:
    """The house of the environment's settings, as it is. Raises SettingsFault."""
    return furnish(Settings.from_env())


def ready(house: House) -> bool:
    """Whether the schema is this version's; says what to do where it is not."""
    if schema.revision_of(house.db) == schema.head():
        return True
    sys.stderr.write("The database has not been brought to this version. Run `thrive db upgrade` first.\n")
    return False
