"""Another system's export read as the enrolment sheet: our columns from theirs, their words as ours, their dates.

A mapping says nothing of what is good enough: a row it has turned into ours is read, and refused, like any other.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Final, Literal

from scheduler.enrolment_sheet import COLUMNS, NEEDED, SheetError, SheetRow, read_theirs
from scheduler.when import NO_OTHER_KEYS

DATES: Final = ("event_on", "told_on", "child_born")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Longest first; what stands for itself is anything else. Two-figure years are refused: 20 is a day as well as a year.
_PARTS: Final = {
    "yyyy": r"(?P<year>\d{4})", "mmm": r"(?P<name>[A-Za-z]{3})", "mm": r"(?P<month>\d{1,2})", "dd": r"(?P<day>\d{1,2})",
    "hh": r"\d{1,2}", "nn": r"\d{2}", "ss": r"\d{2}(?:\.\d+)?",
}  # fmt: skip
_PART = re.compile("|".join(_PARTS))
Encoding = Literal["utf-8", "windows-1252"]


def read_format(text: str) -> re.Pattern[str]:
    """`dd/mm/yyyy`, `dd-mmm-yyyy`, `yyyymmdd`, `dd/mm/yyyy hh:nn:ss`: as a pattern. ValueError where it is no date."""
    pattern, at = "", 0
    for found in _PART.finditer(text):
        pattern += re.escape(text[at : found.start()]) + _PARTS[found[0]]
        at = found.end()
    pattern += re.escape(text[at:])
    groups = re.findall(r"\?P<(\w+)>", pattern)
    left = _PART.sub("", text)
    if "year" not in groups or ("month" in groups) == ("name" in groups) or len(set(groups)) < len(groups):
        msg = f"{text!r} is not a date's form such as dd/mm/yyyy, dd-mmm-yyyy or yyyy-mm"
        raise ValueError(msg)
    if re.search(r"[A-SU-Za-su-z0-9]", left):  # a T may part the day from the hour
        msg = f"{text!r}: only dd, mm, mmm, yyyy, hh, nn and ss stand for something"
        raise ValueError(msg)
    # Written out with no sign between, each part has its full width.
    return re.compile(re.sub(r"\\d\{1,2\}", r"\\d{2}", pattern) if not left.strip() else pattern, re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """The shape of a mapping file. `columns`: ours to one of theirs, or to several, of which the first with something
    in it counts. `values`: of ours, their word to our word. `dates`: forms to try, in order. `constants`: what is the
    same in every row; a column's own cell goes before it."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = NO_OTHER_KEYS

    columns: Mapping[str, str | tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    encoding: Encoding = "utf-8"
    title: str = ""

    def problems(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What cannot be meant, each with the path of keys to it."""
        for name in ("columns", "values", "constants"):
            for key in getattr(self, name):
                if key not in COLUMNS:
                    yield (name, key), f"{key!r} is no column of ours; ours are {', '.join(COLUMNS)}"
        for missing in NEEDED:
            if missing not in self.columns and missing not in self.constants:
                yield ("columns",), f"{missing} comes from nowhere: name their column, or a constant"
        for place, text in enumerate(self.dates):
            try:
                read_format(text)
            except ValueError as fault:
                yield ("dates", place), str(fault)
        for name in ("told_on", "told_by", "safe_to_text"):
            if name in self.constants:
                yield ("constants", name), f"{name} cannot be the same for everybody: it is what each family was told"

    def rename(self, names: Iterable[str]) -> "Names":
        """Against a heading. SheetError names each of their columns that it lacks."""
        there = {_plain(name) for name in names}
        wanted = {
            ours: (theirs,) if isinstance(theirs, str) else tuple(theirs) for ours, theirs in self.columns.items()
        }
        lacking = sorted({one for theirs in wanted.values() for one in theirs if _plain(one) not in there})
        if lacking:
            msg = f"the heading lacks what the mapping names: {', '.join(lacking)}"
            raise SheetError(msg)
        return Names(
            wanted={ours: tuple(_plain(one) for one in theirs) for ours, theirs in wanted.items()},
            values={ours: {_plain(a): b for a, b in said.items()} for ours, said in self.values.items()},
            formats=tuple(read_format(text) for text in self.dates),
            constants=self.constants,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A mapping made ready for one heading."""

    wanted: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]]
    formats: tuple[re.Pattern[str], ...]
    constants: Mapping[str, str]

    def row(self, line: int, theirs: Mapping[str, str]) -> SheetRow:
        """One of their rows, its cells by their column's name in small letters, as ours. What no rule turns into ours
        stays as it is, and is refused by name when it is read."""
        cells = {}
        for ours in COLUMNS:
            found = next((theirs[name] for name in self.wanted.get(ours, ()) if theirs.get(name)), "")
            cell = self.values.get(ours, {}).get(_plain(found), found) or self.constants.get(ours, "")
            cells[ours] = self._date(cell, month=ours == "child_born") if ours in DATES else cell
        return SheetRow(line=line, cells=cells)

    def _date(self, cell: str, *, month: bool) -> str:
        for pattern in self.formats:
            found = pattern.fullmatch(cell)
            if found is None:
                continue
            parts = found.groupdict()
            name = (parts.get("name") or "").casefold()
            number = _MONTHS.index(name) + 1 if name in _MONTHS else int(parts.get("month") or 0)
            try:
                on = date(int(parts["year"]), number, int(parts.get("day") or 1))
            except ValueError:
                continue
            if month:
                return f"{on:%Y-%m}"
            if parts.get("day"):
                return on.isoformat()
        return cell


def read_mapped(lines: Iterable[str], mapping: SheetMapping) -> Iterator[SheetRow]:
    """The rows of another system's CSV, as ours. Raises SheetError."""
    names, rows = read_theirs(lines)
    small = [_plain(name) for name in names]
    twice = sorted({name for name in small if name and small.count(name) > 1})
    ready = mapping.rename(small)
    used = {one for theirs in ready.wanted.values() for one in theirs}
    if used & set(twice):
        msg = f"columns that are there twice: {', '.join(sorted(used & set(twice)))}"
        raise SheetError(msg)
    for line, cells in rows:
        yield ready.row(line, dict(zip(small, cells, strict=False)))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
