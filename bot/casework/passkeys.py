"""Passkeys of local accounts: to sign in by, to prove again who one is by, added and removed by whoever has them.

A passkey is both factors: what somebody has, opened by a PIN, a finger or a face. What a browser was asked (`Asked`) it
keeps itself, sealed by the page, until it answers: once, within minutes, for what it was asked for, and in the session
that asked. Nothing is written for somebody who only asks.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import structlog

from bot.casework import accounts
from bot.casework import passkey_proof as proof
from bot.casework.accounts import Refused, SignedIn, TooManyTries
from bot.casework.passkey_proof import Named, NotProved, Site
from bot.house import House
from bot.store import identities
from bot.store import passkeys as kept
from bot.store import staff as rows
from bot.store.database import Tx
from bot.store.passkeys import Passkey
from bot.store.staff import Staff

log = structlog.get_logger()
GOOD_FOR: Final = timedelta(minutes=5)  # from asking to the answer
FORGOTTEN_AFTER: Final = timedelta(minutes=20)  # longer than anything that comes back once may take
MOST: Final = 10  # of one person
LONGEST_NAME: Final = 60
HOW: Final = "passkey"
_NOT_TAKEN: Final = "That passkey was not taken. Try again, or use your password."

Purpose = Literal["sign-in", "again", "add"]


class BadName(Refused):
    """What somebody calls their passkey will not do; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one browser was asked, for it to keep: `session` is the digest of the token that asked, where one did."""

    what: Purpose
    challenge: str
    at: float
    session: str = ""
    handle: str = ""  # of whom a new one is for


def site(house: House) -> Site | None:
    return proof.site_of(house.settings.public_url)


def held(house: House, staff_id: int) -> list[Passkey]:
    with house.db.read() as tx:
        return kept.of_staff(tx, staff_id)


def alone(tx: Tx, staff_id: int, *, code: bool) -> bool:
    """Whether passkeys are their only second factor: then a password proves nothing without one."""
    return not code and kept.has_passkey(tx, staff_id)


def ask_to_sign_in(house: House, site: Site) -> tuple[dict[str, Any], Asked]:
    """Any passkey that the browser holds for us: no name is asked, so nothing tells who has an account."""
    asked = _asked(house, "sign-in")
    return proof.to_show(site, challenge=asked.challenge), asked


def ask_again(house: House, site: Site, signed_in: SignedIn) -> tuple[dict[str, Any], Asked]:
    asked = _asked(house, "again", signed_in)
    theirs = [one.credential_id for one in held(house, signed_in.staff.id)]
    return proof.to_show(site, challenge=asked.challenge, of=theirs), asked


def ask_to_add(house: House, site: Site, signed_in: SignedIn, *, service: str) -> tuple[dict[str, Any], Asked]:
    """Raises Refused where they have as many as one may have."""
    have, staff = held(house, signed_in.staff.id), signed_in.staff
    _may_add(staff, len(have))
    asked = _asked(house, "add", signed_in, handle=have[0].user_handle if have else _handle(house, staff))
    return proof.to_make(
        site, service=service, email=staff.email, name=staff.name, handle=asked.handle, challenge=asked.challenge,
        have=[one.credential_id for one in have],
    ), asked  # fmt: skip


def add(house: House, site: Site, signed_in: SignedIn, asked: Asked | None, given: str, *, name: str) -> SignedIn:
    """Theirs from now on. Their other sessions end, and this one goes on under a new token. Raises Refused."""
    now, staff, name = house.clock.now(), signed_in.staff, " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadName(f"Give it a name, in up to {LONGEST_NAME} characters, so that you know it again.")
    if asked is None or not _fits(asked, "add", now, signed_in):
        raise Refused("That took too long, or was begun on another page. Try again.")
    try:
        new = proof.made(site, given, challenge=asked.challenge)
    except NotProved as fault:
        raise Refused("No passkey was added: what your browser sent could not be believed. Try again.") from fault
    with house.db.write() as tx:
        _may_add(staff, len(kept.of_staff(tx, staff.id)))
        if not _once(tx, asked, now):
            raise Refused("That was sent before. Try again.")
        made = kept.add_passkey(
            tx, staff_id=staff.id, credential_id=new.credential_id, user_handle=asked.handle,
            public_key=new.public_key, sign_count=new.sign_count, name=name, now=now,
        )  # fmt: skip
        if made is None:
            raise Refused("This passkey is there already.")
        _audit(tx, "passkey.add", staff.id, by=staff.id, now=now, detail=f"passkey:{made}")
        rows.end_sessions_of(tx, staff.id, now)
        return accounts.begin(tx, staff, now, how="passkey added")


def remove(house: House, signed_in: SignedIn, passkey_id: int) -> bool:
    """One of their own. False where it is not theirs, or gone."""
    now, staff_id = house.clock.now(), signed_in.staff.id
    with house.db.write() as tx:
        if not kept.remove_passkey(tx, staff_id, passkey_id):
            return False
        _audit(tx, "passkey.remove", staff_id, by=staff_id, now=now, detail=f"passkey:{passkey_id}")
    return True


def take_away(house: House, staff_id: int, *, by: int | None) -> bool:
    """All of somebody's, by an administrator: a device is lost. Their sessions end. False where they have none."""
    now = house.clock.now()
    with house.db.write() as tx:
        if not (gone := kept.remove_passkeys(tx, staff_id)):
            return False
        rows.end_sessions_of(tx, staff_id, now)
        _audit(tx, "passkey.taken-away", staff_id, by=by, now=now, detail=str(gone))
    return True


