"""What the provider may answer, and what a network makes of it: unclear answers, a rate limit, refusals."""

import random
from collections import Counter
from collections.abc import Mapping

import sqlalchemy as sa

from bot.store import addresses
from bot.store import outbox as rows
from bot.store.database import Database
from messages.status import ACCEPTED
from tests.chaos.accounting import Counts, database_of, finish
from tests.chaos.talking import NEED, holds, numbers
from tests.story.service import Service

NOT_TAKEN = ("timeout-before", "500-before", "drop-before")
TAKEN = ("timeout-after", "500-after", "empty-201", "blank-201", "broken-json", "drop-after")
PAST_OUR_TIMEOUT_SECONDS = 10.5
# what Twilio's error dictionary gives for a message that will never go: HTTP status and code
FINAL = ((400, 21211), (400, 21606), (400, 21612), (400, 21614), (400, 21617), (401, 20003), (403, 30002), (404, 20404))


def unclear(living: Service, chance: random.Random, runs: int) -> Counts:
    """No answer, a broken one, or an error that may come after the message was taken: `unknown`, never asked again.

    Who writes again while their first answer is unknown is answered at once. What the provider took ends accepted, by
    its callback or, where that stays away, by its list (which fails at first, too); what it did not take ends before a
    person.
    """
    kinds = [(*NOT_TAKEN, *TAKEN)[n % 9] for n in range(runs)]
    chance.shuffle(kinds)
    families = dict(zip(numbers(runs), kinds, strict=True))
    broken, seen = [], Counter(kinds)
    for number, kind in families.items():
        silent = kind in TAKEN and chance.random() < 0.5
        seen["of those without a callback"] += silent
        living.provider.fault(kind, to=number, seconds=PAST_OUR_TIMEOUT_SECONDS, silent=silent)
    living.provider.fault("500-before", on="list", times=chance.randint(1, 3))
    for number in families:
        living.provider.text(number, NEED, wait=False)
    with database_of(living) as database:
        struck = _struck(living, families, seconds=30 + runs * 4)
        if len(struck) < runs:
            broken.append(f"only {len(struck)} of {runs} answers met their fault")
        holds(lambda: not _in_state(database, struck, {"sending"}), 30)
        living.provider.clear_faults()
        living.provider.fault("500-before", on="list", times=1)
        before = {number: len(living.heard(number)) for number in families}
        for number in families:
            living.provider.text(number, "menu", wait=False)
        waiting = set(families)
        holds(lambda: not _unheard(living, waiting, before), 30)
        broken += ["somebody's next answer waited behind an unknown one" for _ in waiting]
        seen["unknown while the next was answered"] = len(_in_state(database, struck, {"unknown"}))
        counts = finish(living, runs=runs, seen=seen, broken=broken)
        wrong = [
            f"outbox row {row} met {families[number]} and ended {state}"
            for row, number in struck.items()
            if (state := _state(database, row)) not in (ACCEPTED if families[number] in TAKEN else {"held"})
        ]
    return counts.but(wrong)


def asked_to_wait(living: Service, chance: random.Random, runs: int) -> Counts:
    """429 with Retry-After, up to three times over: asked again no sooner, accepted once, nobody troubled."""
    families = numbers(runs)
    seconds = {number: chance.randint(1, 4) for number in families}
    for number in families:
        living.provider.fault("429", to=number, times=chance.randint(1, 3), retry_after=seconds[number])
        living.provider.text(number, "menu", wait=False)
    holds(lambda: all(living.heard(number) for number in families), 60)
    broken = []
    asked: dict[str, float] = {}
    for call in living.provider.calls():
        row = str(call["outbox"])
        waited = float(call["at"]) - asked.get(row, 0.0)
        if waited < seconds.get(str(call["recipient"]), 0):
            broken.append(f"outbox row {row} was asked again after {waited:.1f} s, before Retry-After")
        if call["fault"] == "429":
            asked[row] = float(call["at"])
    counts = finish(living, runs=runs, seen={"429": _struck_by(living, "429")}, broken=broken)
    held = [f"{counts.before_a_person} rows were put before a person"] if counts.before_a_person else []
    unheard = [f"{number[-3:]} was never answered" for number in families if not living.heard(number)]
    return counts.but([*held, *unheard])


def refused(living: Service, chance: random.Random, runs: int) -> Counts:
    """Any other 4xx is final, with a plain reason and no number in it; 21610 stops consent, and nothing is started."""
    families = numbers(runs)
    answers = {number: (400, 21610) if chance.random() < 0.3 else chance.choice(FINAL) for number in families}
    for number, (status, code) in answers.items():
        living.provider.fault("refuse", to=number, status=status, code=code, times=1 if code != 21610 else 50)
        living.provider.text(number, "menu", wait=False)
    broken = []
    with database_of(living) as database:
        struck = _struck(living, dict.fromkeys(families, "refuse"), seconds=30)
        holds(lambda: not _in_state(database, struck, {"sending"}), 30)
        for row, number in struck.items():
            with database.read() as tx:
                kept = rows.outbox_by_id(tx, int(row))
                address = addresses.find_address(tx, "sms", number)
            if kept.state != "refused" or not kept.reason or number[-9:] in kept.reason.replace(" ", ""):
                broken.append(f"outbox row {row} is {kept.state}: {kept.reason}")
            if answers[number][1] == 21610 and (address is None or address.consent != "stopped"):
                broken.append(f"outbox row {row} met 21610 and consent was not stopped")
    if len(struck) < runs:
        broken.append(f"only {len(struck)} of {runs} answers met their fault")
    return finish(living, runs=runs, seen=Counter(str(code) for _, code in answers.values()), broken=broken)


def _struck(living: Service, families: Mapping[str, str], *, seconds: float) -> dict[str, str]:
    """The outbox rows that met a fault, with their numbers, once each family has one."""
    found: dict[str, str] = {}

    def all_met() -> bool:
        found.clear()
        for call in living.provider.calls():
            number = str(call["recipient"])
            if call["fault"] is not None and number in families and number not in found.values():
                found[str(call["outbox"])] = number
        return len(found) == len(families)

    holds(all_met, seconds)
    return found


def _struck_by(living: Service, kind: str) -> int:
    return sum(call["fault"] == kind for call in living.provider.calls())


def _unheard(living: Service, waiting: set[str], before: Mapping[str, int]) -> set[str]:
    """Takes out of `waiting` whoever has heard more than before."""
    waiting -= {number for number in waiting if len(living.heard(number)) > before[number]}
    return waiting


def _in_state(database: Database, struck: Mapping[str, str], states: set[str]) -> list[str]:
    return [row for row in struck if _state(database, row) in states]


def _state(database: Database, row: str) -> str:
    with database.read() as tx:
        return str(tx.execute(sa.select(rows.outbox.c.state).where(rows.outbox.c.id == int(row))).scalar_one())
