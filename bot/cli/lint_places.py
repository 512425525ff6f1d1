"""Where things are written: the file, line, node and key of a text, for `thrive lint`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.content import Notes, read_document

Keys = tuple[str | int, ...]
Lines = Mapping[tuple[str, Keys], int]
Severity = Literal["error", "warning"]
_READ = ("flows", "phrases", "programmes", "replies", "wording")
_SPEAKS = ("say", "ask", "search")
_OF_THE_FLOW = {"left": "if_left", "expired": "if_expired"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One fault or warning. `line` counts from 1, 0 where none is known; no `node` and `key`: of the whole file."""

    file: str
    line: int
    node: str
    key: str = ""
    rule: str
    message: str
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A warning before it is placed among the issues, its place found by whoever saw it."""

    file: str
    line: int
    node: str
    rule: str
    message: str
    key: str = ""

    def issue(self, severity: Severity = "warning") -> Issue:
        return Issue(
            file=self.file, line=self.line, node=self.node, key=self.key, rule=self.rule, message=self.message,
            severity=severity,
        )  # fmt: skip


class Places:
    """The files of a content folder, read once more for their lines."""

    def __init__(self, root: Path) -> None:
        self.notes = Notes()
        self.wording: dict[str, str] = {}
        self.pattern: dict[str, str] = {}  # of a flow's file that is like another: that other
        for folder in _READ:
            for path in sorted((root / folder).glob("*.yaml")):
                name = f"{folder}/{path.name}"
                document: Any = read_document(path, name, self.notes)
                if folder == "wording" and isinstance(document, dict):
                    self.wording |= dict.fromkeys(document, name)
                elif folder == "flows" and isinstance(document, dict) and "like" in document:
                    self.pattern[name] = f"flows/{document['like']}.yaml"

    @property
    def lines(self) -> Lines:
        return self.notes.lines

    def line(self, file: str, *keys: str | int) -> int:
        """The line of the innermost of these keys that is written."""
        return next((at for end in range(len(keys), -1, -1) if (at := self.lines.get((file, keys[:end])))), 0)

    def issue(self, text_id: str, rule: str, message: str, severity: Severity = "warning") -> Issue:
        """An issue of a text, by its id."""
        if text_id in self.wording:
            file = self.wording[text_id]
            return Issue(
                file=file, line=self.line(file, text_id), node="", key=text_id, rule=rule, message=message,
                severity=severity,
            )  # fmt: skip
        flow, _, rest = text_id.partition(".")
        if rest in _OF_THE_FLOW:
            return self.at(flow, "", _OF_THE_FLOW[rest], rule, message, severity)
        node, _, key = rest.partition(".")
        file = f"flows/{flow}.yaml"
        written = (file, self.pattern.get(file, file))
        key = key or next((verb for verb in _SPEAKS for at in written if (at, ("nodes", node, verb)) in self.lines), "")
        return self.at(flow, node, key, rule, message, severity)

    def at(self, flow: str, node: str, key: str, rule: str, message: str, severity: Severity = "warning") -> Issue:
        """An issue of a node, or of the flow itself without one; in the file of its pattern where that writes it."""
        keys = tuple(part for part in (("nodes", node, key) if node else (key,)) if part)
        own = f"flows/{flow}.yaml"
        file = next((one for one in (own, self.pattern.get(own, own)) if (one, keys) in self.lines), own)
        line = self.line(file, *keys)
        return Issue(file=file, line=line, node=node, key=key, rule=rule, message=message, severity=severity)
