"""Opening the house for a command: settings, a migrated database, content."""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from bot.content import compile_content
from bot.furnishing import furnish
from bot.house import House
from bot.live import NothingPublished
from bot.publishing import content
from bot.settings import Settings
from bot.store import schema
from bot.store.copying import is_known


@contextmanager
def open_house() -> Iterator[House]:
    """The house of the environment's settings, as it is, closed when the command is done. Raises SettingsFault."""
    house = furnish(Settings.from_env())
    try:
        yield house
    finally:
        house.db.close()


def is_new(house: House) -> bool:
    """Whether the database has never been migrated."""
    return schema.revision_of(house.db) is None


def ready(house: House, *, create: bool = False) -> bool:
    """Whether the schema is this version's; says what to do where it is not.

    With `create`, a database that was never migrated is. One of an older version is left to `thrive db upgrade`, which
    an operator runs when a backup has been taken.
    """
    revision = schema.revision_of(house.db)
    if revision is None and create:
        schema.upgrade(house.db)
        sys.stderr.write("The database was empty: its tables have been made.\n")
        return True
    if revision == schema.head():
        return True
    if too_new(house):
        return False
    sys.stderr.write("The database has not been brought to this version. Run `thrive db upgrade` first.\n")
    return False


def too_new(house: House) -> bool:
    """Whether a newer version has migrated the database, which this one cannot use; says so."""
    revision = schema.revision_of(house.db)
    if revision is None or is_known(revision):
        return False
    sys.stderr.write(f"A newer version of this service made the database (schema {revision}). Install that version.\n")
    return True


def known_needs(house: House) -> Collection[str]:
    """The ids of needs that are published, or that would be. Raises ContentFaults."""
    try:
        compiled = house.live.of(house.db).compiled
    except NothingPublished:
        compiled = compile_content(content.read(house.settings))
    return compiled.lexicon.need_ids
