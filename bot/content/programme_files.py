"""A programme as its author writes it, read into the scheduler's shapes.

A rule is of the kind that its first known key names, so that a slip in it is told as a slip of that kind, at its line.
"""

from collections.abc import Mapping
from typing import Any

from bot.content.documents import Notes, Path_
from bot.content.shapes import read_shape
from scheduler.programme import Programme
from scheduler.programme_checks import programme_errors
from scheduler.when import RULES, Rule


def read_programme(file: str, raw: Any, notes: Notes) -> Programme | None:
    """The programme of one file, or None; every fault goes to `notes`."""
    before = len(notes.faults)
    if isinstance(raw, Mapping) and isinstance(raw.get("touches"), list):
        raw = {**raw, "touches": [_touch(file, at, given, notes) for at, given in enumerate(raw["touches"])]}
        if len(notes.faults) > before:
            # The dates first: a touch without its rule would be told again as wrong.
            return None
    programme = read_shape(Programme, raw, notes, file, ())
    for problem in programme_errors(programme) if programme is not None else ():
        path: Path_ = ("touches", problem.touch, problem.key)
        touch = programme.touches[problem.touch] if programme is not None else None
        notes.fault(file, path, problem.message, node=touch.id if touch is not None else "")
    return programme if len(notes.faults) == before else None


def _touch(file: str, at: int, given: Any, notes: Notes) -> Any:
    if not isinstance(given, Mapping) or "when" not in given:
        return given
    node, path = str(given.get("id", "")), ("touches", at, "when")
    return {**given, "when": read_rule(file, given["when"], notes, path, node=node)}


def read_rule(file: str, raw: Any, notes: Notes, path: Path_, *, node: str = "") -> Rule | None:
    """The rule of one touch, or None with its faults noted."""
    if not isinstance(raw, Mapping) or not raw:
        notes.fault(file, path, f"says when it is due, by one of: {', '.join(RULES)}", node=node)
        return None
    shape = next((RULES[key] for key in raw if key in RULES), None)
    if shape is None:
        notes.unknown_keys(file, path, raw, RULES, node)
        return None
    return read_shape(shape, raw, notes, file, path, node=node)
