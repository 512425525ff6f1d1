"""The account finds what is planted: were it blind, every line of the table would say zero."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import sqlalchemy as sa

from bot.store import outbox as rows
from tests.chaos.accounting import account, database_of, finish, told_for_each_other
from tests.chaos.places import Places
from tests.chaos.talking import DANGER, keep
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from tests.story.service import Service

pytestmark = [pytest.mark.fault, pytest.mark.slow]

FAMILY, OTHER, THIRD = "+447700900101", "+447700900102", "+447700900103"


def test_what_is_planted_is_found(tmp_path: Path) -> None:
    """A second acceptance, a row that never ends, a text that nobody took in, words put out of order, a danger without
    a case and an acceptance that the provider knows nothing of: each is counted and named."""
    places = Places(tmp_path)
    try:
        with places.service("sqlite") as living:
            living.text(FAMILY, "menu")
            living.text(OTHER, "menu")
            assert finish(living, runs=1).kept
            _plant(living)
    finally:
        places.close()


def test_only_rows_alike_are_told_for_each_other() -> None:
    """A held row that the provider took answers for an accepted one it never had: same number and words."""

    def row(state: str, address: int, body: str) -> SimpleNamespace:
        return SimpleNamespace(state=state, address_id=address, body=body)

    out = {
        "1": row("held", 1, "hello"), "2": row("accepted", 1, "hello"), "3": row("accepted", 1, "hello"),
        "4": row("held", 1, "other words"), "5": row("held", 2, "hello"), "6": row("accepted", 1, "bye"),
        "7": row("unknown", 1, "bye"),
    }  # fmt: skip
    assert list(told_for_each_other(out, {"1", "4", "5", "7"}, {"2", "3", "6"})) == [("1", "2")]


def _plant(living: Service) -> None:
    sent = living.provider.accepted(to=FAMILY)[0]
    others = living.provider.accepted(to=OTHER)[0]
    _ask_to_send(living, sent)
    missed = keep(living, THIRD, DANGER)
    living.running.kill()
    with database_of(living) as database:
        with database.write() as tx:
            out = rows.outbox
            tx.execute(sa.update(out).where(out.c.id == int(others["outbox"])).values(state="unknown"))
            values = dict(tx.execute(sa.select(out).where(out.c.id == int(sent["outbox"]))).one()._mapping)
            never = {**values, "id": 10_001, "key": "planted:1", "provider_sid": "SMplanted", "state": "accepted"}
            held = {**values, "id": 10_002, "key": "planted:2", "provider_sid": None, "state": "held", "case_id": None}
            tx.execute(sa.insert(out), [never, held])
        counts = account(living, database, runs=1, danger=[THIRD], open_after=0)
    told = "\n".join(counts.broken)
    assert counts.doubled == 1
    assert counts.lost == 5
    for line in (
        f"outbox row {sent['outbox']} was accepted 2 times",
        f"outbox row {sent['outbox']} was asked again after a good answer",
        f"inbound {missed} is not in the inbox",
        "a danger has no urgent case",
        f"the provider took outbox row {others['outbox']}, which is unknown",
        "outbox row 10001 says accepted, and the provider has nothing",
        "outbox row 10002 is held and no case says so",
        "of the same line",
    ):
        assert line in told, told
    assert counts.before_a_person == 1
    assert not counts.kept


def _ask_to_send(living: Service, sent: dict[str, str]) -> None:
    """What a product that sends blindly again would do."""
    callback = f"{living.environment['PUBLIC_URL']}/sms/status?outbox={sent['outbox']}"
    answer = requests.post(
        f"{living.provider.base}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
        data={"To": FAMILY, "From": NUMBER, "Body": sent["body"], "StatusCallback": callback},
        auth=(ACCOUNT_SID, AUTH_TOKEN),
        timeout=10,
    )
    assert answer.status_code == 201
