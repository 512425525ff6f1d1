"""Asking organisations to look at their entries: once a working day, one transaction an organisation."""

from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.clock import local_date
from bot.entry_ages import state
from bot.house import House
from bot.publishing.providers import send_link
from bot.store import entries, providers, published
from bot.store.database import Tx
from directory.reminding import Asked, after, what_now
from directory.service import Service, from_text

log = structlog.get_logger()
LOOKED = "providers"  # the heartbeat of the last look


@dataclass(slots=True, kw_only=True)
class Theirs:
    """What one organisation keeps: its name, and its entries that somebody should check."""

    name: str
    due: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What is due now. `often`: the needs whose entries are checked more often."""

    often: frozenset[str]
    now: datetime

    def is_due(self, service: Service, updated_at: datetime) -> bool:
        return state(updated_at, service, sunk=False, on=local_date(self.now), often=self.often) != "fresh"


NOTHING = Theirs(name="", due=[])


def remind_due(house: House, now: datetime) -> int:
    """In the team's hours, once a day: ask, remind, or let sink what nobody answered for. Returns how many letters.

    Nothing is asked while sending stands still after a restore, or where no email is set up.
    """
    if "email" not in house.channels:
        return 0
    today = local_date(now)
    with house.db.read() as tx:
        looked_at = published.heartbeats(tx).get(LOOKED)
        if (looked_at is not None and local_date(looked_at) == today) or published.paused(tx):
            return 0
        snapshot = house.live.snapshot(tx)
        if not snapshot.rules.calendar.is_open(now):
            return 0
        rule = _Rule(often=snapshot.compiled.often_checked, now=now)
        known = [one.organisation_id for one in providers.all_providers(tx).values() if one.email is not None]
        found = _all(tx, rule) if known else {}
    sent = 0
    for organisation_id in known:
        try:
            with house.db.write() as tx:
                sent += _one(house, tx, organisation_id, found.get(organisation_id, NOTHING), rule)
        except Exception as fault:  # noqa: BLE001 - one organisation must not hold up the others
            log.error("could not remind", fault=type(fault).__name__)
    with house.db.write() as tx:
        published.beat(tx, LOOKED, now)
    if sent:
        house.wake.wake()
    return sent


def _one(house: House, tx: Tx, organisation_id: str, theirs: Theirs, rule: _Rule) -> int:
    provider = providers.find_provider(tx, organisation_id, lock=True)
    if provider is None:
        return 0
    now = rule.now
    # Somebody may have checked one since they were all read.
    due = [service_id for service_id in theirs.due if _still_due(tx, service_id, rule)]
    asked = Asked(
        due=len(due), asked_at=provider.asked_at, reminders=provider.reminders, next_at=provider.next_at
    )  # fmt: skip
    act = what_now(asked, now)
    if act == "wait":
        return 0
    then = after(asked, act, now)
    providers.change_provider(
        tx, organisation_id, asked_at=then.asked_at, reminders=then.reminders, next_at=then.next_at
    )
    if act in {"ask", "remind"}:
        return int(send_link(house, tx, provider, organisation=theirs.name, reminder=then.reminders, due=len(due)))
    if act == "sink":
        for service_id in due:
            entries.keep(tx, service_id, sunk_at=now)
        published.bump(tx, "directory")
    return 0


def _all(tx: Tx, rule: _Rule) -> dict[str, Theirs]:
    """By organisation. The whole directory is read once, for all of them."""
    found: dict[str, Theirs] = {}
    for row in published.stored_services(tx):
        service = from_text(row.document)
        theirs = found.setdefault(service.organisation.id, Theirs(name=service.organisation.name, due=[]))
        if rule.is_due(service, row.updated_at):
            theirs.due.append(row.id)
    return found


def _still_due(tx: Tx, service_id: str, rule: _Rule) -> bool:
    row = entries.standing(tx, service_id)
    return row is not None and row.withdrawn_at is None and rule.is_due(from_text(row.document), row.updated_at)
