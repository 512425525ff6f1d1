"""Proving again who one is: for what leaves the service or cannot be undone, and for how an account is signed in to.

A local account gives its password and, where it has one, a code, or shows a passkey (bot.casework.passkeys): who finds
a desk left open, or has learnt a password alone, gets no further. The session goes on under a new token (ASVS 7.2.4).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from bot.casework import accounts, passkeys, passwords, second_factor
from bot.casework.accounts import Refused, SignedIn
from bot.house import House
from bot.store import codes
from bot.store import staff as rows
from bot.store.database import Tx

_WRONG: Final = "The password is not right."
_WRONG_OF_TWO: Final = "The password or the code is not right. Each code is taken once: wait for the next one."

_PASSKEY: Final = "A password alone proves nothing here: show your passkey."


class WeakPassword(Refused):
    """The new password will not do; the message says why."""


def confirm(house: House, signed_in: SignedIn, *, password: str, code: str, place: str) -> SignedIn:
    """The password again, and a code where the account has one. Wrong ones count as failed sign-ins. The session
    under its new token. Raises Refused."""
    return _proved(house, signed_in, password, code, place, accounts.renew)


def change_password(
    house: House, signed_in: SignedIn, *, password: str, code: str, new: str, place: str
) -> SignedIn:  # fmt: skip
    """A new password, by whoever gives the one they have. Every other session of theirs ends, and this one goes on
    under a new token. Raises Refused, WeakPassword where the new one will not do."""
    staff = signed_in.staff
    if why := passwords.weakness(new, beside=(staff.email, staff.name, *house.named())):
        raise WeakPassword(f"{why[0].upper()}{why[1:]}.")
    if new == password:
        raise WeakPassword("The new password is the one you have.")
    hashed = accounts.hashed(new)

    def change(tx: Tx, held: SignedIn, now: datetime) -> SignedIn:
        _put(tx, staff.id, hashed, now)
        rows.add_audit(tx, at=now, staff_id=staff.id, action="password.change", target=f"staff:{staff.id}")
        return accounts.begin(tx, held.staff, now, how="password changed")

    return _proved(
        house, signed_in, password, code, place, change, passkey_shown=accounts.fresh(signed_in, house.clock.now())
    )


def set_password(house: House, staff_id: int, new: str, *, by: int | None) -> None:
    """For whoever forgot theirs, by whoever runs the service: their sessions end, and a second factor stays. Raises
    accounts.AccountFault."""
    now = house.clock.now()
    with house.db.read() as tx:
        staff = rows.staff_by_id(tx, staff_id)
    if not staff.local:
        raise accounts.AccountFault("this account signs in by the council's account, and has no password here")
    if why := passwords.weakness(new, beside=(staff.email, staff.name, *house.named())):
        raise accounts.AccountFault(why)
    hashed = accounts.hashed(new)
    with house.db.write() as tx:
        _put(tx, staff_id, hashed, now)
        rows.add_audit(tx, at=now, staff_id=by, action="password.set", target=f"staff:{staff_id}")


def _put(tx: Tx, staff_id: int, hashed: str, now: datetime) -> None:
    """What whoever knew the old one had goes with it: their sessions, and a second factor that was only shown."""
    rows.change_staff(tx, staff_id, password_hash=hashed)
    rows.end_sessions_of(tx, staff_id, now)
    codes.forget_unset(tx, staff_id)


def _proved(
    house: House, signed_in: SignedIn, password: str, code: str, place: str,
    then: Callable[[Tx, SignedIn, datetime], SignedIn], *, passkey_shown: bool = False,
) -> SignedIn:  # fmt: skip
    """Check what they gave, and do `then` in the same transaction that uses the code up. Who has passkeys and no code
    gets nowhere by a password unless `passkey_shown`: a short time ago, by signing in or proving it again."""
    now, staff = house.clock.now(), signed_in.staff
    tried = accounts.tried_keys(house, staff.email, place)
    wrong = second_factor.tried_keys(house, staff.id, place)
    _, right = accounts.check(house, staff.email, password, tried, now)
    with house.db.write() as tx:
        two = codes.has_code(tx, staff.id)
        for key in () if right else tried:
            rows.add_attempt(tx, key, now)
        # a code is used up only beside the right password
        both = right and (not two or second_factor.take(tx, staff.id, code, wrong, now))
        lacks = both and not passkey_shown and passkeys.alone(tx, staff.id, code=two)
        both = both and not lacks
        action = "password.again" if both else "password.refused"
        rows.add_audit(tx, at=now, staff_id=staff.id, action=action, target=f"staff:{staff.id}")
        if both:
            return then(tx, signed_in, now)
    raise Refused(_PASSKEY if lacks else _WRONG_OF_TWO if two else _WRONG)
