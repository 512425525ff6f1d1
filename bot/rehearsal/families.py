"""The families of a rehearsal, from a sheet in the shape of `thrive enrol`: who, and on which programmes from when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from messages.addresses import read_mobile
from scheduler.enrolment_sheet import EnrolmentRow, RefusedRow, read_sheet, resolve_dates
from scheduler.localtime import instant
from scheduler.programme import YOUNG_FROM_YEARS, Enrolment, Programme
from scheduler.rehearsed import Person, Placed
from scheduler.sheet_memory import SheetMemory, read_beside


@dataclass(slots=True, kw_only=True)
class Families:
    """Everyone of the sheet who can be enrolled, what is told of them and when, and every row that cannot be taken."""

    people: dict[str, Person] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)


def read_families(
    lines: Iterable[str], programmes: Mapping[str, Programme], first: date, last: date,
    young_from_years: int = YOUNG_FROM_YEARS,
) -> Families:  # fmt: skip
    """Enrolled on the first day of the rehearsal, or on the day they are told, where that is later.

    A row that tells of a plan once more, or of another day of it, is placed as well: which plan it is about is asked at
    its moment in the year. Dates may count from the first day, as in the sample sheets: `-28d`, `-51m`. A row that
    `thrive enrol` would refuse for itself, or beside the others, is refused here, with every reason. SheetError where
    the file as a whole cannot be read.
    """
    found, memory = Families(), SheetMemory()
    for sheet_row in resolve_dates(read_sheet(lines), first):
        row = read_beside(sheet_row, memory, programmes, read_mobile, last)
        if isinstance(row, RefusedRow):
            found.refused.append(row)
            continue
        programme = programmes[row.programme]
        child = row.child_first_name if programme.event_is == "birth-month" else None
        _add(found, row, programme, child, max(first, row.told_on), young_from_years)
    return found


def _add(
    found: Families, row: EnrolmentRow, programme: Programme, child: str | None, on: date, young_from_years: int
) -> None:
    known = found.people.get(row.reference)
    safe = row.safe_to_text and (known is None or known.safe_to_text)
    found.people[row.reference] = Person(ref=row.reference, number=row.mobile, safe_to_text=safe)
    plan = Enrolment(
        event_on=row.event_on, enrolled_on=on, born=row.child_born if child is not None else None,
        recipient="young-person" if child is not None and row.young_person else "parent",
        young_from_years=young_from_years,
    )  # fmt: skip
    found.placed.append(
        Placed(
            person=row.reference, programme=programme, plan=plan, at=instant(on), child=child, told_on=row.told_on,
            line=row.line,
        )
    )  # fmt: skip
