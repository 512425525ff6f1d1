"""The enrolment sheet: one person a row, each read or refused with every reason at once.

Nobody is enrolled unawares: a row must say on which day and by whom the family was told, and whether it is safe to
text them. A family with several children has a row for each, with the same reference; two parents have a row each,
with the same household.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler.programme import Offset
from scheduler.schoolyear import BirthMonth

COLUMNS = (
    "reference",
    "first_name",
    "last_name",
    "mobile",
    "email",
    "language",
    "postcode",
    "household",
    "relation",
    "child_first_name",
    "child_born",
    "programme",
    "event_on",
    "told_on",
    "told_by",
    "safe_to_text",
    "team",
)
NEEDED = ("reference", "first_name", "mobile", "programme", "event_on", "told_on", "told_by", "safe_to_text")
LONGEST = 200  # characters in a cell: longer is a column gone wrong, not a name
LONGEST_TEAM = 64
YOUNG_PERSON = "young person"  # a relation

_UNAWARES = {
    "told_on": "no told_on: nobody is enrolled before they are told",
    "told_by": "no told_by: nobody is enrolled unless someone told them",
    "safe_to_text": "no safe_to_text: say yes or no",
}
_YES, _NO = frozenset({"yes", "y", "true", "1"}), frozenset({"no", "n", "false", "0"})
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_UK = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_OF_COLUMN = re.compile(rf"(?:no )?({'|'.join(COLUMNS)})\b")  # how every reason of a refusal begins
_FROM_TODAY = re.compile(r"([+-]\d{1,4})([dm])")

MobileReader = Callable[[str], str | None]  # a UK mobile in E.164, or None


class SheetError(ValueError):
    """The file as a whole cannot be read; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row as written. `line` is where it begins in the file, the heading being 1; cells are trimmed."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRow:
    """One person to enrol, read. `mobile` is E.164; dates are local."""

    line: int
    reference: str
    first_name: str
    last_name: str
    mobile: str
    email: str | None
    language: str  # ISO 639-1; "en" where the cell is empty
    postcode: str | None  # as written, in capitals
    household: str | None
    relation: str | None
    child_first_name: str | None
    child_born: BirthMonth | None
    programme: str
    event_on: date
    told_on: date
    told_by: str
    safe_to_text: bool
    team: str | None
    says_language: bool = False  # the cell was not empty: of somebody known, an empty one says nothing

    @property
    def young_person(self) -> bool:
        """The row is a young person's own: in a programme that counts from birth, they are the child."""
        return (self.relation or "").casefold().replace("-", " ") == YOUNG_PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row nobody is enrolled by, with every reason."""

    line: int
    reference: str
    reasons: tuple[str, ...]


def column_of(reason: str) -> str | None:
    """The column that a refused row's reason is about, or None where it is about the row."""
    found = _OF_COLUMN.match(reason)
    return None if found is None else found[1]


def read_theirs(lines: Iterable[str]) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """A CSV of any system: the names of its heading, its rows with the line where each begins. Raises SheetError."""
    source = iter(lines)
    heading = next(source, "").lstrip("\ufeff")
    parted_by = max(",;\t|", key=heading.count)
    names = next(csv.reader([heading], delimiter=parted_by), [])
    if not any(name.strip() for name in names):
        msg = f"the first line is not the heading, or lacks: {', '.join(NEEDED)}"
        raise SheetError(msg)
    return names, _cells(source, parted_by)


def _cells(source: Iterator[str], parted_by: str) -> Iterator[tuple[int, list[str]]]:
    # Strict, since a quote left open would otherwise swallow the rest of the file in one cell.
    reader = csv.reader(source, delimiter=parted_by, strict=True)
    line = 2
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [" ".join(cell.split()) for cell in cells]
            line = reader.line_num + 2
    except csv.Error as fault:
        msg = f"line {line}: cannot be parted into cells: {fault}"
        raise SheetError(msg) from fault


def read_sheet(lines: Iterable[str]) -> Iterator[SheetRow]:
    """The rows of a CSV with a heading, one at a time; empty rows are passed over, other columns are left aside.

    SheetError when there is no heading or a needed column is missing, when a column is there twice, and at the line
    where the file stops being a CSV. Commas, semicolons and tabs all part cells: spreadsheets differ.
    """
    theirs, rows = read_theirs(lines)
    names = [name.strip().casefold().replace(" ", "_") for name in theirs]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        msg = f"the first line is not the heading, or lacks: {', '.join(missing)}"
        raise SheetError(msg)
    twice = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    if twice:
        msg = f"columns that are there twice: {', '.join(twice)}"
        raise SheetError(msg)
    for line, cells in rows:
        known = dict(zip(names, cells, strict=False))
        yield SheetRow(line=line, cells={name: known.get(name, "") for name in COLUMNS})


