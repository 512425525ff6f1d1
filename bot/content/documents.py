"""YAML as authors write it: every value stays text, no key twice, and each place keeps its line."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

# libyaml's reader where it was built in, as in every wheel: ten times faster, and it takes "?" within a word list.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of the content, the author's to mend. `line` counts from 1; 0 where no line is known.

    `rule` names what is broken, for `thrive lint`: "refused" where it is nothing in particular.
    """

    file: str
    line: int
    node: str
    key: str
    message: str
    rule: str = "refused"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        named = ", ".join(part for part in (self.node, self.key) if part)
        return f"{where}: {named}: {self.message}" if named else f"{where}: {self.message}"


class ContentFaults(Exception):
    """The content was refused. `faults` holds all of them, in the order of files and lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda f: (f.file, f.line, f.key)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(slots=True)
class Notes:
    """Faults found so far, and the lines to tell them by. Content from a bundle has no lines."""

    lines: dict[tuple[str, Path_], int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, file: str, path: Path_, message: str, *, node: str = "", rule: str = "refused") -> None:
        line = next((at for end in range(len(path), -1, -1) if (at := self.lines.get((file, path[:end])))), 0)
        key = str(path[-1]) if path else ""
        key = "" if key == node else key
        self.faults.append(Fault(file=file, line=line, node=node, key=key, message=message, rule=rule))

    def unknown_keys(self, file: str, path: Path_, given: Mapping[str, Any], known: Iterable[str], node: str) -> None:
        known = sorted(known)
        for key in given:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
                told = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
                self.fault(file, (*path, key), f"unknown key {key!r}; {told}", node=node, rule="unknown-key")


def read_document(path: Path, name: str, notes: Notes) -> Any:
    """A YAML file as mappings, lists and text; None where it cannot be read. Faults go to `notes`."""
    try:
        text = path.read_text("utf-8")
    except ValueError as fault:
        notes.lines[name, ()] = 0
        notes.fault(name, (), f"not YAML: {fault}")
        return None
    return read_text(text, name, notes)


def read_text(text: str, name: str, notes: Notes) -> Any:
    """The same of a text at hand, which faults call `name`."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as fault:
        mark = getattr(fault, "problem_mark", None)
        notes.lines[name, ()] = mark.line + 1 if mark is not None else 0
        notes.fault(name, (), f"not YAML: {getattr(fault, 'problem', None) or fault}")
        return None
    if node is None:
        notes.fault(name, (), "the file is empty")
        return None
    return _value(node, name, (), notes)


def _value(node: yaml.Node, name: str, path: Path_, notes: Notes) -> Any:
    notes.lines[name, path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, name, (*path, at), notes) for at, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    made: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in made:
            notes.lines[name, (*path, key)] = key_node.start_mark.line + 1
            notes.fault(name, (*path, key), f"{key!r} is here twice")
            continue
        made[key] = _value(value_node, name, (*path, key), notes)
        notes.lines[name, (*path, key)] = key_node.start_mark.line + 1
    return made


def write_document(document: Any) -> str:
    """Plain data as YAML that reads back the same, in the order given."""
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)
