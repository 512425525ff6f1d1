"""When an answer, or no answer, worries us: each sign with its level, its reason, and so by when a person looks.

On the 0-10, ten is good. A table of data; the thresholds are the council's (`worry` of its file). The words of danger
are screened apart, before everything (flows/understanding), and come here as a sign among the others.

A sign only ever raises: no score, however good, lowers a worry that stands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scheduler.calendar import Level, Promises, WorkingCalendar

Sign = Literal[
    "danger", "low-score", "score-fall", "words-of-need", "asked-for-person", "wrong-person", "silent-worrying"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorrySettings:
    """The council's thresholds. `low`: at or under. `fall`: so many points or more since the answer before. `silent`:
    check-ins in a row without an answer, from a family marked as worrying."""

    low: int = 4
    fall: int = 3
    silent: int = 2

    def __post_init__(self) -> None:
        if not 0 <= self.low <= 9 or not 1 <= self.fall <= 10 or not 1 <= self.silent <= 20:
            msg = "worry: low is 0 to 9, fall 1 to 10, silent 1 to 20"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a check-in brought. `danger` is what screening found; `silent` counts check-ins in a row without answer."""

    score: int | None = None
    last_score: int | None = None
    danger: Literal["none", "concern", "urgent"] = "none"
    needs: bool = False
    asked_for_person: bool = False
    wrong_person: bool = False
    worrying: bool = False
    silent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table. `level` None: as grave as the words of danger are."""

    sign: Sign
    level: Level | None
    holds: Callable[[Answer, WorrySettings], bool]
    tells: str  # for the desk's list of rules


def is_low(score: int | None, settings: WorrySettings) -> bool:
    return score is not None and score <= settings.low


def has_fallen(score: int | None, last: int | None, settings: WorrySettings) -> bool:
    return score is not None and last is not None and last - score >= settings.fall


def _silent(answer: Answer, settings: WorrySettings) -> bool:
    return answer.worrying and answer.silent >= settings.silent


# Gravest first.
RULES: tuple[Rule, ...] = (
    Rule(sign="danger", level=None, holds=lambda a, _s: a.danger != "none", tells="Words of danger."),
    Rule(sign="low-score", level="concern", holds=lambda a, s: is_low(a.score, s), tells="A low score."),
    Rule(
        sign="score-fall", level="concern", holds=lambda a, s: has_fallen(a.score, a.last_score, s),
        tells="A fall since the answer before.",
    ),
    Rule(sign="silent-worrying", level="concern", holds=_silent, tells="A worrying family that does not answer."),
    Rule(
        sign="asked-for-person", level="routine", holds=lambda a, _s: a.asked_for_person,
        tells="They asked for a person.",
    ),
    Rule(sign="words-of-need", level="routine", holds=lambda a, _s: a.needs, tells="Words that ask for help."),
    Rule(sign="wrong-person", level="routine", holds=lambda a, _s: a.wrong_person, tells="It is not their number."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Worry:
    """To bring before the team: how grave, why, and by when a person looks."""

    level: Level
    reason: Sign
    look_by: datetime


def worries(
    answer: Answer, settings: WorrySettings, now: datetime, calendar: WorkingCalendar, promises: Promises
) -> tuple[Worry, ...]:
    """Every sign that holds, gravest first; empty where all is well."""
    found = []
    for rule in RULES:
        if not rule.holds(answer, settings):
            continue
        level: Level = rule.level or ("urgent" if answer.danger == "urgent" else "concern")
        found.append(Worry(level=level, reason=rule.sign, look_by=calendar.look_by(level, now, promises)))
    return tuple(found)
