"""How cases are written as a sheet for the council's case system: content/documents/case-system.yaml, or a file named
beside a command. A mapping that cannot be meant is refused with its file, line and key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from bot.content.documents import ContentFaults, Notes, Path_, read_text
from bot.content.mapping_files import LONGEST
from bot.content.papers import shipped, unknown_field
from bot.content.shapes import read_shape
from scheduler.sheet_mapping import read_format

FILE: Final = "documents/case-system.yaml"
LONGEST_CELL: Final = 200
DAYS: Final = ("raised-on", "looked-on", "closed-on", "passed-on", "accepted-on", "made-on")
# Fields that hold a code of ours as well as its words.
CODED: Final = (
    "kind", "urgency", "state", "outcome", "language", "interpreter", "safe-to-text", "contact-how", "locality",
    "level", "team", "offered", "relation",
)  # fmt: skip
# Both hold every letter that a family writes; a narrower one would lose names.
Encoding = Literal["utf-8", "utf-8-bom"]
CODECS: Final[Mapping[Encoding, str]] = {"utf-8": "utf-8", "utf-8-bom": "utf-8-sig"}
# What a spreadsheet takes for a formula where it begins a cell, in Latin and in full-width letters.
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSystem:
    """`columns`: our field to their column, in the sheet's order. `constants`: their column to what stands in it.
    `codes`: of a field, our code to theirs."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    columns: dict[str, str]
    title: str = ""
    constants: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    dates: str = "yyyy-mm-dd"
    encoding: Encoding = "utf-8-bom"

    @property
    def heading(self) -> tuple[str, ...]:
        return (*self.columns.values(), *self.constants)


def read_case_system(files: Mapping[str, Any], notes: Notes) -> CaseSystem | None:
    """The published one, or as shipped where the council has none. What is wrong is noted."""
    return _read(FILE, files.get(FILE) or shipped("case-system"), notes)


def read_case_system_file(path: Path) -> CaseSystem:
    """One beside a command. Raises ContentFaults with every fault."""
    notes, text = Notes(), ""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        told = fault.strerror if isinstance(fault, OSError) else "not UTF-8"
        notes.fault(path.name, (), f"cannot be read: {told}")
    if len(text) > LONGEST:
        notes.fault(path.name, (), f"over {LONGEST // 1024} KB: a mapping is a page")
    document = None if notes.faults else read_text(text, path.name, notes)
    found = None if notes.faults else _read(path.name, document, notes)
    if notes.faults or found is None:
        raise ContentFaults(notes.faults)
    return found


def _read(name: str, raw: Any, notes: Notes) -> CaseSystem | None:
    found = read_shape(CaseSystem, raw, notes, name, ())
    if found is None:
        return None
    for ours in found.columns:
        unknown_field(name, ("columns", ours), ours, notes)
    for path, told in _problems(found):
        notes.fault(name, path, told)
    return found


def _problems(found: CaseSystem) -> Iterator[tuple[Path_, str]]:
    if not found.columns:
        yield ("columns",), "name at least one column"
    elif "reference" not in found.columns:
        yield ("columns",), "reference is missing: without it a row cannot be found again"
    for group in ("columns", "constants"):
        for key, value in getattr(found, group).items():
            theirs = value if group == "columns" else key
            if not theirs.strip() or len(theirs) > LONGEST_CELL:
                yield (group, key), f"a column of theirs is 1 to {LONGEST_CELL} characters"
    seen: set[str] = set()
    for key, theirs in (*found.columns.items(), *((name, name) for name in found.constants)):
        if theirs in seen:
            yield ("columns" if key in found.columns else "constants", key), f"{theirs!r} is filled twice"
        seen.add(theirs)
    for ours in found.codes:
        if ours not in found.columns:
            yield ("codes", ours), f"{ours} fills no column of theirs"
        elif ours not in CODED:
            yield ("codes", ours), f"{ours} holds no code; these do: {', '.join(CODED)}"
    yield from _formulas(found)
    yield from _date(found.dates)


def _formulas(found: CaseSystem) -> Iterator[tuple[Path_, str]]:
    """What the council itself writes into cells; what families write is made harmless where it is written."""
    written: list[tuple[Path_, str]] = [(("columns", ours), theirs) for ours, theirs in found.columns.items()]
    for theirs, words in found.constants.items():
        written += [(("constants", theirs), theirs), (("constants", theirs), words)]
    for ours, codes in found.codes.items():
        written += [(("codes", ours, code), theirs) for code, theirs in codes.items()]
    for path, text in written:
        if text.startswith(FORMULAS):
            yield path, f"{text!r}: a spreadsheet takes what begins so for a formula"


def _date(form: str) -> Iterator[tuple[Path_, str]]:
    try:
        read_format(form)
    except ValueError as fault:
        yield ("dates",), str(fault)
        return
    if not {"dd", "yyyy"} <= set(_parts(form)) or set(_parts(form)) & {"hh", "nn", "ss"}:
        yield ("dates",), f"{form!r}: a day has dd, mm or mmm, and yyyy, and no hour"


def _parts(form: str) -> list[str]:
    """The parts of a form that stand for something: dd, mm, mmm, yyyy, hh, nn, ss."""
    left, found = form, []
    for part in ("yyyy", "mmm", "mm", "dd", "hh", "nn", "ss"):
        if part in left:
            found.append(part)
            left = left.replace(part, "\0")
    return found
