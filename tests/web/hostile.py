"""What somebody who means harm sends, and a watch over what their request wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final
from urllib.parse import quote_plus

import sqlalchemy as sa
from werkzeug.datastructures import ImmutableMultiDict

from bot.store.database import Database
from bot.web.security import InMemory

TAG: Final = "<script>zq9()</script>"
PICTURE: Final = '"><img src=x onerror=zq9()>'
# Of the form `name: what is sent`, as bytes where no text could be that.
VALUES: Final[dict[str, str | bytes]] = {
    "nothing": "",
    "blanks": " \t\r\n ",
    "a NUL": f"a\0b{TAG}",
    "half a character": b"\xed\xa0\x80\xff" + TAG.encode(),
    "markup": f"{PICTURE}{TAG}'`{{{{7*7}}}}",
    "the other database": "' OR 1=1; DROP TABLE staff; --",
    "a header": f"x\r\nSet-Cookie: zq9=1\r\n\r\n{TAG}",
    "a path": "../../../../etc/passwd",
    "an address": "javascript:zq9()//https://elsewhere.example/",
    "formats": "%s%n%(x)s{0.__class__}${7*7}",
    "less than nothing": "-1",
    "too large a number": "9" * 40,
    "beyond a column": str(2**63),
    "no number": "1e999",
    "digits of another script": "١٢٣",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "the first month": "0001-01",
    "the last month": "9999-12",
    "marks that turn the line": "\u202e\u2028\ufeff\U0010ffff" + TAG,
    "a list": "[1, {}]",
    "long": "x" * 20_000 + TAG,
    "longest of blanks": "\u3000" * 5_000,
}
NUMBERS: Final = ("0", "2147483648", str(2**63), "9" * 30)
REFS: Final = ("2345678X", "%00", "x" * 300, "..%2f..", "%ed%a0%80", "<script>zq9()")


class Asked(ImmutableMultiDict[str, str]):
    """A form or query that remembers the names a view asks it for."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        Asked.names.add(key)
        return super().__getitem__(key)

    def get(self, key: str, *more: Any, **named: Any) -> Any:
        Asked.names.add(key)
        return super().get(key, *more, **named)

    def getlist(self, key: str, *more: Any, **named: Any) -> Any:
        Asked.names.add(key)
        return super().getlist(key, *more, **named)

    @classmethod
    def heard(cls) -> set[str]:
        found, cls.names = cls.names, set()
        return found


class Listening(InMemory):
    parameter_storage_class = Asked


def encoded(fields: dict[str, str | bytes | list[str | bytes]]) -> bytes:
    """As a browser's form, with bytes that no browser would send where they are given."""
    pairs = [
        (name, value) for name, given in fields.items() for value in (given if isinstance(given, list) else [given])
    ]
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()


class Written:
    """The tables that committed transactions wrote to."""

    def __init__(self) -> None:
        self.tables: set[str] = set()


@contextmanager
def watched(database: Database) -> Iterator[Written]:
    written, open_now = Written(), dict[int, set[str]]()

    def ran(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if cursor.rowcount == 0:  # it found nothing to change
            return
        words = statement.split(None, 3)
        verb = words[0].upper()
        if verb in {"INSERT", "DELETE"}:
            name = words[2] if words[1].upper() in {"INTO", "FROM"} else words[3].split()[1]
        elif verb == "UPDATE":
            name = words[1]
        else:
            return
        open_now.setdefault(id(connection.connection.dbapi_connection), set()).add(name.strip('"').split("(")[0])

    def kept(connection: Any) -> None:
        written.tables |= open_now.pop(id(connection.connection.dbapi_connection), set())

    def dropped(connection: Any) -> None:
        open_now.pop(id(connection.connection.dbapi_connection), None)

    listeners = [("after_cursor_execute", ran), ("commit", kept), ("rollback", dropped)]
    for name, listener in listeners:
        sa.event.listen(database.engine, name, listener)
    try:
        yield written
    finally:
        for name, listener in listeners:
            sa.event.remove(database.engine, name, listener)
