"""Brothers and sisters: one text to a parent where two touches of the same kind fall together.

Of the same kind is: they open the same conversation, which names no child and no need, so that one text is both. Each
parent is on their own: only touches of one adult are joined.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.programme import PlannedTouch
from scheduler.spread import turn_in_line
from scheduler.terms import SchoolHolidays

IN_ONE_TEXT = "In one text with a brother's or sister's."  # what the ledger says of a touch that another's text said


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The next touch of an enrolment. `child` is 0 where it is about no child."""

    enrolment: int
    person: int
    child: int
    touch: PlannedTouch


def said_together(
    first: Candidate, others: Iterable[Candidate], today: date, within_days: int, holidays: SchoolHolidays
) -> tuple[Candidate, ...]:
    """Of the others, those that the text of `first`, which goes today, says too; in the order of their turns.

    Another child's touch of the same conversation to the same adult, due by `within_days` from today and not too late.
    With 0 days only those that are due already are joined. One that asks for term time is said in no school holiday.
    """
    away = holidays.holiday_on(today) is not None
    until = today + timedelta(days=within_days)
    joined = [
        other
        for other in others
        if other.enrolment != first.enrolment
        and other.person == first.person
        and other.child
        and first.child
        and other.child != first.child
        and other.touch.touch.flow == first.touch.touch.flow
        and other.touch.due_on <= until
        and today <= other.touch.last_on
        and not (away and other.touch.touch.term_time)
    ]
    return tuple(sorted(joined, key=lambda other: turn_in_line(other.touch, other.enrolment)))


def one_text_for(children: int) -> str:
    """What the ledger adds to the reason of a text that says so many children's touches."""
    return f" One text for {children} children."