def resolve_dates(rows: Iterable[SheetRow], today: date) -> Iterator[SheetRow]:
    """Sample sheets count from today, so that they never grow old: `-28d` in a date, `-51m` in `child_born`."""
    for row in rows:
        moved = {
            name: _from_today(cell, today, month=name == "child_born")
            for name, cell in row.cells.items()
            if name in {"event_on", "told_on", "child_born"}
        }
        yield replace(row, cells={**row.cells, **moved})


def _from_today(cell: str, today: date, *, month: bool) -> str:
    found = _FROM_TODAY.fullmatch(cell)
    if found is None:
        return cell
    count = int(found[1])
    on = Offset(months=count).after(today) if found[2] == "m" else today + timedelta(days=count)
    return f"{on:%Y-%m}" if month else on.isoformat()


def read_row(
    row: SheetRow, read_mobile: MobileReader, programmes: Collection[str], today: date
) -> EnrolmentRow | RefusedRow:
    """The row read, or refused with every reason. `programmes` are the ids there are."""
    cells, faults = row.cells, list[str]()
    faults += [_UNAWARES.get(name, f"no {name}") for name in NEEDED if not cells[name]]
    faults += [f"{name}: over {LONGEST} characters" for name, cell in cells.items() if len(cell) > LONGEST]
    if LONGEST_TEAM < len(cells["team"]) <= LONGEST:
        faults.append(f"team: at most {LONGEST_TEAM} characters")
    faults += [f"{name}: has characters that no text has" for name, cell in cells.items() if _UNREADABLE.search(cell)]
    mobile = read_mobile(cells["mobile"]) if cells["mobile"] else None
    if cells["mobile"] and mobile is None:
        faults.append("mobile: not a UK mobile number")
    if cells["programme"] and cells["programme"] not in programmes:
        faults.append(f"programme: there is none called {cells['programme'][:LONGEST]!r}")
    language = cells["language"].casefold() or "en"
    if not _LANGUAGE.fullmatch(language):
        faults.append("language: not a code such as en or so")
    event_on = _read_date("event_on", cells, faults)
    told_on = _read_date("told_on", cells, faults)
    if told_on is not None and told_on > today:
        faults.append("told_on: in the future")
    safe = cells["safe_to_text"].casefold()
    if safe and safe not in _YES | _NO:
        faults.append("safe_to_text: say yes or no")
    child_born = _read_birth(cells["child_born"], faults)
    if faults or mobile is None or event_on is None or told_on is None:
        return RefusedRow(line=row.line, reference=cells["reference"][:LONGEST], reasons=tuple(faults))
    return EnrolmentRow(
        line=row.line,
        reference=cells["reference"],
        first_name=cells["first_name"],
        last_name=cells["last_name"],
        mobile=mobile,
        email=cells["email"] or None,
        language=language,
        postcode=cells["postcode"].upper() or None,
        household=cells["household"] or None,
        relation=cells["relation"] or None,
        child_first_name=cells["child_first_name"] or None,
        child_born=child_born,
        programme=cells["programme"],
        event_on=event_on,
        told_on=told_on,
        told_by=cells["told_by"],
        safe_to_text=safe in _YES,
        team=cells["team"] or None,
        says_language=bool(cells["language"]),
    )


def _read_date(name: str, cells: Mapping[str, str], faults: list[str]) -> date | None:
    """ISO, or day first as a British spreadsheet saves it."""
    cell = cells[name]
    if not cell:
        return None
    iso, british = _ISO.fullmatch(cell), _UK.fullmatch(cell)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if british:
            return date(int(british[3]), int(british[2]), int(british[1]))
    except ValueError:
        pass
    faults.append(f"{name}: not a date such as 2027-03-31 or 31/03/2027")
    return None


def _read_birth(cell: str, faults: list[str]) -> BirthMonth | None:
    if not cell:
        return None
    try:
        return BirthMonth.read(cell)
    except ValueError:
        faults.append("child_born: not a month such as 2022-03")
        return None


def from_birth(row: EnrolmentRow) -> EnrolmentRow | tuple[str, ...]:
    """A row of a programme that counts from the child's birth: its event is the first of that month, whatever the day
    the sheet gives. A young person's own row is about themselves, whose first name it has already. Without the child,
    the reasons why nobody can be enrolled by it."""
    told = []
    if row.young_person:
        if row.child_first_name is not None and row.child_first_name.casefold() != row.first_name.casefold():
            told.append("child_first_name: leave it empty for a young person, who is the child of their own row")
        row = replace(row, child_first_name=row.first_name)
    if row.child_first_name is None:
        told.append("child_first_name: this programme is about one child")
    if row.child_born is None:
        told.append("child_born: this programme counts from the month of birth")
        return tuple(told)
    return tuple(told) or replace(row, event_on=date(row.child_born.year, row.child_born.month, 1))
