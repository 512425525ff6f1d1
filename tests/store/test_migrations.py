"""Migrations: from nothing to today and back, with data, on both databases."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.store import addresses, schema
from bot.store.columns import Instant, Sealed
from bot.store.database import Database, normalise
from tests.houses import AT, KEYS


def test_the_migrations_make_exactly_the_tables_that_the_code_names(database_url: str) -> None:
    """Upgraded from nothing, the database differs from the rows' metadata in nothing."""
    database = Database(database_url, KEYS)
    schema.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _same_type})
        assert compare_metadata(context, schema.METADATA) == []
    assert schema.revision_of(database) == schema.head()
    database.close()


def test_a_second_upgrade_changes_nothing_and_keeps_the_data(database_url: str) -> None:
    """Safe to repeat: what was written before it is read after it."""
    database = Database(database_url, KEYS)
    schema.upgrade(database)
    with database.write() as tx:
        addresses.open_address(tx, "sms", "+447700900123", AT)
    schema.upgrade(database)
    with database.read() as tx:
        found = addresses.find_address(tx, "sms", "+447700900123")
    assert found is not None
    assert found.value == "+447700900123"
    database.close()


def test_down_to_nothing_and_up_again(database_url: str) -> None:
    """A downgrade leaves no table behind but Alembic's own, and the way up is open again."""
    database = Database(database_url, KEYS)
    schema.upgrade(database)
    schema.downgrade(database, "base")
    assert sa.inspect(database.engine).get_table_names() == ["alembic_version"]
    schema.upgrade(database)
    assert schema.revision_of(database) == schema.head()
    database.close()


def test_short_postgres_addresses_mean_psycopg_3() -> None:
    """Hosting providers write postgres://; the driver is ours to name."""
    for short in ("postgres://u@h/d", "postgresql://u@h/d"):
        assert normalise(short).drivername == "postgresql+psycopg"


def _same_type(_context: object, _inspected: object, _column: object, inspected: object, ours: object) -> bool | None:
    # Sealed text is bytes and an instant a timestamp to the database: only those two are the code's own.
    return False if isinstance(ours, Sealed | Instant) else None


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads the database, its journal neither."""
    database = Database(f"sqlite:///{tmp_path / 'var' / 'new.db'}", KEYS)
    schema.upgrade(database)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()} == {0o600}
    database.close()
