"""What `thrive lint` finds and somebody has looked at and left: known-issues.yaml, each entry with its reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

from bot.cli.lint_places import Issue
from bot.content import Notes, read_document
from bot.content.shapes import read_shape

KNOWN = "known-issues.yaml"
SEVERAL: Final = ("node", "key", "choice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entry without `node` or `key` is for the whole file, or the whole node. An error is never only known.

    `choice`: of a node's options this one alone, by its label. An entry that lists several of these is one for each.
    """

    file: str
    rule: str
    because: str
    node: str | None = None
    key: str | None = None
    choice: str | None = None

    def fits(self, issue: Issue) -> bool:
        return (
            issue.severity == "warning"
            and (self.file, self.rule) == (issue.file, issue.rule)
            and self.node in {None, issue.node}
            and self.key in {None, issue.key}
            and (self.choice is None or issue.message.startswith(f"the choice {self.choice!r} "))
        )

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, self.node, self.key, self.choice) if part)


def sift(root: Path, found: Iterable[Issue]) -> tuple[list[Issue], list[tuple[Issue, str]]]:
    """What is new, and what is known with the reason. An entry that fits nothing is new: it is to be taken out."""
    path, notes = root / KNOWN, Notes()
    listed = read_document(path, KNOWN, notes) if path.is_file() and _says_anything(path) else []
    entries: list[tuple[int, Known]] = []
    for at, given in enumerate(listed if isinstance(listed, list) else [listed]):
        for one in _each(given):
            entry = read_shape(Known, one, notes, KNOWN, (at,))
            if entry is not None:
                entries.append((notes.lines.get((KNOWN, (at,)), 0), entry))
    new = [
        Issue(file=f.file, line=f.line, node=f.node, key=f.key, rule=f.rule, message=f.message, severity="error")
        for f in notes.faults
    ]
    known: list[tuple[Issue, str]] = []
    used: set[Known] = set()
    for issue in found:
        entry = next((one for _, one in entries if one.fits(issue)), None)
        if entry is None:
            new.append(issue)
        else:
            used.add(entry)
            known.append((issue, entry.because))
    for line, entry in entries:
        if entry not in used:
            told = f"nothing breaks the rule {entry.rule} in {entry} any more as it says here: take it out"
            new.append(
                Issue(file=KNOWN, line=line, node=entry.node or "", rule="known", message=told, severity="warning")
            )
    return new, known


def _each(given: Any) -> Iterator[Any]:
    """An entry for each node, key and choice that it lists."""
    several = [name for name in SEVERAL if isinstance(given, Mapping) and isinstance(given.get(name), list)]
    for values in product(*(given[name] for name in several)):
        yield {**given, **dict(zip(several, values, strict=True))} if several else given


def _says_anything(path: Path) -> bool:
    lines = path.read_text("utf-8").splitlines()
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines)
