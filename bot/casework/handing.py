"""Handing a case over to a colleague, who accepts or declines; and calls that were promised, with their time.

Until it is accepted, a case stays with who has it: nobody's work is dropped between two desks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.casework.away import colleague
from bot.casework.work import Form, NotYet, locked_case, noted, record, swap
from bot.clock import LONDON
from bot.house import House
from bot.store import restricting, team

FURTHEST: Final = timedelta(days=366)  # a call planned for later is a slip of the year
CALLED: Final = {
    "spoken": "Spoken to them",
    "no-answer": "No answer",
    "not-needed": "Not needed any more",
}
# Whoever was spoken to has been answered, and reached: nobody need ring again.
_SPOKEN: Final[Mapping[str, object]] = {"waiting_since": None, "not_reached": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A call to make: when, and what of."""

    due_at: datetime
    note: str


def offer(house: House, form: Form, *, to_id: int, words: str) -> None:
    """Offer the case to a colleague with a note. Raises Stale, and NotYet where it cannot be."""
    words = noted(words, "Write what they need to know to go on.")
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        if case.state != "claimed" or case.claimed_by != form.by.staff.id:
            raise NotYet("Only who has the case can hand it over. Claim it first.")
        to = colleague(tx, to_id, now)
        if to is None or to.id == form.by.staff.id:
            raise NotYet("Choose a colleague who answers cases.")
        if case.id in restricting.closed_to(tx, to.id).cases:
            raise NotYet("This case is restricted, and they are not named for it. Choose a colleague who is.")
        if to.away:
            raise NotYet("They are away today. Choose another colleague, or hand the case back to the team.")
        if team.offer_of(tx, case.id) is not None:
            raise NotYet("It is offered to a colleague already. Take that back first.")
        swap(tx, case, form)
        team.offer(tx, case_id=case.id, from_id=form.by.staff.id, to_id=to.id, note=words, at=now)
        record(tx, case, form, now, "offered", body=words, detail=to.name)


def accept(house: House, form: Form) -> None:
    """Take over what was offered to me."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        _mine(team.offer_of(tx, case.id), form)
        swap(tx, case, form, claimed_by=form.by.staff.id, claimed_at=now, looked_at=case.looked_at or now)
        team.end_offer(tx, case.id, how="accepted", at=now)
        record(tx, case, form, now, "accepted")


def decline(house: House, form: Form, words: str) -> None:
    """Say no, and why: it stays with who offered it."""
    words = noted(words, "Say in a few words why not.")
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        _mine(team.offer_of(tx, case.id), form)
        swap(tx, case, form)
        team.end_offer(tx, case.id, how="declined", at=now)
        record(tx, case, form, now, "declined", body=words)


def withdraw(house: House, form: Form) -> None:
    """Take an offer of mine back."""
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        standing = team.offer_of(tx, case.id)
        if standing is None or standing.from_id != form.by.staff.id:
            raise NotYet("You have not offered this case to anybody.")
        swap(tx, case, form)
        team.end_offer(tx, case.id, how="withdrawn", at=now)
        record(tx, case, form, now, "withdrawn")


def plan_call(house: House, form: Form, planned: Planned) -> None:
    """Promise to telephone at a time; in place of the call that was planned before."""
    now = house.clock.now()
    words = noted(planned.note)
    if not now < planned.due_at < now + FURTHEST:
        raise NotYet("Give a day and time to come, within a year.")
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        if case.state == "closed":
            raise NotYet("This case is closed.")
        swap(tx, case, form)
        team.plan_call(tx, case_id=case.id, due_at=planned.due_at, note=words or None, made_by=form.by.staff.id, at=now)
        record(
            tx,
            case,
            form,
            now,
            "call-planned",
            body=words or None,
            detail=f"{planned.due_at.astimezone(LONDON):%d %b %Y, %H:%M}",
        )


def called(house: House, form: Form, *, how: str, words: str) -> None:
    """The call was made, or is not needed. `how` is one of CALLED."""
    if how not in CALLED:
        raise NotYet("Choose how the call went.")
    words = noted(words)
    now = house.clock.now()
    with house.db.write() as tx:
        case = locked_case(tx, form.ref, form.by)
        if team.call_of(tx, case.id) is None:
            raise NotYet("No call is planned.")
        swap(tx, case, form, **(_SPOKEN if how == "spoken" else {}))
        team.end_call(tx, case.id, how=how, by=form.by.staff.id, at=now)
        record(tx, case, form, now, "called", body=words or None, detail=how)


def _mine(standing: team.Handover | None, form: Form) -> None:
    if standing is None or standing.to_id != form.by.staff.id:
        raise NotYet("This case is not offered to you any more.")
