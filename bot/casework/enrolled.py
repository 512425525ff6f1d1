"""Who is on which programme, and the programmes themselves, as the desk lists them. What was shown is audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.casework.accounts import SignedIn
from bot.casework.listing import audit_list
from bot.casework.permissions import may
from bot.casework.sight import closed_to
from bot.casework.timeline import programme_titles
from bot.house import House
from bot.store import enrolment_lists, staff
from bot.store.enrolment_lists import ListedEnrolment
from scheduler.programme import Programme

PAGE: Final = 50
STATES: Final = ("active", "hold", "ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    total: int
    enrolments: Sequence[ListedEnrolment]
    page: int
    programmes: Mapping[str, str]  # id to title

    @property
    def more(self) -> bool:
        return self.page * PAGE < self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A published programme; `enrolled` by state, None for whoever may not see who is enrolled."""

    programme: Programme
    enrolled: Mapping[str, int] | None


def enrolments(house: House, by: SignedIn, *, programme: str | None, state: str | None, page: int) -> Enrolled:
    """One page, newest first. What is restricted is neither listed nor counted."""
    with house.db.write() as tx:
        total, listed = enrolment_lists.page(
            tx, programme=programme, state=state, offset=(page - 1) * PAGE, limit=PAGE, closed=closed_to(tx, by)
        )
        refs = [one.person_ref for one in listed]
        target = f"enrolments:{programme or 'all'}"
        audit_list(tx, by, house.clock.now(), action="enrolments.view", target=target, refs=refs)
        return Enrolled(total=total, enrolments=listed, page=page, programmes=programme_titles(house, tx))


def programmes(house: House, by: SignedIn) -> Sequence[Listed]:
    """Every published programme by its title, and how many are on it."""
    with house.db.write() as tx:
        published = house.live.snapshot(tx).compiled.programmes.values()
        counted = enrolment_lists.counts(tx, closed=closed_to(tx, by)) if may(by.staff.role, "ledger.read") else None
        staff.add_audit(
            tx, at=house.clock.now(), staff_id=by.staff.id, action="programmes.view", target="programmes"
        )  # fmt: skip
        return [
            Listed(programme=one, enrolled=None if counted is None else counted.get(one.id, {}))
            for one in sorted(published, key=lambda one: one.title)
        ]
