"""The Word documents of a case, as the council writes their headings: content/documents/*.yaml.

What each may show is a field of `FIELDS`; where it stands, under which heading, and what the worker still writes is the
council's. A document that the council's folder lacks is as shipped.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final

from bot.content.documents import Notes, Path_, read_document
from bot.content.shapes import read_shape
from flows.wording import placeholders

SHIPPED: Final = Path(__file__).parents[2] / "content" / "documents"
PAPERS: Final = ("referral", "front-door")
MOST_ROWS: Final = 20
# What is known of a case, by the name that documents and the case system's mapping call it. Of the family's own words
# each says so; what nobody told is left for the worker.
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reference": "the case's reference",
        "kind": "what kind of case it is",
        "urgency": "urgent, concern or routine",
        "raised-on": "the day on which it came",
        "raised-because": "why it was raised",
        "looked-on": "the day on which somebody first looked",
        "state": "not claimed, claimed or closed",
        "outcome": "how it closed",
        "closed-on": "the day on which it closed",
        "person-reference": "the person's reference",
        "first-name": "first name of whoever it is about, or who referred themselves",
        "last-name": "their last name",
        "born": "their month of birth",
        "postcode": "their postcode",
        "relation": "what they are to the child",
        "language": "their language",
        "interpreter": "whether an interpreter may be needed",
        "phone": "the number they are reached on",
        "phone-given": "the number that a referral gave",
        "safe-to-text": "whether it is safe to text that number",
        "safe-times": "when it is safe to reach them, in their words",
        "contact-how": "how they want to be reached",
        "locality": "their team, or the team that has the referral",
        "children": "children of the household whom we know, with month of birth",
        "about": "whom the referral is about, in their words",
        "worried": "what they are worried about, in their words",
        "going-well": "what is going well, in their words",
        "would-help": "what would help, in their words",
        "score": "how they said things are, 0 to 10",
        "words": "the words that raised the case",
        "others-told": "every other answer of the referral",
        "shared-with": "whom they agreed to share it with",
        "level": "the council's level",
        "checklist": "the checklist of triage",
        "triage-words": "what triage wrote for the next worker",
        "team": "the team or partner that has it",
        "lead": "the named lead there",
        "help": "what help is in place",
        "offered": "what the family was offered at the end",
        "passed-on": "the day on which it was passed to the front door",
        "passed-why": "why it was passed to the front door",
        "acceptor": "who accepted it at the front door",
        "accepted-on": "the day on which they accepted it",
        "accepted-at": "the time at which they accepted it",
        "recorded-ref": "its reference in the case system",
        "recorded-by": "who recorded it in the case system",
        "made-by": "the worker who made the document",
        "made-on": "the day on which it was made",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`show` a field, under `label`; or `write`: words that tell the worker what to fill in there."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    show: str = ""
    write: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blanks:
    """A table for the worker to fill: its columns' headings, and how many empty rows."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    columns: tuple[str, ...]
    rows: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`facts` stand in a table of two columns, `lines` as paragraphs below it."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    heading: str
    note: str = ""
    facts: tuple[Line, ...] = ()
    lines: tuple[Line, ...] = ()
    table: Blanks | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Section):
    """A heading with sections of their own under it."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """`parts` in order. `note` stands under the title."""

    title: str
    parts: tuple[Part, ...]
    note: str = ""


def read_papers(files: Mapping[str, Any], notes: Notes, values: Iterable[str] | None) -> Mapping[str, Paper]:
    """Each document by its name. `values` are what a text may name in {braces}, None where that is not known. What is
    wrong is noted."""
    known = None if values is None else frozenset(values)
    found = {}
    for name in files:
        folder, _, file = name.partition("/")
        if folder == "documents" and file.removesuffix(".yaml") not in (*PAPERS, "case-system"):
            notes.fault(name, (), f"no document of that name is made; there are {', '.join(PAPERS)} and case-system")
    for paper in PAPERS:
        name = f"documents/{paper}.yaml"
        read = _read(name, files.get(name) or shipped(paper), notes, known)
        if read is not None:
            found[paper] = read
    return found


@lru_cache(maxsize=8)
def shipped(name: str) -> Any:
    """The release's own file of this name, as data."""
    return read_document(SHIPPED / f"{name}.yaml", name, Notes())


def _read(name: str, raw: Any, notes: Notes, known: frozenset[str] | None) -> Paper | None:
    paper = read_shape(Paper, raw, notes, name, ())
    if paper is None:
        return None
    if not paper.parts:
        notes.fault(name, ("parts",), "name at least one part")
    for where, text in _texts(paper):
        for unknown in sorted(placeholders(text) - known if known is not None else ()):
            notes.fault(name, where, f"no setting of the council gives the value {{{unknown}}}")
    for at, part in enumerate(paper.parts):
        _check(name, ("parts", at), part, notes)
        for place, section in enumerate(part.sections):
            _check(name, ("parts", at, "sections", place), section, notes)
    return paper


def _texts(paper: Paper) -> Iterator[tuple[Path_, str]]:
    yield ("title",), paper.title
    yield ("note",), paper.note
    for at, part in enumerate(paper.parts):
        yield ("parts", at, "note"), part.note
        for place, section in enumerate(part.sections):
            yield ("parts", at, "sections", place, "note"), section.note


def _check(name: str, path: Path_, section: Section, notes: Notes) -> None:
    if not section.heading.strip():
        notes.fault(name, (*path, "heading"), "a heading is words")
    for key in ("facts", "lines"):
        for at, line in enumerate(getattr(section, key)):
            _line(name, (*path, key, at), line, notes, labelled=key == "facts")
    if section.table is not None and not section.table.columns:
        notes.fault(name, (*path, "table", "columns"), "name at least one column")
    if section.table is not None and not 1 <= section.table.rows <= MOST_ROWS:
        notes.fault(name, (*path, "table", "rows"), f"1 to {MOST_ROWS} empty rows")


def _line(name: str, path: Path_, line: Line, notes: Notes, *, labelled: bool) -> None:
    if bool(line.show) == bool(line.write):
        notes.fault(name, path, "a line shows a field, or tells the worker what to write: one of `show` and `write`")
    if labelled and not line.label.strip():
        notes.fault(name, (*path, "label"), "a fact has a label")
    if line.show:
        unknown_field(name, (*path, "show"), line.show, notes)


def unknown_field(name: str, path: Path_, field: str, notes: Notes) -> None:
    """A field that nothing is known by is noted, with the nearest name there is."""
    if field not in FIELDS:
        near = difflib.get_close_matches(field, FIELDS, n=1, cutoff=0.6)
        told = f"did you mean {near[0]}?" if near else "docs/documents.md lists every field"
        notes.fault(name, path, f"no field {field!r}; {told}", rule="unknown-field")
