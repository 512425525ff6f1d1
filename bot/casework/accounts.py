"""Staff accounts and their sessions: argon2id passwords, server-side sessions, failed sign-ins counted.

Parameters are RFC 9106's second recommended option (64 MiB, three passes, four lanes), the library's default.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.casework import passwords
from bot.casework.permissions import ROLES
from bot.house import House
from bot.store import staff as rows
from bot.store.codes import has_code
from bot.store.database import Tx
from bot.store.passkeys import has_passkey
from bot.store.staff import Staff, StaffSession

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
WINDOW: Final = timedelta(minutes=15)
MOST_BY_EMAIL: Final = 8
MOST_BY_PLACE: Final = 40  # a whole office may share one
CONFIRMED_FOR: Final = timedelta(minutes=5)  # for how long a proof given again opens the pages that ask for it
SEEN_EVERY: Final = timedelta(minutes=1)  # how exactly idleness is kept: not a write a page

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(32))  # so that an unknown email takes as long as a known one


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is at the desk, and the token their cookie holds."""

    staff: Staff
    token: str
    began_at: datetime | None = None
    confirmed_at: datetime | None = None  # when they last proved again who they are
    half: bool = False  # the second factor is to come: nothing opens yet


class Refused(Exception):
    """A sign-in that did not succeed; the message is for the person signing in and tells nothing of accounts."""


class TooManyTries(Refused):
    """Too many failed sign-ins of late, for this email or from this place."""


class AccountFault(ValueError):
    """An account that cannot be made; the message says why."""


def add_account(house: House, *, email: str, name: str, role: str, password: str) -> int:
    """Make a staff account. Raises AccountFault."""
    if role not in ROLES:
        raise AccountFault(f"{role} is not a role; roles are {', '.join(ROLES)}")
    if "@" not in email or len(email) > 254:
        raise AccountFault(f"{email} is not an email address")
    if fault := passwords.weakness(password, beside=(email, name, *house.named())):
        raise AccountFault(fault)
    now = house.clock.now()
    with house.db.write() as tx:
        if rows.find_staff(tx, email) is not None:
            raise AccountFault(f"there is an account for {email} already")
        staff_id = rows.add_staff(
            tx, email=email, name=name.strip(), password_hash=hashed(password), role=role, now=now
        )
        rows.add_audit(tx, at=now, staff_id=None, action="user.add", target=f"staff:{staff_id}", detail=role)
        return staff_id


def sign_in(house: House, *, email: str, password: str, place: str) -> SignedIn:
    """Check a password and begin a session. `place` is where the request came from. Raises Refused."""
    now = house.clock.now()
    tried = tried_keys(house, email, place)
    found, right = check(house, email, password, tried, now)
    with house.db.write() as tx:
        if found is None or not right:
            for key in tried:
                rows.add_attempt(tx, key, now)
            rows.add_audit(tx, at=now, staff_id=None, action="sign-in.refused", target=f"email:{tried[0][:16]}")
        else:
            half = house.settings.second_factor or has_code(tx, found.id) or has_passkey(tx, found.id)
            return begin(tx, found, now, half=half)
    raise Refused("The email or the password is not right.")


def tried_keys(house: House, email: str, place: str) -> tuple[str, str]:
    """What failed sign-ins are counted by."""
    return house.db.keys.index("sign-in", email.strip().lower()), house.db.keys.index("place", place)


def check(
    house: House, email: str, password: str, tried: tuple[str, str], now: datetime
) -> tuple[Staff | None, bool]:  # fmt: skip
    """Whose email it is, and whether the password is theirs and they work here; never of who has none here, whatever
    the password. Raises TooManyTries."""
    with house.db.read() as tx:
        too_many = (
            rows.attempts_since(tx, tried[0], now - WINDOW) >= MOST_BY_EMAIL
            or rows.attempts_since(tx, tried[1], now - WINDOW) >= MOST_BY_PLACE
        )
        found = rows.find_staff(tx, email)
    if too_many:
        raise TooManyTries("Too many tries. Wait 15 minutes and try again.")
    theirs = found.password_hash if found is not None and found.disabled_at is None and found.local else None
    right = _verify(theirs or _NOBODY, password)
    return found, theirs is not None and right


