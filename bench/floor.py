"""The floor of one inbound turn: check the provider's signature, then three inserts and one update in a transaction.

The floor measurements come with the project's design: the least any such service must do, with SQLAlchemy Core.
"""

import itertools
from collections.abc import Callable

import sqlalchemy as sa
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.store.database import Database
from tests.houses import KEYS

CONTACTS = 2000
PUBLIC_URL = "https://example.org/sms"
VALIDATOR = RequestValidator("0123456789abcdef0123456789abcdef")
FORM = {
    "MessageSid": "SM" + "0" * 32, "AccountSid": "AC" + "0" * 32, "From": "+447700900007", "To": "+447700900000",
    "Body": "yes, tell me more please", "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received",
    "ApiVersion": "2010-04-01", "FromCountry": "GB",
}  # fmt: skip
SIGNATURE = VALIDATOR.compute_signature(PUBLIC_URL, FORM)
NEXT = '{"node":"q2"}' * 20

meta = sa.MetaData()
conversation = sa.Table(
    "floor_conversation", meta,
    sa.Column("contact", sa.String(20), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)  # fmt: skip


def _log(name: str) -> sa.Table:
    return sa.Table(
        name, meta,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("contact", sa.String(20), nullable=False, index=True),
        sa.Column("sid", sa.String(40), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )  # fmt: skip


LOGS = [_log(name).insert() for name in ("floor_inbound", "floor_outbox", "floor_event")]
UPDATE = (
    conversation.update()
    .where(conversation.c.contact == sa.bindparam("c"))
    .values(state=sa.bindparam("s"), version=conversation.c.version + 1)
)


def signed() -> None:
    assert VALIDATOR.validate(PUBLIC_URL, FORM, SIGNATURE)


def floor_turn(url: str) -> Callable[[], None]:
    """One floor turn on a database of its own, which is made here. The engine is the product's: WAL, FULL."""
    database = Database(url, KEYS)
    meta.create_all(database.engine)
    with database.write() as tx:
        rows = [{"contact": f"+44770{i:07d}", "state": NEXT, "version": 0} for i in range(CONTACTS)]
        tx.execute(conversation.insert(), rows)
    numbers = itertools.count()

    def turn() -> None:
        signed()
        contact = f"+44770{next(numbers) % CONTACTS:07d}"
        row = {"contact": contact, "sid": FORM["MessageSid"], "body": FORM["Body"], "at": 1.0}
        with database.write() as tx:
            for insert in LOGS:
                tx.execute(insert, row)
            tx.execute(UPDATE, {"c": contact, "s": NEXT})

    return turn
