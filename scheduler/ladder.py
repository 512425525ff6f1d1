"""Who is told when, of a case that nobody has acknowledged yet.

Urgent cases count minutes by any clock; the others count the team's open hours. Rungs are told in order, each once,
and the last of them again and again where it says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.calendar import Level, WorkingCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """`tell` is a role or duty of the council's own ("duty worker", "team manager"). `after_minutes` counts from when
    the case was raised. `again_minutes`, on the last rung alone, repeats it until somebody acknowledges."""

    tell: str
    after_minutes: int = 0
    again_minutes: int | None = None

    def __post_init__(self) -> None:
        if self.after_minutes < 0 or (self.again_minutes is not None and self.again_minutes < 1):
            msg = f"{self.tell}: after_minutes is 0 or more, again_minutes 1 or more"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The rungs of each level, soonest first. A level left out tells nobody: the desk's own list is enough for it."""

    rungs: Mapping[Level, tuple[Rung, ...]]

    def __post_init__(self) -> None:
        for level, rungs in self.rungs.items():
            minutes = [rung.after_minutes for rung in rungs]
            if minutes != sorted(minutes):
                msg = f"ladder {level}: rungs are not in order of after_minutes"
                raise ValueError(msg)
            if any(rung.again_minutes is not None for rung in rungs[:-1]):
                msg = f"ladder {level}: only the last rung may be told again"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One open case. `told` is how many rungs were told of it, repeats counted; with the case, it is a step's key."""

    level: Level
    raised_at: datetime
    acknowledged: bool = False
    told: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRung:
    """Tell this rung at this instant; now, where `at` is not later than now. `step` counts from 0, unique in a case."""

    rung: Rung
    step: int
    at: datetime
    due: bool


def next_rung(case: CaseFacts, ladder: Ladder, calendar: WorkingCalendar, now: datetime) -> NextRung | None:
    """The next to be told and when; None once acknowledged, or where nobody is left to tell.

    One rung at a time: after an outage each that is overdue comes in its turn, and none is passed over.
    """
    rungs = ladder.rungs.get(case.level, ())
    if case.acknowledged or not rungs:
        return None
    if case.told < len(rungs):
        rung = rungs[case.told]
        minutes = rung.after_minutes
    else:
        rung = rungs[-1]
        if rung.again_minutes is None:
            return None
        minutes = rung.after_minutes + rung.again_minutes * (case.told - len(rungs) + 1)
    after = timedelta(minutes=minutes)
    at = case.raised_at + after if case.level == "urgent" else calendar.add_working_hours(case.raised_at, after)
    return NextRung(rung=rung, step=case.told, at=at, due=at <= now)
