"""The families of a rehearsal, from a sheet in the shape of `thrive enrol`: who, and on which programmes from when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from messages.addresses import read_phone, textable
from scheduler.confirmed import telephone_first, why_telephone
from scheduler.enrolment_sheet import (
    EnrolmentRow,
    RefusedRow,
    SheetRow,
    from_birth,
    read_row,
    read_sheet,
    resolve_dates,
)
from scheduler.localtime import instant
from scheduler.programme import Enrolment, Programme
from scheduler.rehearsed import Person, Placed
from scheduler.sheet_memory import SheetMemory


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
    found, memory = Families(), SheetMemory()
    seen: set[tuple[str, str, str | None, date | None]] = set()
    for sheet_row in resolve_dates(read_sheet(lines), first):
        row = _read(sheet_row, memory, programmes, last)
        if isinstance(row, RefusedRow):
            found.refused.append(row)
            continue
        programme = programmes[row.programme]
        child = row.child_first_name if programme.event_is == "birth-month" else None
        key = (row.reference, row.programme, child, None if child else row.event_on)
        if key not in seen:
            seen.add(key)
            _add(found, row, programme, child, max(first, row.told_on))
    return found


def _read(
    sheet_row: SheetRow, memory: SheetMemory, programmes: Mapping[str, Programme], last: date
) -> EnrolmentRow | RefusedRow:
    """As `thrive enrol` reads it."""
    row = read_row(sheet_row, _read_mobile, programmes.keys(), last)
    if isinstance(row, RefusedRow):
        return row
    told = memory.contradictions(row)
    if not told and programmes[row.programme].event_is == "birth-month":
        counted = from_birth(row)
        if isinstance(counted, EnrolmentRow):
            return counted
        told = counted
    return RefusedRow(line=row.line, reference=row.reference, reasons=told) if told else row


def _add(found: Families, row: EnrolmentRow, programme: Programme, child: str | None, on: date) -> None:
    known = found.people.get(row.reference)
    safe = row.safe_to_text and (known is None or known.safe_to_text)
    found.people[row.reference] = Person(ref=row.reference, number=row.mobile, safe_to_text=safe)
    plan = Enrolment(
        event_on=row.event_on, enrolled_on=on, born=row.child_born if child is not None else None
    )  # fmt: skip
    held = telephone_first(row.told_on, on)
    if held:
        found.to_telephone.append(row.reference)
    found.placed.append(
        Placed(
            person=row.reference, programme=programme, plan=plan, at=instant(on), child=child,
            telephone_first=why_telephone(row.told_on) if held else None,
        )
    )  # fmt: skip


def _read_mobile(text: str) -> str | None:
    phone = read_phone(text)
    return phone.e164 if textable(phone) else None
