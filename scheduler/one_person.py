"""Two records turn out to be one person: which of their plans goes on, what ends, and what is not said again.

Pure: plans go in as they would stand with one person, and what follows comes out. The stricter of two always holds: a
plan is never sent twice, never begun again after a loss, and never moved to a number that is freer than its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from scheduler.changes import CHANGES, Change, Standing, ended_by
from scheduler.same_event import Told, same_event

TOLD_APART: Final = timedelta(days=31)  # two workers tell two days of one closing; it happens twice later than that
LOSSES: Final[tuple[Change, ...]] = ("pregnancy-lost", "child-died", "person-died")
MERGED: Final = "Ended: two records of this person were merged, and the other record's plan goes on."
SAID: Final = "Said already: two records of this person were merged, and it went from the other."
Key = tuple[str, int]  # a touch and its occurrence
Side = Literal["kept", "away", "other"]  # whose record it was: "other" is another parent's, about a child of theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """What a number allows. `safe`: it is known to be safe to text; `read_by_others`: shared, watched or unsafe."""

    id: int
    consent: str
    safe: bool
    read_by_others: bool
    safe_times: str | None = None
    paused_until: date | None = None
    every_days: int | None = None


def barred(before: Number | None, after: Number | None) -> str | None:
    """Why a plan of a record whose check-ins went to `before` does not go on at `after`; None where it does.

    A merge changes no number, and gives none a consent that was not said there. So what a family said at one telephone
    (STOP, not safe, only then, less often) is not got round by the other.
    """
    if before is None or after is None or before.id == after.id:
        return None
    freer = (
        (before.consent == "stopped", "they said STOP at the number that it was for."),
        (not before.safe and after.safe, "the number that it was for is not known to be safe."),
        (before.read_by_others and not after.read_by_others, "others may read the number that it was for."),
        (
            before.safe_times is not None and before.safe_times != after.safe_times,
            "they gave safe times for the number that it was for.",
        ),
        (
            (before.paused_until or date.min) > (after.paused_until or date.min),
            "they asked for a break at the number that it was for.",
        ),
        ((before.every_days or 0) > (after.every_days or 0), "they asked to hear less at the number that it was for."),
    )
    return next((f"Ended at the merge: {why}" for holds, why in freer if holds), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An enrolment, with `person` and `child` (0: none) as they are after the merge. `said`: touches that went out or
    are on their way; `settled`: all that were decided. `number`: why it does not go on at the number it would have."""

    id: int
    side: Side
    person: int
    programme: str
    child: int
    event_on: date
    told_on: date
    going_on: bool
    ended_for: Change | None = None
    corrected_on: date | None = None
    from_birth: bool = False
    ended_by: frozenset[str] = frozenset()  # the changes that its programme's file names
    said: frozenset[Key] = frozenset()
    settled: frozenset[Key] = frozenset()
    number: str | None = None

    @property
    def exactly(self) -> tuple[int, str, int, date]:
        """Of one person there is one plan of a programme, child and day."""
        return self.person, self.programme, self.child, self.event_on


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """`change`: what ended it was told of the other record."""

    id: int
    why: str
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """`ends` by id. `stays`: not moved to the record that is kept, since that has the very same plan. `again`: ended,
    and goes on in place of its twin. `not_again`: by plan, what was said already and is not to be said by it."""

    ends: Mapping[int, End]
    stays: frozenset[int]
    again: frozenset[int]
    not_again: Mapping[int, frozenset[Key]]

    def goes_on(self, plan: Plan) -> bool:
        return (plan.going_on or plan.id in self.again) and plan.id not in self.ends


