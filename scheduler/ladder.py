"""Who is told of a case that nobody has acknowledged: rung after rung, until somebody does.

A case is climbed for when it is raised or grows (urgent always, other levels where the council says so), when its
promise is broken, and when a safety reply did not arrive. Urgent counts minutes by any clock; the others count the
team's open hours and are told within them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from scheduler.calendar import Level, WorkingCalendar

Why = Literal["raised", "grew", "late", "not-reached"]

GRAVEST_FIRST: Final[tuple[Level, ...]] = ("urgent", "concern", "routine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """`tell` is the id of one of the council's people. `minutes` is how long they have before the next is told.

    `again_minutes`, on the last rung alone, tells it again and again until somebody acknowledges.
    """

    tell: str
    minutes: int = 10
    again_minutes: int | None = None

    def __post_init__(self) -> None:
        if self.minutes < 1 or (self.again_minutes is not None and self.again_minutes < 1):
            msg = f"{self.tell}: minutes and again_minutes are 1 or more"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The rungs of each level, first told first. Urgent is climbed for when it is raised, whatever `when_raised` says;
    a level that is neither in it nor late is left to the desk's own list."""

    urgent: tuple[Rung, ...] = ()
    concern: tuple[Rung, ...] = ()
    routine: tuple[Rung, ...] = ()
    when_raised: frozenset[Level] = frozenset({"urgent"})

    def __post_init__(self) -> None:
        for level in GRAVEST_FIRST:
            if any(rung.again_minutes is not None for rung in self.rungs(level)[:-1]):
                msg = f"{level}: only the last rung may be told again"
                raise ValueError(msg)

    def rungs(self, level: Level) -> tuple[Rung, ...]:
        return {"urgent": self.urgent, "concern": self.concern, "routine": self.routine}[level]

    def starts(self, level: Level) -> bool:
        """A case of this level is told of when it is raised, and not only when its promise is broken."""
        return level == "urgent" or level in self.when_raised


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One open case: how grave it stands, by when somebody was to look, and whether anybody has.

    `taken`: a worker has taken it on as it stands now, which a growth since undoes.
    """

    level: Level
    look_by: datetime
    looked: bool = False
    taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One rung told. `failed`: a message to it was refused, did not arrive, or nobody knows in time. `reached`: another
    may still have arrived."""

    at: datetime
    failed: bool = False
    reached: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """The newest climb of a case. `level` is whose rungs, and so which clock; `case_level` the case's own as it began.

    `told` holds one for each rung told, in order, repeats of the last included. `hurried_at`: the next rung waits no
    longer than this. `promise_at` is the broken promise it has answered. `ended`: somebody answered for the case.
    """

    why: Why
    level: Level
    case_level: Level
    started_at: datetime
    told: tuple[Told, ...] = ()
    hurried_at: datetime | None = None
    promise_at: datetime | None = None
    unreached: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Begin a climb, in the place of any that goes on. `promise_at` is a promise that is broken already: beginning
    answers it."""

    why: Why
    level: Level
    promise_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurry:
    """The climb that goes on waits no longer for its next rung; because of this broken promise, where it is one."""

    promise_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Tell this rung now. `place` counts rungs from 0."""

    rung: Rung
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody:
    """Nobody has been reached: everybody was told and gave no answer, or no message arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing now. `until` is when time alone would change that; None: only somebody or something else can."""

    until: datetime | None = None


Next = Begin | Hurry | Tell | Nobody | Wait


def decide(case: CaseFacts, climb: Climb | None, ladder: Ladder, calendar: WorkingCalendar, now: datetime) -> Next:
    """What to do for this case now. Asked again with what came of it, until it says Wait.

    One rung at a time: after an outage each comes in its turn with its own minutes, and none is passed over.
    """
    if climb is None and case.taken:
        return Wait()
    if (climb is None or _graver(case.level, climb.case_level)) and ladder.starts(case.level):
        return _begin(case, "raised" if climb is None else "grew", case.level, now)
    late = not case.looked and case.look_by < now
    if late and (climb is None or climb.promise_at != case.look_by):
        if climb is not None and not climb.ended:
            return Hurry(promise_at=case.look_by)
        if ladder.rungs(case.level):
            return _begin(case, "late", case.level, now)
    if climb is None or climb.ended:
        return Wait()
    return _climb_on(climb, ladder.rungs(climb.level), calendar, now)


