"""Another system's export of services read as our sheet: our columns from theirs, their words as ours.

A mapping says nothing of what is good enough: a row it has turned into ours is read, and refused, like any other.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import ClassVar

from directory.sheet import COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """The shape of a mapping file. `columns`: ours to one of theirs, or to several, of which the first with something
    in it counts. `values`: of ours, their word to our word, whatever its capitals. `constants`: what is the same in
    every row; a column's own cell goes before it."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    columns: Mapping[str, str | tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    title: str = ""

    def problems(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What cannot be, each with the path of its key."""
        for part, names in (("columns", self.columns), ("values", self.values), ("constants", self.constants)):
            for name in names:
                if name not in COLUMNS:
                    yield (part, name), f"{name!r} is no column of ours: {', '.join(COLUMNS)}"
        for name in ("name", "organisation"):
            if name not in self.columns and name not in self.constants:
                yield ("columns",), f"nothing is said of {name!r}, which every entry needs"


def mapped(text: str, mapping: SheetMapping) -> str:
    """Their sheet as ours, row for row. Raises ValueError where a column that the mapping names is not in theirs."""
    rows = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    header = [name.strip() for name in rows.fieldnames or ()]
    theirs = {ours: (given,) if isinstance(given, str) else tuple(given) for ours, given in mapping.columns.items()}
    missing = sorted({name for names in theirs.values() for name in names if name not in header})
    if missing:
        msg = f"the sheet has no column {', '.join(repr(name) for name in missing)}, which the mapping names"
        raise ValueError(msg)
    ours = sorted({*theirs, *mapping.constants}, key=COLUMNS.index)
    words = {name: {k.casefold(): v for k, v in table.items()} for name, table in mapping.values.items()}
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ours)
    for row in rows:
        if None in row:
            msg = f"row {rows.line_num}: more cells than columns: is a comma missing its quotation marks?"
            raise ValueError(msg)
        cells = {str(name).strip(): (cell or "").strip() for name, cell in row.items()}
        line = []
        for name in ours:
            cell = next((cells[one] for one in theirs.get(name, ()) if cells[one]), "")
            cell = words.get(name, {}).get(cell.casefold(), cell)
            line.append(cell or mapping.constants.get(name, ""))
        writer.writerow(line)
    return out.getvalue()
