"""Published content of earlier versions, read as this version writes it.

A bundle never changes; what code calls its parts does. Each entry takes the files of one schema to the next, so that a
conversation which began on an old bundle goes on, and what is live stays live through an update of the service. For the
same reason a text which the engine has come to say since is said in the release's own words until somebody publishes
theirs; a folder of content that lacks one is still refused where it is read.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from bot.content.documents import Notes, read_document
from flows.safety_replies import STANDS_IN
from flows.texts import ENGINE_TEXTS
from flows.wording import placeholders

SHIPPED: Final = Path(__file__).parents[2] / "content" / "wording"
MESSAGES, HELPLINES = "wording/messages.yaml", "wording/helplines.yaml"
SCHEMA: Final = 2  # what this version writes
Files = Mapping[str, Any]


def upgraded(schema: object, files: Files) -> Files:
    """The files as this version reads them. Raises ValueError for a schema that it does not know."""
    if not isinstance(schema, int) or isinstance(schema, bool) or not 1 <= schema <= SCHEMA:
        msg = f"content schema {schema!r}; this version reads 1 to {SCHEMA}"
        raise ValueError(msg)
    for step in range(schema, SCHEMA):
        files = _STEPS[step](files)
    return _with_texts_since(files)


def _with_texts_since(files: Files) -> Files:
    """With each text that the engine says and these files lack, and each helpline that such a text names.

    What the files say stays as it is, and a general reply of theirs stands in for its closer ones before any of ours.
    Files without wording at all are left for whoever compiles them to refuse.
    """
    wording = {name: raw for name, raw in files.items() if name.startswith("wording/") and isinstance(raw, Mapping)}
    if MESSAGES not in wording:
        return files
    said = {text for name, raw in wording.items() if name != HELPLINES for text in raw}
    since = {text for text in ENGINE_TEXTS if text not in said and STANDS_IN.get(text) not in said}
    if not since:
        return files
    texts = {text: words for text, words in _shipped().items() if text in since}
    lines = wording.get(HELPLINES, {})
    named = frozenset[str]().union(*map(placeholders, texts.values()))
    added = {key: line for key, line in _shipped_helplines().items() if key in named and key not in lines}
    filled = {**files, MESSAGES: {**wording[MESSAGES], **texts}}
    return {**filled, HELPLINES: {**lines, **added}} if added else filled


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, str]:
    """The release's own words for the engine's texts, read once a process."""
    files = [_document(path) for path in sorted(SHIPPED.glob("*.yaml")) if path.name != Path(HELPLINES).name]
    return {text: words for file in files for text, words in file.items() if text in ENGINE_TEXTS}


@lru_cache(maxsize=1)
def _shipped_helplines() -> Mapping[str, Any]:
    return _document(SHIPPED / Path(HELPLINES).name)


def _document(path: Path) -> Mapping[str, Any]:
    """Empty where the release's own file is broken: what still lacks a text is then refused by its name."""
    found = read_document(path, path.name, Notes())
    return found if isinstance(found, Mapping) else {}


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
