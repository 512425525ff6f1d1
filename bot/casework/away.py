"""Who is away. On the first day of an absence their cases return to the team, and what was offered to them goes back.

The clock does it, so that nobody needs to remember; a case that somebody claims while they are away stays theirs.
The cases of an account that is closed return likewise. Nobody was there when it returned: so there is a new promise of
when somebody looks, and the ladder tells of it when that is broken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.permissions import may
from bot.casework.sight import closed_to
from bot.casework.work import bot_speaks_again, locked_case
from bot.clock import local_date, midnight
from bot.house import House
from bot.store import casework, staff, team
from bot.store.database import Tx
from bot.store.restricting import NOTHING, Closed
from bot.store.team import Absence
from scheduler.calendar import Level

LONGEST: Final = timedelta(days=366)


class NotSo(ValueError):
    """An absence that cannot be told so; the message is for the worker. `field` is the form's: who, from, until."""

    def __init__(self, message: str, *, field: str = "until") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """One who answers cases. `absences` that are not over; `away` today; `holds` so many cases that may be told of."""

    id: int
    name: str
    away: bool
    holds: int
    absences: Sequence[Absence]


def colleagues(tx: Tx, now: datetime, *, closed: Closed = NOTHING) -> list[Colleague]:
    """Everybody who answers cases, by name."""
    today = local_date(now)
    by_staff: dict[int, list[Absence]] = {}
    for one in team.absences(tx, today):
        by_staff.setdefault(one.staff_id, []).append(one)
    holds: Mapping[int, int] = team.claimed_counts(tx, closed=closed)
    return [
        Colleague(
            id=key, name=name, holds=holds.get(key, 0), absences=by_staff.get(key, ()),
            away=any(one.from_on <= today for one in by_staff.get(key, ())),
        )
        for key, name, role in team.working(tx)
        if may(role, "cases.claim")
    ]  # fmt: skip


def colleague(tx: Tx, staff_id: int, now: datetime) -> Colleague | None:
    """One who can have a case: an open account whose role may claim. None for anybody else."""
    return next((one for one in colleagues(tx, now) if one.id == staff_id), None)


def whole_team(house: House, by: SignedIn) -> list[Colleague]:
    """The page of the team, audited."""
    now = house.clock.now()
    with house.db.write() as tx:
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="team.view", target="team")
        return colleagues(tx, now, closed=closed_to(tx, by))


def tell(house: House, by: SignedIn, *, staff_id: int, from_on: date, until_on: date) -> None:
    """Somebody is away on these days, both included. Whoever is a manager tells it of others too. Raises NotSo.

    The same days told again are one absence. Days that overlap what stands are refused: "Not away" ends one absence,
    and must not leave another standing behind it.
    """
    now = house.clock.now()
    if until_on < from_on:
        raise NotSo("The last day comes before the first.")
    if until_on < local_date(now):
        raise NotSo("Those days are over.")
    if until_on - from_on > LONGEST:
        raise NotSo("Give at most a year.")
    with house.db.write() as tx:
        _allowed(by, staff_id)
        team.hold(tx, staff_id)
        if colleague(tx, staff_id, now) is None:
            raise NotSo("Choose a colleague who answers cases.", field="who")
        for one in team.absences(tx, from_on):
            if one.staff_id != staff_id or one.from_on > until_on:
                continue
            if (one.from_on, one.until_on) == (from_on, until_on):
                return
            raise NotSo(
                f"They are away from {_day(one.from_on)} to {_day(one.until_on)} already. Press “Not away” there "
                "first, or give the days before or after it."
            )
        team.add_absence(tx, staff_id=staff_id, from_on=from_on, until_on=until_on, told_by=by.staff.id, at=now)
        told = f"{from_on} to {until_on}"
        staff.add_audit(
            tx, at=now, staff_id=by.staff.id, action="team.away", target=f"staff:{staff_id}", detail=told
        )  # fmt: skip
    return_work(house, now)


def back(house: House, by: SignedIn, absence_id: int) -> None:
    """They are back, or will not be away after all. Told twice it changes nothing. Raises NotSo."""
    now = house.clock.now()
    with house.db.write() as tx:
        found = team.absence_by_id(tx, absence_id)
        if found is None:
            return
        _allowed(by, found.staff_id)
        team.end_absence(tx, absence_id, now)
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="team.back", target=f"staff:{found.staff_id}")


def return_work(house: House, now: datetime) -> int:
    """What lies with those who are away or gone returns to the team; how many cases did."""
    today = local_date(now)
    with house.db.read() as tx:
        away = [
            (ref, who, since)
            for ref, who, since, told_at, from_on in team.claimed_by_the_away(tx, today)
            if since < max(told_at, midnight(from_on))
        ]
        away += team.claimed_by_the_gone(tx)
        offers = team.offers_to_the_away(tx, today)
    for ref, offer_id in offers:
        _offer_back(house, ref, offer_id, now)
    return sum(_return(house, ref, who, since, now) for ref, who, since in dict.fromkeys(away))


def _return(house: House, ref: str, who: int, since: datetime, now: datetime) -> bool:
    """False where it is no longer as it was found: who has claimed it since then, the same person too, has it."""
    with house.db.write() as tx:
        case = locked_case(tx, ref)
        if case.state != "claimed" or case.claimed_by != who or case.claimed_at != since:
            return False
        rules = house.live.snapshot(tx).rules
        level: Level = case.level  # type: ignore[assignment]  # the column holds only the three
        casework.change_case(
            tx, case.id, state="open", claimed_by=None, claimed_at=None, looked_at=None,
            look_by=rules.calendar.look_by(level, now, rules.promises),
        )  # fmt: skip
        bot_speaks_again(tx, case)
        team.end_offer(tx, case.id, how="overtaken", at=now)
        casework.add_case_event(tx, case_id=case.id, at=now, kind="returned", detail=f"staff:{who}")
        staff.add_audit(
            tx, at=now, staff_id=None, action="case.returned", target=f"case:{ref}", detail=f"staff:{who}"
        )  # fmt: skip
        return True


def _offer_back(house: House, ref: str, offer_id: int, now: datetime) -> None:
    with house.db.write() as tx:
        case = locked_case(tx, ref)
        if team.end_offer(tx, case.id, how="away", at=now, only=offer_id):
            casework.change_case(tx, case.id)
            casework.add_case_event(tx, case_id=case.id, at=now, kind="offer-back")
            staff.add_audit(tx, at=now, staff_id=None, action="case.offer-back", target=f"case:{ref}")


def _allowed(by: SignedIn, staff_id: int) -> None:
    if staff_id != by.staff.id and not may(by.staff.role, "team.manage"):
        raise NotSo("Only a manager can say this of somebody else.", field="who")


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