def on_not_reached(case: CaseFacts, climb: Climb | None, now: datetime) -> Begin | Hurry | Wait:
    """What follows when a safety reply did not arrive: somebody is told at once, at any hour, as of an urgent case.

    A climb of that kind that goes on moves to its next rung, once: several messages of one reply may fail.
    """
    if climb is None or climb.ended or climb.level != "urgent":
        return _begin(case, "not-reached", "urgent", now)
    return Wait() if climb.why == "not-reached" or climb.hurried_at is not None else Hurry(promise_at=climb.promise_at)


def _begin(case: CaseFacts, why: Why, level: Level, now: datetime) -> Begin:
    # Of a case that was to be looked at from the first, the climb itself is the answer: it does not also hurry.
    return Begin(why=why, level=level, promise_at=case.look_by if case.look_by <= now else None)


def _graver(level: Level, than: Level) -> bool:
    return GRAVEST_FIRST.index(level) < GRAVEST_FIRST.index(than)


def _climb_on(climb: Climb, rungs: tuple[Rung, ...], calendar: WorkingCalendar, now: datetime) -> Next:
    if len(climb.told) < len(rungs):
        at = _open_at(climb, calendar, _next_at(climb, rungs, calendar), now)
        place = len(climb.told)
        return Tell(rung=rungs[place], place=place) if at <= now else Wait(until=at)
    unreached_at = None if climb.unreached else _unreached_at(climb, rungs, calendar)
    if unreached_at is not None and unreached_at <= now:
        return Nobody()
    again_at = _again_at(climb, rungs, calendar, now)
    if again_at is not None and again_at <= now:
        return Tell(rung=rungs[-1], place=len(rungs) - 1)
    return Wait(until=min((at for at in (unreached_at, again_at) if at is not None), default=None))


def _next_at(climb: Climb, rungs: tuple[Rung, ...], calendar: WorkingCalendar) -> datetime:
    """When the next rung's turn comes: the first at the start, the others when the one before had its minutes."""
    if not climb.told:
        return climb.started_at
    last = climb.told[-1]
    if last.failed:
        return last.at
    at = _after(climb, last.at, rungs[len(climb.told) - 1].minutes, calendar)
    hurried = climb.hurried_at
    return at if hurried is None or hurried <= last.at else min(at, hurried)


def _unreached_at(climb: Climb, rungs: tuple[Rung, ...], calendar: WorkingCalendar) -> datetime:
    """When nobody is left: at once where no message at all may have arrived, else after the last rung's minutes."""
    if not rungs or not climb.told:
        return climb.started_at
    if not any(told.reached for told in climb.told):
        return climb.told[-1].at
    return _after(climb, climb.told[len(rungs) - 1].at, rungs[-1].minutes, calendar)


def _again_at(climb: Climb, rungs: tuple[Rung, ...], calendar: WorkingCalendar, now: datetime) -> datetime | None:
    if not rungs or rungs[-1].again_minutes is None:
        return None
    at = _after(climb, climb.told[-1].at, rungs[-1].again_minutes, calendar)
    return _open_at(climb, calendar, at, now)


def _after(climb: Climb, at: datetime, minutes: int, calendar: WorkingCalendar) -> datetime:
    wait = timedelta(minutes=minutes)
    return at + wait if climb.level == "urgent" else calendar.add_working_hours(at, wait)


def _open_at(climb: Climb, calendar: WorkingCalendar, at: datetime, now: datetime) -> datetime:
    """The instant itself; by the team's clock, the first open one that is neither before it nor past already."""
    return at if climb.level == "urgent" else calendar.next_open(max(at, now))
