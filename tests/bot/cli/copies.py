"""A service with families on either database, and every row of it as it is stored."""

from contextlib import closing

import sqlalchemy as sa

from bot.store import addresses
from bot.store import outbox as rows
from bot.store.carrying import _tables
from bot.store.database import Database
from tests.houses import AT, KEYS

MANY = 50_000

# What a restore itself writes, or an earlier copy noted.
_TOUCHED = {"flag", "heartbeat", "audit"}

Held = dict[str, list[tuple[object, ...]]]


def held(url: str) -> Held:
    """Every row of every table, as it is stored."""
    database = Database(url, KEYS)
    with closing(database), database.read() as tx:
        return {
            t.name: [tuple(row) for row in tx.execute(sa.select(t).order_by(*t.primary_key.columns))] for t in _tables()
        }


def lasting(found: Held, *, but: frozenset[str] = frozenset()) -> Held:
    return {name: lines for name, lines in found.items() if name not in _TOUCHED | but}


def before_values(tx: sa.Connection) -> dict[str, object]:
    """A message under a key that is used."""
    row = tx.execute(sa.select(rows.outbox).limit(1)).one()._asdict()
    return {**row, "id": 10**6}


def fill(url: str, number: int = MANY) -> None:
    """A long-lived council's messages, sealed, a few hundred bytes each."""
    database = Database(url, KEYS)
    with closing(database), database.write() as tx:
        who = addresses.open_address(tx, "sms", "+447700900777", AT).id
        for start in range(0, number, 1000):
            tx.execute(
                sa.insert(rows.outbox),
                [
                    {
                        "key": f"many:{n}", "address_id": who, "purpose": "answer", "class_": "conversation", "rank": 1,
                        "state": "delivered", "text_id": "x", "body": "words " * 40, "created_at": AT, "not_before": AT,
                        "provider_sid": f"SM{n:032d}",
                    }
                    for n in range(start, start + 1000)
                ],
            )  # fmt: skip
