"""Every row, so that the metadata is whole for migrations; and the migrations themselves."""

from pathlib import Path
from types import ModuleType

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store import (
    addresses,
    alerts,
    beside,
    buckets,
    carrier,
    casework,
    closing,
    codes,
    contacts,
    conversations,
    entries,
    erased,
    feedback,
    feeds,
    holding,
    identities,
    inbox,
    keeping,
    linking,
    merged,
    outbox,
    passkeys,
    pathway,
    people,
    phone_asks,
    providers,
    published,
    restricting,
    reviews,
    scores,
    seals,
    staff,
    team,
    touches,
    uploads,
    wishes,
    wrong,
)
from bot.store.columns import Row
from bot.store.database import Database

ROOMS: tuple[ModuleType, ...] = (
    addresses, people, published, staff, casework, keeping, touches, scores, holding, inbox, outbox, conversations,
    alerts, reviews, buckets, carrier, uploads, wishes, beside, team, contacts, entries, providers, seals, erased,
    feedback, feeds, wrong, pathway, identities, codes, passkeys, phone_asks, restricting, closing, linking, merged,
)  # fmt: skip
METADATA = Row.metadata


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate to `revision`; safe to repeat."""
    command.upgrade(_config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    command.downgrade(_config(database), revision)


def revision_of(database: Database) -> str | None:
    """The revision the database stands at; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    script = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    found = script.get_current_head()
    assert found is not None
    return found
