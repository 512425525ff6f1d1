"""What one sheet has said so far, so that two of its rows never say opposite things of one person, child or number.

Without this the last row would win, and the same sheet taken again would change the same family back and forth.
"""

from collections.abc import Mapping
from datetime import date

from scheduler.enrolment_sheet import EnrolmentRow, MobileReader, RefusedRow, SheetRow, from_birth, read_row
from scheduler.programme import Programme

_OF_A_PERSON = ("first_name", "last_name", "email", "language", "postcode", "household", "relation", "team")
Said = tuple[int, tuple[object, ...]]  # the line that said it first, and what


class SheetMemory:
    """Give it every row that could be read, in order. The first row stands; a later one that differs is refused."""

    def __init__(self) -> None:
        self._people: dict[str, Said] = {}
        self._children: dict[tuple[str, str], Said] = {}
        self._numbers: dict[tuple[str, str], Said] = {}
        self._events: dict[tuple[str, str, date], Said] = {}

    def contradictions(self, row: EnrolmentRow, *, of_child: bool = False) -> tuple[str, ...]:
        """Every reason why this row cannot stand beside those before it; none, and it is remembered.

        `of_child`: the event is a child's month of birth. Of any other programme a person has one event that was told
        of on one day; told of on a later day, another is a correction, or happened since.
        """
        person: Said = (row.line, tuple(getattr(row, name) for name in _OF_A_PERSON))
        first = self._people.get(row.reference, person)
        told = [
            f"{name}: line {first[0]} says otherwise of this reference"
            for name, before, now in zip(_OF_A_PERSON, first[1], person[1], strict=True)
            if before != now
        ]
        number: Said = (row.line, (row.safe_to_text,))
        # Two people may share a telephone and say different things of it: not safe for one is not safe.
        safe = self._numbers.get((row.reference, row.mobile), number)
        if safe[1] != number[1]:
            told.append(f"safe_to_text: line {safe[0]} says otherwise of this number")
        child: Said = (row.line, (row.child_born,))
        key = (row.household or row.reference, (row.child_first_name or "").casefold())
        born = self._children.get(key, child)
        if row.child_first_name is not None and born[1] != child[1]:
            told.append(f"child_born: line {born[0]} says otherwise of this child")
        event: Said = (row.line, (row.event_on,))
        event_key = (row.reference, row.programme, row.told_on)
        happened = self._events.get(event_key, event)
        if not of_child and happened[1] != event[1]:
            told.append(f"event_on: line {happened[0]} says otherwise of this programme")
        if told:
            return tuple(told)
        self._people.setdefault(row.reference, person)
        self._numbers.setdefault((row.reference, row.mobile), number)
        if row.child_first_name is not None:
            self._children.setdefault(key, child)
        if not of_child:
            self._events.setdefault(event_key, event)
        return ()


def read_beside(
    row: SheetRow, memory: SheetMemory, programmes: Mapping[str, Programme], read_mobile: MobileReader, today: date
) -> EnrolmentRow | RefusedRow:
    """The row read, or refused for itself or for what it says beside the rows before it. A refused row is forgotten."""
    found = read_row(row, read_mobile, programmes.keys(), today)
    if isinstance(found, RefusedRow):
        return found
    of_child = programmes[found.programme].event_is == "birth-month"
    if of_child:
        dated = from_birth(found)
        if not isinstance(dated, EnrolmentRow):
            return RefusedRow(line=row.line, reference=found.reference, reasons=dated)
        found = dated
    told = memory.contradictions(found, of_child=of_child)
    return RefusedRow(line=row.line, reference=found.reference, reasons=told) if told else found
