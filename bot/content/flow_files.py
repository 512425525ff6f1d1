"""A flow as its author writes it, read into the engine's nodes.

In the file each node has one key that says what it does (say, ask, branch ...) beside its settings. `go` left out is
the next node of the file, and after the last one `end`, which every flow has.

A flow that is `like: NAME` has what the pattern of that name has (a file with `pattern: NAME`, which is no flow by
itself), key by key, with its own words over it.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.content.documents import Notes, Path_
from bot.content.shapes import read_shape
from flows.flow import (
    AskNode,
    BranchNode,
    CallNode,
    Case,
    CloseNode,
    EndNode,
    EnrolNode,
    EscalateNode,
    FeedbackNode,
    FlagNode,
    Flow,
    Node,
    NoteNode,
    Option,
    PauseNode,
    ReferNode,
    SayNode,
    SearchNode,
    SetNode,
    Test,
    WaitNode,
)

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
END = "end"
_FLOW_SETTINGS = ("title", "keywords", "intents", "holds", "check_in", "human", "updates", "expires_hours")
_FLOW_TEXTS = {"if_left": "left", "if_expired": "expired"}
_TEST_KEYS = {
    "if": "name",
    "is": "is_",
    "is_not": "is_not",
    "at_least": "at_least",
    "at_most": "at_most",
    "known": "known",
}


@dataclass(slots=True)
class FlowFile:
    """One flow file while it is read: where its faults go, its texts, and every place that names a node."""

    file: str
    notes: Notes
    texts: dict[str, str]
    name: str = ""
    targets: list[tuple[Path_, str, str]] = field(default_factory=list)

    def fault(self, path: Path_, message: str, node: str = "") -> None:
        self.notes.fault(self.file, path, message, node=node)

    def text(self, text_id: str, path: Path_, given: Any, node: str = "") -> None:
        if not isinstance(given, str) or not given.strip():
            self.fault(path, "must be words to say", node)
            return
        self.texts[text_id] = one_line(given)

    def target(self, path: Path_, node: str, to: Any) -> str:
        self.targets.append((path, node, str(to)))
        return str(to)


def one_line(text: str) -> str:
    """Lines of a folded text joined; an empty line stays as a new paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))


def read_flow(
    file: str, raw: Any, notes: Notes, texts: dict[str, str], patterns: Mapping[str, Any] | None = None
) -> Flow | None:
    """The flow of one file, with its texts added to `texts`; None where its shape is broken."""
    read = FlowFile(file=file, notes=notes, texts=texts)
    if not isinstance(raw, Mapping):
        read.fault((), "a flow file is a group of keys: flow, title, nodes")
        return None
    if "like" in raw:
        raw = _like(read, raw, patterns or {})
    notes.unknown_keys(file, (), raw, ("flow", "nodes", *_FLOW_SETTINGS, *_FLOW_TEXTS), "")
    read.name = str(raw.get("flow", ""))
    if not ID.fullmatch(read.name):
        read.fault(("flow",), "names the flow in small letters, digits and hyphens")
    nodes = raw.get("nodes")
    if not isinstance(nodes, Mapping) or not nodes:
        read.fault(("nodes",), "a flow needs nodes")
        return None
    order = [*nodes, END]
    made = {
        name: node
        for at, (name, given) in enumerate(nodes.items())
        if (node := _node(read, name, given, order[at + 1]))
    }
    top = {key: raw[key] for key in _FLOW_SETTINGS if key in raw}
    for key, text_id in _FLOW_TEXTS.items():
        if key in raw:
            read.text(f"{read.name}.{text_id}", (key,), raw[key])
    if "human" in top:
        read.target(("human",), "", top["human"])
    if isinstance(top.get("updates"), Mapping):
        for reader, to in top["updates"].items():
            read.target(("updates", reader), "", to)
    for path, at_node, to in read.targets:
        if to not in order:
            near = difflib.get_close_matches(to, order, n=1, cutoff=0.6)
            told = f"there is no node {to!r}" + (f"; did you mean {near[0]}?" if near else "")
            notes.fault(file, path, told, node=at_node, rule="unknown-node")
    given = {"name": read.name, "start": order[0], "nodes": made | {END: EndNode(id=END)}, "left": "if_left" in raw}
    return read_shape(Flow, given | top, notes, file, ())


