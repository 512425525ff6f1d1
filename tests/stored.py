"""The bytes that a database holds, past our code: what a thief of the file or of the server reads."""

from pathlib import Path

import sqlalchemy as sa

from bot.store.database import normalise


def stored_in(url: str) -> bytes:
    """SQLite's files, or every row of every PostgreSQL table as text, the tables' names among them."""
    address = normalise(url)
    if address.get_backend_name() == "sqlite":
        return b"".join(path.read_bytes() for path in Path(address.database or "").parent.glob("thrive.db*"))
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        names = sa.inspect(engine).get_table_names()
        rows = [str(row[0]) for name in names for row in connection.execute(sa.text(f'SELECT t::text FROM "{name}" t'))]
    engine.dispose()
    return "\n".join([*names, *rows]).encode()
