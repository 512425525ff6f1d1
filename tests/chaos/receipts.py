"""Receipts late, repeated, out of order, and before our own commit: each is kept, and status only moves forward."""

import random
from collections import Counter
from datetime import timedelta

import sqlalchemy as sa

from bot.store import outbox as rows
from bot.store import receipts
from messages.status import RECEIPTS, event_of
from tests.chaos.accounting import Counts, database_of, finish
from tests.chaos.talking import holds, numbers, post
from tests.standin import ACCOUNT_SID, NUMBER
from tests.story.service import Service

WORDS = ("queued", "sending", "sent", "delivered", "undelivered", "failed", "sent", "read", "no-such-word")
HELD_SECONDS = 0.6


def disordered(living: Service, chance: random.Random, runs: int) -> Counts:
    """For each answer the provider tells a hand of words in any order, some twice, some before it has answered us,
    some without our own id, and all of them again a week later."""
    families = numbers(runs)
    hands: dict[str, list[str]] = {number: chance.choices(WORDS, k=chance.randint(1, 6)) for number in families}
    early = {number for number in families if chance.random() < 0.4}
    for number, hand in hands.items():
        if number in early:
            living.provider.fault("late-201", to=number, seconds=HELD_SECONDS, silent=True)
        else:
            living.provider.fault("outcome", to=number, callbacks=hand)
        living.provider.text(number, "menu", wait=False)
    made: Counter[str] = Counter()
    for number in sorted(early):
        (first,) = _first(living, number)
        for word in hands[number]:
            made[first["sid"]] += _tell(living, first, word, by_row=chance.random() < 0.5)
    holds(lambda: all(hook["done"] for hook in living.provider.webhooks()), 30)
    counts = finish(living, runs=runs, seen={"before our commit": len(early)})
    told = {number: (_first(living, number)[0], hand) for number, hand in hands.items()}
    broken = [*counts.broken, *_answered(living), *_wrong(living, told)]
    living.move_to(living.now() + timedelta(days=7))
    for first, hand in told.values():
        for word in chance.sample(hand, len(hand)):
            made[first["sid"]] += _tell(living, first, word, by_row=chance.random() < 0.5)
    broken += _wrong(living, told)
    broken += _forgotten(living, told, made)
    return finish(living, runs=runs, seen={**counts.seen, "receipts by hand": made.total()}, broken=broken)


def _first(living: Service, number: str) -> list[dict[str, str]]:
    """The first message to a number, once the provider has it."""
    holds(lambda: bool(living.provider.accepted(to=number)), 20, every=0.02)
    return living.provider.accepted(to=number)[:1]


def _tell(living: Service, message: dict[str, str], word: str, *, by_row: bool) -> int:
    """One receipt; `by_row` with our own id in its address, else only the provider's. Returns 1: it must be taken."""
    form = {
        "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "From": NUMBER, "To": message["to"],
        "MessageSid": message["sid"], "SmsSid": message["sid"], "MessageStatus": word, "SmsStatus": word,
    }  # fmt: skip
    query = f"?outbox={message['outbox']}" if by_row else ""
    assert post(living, f"/sms/status{query}", form) == 200
    return 1


def _answered(living: Service) -> list[str]:
    """Receipts that nobody ties to a row, though all of the provider's answers are in by then and its calls made.

    The last messages of a quick run stand as their receipts told while their own answers are still held back.
    """
    waits = sa.select(sa.func.count()).select_from(receipts.receipt).where(receipts.receipt.c.outbox_id.is_(None))

    def tied() -> bool:
        with database.read() as tx:
            return tx.execute(waits).scalar_one() == 0 and all(hook["done"] for hook in living.provider.webhooks())

    with database_of(living) as database:
        return [] if holds(tied, 30) else ["receipts whose row nobody found"]


def _wrong(living: Service, told: dict[str, tuple[dict[str, str], list[str]]]) -> list[str]:
    """Rows that do not stand at the furthest word that was told of them."""
    found = []
    with database_of(living) as database, database.read() as tx:
        for first, hand in told.values():
            events = ["accepted", *(event for word in hand if (event := event_of(word)) is not None)]
            furthest = max(events, key=RECEIPTS.index)
            state = rows.outbox_by_id(tx, int(first["outbox"])).state
            if state != furthest:
                found.append(f"outbox row {first['outbox']} is {state} after {hand}, not {furthest}")
    return found


def _forgotten(
    living: Service, told: dict[str, tuple[dict[str, str], list[str]]], made: Counter[str]
) -> list[str]:  # fmt: skip
    """Messages of which not every receipt was kept, tied to its row."""
    hooks = Counter(h["sid"] for h in living.provider.webhooks() if h["kind"] == "status" and h["answer"] == 200)
    count = sa.select(sa.func.count()).select_from(receipts.receipt)
    found = []
    with database_of(living) as database, database.read() as tx:
        for first, _ in told.values():
            kept = int(tx.execute(count.where(receipts.receipt.c.outbox_id == int(first["outbox"]))).scalar_one())
            came = hooks[first["sid"]] + made[first["sid"]]
            if kept != came:
                found.append(f"outbox row {first['outbox']} had {came} receipts and keeps {kept}")
    return found
