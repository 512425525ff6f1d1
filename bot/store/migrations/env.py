"""Alembic's entry: migrates the engine it is given, in one transaction where the database can."""

from typing import Any, Literal

from alembic import context

from bot.store.columns import Instant, Sealed
from bot.store.schema import METADATA


def render(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """Migrations name plain column types, so that old ones never depend on today's code."""
    if kind == "type" and isinstance(thing, Sealed):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(thing, Instant):
        return "sa.DateTime(timezone=True)"
    return False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        transactional_ddl=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
