"""Pydantic over plain dataclasses: text from YAML becomes numbers, dates and yes or no, or a fault with its place."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.content.documents import Notes, Path_

T = TypeVar("T")


@cache
def _adapter(shape: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def read_shape(shape: type[T], given: Any, notes: Notes, file: str, path: Path_, *, node: str = "") -> T | None:
    """An instance of a dataclass, or None with every fault noted. `given` uses the dataclass's own names."""
    if not isinstance(given, Mapping):
        notes.fault(file, path, "must be a group of keys and values", node=node)
        return None
    known = [f.name for f in fields(shape)]  # type: ignore[arg-type]  # every shape is a dataclass
    notes.unknown_keys(file, path, given, known, node)
    kept = {key: value for key, value in given.items() if key in known}
    try:
        return _adapter(shape).validate_python(kept)  # type: ignore[no-any-return, arg-type]  # a type hashes
    except ValidationError as wrong:
        for error in wrong.errors():
            loc = tuple(
                part for part in error["loc"] if isinstance(part, int) or not part.startswith(("function", "is-"))
            )
            notes.fault(file, (*path, *loc), _plain(error["type"], error["msg"]), node=node)
        return None


def required(shape: type) -> list[str]:
    return [f.name for f in fields(shape) if f.default is MISSING and f.default_factory is MISSING]


def _plain(kind: str, message: str) -> str:
    if kind in {"missing", "missing_keyword_only_argument"}:
        return "is missing"
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        return "unknown key"
    return message.removeprefix("Value error, ").removeprefix("Input should be ").replace("Input should be", "must be")
