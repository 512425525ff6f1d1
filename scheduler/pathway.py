"""The way of a referral: which step may follow which, and what is due by when, in working days of the council.

The steps stand in one table. Where a referral stands is read from the steps that were taken and nothing else; a step
taken again ("triaged" once more, with another level) corrects what it told and takes nothing back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

from scheduler.calendar import WorkingCalendar
from scheduler.localtime import DAY

Step = Literal[
    "triaged", "assigned", "help-secured", "engaged", "reviewed", "passed", "returned", "taken", "closed"
]  # fmt: skip
Stage = Literal["received", "triaged", "assigned", "help-secured", "engaged", "reviewed", "passed", "closed"]
# In the order in which they are reached; "passed" stands apart, since the front door may give a referral back.
ORDER: Final[tuple[Stage, ...]] = (
    "received", "triaged", "assigned", "help-secured", "engaged", "reviewed", "closed"
)  # fmt: skip
_OPEN: Final[frozenset[Stage]] = frozenset(ORDER) - {"closed"}
_HELPED: Final[frozenset[Stage]] = frozenset({"help-secured", "engaged", "reviewed"})
FOLLOWS: Final[Mapping[Step, frozenset[Stage]]] = MappingProxyType(
    {
        "triaged": _OPEN,
        "assigned": _OPEN - {"received"},
        "help-secured": frozenset({"assigned"}),
        "engaged": frozenset({"help-secured", "reviewed"}),
        "reviewed": _HELPED,
        "passed": _OPEN,
        "returned": frozenset({"passed"}),
        "taken": frozenset({"passed"}),
        "closed": _OPEN,  # so not while the front door has not said yes
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Working days, but for the reviews: weeks after the day on which help was secured.

    A referral is first looked at on the next working day, and help is in place within ten, counted from the day on
    which it came (Camden's rule). The front door answers within one working day (Working Together to Safeguard
    Children 2023, chapter 3).
    """

    first_look_days: int = 1
    help_secured_days: int = 10
    front_door_days: int = 1
    review_weeks: tuple[int, ...] = (4, 8, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken, on a London day."""

    step: Step
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What must be done by the end of a day. A review has its week, and returns on its day."""

    step: Step
    on: date
    week: int | None = None

    def is_late(self, today: date) -> bool:
        return self.on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`next_step` is what comes next as a rule, `may` all that may; both are empty once it is closed."""

    stage: Stage
    next_step: Step | None
    may: tuple[Step, ...]
    due: Due | None


def standing(received_on: date, taken: Sequence[Taken], clocks: Clocks, calendar: WorkingCalendar) -> Standing:
    """Where a referral stands after these steps, oldest first."""
    stage: Stage = "received"
    before: Stage = "received"  # it was passed to the front door
    for one in taken:
        if one.step == "passed":
            before, stage = stage, "passed"
        elif one.step == "returned":
            stage = before
        elif one.step == "taken" or one.step == "closed":  # noqa: PLR1714 - mypy reads no set
            stage = "closed"
        else:
            stage = max(stage, one.step, key=ORDER.index)
    steps = {one.step for one in taken}
    left = clocks.review_weeks[sum(one.step == "reviewed" for one in taken) :]
    without = {"reviewed"} if not left else set()
    without |= {"engaged"} & steps
    may = tuple(step for step, follows in FOLLOWS.items() if stage in follows and step not in without)
    return Standing(
        stage=stage, next_step=_next(stage, may), may=may, due=_due(stage, received_on, taken, left, clocks, calendar)
    )


_NEXT: Final[Mapping[Stage, tuple[Step, ...]]] = MappingProxyType(
    {
        "received": ("triaged",),
        "triaged": ("assigned",),
        "assigned": ("help-secured",),
        "help-secured": ("engaged",),
        "engaged": ("reviewed", "closed"),
        "reviewed": ("reviewed", "closed"),
        "passed": ("taken",),
        "closed": (),
    }
)


def _next(stage: Stage, may: Sequence[Step]) -> Step | None:
    return next((step for step in _NEXT[stage] if step in may), None)


def _due(
    stage: Stage, received_on: date, taken: Sequence[Taken], left: Sequence[int], clocks: Clocks,
    calendar: WorkingCalendar,
) -> Due | None:  # fmt: skip
    if stage == "closed":
        return None
    if stage == "passed":
        passed_on = max(one.on for one in taken if one.step == "passed")
        return Due(step="taken", on=calendar.add_working_days(passed_on, clocks.front_door_days))
    if stage == "received":
        return Due(step="triaged", on=calendar.add_working_days(received_on, clocks.first_look_days))
    if stage not in _HELPED:
        return Due(step="help-secured", on=calendar.add_working_days(received_on, clocks.help_secured_days))
    if not left:
        return None
    secured_on = next(one.on for one in taken if one.step == "help-secured")
    on = calendar.add_working_days(secured_on + timedelta(weeks=left[0]), 0)
    return Due(step="reviewed", on=on, week=left[0])


def late_since(today: date, clocks: Clocks, calendar: WorkingCalendar) -> date:
    """The last day of receipt whose first look is late today; of any later day it is not."""
    day = today
    while calendar.add_working_days(day, clocks.first_look_days) >= today:
        day -= DAY
    return day
