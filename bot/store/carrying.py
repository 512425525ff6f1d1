"""Every row of one database put into another of either kind, as it is stored: sealed words are carried, never opened.

A copy of PostgreSQL is poured into a SQLite file of the same schema, so that one kind of file restores into either.
Rows are streamed in batches: the memory it takes does not grow with what there is.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.store import schema
from bot.store.columns import Sealed
from bot.store.database import Database, Tx

A_BATCH = 500
WIDE = {"bundle": 5}  # rows as large as a whole content folder
LOCK_SECONDS = 10  # for the tables of a database that is to be filled


class CarryFault(Exception):
    """Rows that cannot be put into a database; names the table, never what is in it."""


def pour_out(database: Database, path: Path) -> None:
    """Write everything that PostgreSQL holds, at one instant, into the empty file at `path`, while it is served.

    The one transaction is REPEATABLE READ, READ ONLY: every table is read as it was when the first one was, whatever
    is written meanwhile, and it hinders no writer (PostgreSQL, "Transaction Isolation").
    """
    with closing(Database(f"sqlite:///{path}", database.keys)) as target:
        schema.upgrade(target)
        with database.engine.connect() as source:
            source.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with source.begin():
                # the file is written between two looks at the server, which must not take that for idleness
                for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    source.execute(sa.text(f"SET LOCAL {limit} = 0"))
                with target.write() as tx:
                    pour(source, tx)


def pour_in(path: Path, database: Database) -> None:
    """Put what the file at `path` holds in the place of what PostgreSQL does, in one transaction.

    The file's schema is this version's; so is the database's, when this returns. Raises CarryFault, with the database
    as it was, where the tables stay in use or PostgreSQL does not take a row.
    """
    schema.upgrade(database)
    held = Database(f"sqlite:///{path}", database.keys)
    with closing(held) as copy, copy.read() as source, database.write() as target:
        names = ", ".join(f'"{table.name}"' for table in _tables())
        target.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        try:
            target.execute(sa.text(f"TRUNCATE {names}"))
        except sa.exc.OperationalError:
            raise CarryFault("the database is in use: stop the service first, on every machine") from None
        pour(source, target)
        _follow_on(target)


def pour(source: Tx, target: Tx) -> None:
    """Every row of every table, in an order in which each finds what it refers to. What `target` held is gone."""
    for table in reversed(_tables()):
        target.execute(sa.delete(table))
    for table in _tables():
        size = WIDE.get(table.name, A_BATCH)
        every = sa.select(table).order_by(*table.primary_key.columns)
        with source.execution_options(stream_results=True, yield_per=size).execute(every) as rows:
            for batch in rows.partitions():
                _put(target, table, [row._asdict() for row in batch])


def _put(target: Tx, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    try:
        target.execute(sa.insert(table), rows)
    except (sa.exc.DataError, sa.exc.IntegrityError) as fault:
        kind = type(fault.orig).__name__
        raise CarryFault(f"a row of {table.name} does not fit the other database ({kind})") from None


def _follow_on(tx: Tx) -> None:
    """New rows go on from the highest number there is, as the file's own database would have gone on."""
    for table in _tables():
        if "id" not in table.c or not isinstance(table.c.id.type, sa.Integer):
            continue
        counter = sa.func.pg_get_serial_sequence(table.name, "id")
        highest = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1).scalar_subquery()
        tx.execute(sa.select(sa.func.setval(counter, highest, False)))


@cache
def _tables() -> Sequence[sa.Table]:
    """Every table, what is referred to first, with sealed columns as the bytes that they are."""
    bare = sa.MetaData()
    return [
        sa.Table(
            table.name, bare,
            *(sa.Column(c.name, _as_stored(c.type), primary_key=c.primary_key, autoincrement=False) for c in table.c),
        )
        for table in schema.METADATA.sorted_tables
    ]  # fmt: skip


def _as_stored(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    return sa.LargeBinary() if isinstance(kind, Sealed) else kind