def settle(plans: Sequence[Plan], *, dead: Iterable[int] = ()) -> Settled:
    """What becomes of the plans of two records that are one person. `dead`: people, as they are after the merge, of
    whom either record says that they died."""
    gone = frozenset(dead)
    ends: dict[int, End] = {}
    again: set[int] = set()
    for plan in plans:
        if plan.going_on and (found := _died(plan, gone) or _ended_elsewhere(plan, plans)) is not None:
            ends[plan.id] = found
    stays: set[int] = set()
    not_again: dict[int, frozenset[Key]] = {}
    for group in _alike(plans):
        for twins in _exactly(group):
            _twins(twins, ends, stays, again)
        on = [plan for plan in group if (plan.going_on or plan.id in again) and plan.id not in ends]
        one = _one_of(on)
        for plan in on:
            if one is not None and plan.id != one.id:
                ends[plan.id] = End(id=plan.id, why=MERGED)
                again.discard(plan.id)
        if one is not None:
            said = frozenset[Key]().union(*(other.said for other in group if other is not one and _same(other, one)))
            if said - one.settled:
                not_again[one.id] = said - one.settled
    for plan in plans:
        if plan.number is not None and (plan.going_on or plan.id in again) and plan.id not in ends:
            ends[plan.id] = End(id=plan.id, why=plan.number)
            again.discard(plan.id)
            not_again.pop(plan.id, None)
    return Settled(ends=ends, stays=frozenset(stays), again=frozenset(again), not_again=not_again)


def _died(plan: Plan, dead: frozenset[int]) -> End | None:
    for change, whom in (("person-died", plan.person), ("child-died", plan.child)):
        if whom and whom in dead:
            told: Change = "person-died" if change == "person-died" else "child-died"
            return End(id=plan.id, why=CHANGES[told].why, change=told)
    return None


def _ended_elsewhere(plan: Plan, plans: Sequence[Plan]) -> End | None:
    """What was told of the other record is true of both: a loss ends all that it names, any other change the plan of
    the same event. Who was told of us on a later day was told since, but of a loss of the very same event."""
    for other in plans:
        change = other.ended_for
        if change is None or other.side == plan.side or other.person != plan.person:
            continue
        event = (other.programme, other.child) == (plan.programme, plan.child) and _same(other, plan)
        if change in LOSSES and event:
            return End(id=plan.id, why=CHANGES[change].why, change=change)
        if plan.told_on > (other.corrected_on or other.told_on):
            continue
        standing = Standing(
            enrolment=plan.id, person=plan.person, child=plan.child, named=change in plan.ended_by
        )  # fmt: skip
        if change in LOSSES and (
            ended_by(change, standing, person=other.person, child=other.child)
            or (change == "pregnancy-lost" and other.programme == plan.programme)
        ):
            return End(id=plan.id, why=CHANGES[change].why, change=change)
        if event:
            return End(id=plan.id, why=CHANGES[change].why, change=change)
    return None


def _alike(plans: Sequence[Plan]) -> Iterable[list[Plan]]:
    """The plans of one person, programme and child, where there are several."""
    found: dict[tuple[int, str, int], list[Plan]] = {}
    for plan in plans:
        found.setdefault((plan.person, plan.programme, plan.child), []).append(plan)
    return [group for group in found.values() if len(group) > 1]


def _exactly(group: Sequence[Plan]) -> Iterable[list[Plan]]:
    found: dict[tuple[int, str, int, date], list[Plan]] = {}
    for plan in group:
        found.setdefault(plan.exactly, []).append(plan)
    return [twins for twins in found.values() if len(twins) > 1]


def _twins(twins: Sequence[Plan], ends: dict[int, End], stays: set[int], again: set[int]) -> None:
    """Of the very same plan, the kept record's goes on, though it had ended and the other's had not."""
    first = min(twins, key=lambda plan: (plan.side == "away", plan.id))
    for other in twins:
        if other.id == first.id:
            continue
        stays.add(other.id)
        if other.going_on and other.id not in ends:
            ends[other.id] = End(id=other.id, why=MERGED)
            if not first.going_on:
                again.add(first.id)


def _one_of(on: Sequence[Plan]) -> Plan | None:
    """Of several that go on, the one that does: of one event what was told last, of two events the later."""
    one: Plan | None = None
    for plan in sorted(on, key=lambda plan: (plan.told_on, plan.event_on, plan.side != "away", plan.id)):
        one = plan if one is None or _same(one, plan) or plan.event_on >= one.event_on else one
    return one


def _same(one: Plan, other: Plan) -> bool:
    """Whether they are of one event: a birth is one, whatever month is said; a day may have been put right, or been
    told otherwise by who made the other record."""
    if (one.from_birth and one.child) or abs(one.event_on - other.event_on) <= TOLD_APART:
        return True
    older, newer = sorted((one, other), key=lambda plan: (plan.told_on, plan.event_on))
    return same_event(
        Told(event_on=older.event_on, told_on=older.told_on), Told(event_on=newer.event_on, told_on=newer.told_on)
    )
