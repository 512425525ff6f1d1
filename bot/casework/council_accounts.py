"""Staff who sign in by the council's own account: whom the provider names becomes staff, with the role of a group.

The provider decides who works here; the operator's settings decide which of its groups may do what. Somebody whose
groups hold no role any more is let in nowhere, and their open sessions end.
"""

from datetime import datetime, timedelta
from typing import Final

from bot.casework import accounts
from bot.casework.accounts import SignedIn
from bot.house import House
from bot.sign_on import LEEWAY, Attested, NotBelieved, SignOnFault
from bot.sign_on_settings import SignOnSettings
from bot.store import identities
from bot.store import staff as rows
from bot.store.database import Tx
from bot.store.staff import Staff

RETURN_WITHIN: Final = timedelta(minutes=10)  # from the desk's sign-in page to the provider and back
HOW: Final = "council account"


class NoRole(SignOnFault):
    """The council knows them, and none of their groups opens the desk."""


class ComeBack(SignOnFault):
    """What came back did not begin in this browser, a short time ago, and for the first time."""

    def __init__(self) -> None:
        super().__init__("This sign-in did not begin in this browser, or it took too long, or it was used before.")


def take_return(house: House, state: str, begun_at: datetime) -> None:
    """A sign-in comes back: once, and in time. Raises ComeBack."""
    now = house.clock.now()
    if not timedelta(0) <= now - begun_at <= RETURN_WITHIN:
        raise ComeBack
    with house.db.write() as tx:
        fresh = identities.take_return(tx, accounts.digest(state), now, older_than=now - 2 * RETURN_WITHIN)
    if not fresh:
        raise ComeBack


def admit(house: House, settings: SignOnSettings, who: Attested) -> SignedIn:
    """Begin a session for whom the provider names; new staff are added, and a changed role is theirs from now on.
    Raises NoRole."""
    now, role = house.clock.now(), settings.role_of(who.groups)
    with house.db.write() as tx:
        found = _found(tx, who)
        if role is None or (found is not None and found.disabled_at is not None):
            refusal = _refuse(tx, found, who, now)
        else:
            return accounts.begin(tx, _as_now(tx, found, who, role, now), now, how=HOW)
    raise refusal


def prove_again(house: House, signed_in: SignedIn, who: Attested, *, asked_at: datetime) -> SignedIn:
    """Whoever holds this session proved anew who they are, after `asked_at`; the session under its new token. Raises
    NotBelieved."""
    now, staff = house.clock.now(), signed_in.staff
    with house.db.write() as tx:
        same = identities.staff_of(tx, who.tenant, who.subject) == staff.id
        fresh = who.proved_at is not None and who.proved_at >= asked_at - LEEWAY
        action = "password.again" if same and fresh else "password.refused"
        rows.add_audit(tx, at=now, staff_id=staff.id, action=action, target=f"staff:{staff.id}", detail=HOW)
        if same and fresh:
            return accounts.renew(tx, signed_in, now)
    if not same:
        raise NotBelieved("You signed in as somebody else than who sits here. Nothing was opened.")
    raise NotBelieved(
        "Your council's sign-in service did not say that you signed in anew, so nothing was opened. Whoever runs "
        "this service may have to let it send the claim auth_time."
    )


def _found(tx: Tx, who: Attested) -> Staff | None:
    staff_id = identities.staff_of(tx, who.tenant, who.subject)
    return None if staff_id is None else rows.staff_by_id(tx, staff_id)


def _refuse(tx: Tx, found: Staff | None, who: Attested, now: datetime) -> NoRole:
    known = None if found is None else found.id
    if known is not None:
        rows.end_sessions_of(tx, known, now)
    target = f"identity:{accounts.digest(f'{who.tenant} {who.subject}')[:16]}"
    rows.add_audit(tx, at=now, staff_id=known, action="sign-in.refused", target=target, detail=HOW)
    if found is not None and found.disabled_at is not None:
        return NoRole("Your account here is closed.")
    if who.too_many_groups:
        return NoRole(
            "You are in too many groups for your council to name them all, so your role is not known. Whoever runs "
            "this service can use app roles instead."
        )
    return NoRole("Your council knows you, but none of your groups has a role here.")


def _as_now(tx: Tx, found: Staff | None, who: Attested, role: str, now: datetime) -> Staff:
    """The row of somebody, as the provider names them today."""
    if found is None:
        made = identities.add_person(
            tx, tenant=who.tenant, subject=who.subject, name=who.name or "No name", role=role, now=now
        )
        if made is not None:
            rows.add_audit(tx, at=now, staff_id=made, action="user.add", target=f"staff:{made}", detail=role)
            return rows.staff_by_id(tx, made)
        found = _found(tx, who)  # another browser of theirs was quicker
        if found is None:
            raise NotBelieved("Another account here is named as yours would be. Tell whoever runs this service.")
    if (found.role, found.name) != (role, who.name or found.name):
        rows.change_staff(tx, found.id, role=role, name=who.name or found.name)
    if found.role != role:
        told = f"{found.role} to {role}"
        rows.add_audit(tx, at=now, staff_id=found.id, action="user.role", target=f"staff:{found.id}", detail=told)
    return rows.staff_by_id(tx, found.id)
