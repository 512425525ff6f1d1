"""The plans of a rehearsed year: what a worker tells of them, also in the middle of it, and how each touch is decided.

What is told at one moment is taken as `thrive enrol` takes a batch: every row is thought through first, so that of two
that move one day only the last is put into effect.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from scheduler.calendar import WorkingCalendar
from scheduler.confirmed import TELEPHONE_FIRST, confirmed_on, why_telephone
from scheduler.confirmed import telephone_first as must_telephone
from scheduler.localtime import local_date
from scheduler.programme import PlannedTouch, TouchKey, planned
from scheduler.rehearsed import Line, Outcome, Person, Placed, Refused, Wish
from scheduler.same_event import Told
from scheduler.which_plan import corrected_to, too_late, which_plan, why_before, why_replaced


@dataclass(slots=True, kw_only=True)
class Number:
    """What holds for a telephone, whoever shares it."""

    consent: Literal["unasked", "given", "stopped"] = "given"  # being told by a worker is the consent to be texted
    safe: bool = True
    wrote_at: datetime | None = None
    sent_at: datetime | None = None
    paused_until: date | None = None
    every_days: int | None = None
    asked: list[Line] = field(default_factory=list)

    def wish(self, wish: Wish) -> None:
        """A pause leaves the pace as it is, and the other way; back on ends both."""
        back_on = wish == Wish()
        self.paused_until = None if back_on else wish.until or self.paused_until
        self.every_days = None if back_on else wish.every_days or self.every_days


@dataclass(slots=True, kw_only=True)
class Someone:
    """A person, with the ids of their plans and the day on which a worker last was told that the number is theirs."""

    person: Person
    number: Number
    social_care_open: bool = False
    score: int | None = None
    enrolled: list[int] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    told_on: date | None = None


@dataclass(slots=True, kw_only=True)
class Enrolled:
    """A plan. `left` is what is undecided by the day that it is dated by, the next touch last."""

    number: int
    placed: Placed
    who: Someone
    told_on: date
    event_on: date
    held: bool  # it waits for a person to telephone them
    dated_by: date | None = None  # None: it has no dates yet
    left: list[PlannedTouch] = field(default_factory=list)
    settled: set[TouchKey] = field(default_factory=set)
    next_at: datetime | None = None
    waited_for: str | None = None
    to_telephone: Line | None = None  # the line that says so
    calls: int = 0  # how often it came to that
    replaced_on: date | None = None  # the event whose plan takes its place

    @property
    def corrected_on(self) -> None:
        """Nobody at a desk puts a day right in a rehearsal."""

    @property
    def going_on(self) -> bool:
        return self.replaced_on is None and (self.dated_by is None or bool(self.left))


class Plans:
    """Every plan, by id in the order enrolled, and the ledger. `due` is a heap of (instant, id): stale entries are
    passed over."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._every: list[Enrolled] = []
        self.ledger: list[Line] = []
        self.refused: list[Refused] = []
        self.due: list[tuple[datetime, int]] = []

    def __getitem__(self, number: int) -> Enrolled:
        return self._every[number]

    def __len__(self) -> int:
        return len(self._every)

    def waiting(self, until: datetime) -> Sequence[str]:
        """The programme of each plan that has a touch due by then and not decided."""
        return [one.placed.programme.id for one in self._every if one.left and one.left[-1].window[0] < until]

    def is_due(self, number: int, now: datetime) -> bool:
        at = self._every[number].next_at
        return at is not None and at <= now

    def tell(self, told: Sequence[tuple[Placed, Someone]], now: datetime) -> None:
        """What was told by now, in order. Who is enrolled first has the first turn."""
        before = len(self._every)
        about = [one for placed, who in told for one in self._think(placed, who, now)]
        for number in sorted({one.number for one in about}):
            self._put(self._every[number], now, fresh=number >= before)

    def _think(self, placed: Placed, who: Someone, now: datetime) -> Sequence[Enrolled]:
        """The plans that change by it; their dates and the ledger are left as they are."""
        told = Told(event_on=placed.plan.event_on, told_on=placed.told_on or local_date(now))
        says, of = which_plan(self._alike(placed, who), told, from_birth=placed.child is not None)
        if of is not None and says == "before":
            self.refused.append(Refused(placed=placed, reason=why_before(of)))
            return ()
        who.told_on = max(who.told_on or told.told_on, told.told_on)
        wrote_on = None if who.number.wrote_at is None else local_date(who.number.wrote_at)
        held = must_telephone(confirmed_on(told.told_on, wrote_on), local_date(now))
        if of is None:
            return (self._begin(placed, who, told, held=held),)
        if says == "again":
            of.replaced_on = told.event_on
            return of, self._begin(placed, who, told, held=held)
        if says == "moved":
            of.event_on = told.event_on
        if of.going_on:
            of.told_on = max(of.told_on, told.told_on)
            # Somebody has asked the family again since, or they wrote from it.
            of.held = of.held and held
        return (of,)

    def _alike(self, placed: Placed, who: Someone) -> Sequence[Enrolled]:
        theirs = [self._every[number] for number in who.enrolled]
        return [
            one for one in theirs if one.placed.programme.id == placed.programme.id and one.placed.about == placed.about
        ]

    def _begin(self, placed: Placed, who: Someone, told: Told, *, held: bool) -> Enrolled:
        made = Enrolled(
            number=len(self._every), placed=placed, who=who, told_on=told.told_on, event_on=told.event_on, held=held
        )  # fmt: skip
        self._every.append(made)
        who.enrolled.append(made.number)
        if placed.about is not None and placed.about not in who.children:
            who.children.append(placed.about)
        return made

    def _put(self, one: Enrolled, now: datetime, *, fresh: bool) -> None:
        moved, confirmed = one.dated_by != one.event_on, one.to_telephone is not None and not one.held
        if moved:
            self._date(one)
        if moved and not fresh:
            over = [touch for touch in reversed(one.left) if touch.window[1] <= now]
            one.left = [touch for touch in one.left if touch.window[1] > now]
            for touch in over:
                self._write(one, touch, now, "missed", too_late(corrected_to(one.event_on), touch.last_on))
        if one.held and one.left and one.to_telephone is None:
            self.telephone(one, why_telephone(one.told_on), now)
        if confirmed:
            self.called(one, now)
        if one.replaced_on is not None:
            self._end(one, why_replaced(one.replaced_on), now)
        elif moved or confirmed:
            self._look_on(one)

    def _date(self, one: Enrolled) -> None:
        # By date, each once: what `next_touch_after` would find touch by touch, found at one go.
        plan = replace(one.placed.plan, event_on=one.event_on)
        touches = planned(one.placed.programme, plan, self._calendar)
        one.left = [touch for touch in reversed(touches) if touch.key not in one.settled]
        one.dated_by = one.event_on

    def _end(self, one: Enrolled, reason: str, now: datetime) -> None:
        """Before its time: every touch that is left says why. What went out already is still to be answered."""
        while one.left:
            self._write(one, one.left.pop(), now, "suppressed", reason)
        self.called(one, now)
        self._look_on(one)

    def telephone(self, one: Enrolled, reason: str, now: datetime) -> None:
        """Nothing is texted until a person has telephoned: said once, however often it is looked at again."""
        if one.to_telephone is not None:
            return
        placed = one.placed
        one.calls += 1
        one.held = True
        one.to_telephone = Line(
            person=placed.person, programme=placed.programme.id, touch=TELEPHONE_FIRST, occurrence=one.calls,
            child=placed.child, due_at=now, decided_at=now, outcome="suppressed", reason=reason,
            enrolled_on=placed.plan.enrolled_on, listed_at=now,
        )  # fmt: skip
        self.ledger.append(one.to_telephone)

    def called(self, one: Enrolled, now: datetime) -> None:
        """It is known to be their number, or nothing is to be texted any more: nobody has to telephone."""
        if one.to_telephone is not None:
            one.to_telephone.answered_at = now
        one.to_telephone, one.held = None, False

    def decided(self, one: Enrolled, now: datetime, outcome: Outcome, reason: str) -> Line:
        """Write how its next touch was decided, and look to the one after it."""
        line = self._write(one, one.left.pop(), now, outcome, reason)
        self._look_on(one)
        return line

    def wait(self, one: Enrolled, until: datetime, reason: str | None) -> None:
        one.next_at, one.waited_for = until, reason
        heapq.heappush(self.due, (until, one.number))

    def _look_on(self, one: Enrolled) -> None:
        one.next_at, one.waited_for = None, None
        if one.left:
            self.wait(one, one.left[-1].window[0], None)

    def _write(self, one: Enrolled, touch: PlannedTouch, now: datetime, outcome: Outcome, reason: str) -> Line:
        placed = one.placed
        one.settled.add(touch.key)
        line = Line(
            person=placed.person, programme=placed.programme.id, touch=touch.touch.id, occurrence=touch.occurrence,
            child=placed.child, due_at=touch.window[0], decided_at=now, outcome=outcome, reason=reason,
            enrolled_on=placed.plan.enrolled_on, flow=touch.touch.flow, planned=touch,
        )  # fmt: skip
        self.ledger.append(line)
        return line
