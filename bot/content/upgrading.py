"""Published content of earlier versions, read as this version writes it.

A bundle never changes; what code calls its parts does. Each entry takes the files of one schema to the next, so that a
conversation which began on an old bundle goes on, and what is live stays live through an update of the service. For the
same reason a text which the engine has come to say since is said in the release's own words until somebody publishes
theirs; a folder of content that lacks one is still refused where it is read. So is what answers news that only may be
of a death, where their own flow has no words for it.
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
TOLD, PERHAPS = "flows/told.yaml", "loss-perhaps"
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
    return _with_an_answer_in_doubt(_with_texts_since(files))


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


def _with_an_answer_in_doubt(files: Files) -> Files:
    """With words for a loss that is not sure, first of all that is said of news: silence would answer "I lost my girl".

    A flow that looks for such news itself is left as it is, and so is one that is laid over a pattern.
    """
    raw = files.get(TOLD)
    if not isinstance(raw, Mapping) or "like" in raw:
        return files
    nodes = raw.get("nodes")
    if not isinstance(nodes, Mapping) or not nodes or any(map(_looks_for_doubt, nodes.values())):
        return files
    words = _shipped_in_doubt()
    if words is None:
        return files
    said, first = _free(PERHAPS, nodes), _free("which-news", nodes)
    case = {"if": "told_event", "is": PERHAPS, "go": said}
    # The first node of a file is where it begins.
    begin = {first: {"branch": [case], "go": next(iter(nodes))}}
    return {**files, TOLD: {**raw, "nodes": {**begin, **nodes, said: {"say": words, "go": "end"}}}}


@lru_cache(maxsize=1)
def _shipped_in_doubt() -> str | None:
    nodes = _document(SHIPPED.parent / TOLD).get("nodes")
    node = nodes.get(PERHAPS) if isinstance(nodes, Mapping) else None
    words = node.get("say") if isinstance(node, Mapping) else None
    return words if isinstance(words, str) else None


def _looks_for_doubt(node: Any) -> bool:
    cases = node.get("branch") if isinstance(node, Mapping) else None
    listed = cases if isinstance(cases, list) else [cases]
    return any(isinstance(case, Mapping) and case.get("is") == PERHAPS for case in listed)


def _free(name: str, nodes: Mapping[str, Any]) -> str:
    """This name for a node, or one like it that no node has."""
    return name if name not in nodes else _free(f"{name}-since", nodes)


def _answers_are_named(files: Files) -> Files:
    """2: a node that pauses, flags or enrols names the answer that says until when, which services or what event.

    1 named what to do instead, and took these from where they always stood. A wish for fewer texts, or for all of
    them again, is no node's any more: the words go before a person.
    """
    return {name: _flow(raw) if name.startswith("flows/") else raw for name, raw in files.items()}


def _flow(raw: Any) -> Any:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("nodes"), Mapping):
        return raw
    nodes: dict[str, Any] = {}
    for name, node in raw["nodes"].items():
        nodes |= _named(name, node, raw["nodes"]) if isinstance(node, Mapping) else {name: node}
    return {**raw, "nodes": nodes}


def _named(name: str, node: Mapping[str, Any], nodes: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands for one node: it goes on to the next of the file unless it says where to."""
    if "wish" in node:
        verb, value = ("pause", "until_date") if node["wish"] == "pause" else ("note", "yes")
        return {name: {verb if key == "wish" else key: value if key == "wish" else to for key, to in node.items()}}
    if node.get("flag") == "not-reached":
        return {name: {**node, "flag": "given_listings"}}
    if "enrol" in node:
        enrols = _free(f"{name}-enrols", nodes)
        return {
            name: {"set": {"told_event": node["enrol"]}, "go": enrols},
            enrols: {**node, "enrol": "told_event"},
        }
    return {name: node}


_STEPS: Final[Mapping[int, Callable[[Files], Files]]] = {1: _answers_are_named}
