"""Who keeps entries true, at the desk: organisations with email, trust and letters, and what waits for approval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.casework.accounts import SignedIn
from bot.clock import local_date
from bot.entry_ages import state
from bot.house import House
from bot.publishing import entries as desk
from bot.publishing.providers import asked_for, send_link
from bot.store import entries, providers, published, staff
from bot.store.database import Tx
from bot.store.providers import Proposal, Provider, Sent
from directory.changes import Difference, differences
from directory.service import Service, from_text
from directory.written import NotSo
from messages.smtp_email import is_email

LONGEST_ID: Final = 200


class NoSuchOrganisation(LookupError):
    """No entry of the directory names it."""


class NotAnEmail(ValueError):
    """What was written is no email address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """One organisation: its entries, how many are due, and what is known of who keeps them."""

    id: str
    name: str
    entries: int
    due: int
    provider: Provider | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperPage:
    keeper: Keeper
    services: Sequence[Service]
    sent: Sequence[Sent]
    by_email: bool  # the service has a mail server


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an organisation asks for, against the entry as it stands now. `unfit`: why it no longer fits that."""

    proposal: Proposal
    service: Service
    differences: Sequence[Difference]
    unfit: Sequence[str] = ()


def keepers(house: House, by: SignedIn) -> list[Keeper]:
    """Every organisation that has entries, those with something due and an email first."""
    with house.db.read() as tx:
        found = _keepers(house, tx)
    _looked(house, by, "directory.view", "organisations")
    return sorted(found.values(), key=lambda one: (one.provider is None, not one.due, one.name.casefold()))


def keeper(house: House, by: SignedIn, organisation_id: str) -> KeeperPage:
    """Raises NoSuchOrganisation."""
    found = _known(house, organisation_id)
    with house.db.read() as tx:
        sent = providers.sent_to(tx, organisation_id)
        own = [s for s in _services(tx) if s.organisation.id == organisation_id]
    _looked(house, by, "directory.entry", organisation_id)
    return KeeperPage(keeper=found, services=own, sent=sent, by_email="email" in house.channels)


def keep(house: House, by: SignedIn, organisation_id: str, *, email: str, trusted: bool) -> None:
    """Another email ends every link that was sent to the one before. Raises NotAnEmail, NoSuchOrganisation."""
    email = email.strip()
    if email and not is_email(email):
        raise NotAnEmail(email)
    now = house.clock.now()
    _known(house, organisation_id)
    with house.db.write() as tx:
        before = providers.find_provider(tx, organisation_id)
        providers.change_provider(tx, organisation_id, email=email or None, trusted=trusted)
        if before is not None and before.email != (email or None):
            providers.end_links(tx, organisation_id, now)
            providers.change_provider(tx, organisation_id, asked_at=None, reminders=0, next_at=None)
        _audit(house, tx, by, "directory.provider", organisation_id)


def send(house: House, by: SignedIn, organisation_id: str) -> bool:
    """A link now; False where they have no email. Raises NoSuchOrganisation."""
    known = _known(house, organisation_id)
    with house.db.write() as tx:
        provider = providers.find_provider(tx, organisation_id)
        if provider is None or not send_link(house, tx, provider, organisation=known.name, due=known.due):
            return False
        _audit(house, tx, by, "directory.link", organisation_id)
    house.wake.wake()
    return True


def end(house: House, by: SignedIn, organisation_id: str) -> None:
    """Every link of theirs ends now. Raises NoSuchOrganisation."""
    _known(house, organisation_id)
    with house.db.write() as tx:
        providers.end_links(tx, organisation_id, house.clock.now())
        _audit(house, tx, by, "directory.provider", organisation_id)


def waiting(house: House, by: SignedIn) -> list[Waiting]:
    """What waits for approval, oldest first."""
    with house.db.read() as tx:
        found = [_waiting(tx, one) for one in providers.waiting(tx)]
    _looked(house, by, "directory.view", "proposals")
    return [one for one in found if one is not None]


def decide(house: House, by: SignedIn, proposal_id: int, *, approve: bool) -> bool:
    """Approve or refuse; False where somebody has, or they asked for something else since.

    Approved, what they changed is written over the entry as it stands: whatever else somebody changed meanwhile stays.
    Raises NotSo where the two no longer fit together; nothing was done.
    """
    now = house.clock.now()
    with house.db.write() as tx:
        done = "approved" if approve else "refused"
        asked = providers.settle(tx, proposal_id, state=done, by=by.staff.id, now=now)
        row = None if asked is None else entries.standing(tx, asked.service_id, lock=True)
        if asked is None or row is None:
            return False
        if approve:
            standing = from_text(row.document)
            wanted, right = asked_for(asked, standing), asked.words is None
            if right:
                # Checked on the day that they wrote it, not on the day that we read it, or by somebody since.
                wrote_on = local_date(asked.at)
                wanted = replace(wanted, assured_on=max(standing.assured_on or wrote_on, wrote_on))
            desk.put(house, tx, row, wanted, how="approved", staff_id=by.staff.id, looked=right)
        _audit(house, tx, by, f"directory.{done}", asked.service_id)
    return True


def _waiting(tx: Tx, asked: Proposal) -> Waiting | None:
    row = entries.standing(tx, asked.service_id)
    if row is None:
        return None
    service = from_text(row.document)
    try:
        return Waiting(proposal=asked, service=service, differences=differences(service, asked_for(asked, service)))
    except NotSo as fault:
        wanted = differences(from_text(asked.before), from_text(asked.document))
        return Waiting(proposal=asked, service=service, differences=wanted, unfit=tuple(fault.faults.values()))


def _keepers(house: House, tx: Tx) -> dict[str, Keeper]:
    known, today = providers.all_providers(tx), local_date(house.clock.now())
    often = house.live.snapshot(tx).compiled.often_checked
    found: dict[str, Keeper] = {}
    for row in published.stored_services(tx):
        service = from_text(row.document)
        organisation = service.organisation
        due = state(row.updated_at, service, sunk=False, on=today, often=often) != "fresh"
        one = found.get(organisation.id) or Keeper(
            id=organisation.id, name=organisation.name, entries=0, due=0, provider=known.get(organisation.id)
        )
        found[organisation.id] = replace(one, entries=one.entries + 1, due=one.due + due)
    return found


def _services(tx: Tx) -> list[Service]:
    return [from_text(row.document) for row in published.stored_services(tx)]


def _known(house: House, organisation_id: str) -> Keeper:
    """Read on its own: the whole directory is gone through, and no writer may wait for that. Raises
    NoSuchOrganisation."""
    with house.db.read() as tx:
        found = _keepers(house, tx).get(organisation_id)
    if found is None or len(organisation_id) > LONGEST_ID:
        raise NoSuchOrganisation(organisation_id)
    return found


def _looked(house: House, by: SignedIn, action: str, target: str) -> None:
    """Kept before anything is shown."""
    with house.db.write() as tx:
        _audit(house, tx, by, action, target)


def _audit(house: House, tx: Tx, by: SignedIn, action: str, target: str) -> None:
    staff.add_audit(tx, at=house.clock.now(), staff_id=by.staff.id, action=action, target=target[:80])