def sign_in(house: House, site: Site, asked: Asked | None, given: str, *, place: str) -> SignedIn:
    """A whole session, for whose passkey it is. Raises Refused, with the same words whatever was wrong."""

    def whole(tx: Tx, staff: Staff, now: datetime) -> SignedIn:
        return accounts.begin(tx, staff, now, how=HOW)

    return _proved(house, site, asked, given, place, whole)


def prove_again(
    house: House, site: Site, signed_in: SignedIn, asked: Asked | None, given: str, *, place: str
) -> SignedIn:  # fmt: skip
    """Whoever holds this session showed a passkey of theirs; the session under its new token. Raises Refused."""

    def renewed(tx: Tx, staff: Staff, now: datetime) -> SignedIn:
        _audit(tx, "password.again", staff.id, by=staff.id, now=now, detail=HOW)
        return accounts.renew(tx, signed_in, now)

    return _proved(house, site, asked, given, place, renewed, signed_in)


def _proved(
    house: House, site: Site, asked: Asked | None, given: str, place: str,
    then: Callable[[Tx, Staff, datetime], SignedIn], signed_in: SignedIn | None = None,
) -> SignedIn:  # fmt: skip
    """Check the answer, and do `then` in the transaction that uses it up. What fails is counted as passwords are."""
    now, said = house.clock.now(), proof.named(given)
    tried = _tried_keys(house, said, place)
    with house.db.read() as tx:
        counts = [rows.attempts_since(tx, key, now - accounts.WINDOW) for key in tried]
        found = kept.by_credential(tx, said.credential_id) if said is not None else None
    if counts[0] >= accounts.MOST_BY_PLACE or any(one >= accounts.MOST_BY_EMAIL for one in counts[1:]):
        raise TooManyTries("Too many tries. Wait 15 minutes and try again.")
    count = _count(house, site, asked, given, said, found, signed_in)
    with house.db.write() as tx:
        if count is not None and asked is not None and found is not None:
            staff = _works_here(tx, found)
            if staff is not None and _once(tx, asked, now) and _went_on(tx, found, count, now):
                return then(tx, staff, now)
        for key in tried:
            rows.add_attempt(tx, key, now)
        whose = f"passkey:{tried[-1][:16]}" if signed_in is None else f"staff:{signed_in.staff.id}"
        action, by = ("sign-in.refused", None) if signed_in is None else ("password.refused", signed_in.staff.id)
        rows.add_audit(tx, at=now, staff_id=by, action=action, target=whose, detail=HOW)
    raise Refused(_NOT_TAKEN)


