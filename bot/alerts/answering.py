"""Answering an alert: one of the team says that they have the case. And what the desk shows until somebody does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.alerts import rules
from bot.alerts.people import people_of
from bot.casework.accounts import SignedIn
from bot.casework.sight import closed_to, sees
from bot.casework.work import NoSuchCase
from bot.house import House
from bot.store import alerts as rows
from bot.store import casework, staff
from bot.store.alerts import Unreached
from bot.store.database import Tx
from bot.store.restricting import refs_of
from scheduler.ladder import Tell, Wait, decide

Kind = Literal["began", "told", "unreached", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a case's timeline about its alerts.

    `began`: `what` is why. `told`: `who` by `channel` (sms, email, none), `what` the message's state, `reason` why it
    did not arrive. `ended`: `what` is how (acknowledged, claimed, closed, grew, not-reached), `by` whom.
    """

    at: datetime
    kind: Kind
    what: str = ""
    who: str = ""
    channel: str = ""
    reason: str = ""
    by: int | None = None
    case_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An alert that nobody has answered. `told` are the titles so far; `next_who` is told at `next_at`, unless."""

    why: str
    since: datetime
    told: Sequence[str]
    unreached: bool
    next_who: str | None
    next_at: datetime | None


def acknowledge(house: House, ref: str, by: SignedIn) -> bool:
    """End the climb of a case: nothing more is told. False where none was going on: a repeated post is harmless.

    Raises NoSuchCase.
    """
    now = house.clock.now()
    with house.db.write() as tx:
        found = casework.find_case(tx, ref, lock=True)
        if found is None or not sees(tx, by, found):  # else it would end with somebody who cannot open it
            raise NoSuchCase(ref)
        case = rows.standing_of(tx, found.id)
        if case.climb is None or case.climb.ended_at is not None or rules.answered_how(case) is not None:
            return False
        rows.change_climb(tx, case.climb.id, ended_at=now, ended_how="acknowledged", ended_by=by.staff.id)
        staff.add_audit(tx, at=now, staff_id=by.staff.id, action="case.acknowledged", target=f"case:{ref}")
        return True


def nobody_reached(house: House, by: SignedIn) -> tuple[list[Unreached], frozenset[str]]:
    """What every page of the desk shows in red until somebody acknowledges, restricted cases too: somebody must act.
    And the references among them that this worker can open only in need."""
    with house.db.read() as tx:
        found = rows.unreached(tx)
        return found, refs_of(tx, closed_to(tx, by)) if found else frozenset()


def waiting_for(house: House, tx: Tx, case_id: int, now: datetime) -> Waiting | None:
    """The alert of this case that waits for an answer; None where none does."""
    case = rows.standing_of(tx, case_id)
    climb = case.climb
    if climb is None or climb.ended_at is not None or rules.answered_how(case) is not None:
        return None
    alerts = rows.alerts_of(tx, [case_id])
    snapshot = house.live.snapshot(tx)
    council = snapshot.compiled.council
    facts = rules.climb_facts(case, alerts, now)
    assert facts is not None
    what = decide(rules.case_facts(case), facts, council.ladder, snapshot.rules.calendar, now)
    rungs = council.ladder.rungs(facts.level)
    place = min(len(facts.told), len(rungs) - 1)
    more = len(facts.told) < len(rungs) or (rungs and rungs[-1].again_minutes is not None)
    next_at = what.until if isinstance(what, Wait) else now if isinstance(what, Tell) else None
    return Waiting(
        why=climb.why, since=climb.started_at, unreached=climb.unreached_at is not None,
        told=list(dict.fromkeys(one.told for one in alerts if one.climb_id == climb.id)),
        next_who=people_of(tx, council)[rungs[place].tell].title if more and next_at is not None else None,
        next_at=next_at,
    )  # fmt: skip


def lines_of(tx: Tx, case_ids: Sequence[int]) -> list[Line]:
    """Everything about the alerts of these cases, for their timelines."""
    lines = []
    for climb in rows.climbs_of(tx, case_ids):
        lines.append(Line(at=climb.started_at, kind="began", what=climb.why, case_id=climb.case_id))
        if climb.unreached_at is not None:
            lines.append(Line(at=climb.unreached_at, kind="unreached", case_id=climb.case_id))
        if climb.ended_at is not None:
            lines.append(
                Line(
                    at=climb.ended_at, kind="ended", what=climb.ended_how or "", by=climb.ended_by,
                    case_id=climb.case_id,
                )
            )  # fmt: skip
    lines += [
        Line(
            at=one.at, kind="told", who=one.told, channel=one.channel, what=one.state or "", reason=one.reason or "",
            case_id=one.case_id,
        )
        for one in rows.alerts_of(tx, case_ids)
    ]  # fmt: skip
    return lines
