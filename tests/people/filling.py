"""Every table filled for one person, by the tables' own columns: one that is added tomorrow is filled too."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store import erasing, schema
from bot.store.columns import Instant, Sealed, keyring_of
from bot.store.database import Database, Tx
from bot.store.sealed import SealError

# Codes that rules read: the rest of the short columns may hold anything.
CODES: Mapping[tuple[str, ...], Any] = {
    ("address", "kind"): "sms",
    ("address", "consent"): "given",
    ("cases", "state"): "closed",
    ("cases", "kind"): "escalation",
    ("outbox", "state"): "delivered",
    ("enrolment", "state"): "ended",
    ("hold", "kind"): "social-care",
    ("person", "child"): False,
    ("upload", "state"): "done",
    ("pathway_step", "told"): '{"words": "a group"}',
    ("upload", "counts"): "{}",
}


class Filled:
    """One person with a row in every table that can hold something of them; `words` stands in every column of text."""

    def __init__(self, tx: Tx, words: str, number: str, at: datetime, **codes: Any) -> None:
        self.words, self.number, self.at = words, number, at
        self.ids: dict[str, dict[str, Any]] = {}
        told = {tuple(name.split("__")): value for name, value in codes.items()}
        self._codes: dict[tuple[str, ...], Any] = {**CODES, **told}
        self.ids["bundle"] = {"id": tx.execute(sa.select(schema.METADATA.tables["bundle"].c.id)).scalars().first()}
        theirs = {*erasing.OF, "address", "household", "staff", "upload"}
        for table in schema.METADATA.sorted_tables:
            if table.name in theirs:
                self._fill(tx, table)

    @property
    def ref(self) -> str:
        return str(self.ids["person"]["ref"])

    def _fill(self, tx: Tx, table: sa.Table) -> None:
        values = {c.name: self._value(table, c) for c in table.c if not (c.primary_key and c.name == "id")}
        keys = keyring_of(tx.dialect)
        values |= {name: keys.index(name, self.words) for name in ("source", "postcode_print") if name in values}
        if table.name == "address":
            values |= {"value": self.number, "fingerprint": keys.index("sms", self.number)}
        row = tx.execute(sa.insert(table).values(values).returning(*table.primary_key.columns)).one()
        self.ids[table.name] = {**values, **row._asdict()}

    def _value(self, table: sa.Table, column: sa.Column[Any]) -> Any:  # noqa: PLR0911 - one line a kind of column
        code = self._codes.get((table.name, column.name))
        if code is not None:
            return code
        for key in column.foreign_keys:
            target = self.ids.get(key.column.table.name)
            return None if target is None else target[key.column.name]
        if isinstance(column.type, Sealed):
            return f"{self.words} in {table.name}.{column.name}"
        if isinstance(column.type, Instant):
            ends = {"lifted_at", "released_at", "ended_at"}
            return None if column.name in ends and table.name in {"person_address", "staff"} else self.at
        if isinstance(column.type, sa.Boolean):
            return False
        if isinstance(column.type, sa.Date):
            return self.at.date()
        if isinstance(column.type, sa.Integer):
            return (
                self.ids["touch"]["id"]
                if column.name == "joined_id" and "touch" in self.ids
                else (0 if column.name in {"child_id", "joined_id"} else 1)
            )
        length = getattr(column.type, "length", None) or 200
        return f"{self.words} {table.name}"[:length] if length >= 40 else self.words[-min(length, 8) :]


def every_value(database: Database) -> Iterator[tuple[str, str]]:
    """Each value of each column of each table, opened where it is sealed: "table.column" and its text."""
    with database.engine.connect() as connection:
        for table in schema.METADATA.sorted_tables:
            columns = [
                sa.type_coerce(c, sa.LargeBinary).label(c.name) if isinstance(c.type, Sealed) else c for c in table.c
            ]
            for row in connection.execute(sa.select(*columns)).mappings():
                for column in table.c:
                    value = row[column.name]
                    if value is None:
                        continue
                    if isinstance(column.type, Sealed):
                        try:
                            value = database.keys.unseal(column.type.place, bytes(value))
                        except SealError:
                            value = "does not open"
                    yield f"{table.name}.{column.name}", str(value)
