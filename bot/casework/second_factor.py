"""The second factor of a local account: a code of six digits, new every thirty seconds, from an app on a telephone.

RFC 6238 (TOTP) over RFC 4226 (HOTP) with what every app assumes: SHA-1, six digits, thirty seconds. A code is taken
one step early or late (RFC 6238, 5.2), and each once (the same place): the step of the last one used is kept.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from bot.casework import accounts
from bot.casework.accounts import Refused, SignedIn, TooManyTries
from bot.house import House
from bot.store import codes
from bot.store import staff as rows
from bot.store.database import Tx
from bot.store.passkeys import has_passkey

STEP_SECONDS: Final = 30
DRIFT: Final = 1  # steps either way
DIGITS: Final = 6
SECRET_BYTES: Final = 20  # RFC 4226, 4: as long as the hash
HALF_FOR: Final = timedelta(minutes=10)  # from the password to the code
MOST_TRIES: Final = 5
_WRONG: Final = "The code is not right, or it was used already. Wait for the next one."


def sits_half(house: House, token: str) -> SignedIn | None:
    """Whose password was right a short time ago, and whose code is to come."""
    now = house.clock.now()
    with house.db.read() as tx:
        session = rows.find_session(tx, accounts.digest(token))
        if session is None or not session.half or now - session.created_at > HALF_FOR:
            return None
        found = rows.staff_by_id(tx, session.staff_id)
    if found.disabled_at is not None:
        return None
    return SignedIn(staff=found, token=token, began_at=session.created_at, half=True)


def is_set(house: House, staff_id: int) -> bool:
    with house.db.read() as tx:
        return codes.has_code(tx, staff_id)


def to_begin(house: House, signed_in: SignedIn) -> bool:
    """Whether they are to set a code up now: never behind a password alone where a passkey is their second factor."""
    with house.db.read() as tx:
        if codes.has_code(tx, signed_in.staff.id):
            return False
        return not (signed_in.half and has_passkey(tx, signed_in.staff.id))


def to_set_up(house: House, staff_id: int) -> str:
    """The secret that a telephone is to learn, in base32: made once, the same until its first code was right."""
    with house.db.write() as tx:
        new = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
        found = codes.put_code(tx, staff_id, new, house.clock.now())
    if found.set_at is not None:
        raise Refused("You have a second factor already.")
    return found.secret


def address_of(secret: str, *, issuer: str, email: str) -> str:
    """What the QR code holds: the otpauth address that authenticator apps read."""
    label = f"{quote(issuer, safe='')}:{quote(email, safe='@')}"
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def give(house: House, signed_in: SignedIn, *, code: str, place: str) -> SignedIn:
    """The code, to finish a half sign-in: it ends, and a whole session begins. Raises Refused."""
    if not is_set(house, signed_in.staff.id) and not to_begin(house, signed_in):
        raise Refused("Your account has no code. Use your passkey.")

    def whole(tx: Tx, now: datetime) -> SignedIn:
        rows.end_session(tx, accounts.digest(signed_in.token), now)
        return accounts.begin(tx, signed_in.staff, now, how="password and code")

    return _with_code(house, signed_in.staff.id, code, place, whole)


def set_up(house: House, signed_in: SignedIn, *, code: str, place: str) -> SignedIn:
    """The first code, by somebody signed in with a password alone: their other sessions end. Raises Refused."""

    def whole(tx: Tx, now: datetime) -> SignedIn:
        rows.end_sessions_of(tx, signed_in.staff.id, now)
        return accounts.begin(tx, signed_in.staff, now, how="second factor set up")

    return _with_code(house, signed_in.staff.id, code, place, whole)


def take_away(house: House, staff_id: int, *, by: int | None) -> bool:
    """For whoever lost their telephone, by an administrator: they sign in by their password, and set up another where
    one is required. Their sessions end. False where there is none."""
    now = house.clock.now()
    with house.db.write() as tx:
        if not codes.remove_code(tx, staff_id):
            return False
        rows.end_sessions_of(tx, staff_id, now)
        rows.add_audit(tx, at=now, staff_id=by, action="code.taken-away", target=f"staff:{staff_id}")
    return True


def code_at(secret: str, step: int) -> str:
    """RFC 4226, 5.3."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which step's code this is, of those that are taken now."""
    middle = int(now.timestamp()) // STEP_SECONDS
    fits = [s for s in range(middle - DRIFT, middle + DRIFT + 1) if hmac.compare_digest(code_at(secret, s), code)]
    return fits[-1] if fits else None


def tried_keys(house: House, staff_id: int, place: str) -> tuple[str, str]:
    """What wrong codes are counted by."""
    return house.db.keys.index("code", str(staff_id)), house.db.keys.index("place", place)


def take(tx: Tx, staff_id: int, code: str, tried: tuple[str, str], now: datetime) -> bool:
    """Check the code and use it up; a wrong one is counted and audited. Raises TooManyTries."""
    if rows.attempts_since(tx, tried[0], now - accounts.WINDOW) >= MOST_TRIES:
        raise TooManyTries("Too many tries. Wait 15 minutes and try again.")
    given, found = re.sub(r"\s", "", code), codes.code_of(tx, staff_id)
    readable = found is not None and re.fullmatch(r"[0-9]{6}", given)
    step = step_of(found.secret, given, now) if found is not None and readable else None
    if step is not None and codes.use_step(tx, staff_id, step, now):
        if found is not None and found.set_at is None:
            rows.add_audit(tx, at=now, staff_id=staff_id, action="code.set-up", target=f"staff:{staff_id}")
        return True
    for key in tried:
        rows.add_attempt(tx, key, now)
    rows.add_audit(tx, at=now, staff_id=staff_id, action="code.refused", target=f"staff:{staff_id}")
    return False


def _with_code(
    house: House, staff_id: int, code: str, place: str, then: Callable[[Tx, datetime], SignedIn]
) -> SignedIn:  # fmt: skip
    """Check the code, use it up, and do `then`, in one transaction. Raises Refused."""
    now, tried = house.clock.now(), tried_keys(house, staff_id, place)
    with house.db.write() as tx:
        if take(tx, staff_id, code, tried, now):
            return then(tx, now)
    raise Refused(_WRONG)
