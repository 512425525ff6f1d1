"""Marks of what was missed and of false alarms, made at the desk."""

from bot.store import inbox as rows
from bot.store import reviews
from bot.store.reviews import Review
from tests.houses import Home
from tests.web.worker import Worker

MISSED = "the blue cup is on the shelf again"  # words agreed with a worker: no model can know them


def message_id(home: Home, words: str, sender: str = "+447700900321") -> int:
    with home.house.db.read() as tx:
        return next(m.id for m in reversed(rows.inbox_of(tx, [home.address(sender).id])) if m.body == words)


def mark(worker: Worker, number: int, says: str, **more: str) -> int:
    address = f"/desk/messages/{number}/mark"
    return worker.post(address, address, says=says, **more).status_code


def marks(home: Home, subject: str) -> list[Review]:
    with home.house.db.read() as tx:
        return reviews.history(tx, subject)
