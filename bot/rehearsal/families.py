"""The families of a rehearsal, from a sheet in the shape of `thrive enrol`: who, and on which programmes from when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from messages.addresses import read_phone, textable
from scheduler.confirmed import telephone_first
from scheduler.enrolment_sheet import EnrolmentRow, RefusedRow, read_row, read_sheet, resolve_dates
from scheduler.localtime import instant
from scheduler.programme import Enrolment, Programme
from scheduler.rehearsal import Person, Placed
from scheduler.schoolyear import BirthMonth


@dataclass(slots=True, kw_only=True)
class Families:
    """Everyone of the sheet. `to_telephone`: nobody has confirmed their number for a year, so nothing is texted."""

    people: dict[str, Person] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    to_telephone: list[str] = field(default_factory=list)


def read_families(lines: Iterable[str], programmes: Mapping[str, Programme], first: date, last: date) -> Families:
    """Enrolled on the first day of the rehearsal, or on the day they are told, where that is later.

    Dates may count from the first day, as in the sample sheets: `-28d`, `-51m`. A row that `thrive enrol` would refuse
    is refused here, with every reason. SheetError where the file as a whole cannot be read.
    """
    found = Families()
    seen: set[tuple[str, str, str | None, date]] = set()
    for sheet_row in resolve_dates(read_sheet(lines), first):
        row = read_row(sheet_row, _read_mobile, programmes.keys(), last)
        if isinstance(row, RefusedRow):
            found.refused.append(row)
            continue
        programme = programmes[row.programme]
        child = row.child_first_name if programme.event_is == "birth-month" else None
        key = (row.reference, row.programme, child, row.event_on)
        if key not in seen:
            seen.add(key)
            _add(found, row, programme, child, max(first, row.told_on))
    return found


def _add(found: Families, row: EnrolmentRow, programme: Programme, child: str | None, on: date) -> None:
    known = found.people.get(row.reference)
    safe = row.safe_to_text and (known is None or known.safe_to_text)
    found.people[row.reference] = Person(ref=row.reference, number=row.mobile, safe_to_text=safe)
    if telephone_first(row.told_on, on):
        found.to_telephone.append(row.reference)
        return
    born: BirthMonth | None = row.child_born if child is not None else None
    plan = Enrolment(event_on=row.event_on, enrolled_on=on, born=born)
    found.placed.append(Placed(person=row.reference, programme=programme, plan=plan, at=instant(on), child=child))


def _read_mobile(text: str) -> str | None:
    phone = read_phone(text)
    return phone.e164 if textable(phone) else None
