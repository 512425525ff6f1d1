"""Staff accounts as an administrator sees them, and what may be done about one."""

from dataclasses import dataclass
from typing import Final

from bot.casework import accounts, passkeys, second_factor
from bot.house import House
from bot.store import codes
from bot.store import passkeys as kept
from bot.store import staff as rows
from bot.store.staff import Staff

ACTS: Final = ("end", "code", "passkeys", "close", "open")
OF_SIGNING_IN: Final = (
    "code",
    "passkeys",
)  # change how somebody is signed in as, so who does it proves anew who they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    staff: Staff
    has_code: bool
    passkeys: int


def everyone(house: House, *, by: int | None) -> list[Member]:
    with house.db.write() as tx:
        rows.add_audit(tx, at=house.clock.now(), staff_id=by, action="staff.view", target="staff")
        having, passkeys_of = codes.who_has_codes(tx), kept.how_many(tx)
        return [
            Member(staff=one, has_code=one.id in having, passkeys=passkeys_of[one.id]) for one in rows.every_staff(tx)
        ]


def by_email(house: House, email: str) -> Staff | None:
    with house.db.read() as tx:
        return rows.find_staff(tx, email)


def do(house: House, act: str, staff_id: int, *, by: int | None) -> bool:
    """End their sessions, take their code or their passkeys away, close the account (their sessions end with it), or
    open it again. False where there is no such account, no code, or no passkey."""
    now = house.clock.now()
    with house.db.read() as tx:
        found = rows.find_staff_by_id(tx, staff_id)
    if found is None:
        return False
    if act == "end":
        accounts.end_all(house, staff_id, by=by)
        return True
    if act == "code":
        return second_factor.take_away(house, staff_id, by=by)
    if act == "passkeys":
        return passkeys.take_away(house, staff_id, by=by)
    with house.db.write() as tx:
        rows.change_staff(tx, staff_id, disabled_at=now if act == "close" else None)
        if act == "close":
            rows.end_sessions_of(tx, staff_id, now)
        rows.add_audit(tx, at=now, staff_id=by, action=f"user.{act}", target=f"staff:{staff_id}")
    return True
