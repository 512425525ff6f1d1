"""Sealing everything again under the key that encrypts, and making fingerprints anew, some rows a transaction.

What is done shows in the rows themselves: a sealed value begins with the id of its key. So nothing is kept of how far
it has come; killed and begun again, it goes on with what is left. Every column that is `Sealed` is taken, whichever
table it is in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from bot.store.columns import Row, Sealed, keyring_of
from bot.store.database import Tx
from bot.store.people import postcode_print
from bot.store.sealed import Keyring, SealError

Table = sa.Table  # what the shell passes along, opaque to it
Opened = Mapping[str, str | None]  # a row's sealed values by column, None where there is none or it does not open


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What became of some rows of a table. `last` is the key of the last looked at, a value for each of its columns:
    None where none was left."""

    last: tuple[Any, ...] | None = None
    changed: int = 0
    shut: int = 0  # values that no key opens: left as they are
    skipped: int = 0  # somebody else held the row


def tables() -> list[sa.Table]:
    """Those that hold something sealed."""
    return [table for table in Row.metadata.sorted_tables if _sealed(table)]


def waiting(tx: Tx, table: sa.Table) -> int:
    """How many rows of a table hold a value under another key than the one that encrypts."""
    older = _older(table, keyring_of(tx.dialect))
    return int(tx.execute(sa.select(sa.func.count()).select_from(table).where(older)).scalar_one())


def nameless_households(tx: Tx) -> int:
    """Households made before their name was kept: found under an older key until a sheet names them again."""
    table = Row.metadata.tables["household"]
    nameless = (table.c.source.is_not(None), table.c.name.is_(None))
    return int(tx.execute(sa.select(sa.func.count()).select_from(table).where(*nameless)).scalar_one())


def rotate_part(tx: Tx, table: sa.Table, after: tuple[Any, ...] | None, limit: int) -> Part:
    """The next rows of a table in the order of its key, be it of one column or several. A row that a family's turn or
    a sender holds is skipped: they wait for each other in another order than this."""
    keys = keyring_of(tx.dialect)
    columns = tuple(table.primary_key.columns)
    key = sa.tuple_(*columns)
    wanted = [_older(table, keys)] if not (keys.older_index_keys and table.name in _PRINTS) else []
    if after is not None:
        wanted.append(key > after)
    ids = [tuple(row) for row in tx.execute(sa.select(*columns).where(*wanted).order_by(*columns).limit(limit))]
    if not ids:
        return Part()
    names = _sealed(table)
    raw = [sa.type_coerce(table.c[name], sa.LargeBinary).label(name) for name in names]
    plain = [table.c[name] for name in _PLAIN.get(table.name, ())]
    those = sa.select(*columns, *plain, *raw).where(key.in_(ids)).order_by(*columns)
    rows = tx.execute(those.with_for_update(skip_locked=True))
    changed = shut = seen = 0
    for row in rows.mappings().all():
        seen += 1
        values, lost = _anew(table, row, keys)
        shut += lost
        if values:
            still = {column.name: column for column in table.c if column.onupdate is not None}
            this = [column == row[column.name] for column in columns]
            tx.execute(sa.update(table).where(*this).values({**still, **values}))
            changed += 1
    return Part(last=ids[-1], changed=changed, shut=shut, skipped=len(ids) - seen)


def _anew(table: sa.Table, row: Mapping[Any, Any], keys: Keyring) -> tuple[dict[str, Any], int]:
    """What is to be written of a row, and how many of its values no key opens."""
    values: dict[str, Any] = {}
    opened: dict[str, str | None] = {}
    shut = 0
    for name, place in _sealed(table).items():
        blob = None if row[name] is None else bytes(row[name])
        try:
            opened[name] = None if blob is None else keys.unseal(place, blob)
        except SealError:
            opened[name], shut = None, shut + 1
            continue
        if blob is not None and not blob.startswith(keys.prefix):
            values[name] = opened[name]
    if keys.older_index_keys and table.name in _PRINTS:
        made = _PRINTS[table.name](keys, opened, row)
        values |= {name: print_ for name, print_ in made.items() if print_ is not None and print_ != row[name]}
    return values, shut


def _sealed(table: sa.Table) -> dict[str, str]:
    """A table's sealed columns, each with its place."""
    return {column.name: column.type.place for column in table.c if isinstance(column.type, Sealed)}


def _older(table: sa.Table, keys: Keyring) -> sa.ColumnElement[bool]:
    """Rows that hold a value under another key. The database compares the first bytes: nothing is opened."""
    prefix = sa.literal(keys.prefix, sa.LargeBinary)
    either = []
    for name in _sealed(table):
        raw = sa.type_coerce(table.c[name], sa.LargeBinary)
        first = sa.type_coerce(sa.func.substr(raw, 1, len(keys.prefix)), sa.LargeBinary)
        either.append(sa.and_(raw.is_not(None), first != prefix))
    return sa.or_(*either)


def _address(keys: Keyring, opened: Opened, row: Mapping[Any, Any]) -> dict[str, str | None]:
    value = opened["value"]  # empty: erased, and only the fingerprint is left, which cannot be made anew
    return {"fingerprint": keys.index(row["kind"], value) if value else None}


def _person(keys: Keyring, opened: Opened, _row: Mapping[Any, Any]) -> dict[str, str | None]:
    reference = opened["source_reference"]
    return {
        "source": None if reference is None else keys.index("person", reference),
        "postcode_print": postcode_print(keys, opened["postcode"]),
    }


def _household(keys: Keyring, opened: Opened, _row: Mapping[Any, Any]) -> dict[str, str | None]:
    name = opened["name"]
    return {"source": None if name is None else keys.index("household", name)}


# By table: the fingerprints of what it holds, and the columns that are read besides.
_PRINTS: Final[Mapping[str, Callable[[Keyring, Opened, Mapping[Any, Any]], dict[str, str | None]]]] = {
    "address": _address,
    "person": _person,
    "household": _household,
}
_PLAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("kind", "fingerprint"),
    "person": ("source", "postcode_print"),
    "household": ("source",),
}
