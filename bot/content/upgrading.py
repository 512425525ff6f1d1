"""Published content of earlier versions, read as this version writes it.

A bundle never changes; what code calls its parts does. Each entry takes the files of one schema to the next, so that a
conversation which began on an old bundle goes on, and what is live stays live through an update of the service.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

SCHEMA: Final = 2  # what this version writes
Files = Mapping[str, Any]


def upgraded(schema: object, files: Files) -> Files:
    """The files as this version reads them. Raises ValueError for a schema that it does not know."""
    if not isinstance(schema, int) or isinstance(schema, bool) or not 1 <= schema <= SCHEMA:
        msg = f"content schema {schema!r}; this version reads 1 to {SCHEMA}"
        raise ValueError(msg)
    for step in range(schema, SCHEMA):
        files = _STEPS[step](files)
    return files


def _answers_are_named(files: Files) -> Files:
    """2: a node that pauses, flags or enrols names the answer that says until when, which services or what event.

    1 named what to do instead, and took these from where they always stood.
    """
    return {name: _flow(raw, _named) if name.startswith("flows/") else raw for name, raw in files.items()}


def _named(node: Mapping[str, Any]) -> Mapping[str, Any]:
    if node.get("wish") == "pause":
        return {"pause" if key == "wish" else key: "until_date" if key == "wish" else to for key, to in node.items()}
    if node.get("flag") == "not-reached":
        return {**node, "flag": "given_listings"}
    if "enrol" in node:
        return {**node, "enrol": "told_event"}
    return node


def _flow(raw: Any, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("nodes"), Mapping):
        return raw
    return {**raw, "nodes": {k: change(n) if isinstance(n, Mapping) else n for k, n in raw["nodes"].items()}}


_STEPS: Final[Mapping[int, Callable[[Files], Files]]] = {1: _answers_are_named}
