"""Asking organisations to look at their entries: once a working day, one transaction an organisation."""

from datetime import datetime

import structlog

from bot.clock import local_date
from bot.entry_ages import state
from bot.house import House
from bot.publishing.providers import send_link
from bot.store import entries, providers, published
from bot.store.database import Tx
from directory.reminding import BETWEEN, Asked, what_now
from directory.service import from_text

log = structlog.get_logger()
DAY = "providers"  # the version row that holds the day of the last look


def remind_due(house: House, now: datetime) -> int:
    """In the team's hours, once a day: ask, remind, or let sink what nobody answered for. Returns how many letters.

    Nothing is asked while sending stands still after a restore, or where no email is set up.
    """
    if "email" not in house.channels:
        return 0
    today = local_date(now)
    with house.db.read() as tx:
        if published.versions(tx).get(DAY) == today.toordinal() or published.paused(tx):
            return 0
        if not house.live.snapshot(tx).rules.calendar.is_open(now):
            return 0
        known = [one.organisation_id for one in providers.all_providers(tx).values() if one.email is not None]
    sent = 0
    for organisation_id in known:
        try:
            with house.db.write() as tx:
                sent += _one(house, tx, organisation_id, now)
        except Exception as fault:  # noqa: BLE001 - one organisation must not hold up the others
            log.error("could not remind", fault=type(fault).__name__)
    with house.db.write() as tx:
        entries.set_day(tx, DAY, today.toordinal())
    if sent:
        house.wake.wake()
    return sent


def _one(house: House, tx: Tx, organisation_id: str, now: datetime) -> int:
    provider = providers.find_provider(tx, organisation_id, lock=True)
    if provider is None:
        return 0
    due = _due(tx, organisation_id, now)
    act = what_now(
        Asked(due=len(due), asked_at=provider.asked_at, reminders=provider.reminders, next_at=provider.next_at), now
    )
    if act == "rest":
        providers.change_provider(tx, organisation_id, asked_at=None, reminders=0, next_at=None)
    elif act in {"ask", "remind"}:
        number = provider.reminders + 1 if act == "remind" else 0
        providers.change_provider(
            tx, organisation_id, asked_at=provider.asked_at or now, reminders=number, next_at=now + BETWEEN
        )
        return int(send_link(house, tx, provider, reminder=number, due=len(due)))
    elif act == "sink":
        providers.change_provider(tx, organisation_id, next_at=None)
        for service_id in due:
            entries.keep(tx, service_id, sunk_at=now)
        published.bump(tx, "directory")
    return 0


def _due(tx: Tx, organisation_id: str, now: datetime) -> list[str]:
    found = []
    for row in published.stored_services(tx):
        service = from_text(row.document)
        aged = state(row.updated_at, service, sunk=False, on=local_date(now))
        if service.organisation.id == organisation_id and aged != "fresh":
            found.append(row.id)
    return found
