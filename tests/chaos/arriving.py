"""The way in: the same text again, at once and next week; and the texts of an hour in which nobody was there."""

import random
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from bot.store import addresses, inbox, outbox
from bot.store.casework import cases
from tests.chaos.accounting import Counts, database_of, finish
from tests.chaos.talking import DANGER, NEED, at_once, deliver, holds, keep, numbers
from tests.story.service import Service

WORDS = (NEED, DANGER, "menu", "STOP", "refer", "thank you")
AT_ONCE = 3
ABSENCE = timedelta(hours=1)
EVERYDAY = ("menu", NEED, "food bank near SW11 1AA", "is there a playgroup", "thank you")


def twice(living: Service, chance: random.Random, runs: int) -> Counts:
    """The same text on several connections at once, and again a week later: one row, one set of replies, one case."""
    sent = {}
    for number in numbers(runs):
        words = chance.choice(WORDS)
        sid = keep(living, number, words)
        sent[sid] = (number, words)
        answers = at_once([partial(deliver, living, number, words, sid) for _ in range(AT_ONCE)])
        assert answers == [200] * AT_ONCE, answers
    danger = {number for number, words in sent.values() if words == DANGER}
    first = finish(living, runs=runs, danger=danger, seen={"copies": runs * (AT_ONCE + 1)})
    before = _made(living)
    living.move_to(living.now() + timedelta(days=7))
    for sid, (number, words) in sent.items():
        assert deliver(living, number, words, sid) == 200
    broken = [*first.broken]
    if (after := _made(living)) != before:
        broken.append(f"a week later the same texts made {after[0] - before[0]} replies, {after[1] - before[1]} cases")
    one_each = [number for number in danger if _cases_of(living, number) != 1]
    broken += [f"the danger of {number[-3:]} has {_cases_of(living, number)} cases" for number in one_each]
    return finish(living, runs=runs, danger=danger, seen=first.seen, broken=broken)


def _made(living: Service) -> tuple[int, int]:
    """Replies to texts that came in (their keys say so), and families' cases raised by them."""
    with database_of(living) as database, database.read() as tx:
        replies = sa.select(sa.func.count()).where(outbox.outbox.c.key.like("in%"))
        raised = sa.select(sa.func.count()).where(cases.c.reason == "danger")
        return int(tx.execute(replies).scalar_one()), int(tx.execute(raised).scalar_one())


def _cases_of(living: Service, number: str) -> int:
    with database_of(living) as database, database.read() as tx:
        address = addresses.find_address(tx, "sms", number)
        assert address is not None
        asked = sa.select(sa.func.count()).where(cases.c.address_id == address.id)
        return int(tx.execute(asked).scalar_one())


def away(living: Service, chance: random.Random, runs: int) -> Counts:
    """Down for an hour while families text: each webhook finds nobody. On its return the service reads the provider's
    list and takes in what it missed, danger first, the rest in the order in which it was sent."""
    broken: list[str] = []
    in_danger: set[str] = set()
    for run in range(runs):
        families = numbers(12, first=100 + 12 * run)
        asking = {number: chance.choice(EVERYDAY) for number in families}
        for number in chance.sample(families[1:], 2):
            asking[number] = DANGER
            in_danger.add(number)
        living.running.kill()
        sids = []
        for number, words in asking.items():
            living.move_to(living.now() + ABSENCE / len(families))
            sids.append(living.provider.text(number, words, wait=False)["sid"])
        living.running.start()
        order = _order(living, sids)
        wanted = sorted(sids, key=lambda sid: asking[families[sids.index(sid)]] != DANGER)
        if order != wanted:
            broken.append(f"taken in as {order}, not as {wanted}")
        # while it runs, one webhook goes astray: the list is read again within five minutes
        stray = keep(living, families[0], "thank you")
        living.move_to(living.now() + timedelta(minutes=5, seconds=5))
        if not holds(partial(_is_in, living, stray), 15):
            broken.append("a webhook that went astray was not made good within five minutes")
    return finish(living, runs=runs, danger=in_danger, seen={"taken from the list": 13 * runs}, broken=broken)


def _order(living: Service, sids: list[str]) -> list[str]:
    """The ids in the order in which they were taken in, once all are."""
    asked = sa.select(inbox.inbox.c.provider_sid).where(inbox.inbox.c.provider_sid.in_(sids)).order_by(inbox.inbox.c.id)
    found: list[str] = []

    def all_in() -> bool:
        with database_of(living) as database, database.read() as tx:
            found[:] = [str(sid) for (sid,) in tx.execute(asked)]
        return len(found) == len(sids)

    holds(all_in, 30, every=0.5)
    return found


def _is_in(living: Service, sid: str) -> bool:
    with database_of(living) as database, database.read() as tx:
        return tx.execute(sa.select(inbox.inbox.c.id).where(inbox.inbox.c.provider_sid == sid)).first() is not None