def begin(tx: Tx, found: Staff, now: datetime, *, half: bool = False, how: str = "") -> SignedIn:
    """A new session. A `half` one opens nothing yet: the password was right, the second factor is to come."""
    token = secrets.token_urlsafe(32)
    rows.add_session(tx, token=digest(token), staff_id=found.id, now=now, half=half)
    action = "sign-in.half" if half else "sign-in"
    rows.add_audit(tx, at=now, staff_id=found.id, action=action, target=f"staff:{found.id}", detail=how)
    return SignedIn(staff=found, token=token, began_at=now, half=half)


def who_is(house: House, token: str, *, busy: bool = True) -> SignedIn | None:
    """Who holds this session; None when it is unknown, ended, idle for half an hour or twelve hours old.

    `busy` is false for what a page asks by itself: a poll is no sign that anybody sits there.
    """
    now = house.clock.now()
    with house.db.read() as tx:
        session = rows.find_session(tx, digest(token))
        if session is None or session.half or now - session.seen_at > IDLE or now - session.created_at > ABSOLUTE:
            return None
        found = rows.staff_by_id(tx, session.staff_id)
    if found.disabled_at is not None:
        return None
    if busy and now - session.seen_at > SEEN_EVERY:
        with house.db.write() as tx:
            rows.touch_session(tx, session.token, now)
    return SignedIn(staff=found, token=token, began_at=session.created_at, confirmed_at=session.confirmed_at)


def confirmed(signed_in: SignedIn, now: datetime) -> bool:
    """Whether whoever holds this session gave the password again a short time ago."""
    return signed_in.confirmed_at is not None and timedelta(0) <= now - signed_in.confirmed_at < CONFIRMED_FOR


def fresh(signed_in: SignedIn, now: datetime) -> bool:
    """Whether they proved who they are a short time ago, by signing in or by doing it again: what changes how an
    account is signed in to asks for that, so that nobody does it at a desk that somebody left."""
    began = signed_in.began_at
    return confirmed(signed_in, now) or (began is not None and timedelta(0) <= now - began < CONFIRMED_FOR)


def renew(tx: Tx, signed_in: SignedIn, now: datetime) -> SignedIn:
    """The same session under a new token, after they proved again who they are: the old token opens nothing."""
    token = secrets.token_urlsafe(32)
    rows.renew_session(tx, digest(signed_in.token), digest(token), now)
    return replace(signed_in, token=token, confirmed_at=now)


def sessions_of(house: House, staff_id: int) -> list[StaffSession]:
    """Where a person is signed in now, the last used first."""
    now = house.clock.now()
    with house.db.read() as tx:
        return [one for one in rows.open_sessions(tx, staff_id, now - ABSOLUTE) if now - one.seen_at <= IDLE]


def end_all(house: House, staff_id: int, *, by: int | None) -> int:
    """End every session of a person at once, wherever they are signed in; how many."""
    now = house.clock.now()
    with house.db.write() as tx:
        ended = rows.end_sessions_of(tx, staff_id, now)
        rows.add_audit(tx, at=now, staff_id=by, action="session.end-all", target=f"staff:{staff_id}", detail=str(ended))
    return ended


def sign_out(house: House, signed_in: SignedIn) -> None:
    now = house.clock.now()
    with house.db.write() as tx:
        rows.end_session(tx, digest(signed_in.token), now)
        rows.add_audit(tx, at=now, staff_id=signed_in.staff.id, action="sign-out", target=f"staff:{signed_in.staff.id}")


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def hashed(password: str) -> str:
    return _hasher.hash(password)
