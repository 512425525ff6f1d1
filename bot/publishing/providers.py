"""Private links: one organisation's entries, to confirm or correct, for whoever reads its email. No account.

The address of the link is the only key. It opens one organisation's entries and nothing else, ends after thirty days,
and is kept as a fingerprint. Opening it changes nothing, for mail servers open links too.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.clock import local_date
from bot.entry_ages import state, sunk_ids
from bot.house import House
from bot.publishing import entries as desk
from bot.publishing.letters import letter
from bot.store import addresses, entries, outbox, providers, published, staff, wrong
from bot.store.database import Tx
from bot.store.providers import Proposal, Provider
from directory.freshness import State
from directory.reminding import LINK_LASTS
from directory.service import Service, from_text, to_text
from directory.written import NotSo, rebased, written
from messages.classes import Purpose, class_of, priority_of

PURPOSE: Final[Purpose] = "provider-email"


class NoSuchLink(LookupError):
    """Nobody was sent this link, or its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """One entry as its organisation sees it. `waits`: as it would be, once somebody has approved it; `words`: what
    else they said is wrong. `wrong`: what families chose of it, by kind. `seen` names what the page shows: a press on
    it answers for nothing newer."""

    service: Service
    state: State
    seen: str
    waits: Service | None = None
    words: str = ""
    wrong: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    organisation: str
    trusted: bool
    entries: Sequence[Theirs]


def open_link(house: House, token: str) -> Opened:
    """What a link opens. Raises NoSuchLink."""
    with house.db.read() as tx:
        provider = _provider(tx, token, house.clock.now())
        found = _theirs(house, tx, provider.organisation_id, house.clock.now())
    if not found:
        raise NoSuchLink
    return Opened(organisation=found[0].service.organisation.name, trusted=provider.trusted, entries=found)


def confirm(house: House, token: str, service_id: str, *, seen: str) -> None:
    """It is right as it stands: checked as of today, whatever waits. Raises NoSuchLink, ChangedSince."""
    now = house.clock.now()
    with house.db.write() as tx:
        provider = _provider(tx, token, now)
        row = _own(tx, provider, service_id, seen)
        service = replace(from_text(row.document), assured_on=local_date(now))
        desk.put(house, tx, row, service, how="confirmed", staff_id=None, looked=True)
        staff.add_audit(tx, at=now, staff_id=None, action="directory.confirmed", target=service_id[:80])


def correct(house: House, token: str, service_id: str, given: Mapping[str, str], *, seen: str, words: str = "") -> bool:
    """What they wrote: done at once where they are trusted (True), else before somebody for approval.

    `words` say what else is wrong that the form cannot change. They go before somebody whoever wrote them, and while
    there are any the entry is not taken for checked. Raises NoSuchLink, ChangedSince, and NotSo with every fault of
    the form.
    """
    now = house.clock.now()
    with house.db.write() as tx:
        provider = _provider(tx, token, now)
        row = _own(tx, provider, service_id, seen)
        # What it is for decides who is told of it: that stays the council's to say.
        asked = {name: cell for name, cell in given.items() if name != "needs"}
        standing = from_text(row.document)
        service = written(standing, asked, needs=None, on=local_date(now), beside={"words": words})
        if provider.trusted:
            wanted = service if words else replace(service, assured_on=local_date(now))
            desk.put(house, tx, row, wanted, how="provider", staff_id=None, looked=not words)
            providers.replace_waiting(tx, service_id, now)
        if words or not provider.trusted:
            before = to_text(service) if provider.trusted else row.document
            providers.propose(
                tx, service_id=service_id, organisation_id=provider.organisation_id, before=before,
                document=to_text(service), words=words or None, now=now,
            )  # fmt: skip
        how = "corrected" if provider.trusted else "proposed"
        staff.add_audit(tx, at=now, staff_id=None, action=f"directory.{how}", target=service_id[:80])
    return provider.trusted


def asked_for(asked: Proposal, standing: Service) -> Service:
    """The entry as it stands now with what they changed of it. Raises NotSo where the two no longer fit together."""
    return rebased(standing, from_text(asked.before), from_text(asked.document), on=local_date(asked.at))


def send_link(house: House, tx: Tx, provider: Provider, *, organisation: str, reminder: int = 0, due: int = 0) -> bool:
    """Queue a letter to the `organisation` of this name with a fresh link; False where they have no address. The letter
    leaves as any message does."""
    if provider.email is None:
        return False
    now, token = house.clock.now(), secrets.token_urlsafe(32)
    expires_at = now + LINK_LASTS
    snapshot = house.live.snapshot(tx)
    body = letter(
        service=snapshot.compiled.council.service, council=snapshot.compiled.council.name,
        organisation=organisation, reminder=reminder, due=due,
        address=f"{house.settings.public_url}/provider/{token}", until=local_date(expires_at),
    )  # fmt: skip
    print_of = fingerprint(token)
    address = addresses.find_address(tx, "email", provider.email) or addresses.open_address(
        tx, "email", provider.email, now
    )
    outbox_id = outbox.put_out(
        tx, key=f"provider:{print_of[:40]}", address_id=address.id, purpose=PURPOSE, class_=class_of(PURPOSE),
        rank=priority_of(PURPOSE), text_id="provider.link", body=body, extras=None, language="en", created_at=now,
        not_before=now, expires_at=None, case_id=None, touch_id=None,
    )  # fmt: skip
    providers.add_link(
        tx, organisation_id=provider.organisation_id, token=print_of, now=now, expires_at=expires_at,
        outbox_id=outbox_id,
    )  # fmt: skip
    return True


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _provider(tx: Tx, token: str, now: datetime) -> Provider:
    organisation_id = providers.organisation_of_link(tx, fingerprint(token), now)
    found = None if organisation_id is None else providers.find_provider(tx, organisation_id)
    if found is None:
        raise NoSuchLink
    return found


def _own(tx: Tx, provider: Provider, service_id: str, seen: str) -> entries.Standing:
    """An entry of this organisation that stands, locked: no link reaches another's."""
    row = entries.standing(tx, service_id, lock=True)
    if row is None or row.withdrawn_at is not None:
        raise NoSuchLink
    if from_text(row.document).organisation.id != provider.organisation_id:
        raise NoSuchLink
    if desk.seen_of(row) != seen:
        raise desk.ChangedSince(service_id)
    return row


def _theirs(house: House, tx: Tx, organisation_id: str, now: datetime) -> list[Theirs]:
    sunk, often = sunk_ids(tx), house.live.snapshot(tx).compiled.often_checked
    rows = [(row, from_text(row.document)) for row in published.stored_services(tx)]
    own = [(row, service) for row, service in rows if service.organisation.id == organisation_id]
    waits = {one.service_id: one for one in providers.waiting(tx, [row.id for row, _ in own])}
    kinds = wrong.open_kinds(tx, [row.id for row, _ in own])
    found = []
    for row, service in sorted(own, key=lambda one: one[1].name.casefold()):
        aged = state(row.updated_at, service, sunk=row.id in sunk, on=local_date(now), often=often)
        theirs = Theirs(service=service, state=aged, seen=desk.seen_of(row), wrong=kinds.get(row.id, ()))
        if asked := waits.get(row.id):
            theirs = replace(theirs, waits=_as_it_would_be(asked, service), words=asked.words or "")
        found.append(theirs)
    return found


def _as_it_would_be(asked: Proposal, standing: Service) -> Service:
    try:
        return asked_for(asked, standing)
    except NotSo:  # their form shows them what they wrote, and its faults when they send it again
        return from_text(asked.document)
