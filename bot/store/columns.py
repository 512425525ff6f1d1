"""Column types: instants that are always aware and UTC, and sealed text."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Column, DateTime, LargeBinary, MetaData, Table, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from bot.store.sealed import Keyring, SealError

# What stands in a conversation in place of words that no key here opens.
UNREADABLE = "(These words cannot be opened: the key they were sealed with is missing.)"
_INSTEAD: Final = {"words": UNREADABLE, "body": UNREADABLE, "because": "[]"}  # by column; of any other nothing
KEYRING = "thrive_keyring"  # attribute of the engine's dialect: each engine has its own keys


class Row(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(row: type[Row]) -> Table:
    """The Core table of a row class, for prebuilt statements."""
    table = row.__table__
    assert isinstance(table, Table)
    return table


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. SQLite keeps it naive; it never leaves that way."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must be aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """Text sealed under the engine's keyring with its own `table.column` bound in."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).seal(self.place, value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring_of(dialect).unseal(self.place, bytes(value))


class Readable(Sealed):
    """Sealed text for a person to read: `instead` stands in place of what does not open, and the rest is shown."""

    cache_ok = True

    def __init__(self, place: str, instead: str | None = UNREADABLE) -> None:
        super().__init__(place)
        self.instead = instead

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        try:
            return super().process_result_value(value, dialect)
        except SealError:
            return self.instead


def readable(column: Column[Any]) -> Any:
    """A column as a person reads it: one value that does not open must not hide what stands around it."""
    if not isinstance(column.type, Sealed):
        return column
    return type_coerce(column, Readable(column.type.place, _INSTEAD.get(column.name))).label(column.name)


def keyring_of(dialect: Dialect) -> Keyring:
    keys = getattr(dialect, KEYRING, None)
    if not isinstance(keys, Keyring):
        raise RuntimeError("this engine was made without its keyring")
    return keys