def _count(
    house: House, site: Site, asked: Asked | None, given: str, said: Named | None, found: Passkey | None,
    signed_in: SignedIn | None,
) -> int | None:  # fmt: skip
    """What the passkey counts, where it proves whose it is for what was asked; else None."""
    what: Purpose = "sign-in" if signed_in is None else "again"
    if asked is None or said is None or found is None or not _fits(asked, what, house.clock.now(), signed_in):
        return None
    if signed_in is None:
        theirs = said.user_handle == found.user_handle  # nobody was named: the passkey itself must say who it is of
    else:
        theirs = found.staff_id == signed_in.staff.id and said.user_handle in {None, found.user_handle}
    if not theirs:
        return None
    try:
        return proof.shown(site, given, challenge=asked.challenge, public_key=found.public_key)
    except NotProved:
        return None


def _works_here(tx: Tx, found: Passkey) -> Staff | None:
    """Whose it is, where it was not removed meanwhile and they have a local account that is open."""
    still, staff = kept.by_credential(tx, found.credential_id), rows.staff_by_id(tx, found.staff_id)
    here = still is not None and still.staff_id == staff.id and staff.disabled_at is None and staff.local
    return staff if here else None


def _went_on(tx: Tx, found: Passkey, count: int, now: datetime) -> bool:
    """A count that stands still or goes back is what a copy of a passkey shows: nothing opens, and it is told."""
    if kept.use_count(tx, found.id, count, now):
        return True
    kept.mark_went_back(tx, found.id, now)
    _audit(tx, "passkey.went-back", found.staff_id, by=None, now=now, detail=f"passkey:{found.id}")
    log.error("a passkey's count went back: is there a copy of it?", staff=found.staff_id, passkey=found.id)
    return False


def _may_add(staff: Staff, have: int) -> None:
    if not staff.local:
        raise Refused("You sign in with your council account, which has its own second factor.")
    if have >= MOST:
        raise Refused(f"You have {MOST} passkeys, as many as one may have. Remove one first.")


def _asked(house: House, what: Purpose, signed_in: SignedIn | None = None, *, handle: str = "") -> Asked:
    return Asked(
        what=what, challenge=_drawn(), at=house.clock.now().timestamp(), handle=handle,
        session="" if signed_in is None else accounts.digest(signed_in.token),
    )  # fmt: skip


def _fits(asked: Asked, what: Purpose, now: datetime, signed_in: SignedIn | None) -> bool:
    session = "" if signed_in is None else accounts.digest(signed_in.token)
    in_time = 0 <= now.timestamp() - asked.at <= GOOD_FOR.total_seconds()
    return asked.what == what and asked.session == session and in_time


def _once(tx: Tx, asked: Asked, now: datetime) -> bool:
    return identities.take_return(tx, accounts.digest(asked.challenge), now, older_than=now - FORGOTTEN_AFTER)


def _tried_keys(house: House, said: Named | None, place: str) -> list[str]:
    """What wrong answers are counted by: the place, with that of passwords, and the passkey that was named."""
    named = [] if said is None else [house.db.keys.index("passkey", said.credential_id)]
    return [house.db.keys.index("place", place), *named]


def _audit(tx: Tx, action: str, staff_id: int, *, by: int | None, now: datetime, detail: str) -> None:
    rows.add_audit(tx, at=now, staff_id=by, action=action, target=f"staff:{staff_id}", detail=detail)


def _handle(house: House, staff: Staff) -> str:
    """Who a passkey is of, for the device that keeps it: tells nobody who, without our key. The same each time, so that
    a device takes one that was begun twice for one, and keeps none that we never took."""
    return proof.text_of(bytes.fromhex(house.db.keys.index("passkey-user", str(staff.id))))


def _drawn() -> str:
    return secrets.token_urlsafe(32)