def _like(read: FlowFile, raw: Mapping[str, Any], patterns: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(raw["like"])
    own = {key: given for key, given in raw.items() if key != "like"}
    if name not in patterns:
        near = difflib.get_close_matches(name, patterns, n=1, cutoff=0.6)
        read.fault(("like",), f"there is no pattern {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
        return own
    laid: Mapping[str, Any] = _over({key: given for key, given in patterns[name].items() if key != "pattern"}, own)
    return laid


def _over(pattern: Any, own: Any) -> Any:
    """Its own words over the pattern's, group by group; the pattern's order first."""
    if not isinstance(pattern, Mapping) or not isinstance(own, Mapping):
        return own
    laid = {key: _over(given, own[key]) if key in own else given for key, given in pattern.items()}
    return {**laid, **{key: given for key, given in own.items() if key not in pattern}}


def _node(read: FlowFile, name: str, raw: Any, after: str) -> Node | None:
    path: Path_ = ("nodes", name)
    if not ID.fullmatch(name) or name == END:
        read.fault(path, "a node is named in small letters, digits and hyphens, and not `end`", name)
    if not isinstance(raw, Mapping):
        read.fault(path, "a node is a group of keys: say, ask, branch ...", name)
        return None
    verbs = [verb for verb in _KINDS if verb in raw]
    if len(verbs) != 1:
        told = "two things at once: " + ", ".join(verbs) if verbs else "nothing it does; one of " + ", ".join(_KINDS)
        read.fault(path, f"a node does one thing; this has {told}", name)
        return None
    kind = _KINDS[verbs[0]]
    read.notes.unknown_keys(read.file, path, raw, (verbs[0], *kind.keys), name)
    given: dict[str, Any] = {"id": name, **({} if verbs[0] == "end" else {"go": after})}
    given |= {key: raw[key] for key in kind.keys if key in raw and key not in kind.texts}
    for key in ("go", "none", "no_more", "heard", "on_timeout", "otherwise"):
        if key in raw and key in kind.keys:
            given[key] = read.target((*path, key), name, raw[key])
    for text_key in kind.texts:
        if text_key in raw:
            read.text(f"{read.name}.{name}.{text_key}", (*path, text_key), raw[text_key], name)
    kind.read(read, given, raw, (*path, verbs[0]))
    return read_shape(kind.shape, given, read.notes, read.file, path, node=name)


Given = dict[str, Any]


def _say(read: FlowFile, given: Given, raw: Mapping[str, Any], path: Path_) -> None:
    name = given["id"]
    read.text(f"{read.name}.{name}", path, raw[str(path[-1])], name)


def _ask(read: FlowFile, given: Given, raw: Mapping[str, Any], path: Path_) -> None:
    _say(read, given, raw, path)
    name = given["id"]
    given["as_name"] = given.pop("as", name.replace("-", "_"))
    given["repair"] = "repair" in raw
    options = given.pop("options", None)
    if options is not None:
        at = (*path[:-1], "options")
        given["options"] = tuple(o for n, one in enumerate(options) if (o := _option(read, one, (*at, n), name)))
    given.setdefault("kind", "choice" if options is not None else "text")
    if given["kind"] != "until" and (given["kind"] == "choice") != (options is not None):
        read.fault(path, "a choice has options, and no other kind has", name)


def _option(read: FlowFile, raw: Any, path: Path_, node: str) -> Option | None:
    if isinstance(raw, str):
        raw = {"label": raw}
    if not isinstance(raw, Mapping):
        read.fault(path, "an option has a label", node)
        return None
    read.notes.unknown_keys(read.file, path, raw, ("label", "value", "says", "go", "when"), node)
    given: Given = {key: raw[key] for key in ("label", "value", "says") if key in raw}
    given.setdefault("value", re.sub(r"[^a-z0-9]+", "-", str(raw.get("label", "")).casefold()).strip("-"))
    if "go" in raw:
        given["go"] = read.target((*path, "go"), node, raw["go"])
    if "when" in raw:
        given["when"] = _test(read, raw["when"], (*path, "when"), node)
    return read_shape(Option, given, read.notes, read.file, path, node=node)


def _test(read: FlowFile, raw: Any, path: Path_, node: str) -> Test | None:
    if not isinstance(raw, Mapping):
        read.fault(path, "a condition begins with `if: name`", node)
        return None
    read.notes.unknown_keys(read.file, path, raw, (*_TEST_KEYS, "go"), node)
    given = {own: raw[key] for key, own in _TEST_KEYS.items() if key in raw}
    return read_shape(Test, given, read.notes, read.file, path, node=node)


def _branch(read: FlowFile, given: Given, raw: Mapping[str, Any], path: Path_) -> None:
    name, cases = given["id"], raw["branch"]
    made = []
    for at, case in enumerate(cases if isinstance(cases, list) else [cases]):
        place = (*path, at)
        if not isinstance(case, Mapping) or "go" not in case:
            read.fault(place, "a case is `{if: name, ..., go: node}`", name)
            continue
        test = _test(read, case, place, name)
        go = read.target((*place, "go"), name, case["go"])
        if test is not None:
            made.append(Case(when=test, go=go))
    given["cases"] = tuple(made)


def _search(read: FlowFile, given: Given, raw: Mapping[str, Any], path: Path_) -> None:
    _say(read, given, raw, path)
    given.setdefault("no_more", given.get("none"))


def _under(field_name: str) -> Callable[[FlowFile, Given, Mapping[str, Any], Path_], None]:
    """The verb's own value goes under this field."""

    def read_value(_read: FlowFile, given: Given, raw: Mapping[str, Any], path: Path_) -> None:
        given[field_name] = raw[str(path[-1])]

    return read_value


@dataclass(frozen=True, slots=True)
class _Kind:
    shape: type[Node]
    read: Callable[[FlowFile, Given, Mapping[str, Any], Path_], None]
    keys: tuple[str, ...] = ("go",)
    texts: tuple[str, ...] = ()  # further texts of the node, each `flow.node.key`


_ASK_TEXTS = ("repair", "reminder")
_ASK_KEYS = (
    "go", "kind", "as", "options", "unless_known", "optional", "consent", "score", "mark", "story", "heard",
    "wait_hours", "on_timeout", *_ASK_TEXTS,
)  # fmt: skip
_KINDS: Mapping[str, _Kind] = {
    "say": _Kind(SayNode, _say),
    "ask": _Kind(AskNode, _ask, _ASK_KEYS, _ASK_TEXTS),
    "branch": _Kind(BranchNode, _branch),
    "search": _Kind(SearchNode, _search, ("go", "none", "no_more")),
    "refer": _Kind(ReferNode, _under("kind")),
    "escalate": _Kind(EscalateNode, _under("level"), ("go", "reason")),
    "note": _Kind(NoteNode, lambda _read, _given, _raw, _path: None),
    "set": _Kind(SetNode, _under("values"), ("go", "language")),
    "close": _Kind(CloseNode, _under("outcome"), ("go", "reason")),
    "flag": _Kind(FlagNode, _under("listings"), ("go", "why")),
    "feedback": _Kind(FeedbackNode, _under("words")),
    "pause": _Kind(PauseNode, _under("until")),
    "enrol": _Kind(EnrolNode, _under("event"), ("go", "asked", "day", "born", "themselves", "otherwise")),
    "call": _Kind(CallNode, _under("flow")),
    "wait": _Kind(WaitNode, _under("hours")),
}
