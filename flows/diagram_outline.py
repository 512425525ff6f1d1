"""A flow as a list that can be read aloud: each place, what happens there, what is said, and where it leads.

The diagram is drawn from the same list, so that both always say the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from flows.flow import (
    AskNode,
    BranchNode,
    CallNode,
    EndNode,
    EnrolNode,
    Flow,
    Node,
    SayNode,
    SearchNode,
    SetNode,
    Test,
)
from flows.wording import Wording

Kind = Literal["say", "ask", "choose", "do", "call"]
END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way on. `when` is empty where there is only this one."""

    to: str
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One node: `does` in a few words, `says` as the family reads it (empty where it says nothing)."""

    id: str
    kind: Kind
    does: str
    says: str
    ways: tuple[Way, ...]
    calls: str = ""  # the flow that is walked here


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """`opened` says how the flow begins; `jumps` are ways into its middle, whatever was being asked."""

    flow: str
    title: str
    opened: tuple[str, ...]
    stops: tuple[Stop, ...]
    jumps: tuple[Way, ...]


def outline(flow: Flow, wording: Wording) -> Outline:
    """In the order of the file, `end` left out: where a way leads there, the flow is done."""
    stops = tuple(_stop(flow, node, wording) for node in flow.nodes.values() if not isinstance(node, EndNode))
    return Outline(
        flow=flow.name, title=flow.title, opened=tuple(_opened(flow)), stops=stops, jumps=_joined(_jumps(flow))
    )


def _opened(flow: Flow) -> Iterator[str]:
    if flow.check_in:
        yield "the clock, when a check-in is due"
    if flow.keywords:
        yield "the words " + ", ".join(word.upper() for word in flow.keywords)
    if flow.intents:
        yield "other words that mean " + " or ".join(flow.intents)


def _jumps(flow: Flow) -> Iterator[Way]:
    if flow.human is not None:
        yield Way(to=flow.human, when="asks for a person")
    yield from (Way(to=to, when=f"gives a new {reader}") for reader, to in flow.updates.items())


def _stop(flow: Flow, node: Node, wording: Wording) -> Stop:
    text_id = f"{flow.name}.{node.id}"
    says = wording.texts.get(text_id, "") if isinstance(node, SayNode | AskNode | SearchNode) else ""
    return Stop(
        id=node.id,
        kind=_KINDS.get(type(node), "do"),
        does=_does(node),
        says=says,
        ways=_joined(_WAYS.get(type(node), _onward)(node)),
        calls=node.flow if isinstance(node, CallNode) else "",
    )


def _joined(ways: Iterator[Way]) -> tuple[Way, ...]:
    """Ways to the same place as one, and no condition where there is only one place to go without any."""
    found: dict[str, list[str]] = {}
    for way in ways:
        found.setdefault(way.to, []).append(way.when)
    return tuple(Way(to=to, when="; ".join(when for when in whens if when)) for to, whens in found.items())


def _onward(node: Any) -> Iterator[Way]:
    yield Way(to=node.go)


def _answers(node: AskNode) -> Iterator[Way]:
    for number, option in enumerate(node.options, 1):
        only = f" (only if {_condition(option.when)})" if option.when is not None else ""
        yield Way(to=option.go or node.go, when=f"{number} {option.label}{only}")
    if not node.options:
        yield Way(to=node.go, when="an answer, or SKIP" if node.optional else "an answer")
    if node.unless_known:
        yield Way(to=node.go, when="known already")
    if node.heard is not None:
        yield Way(to=node.heard, when="words that ask for help")
    if node.on_timeout is not None:
        yield Way(to=node.on_timeout, when=f"no answer in {_hours(node.wait_hours or 0)}")


def _cases(node: BranchNode) -> Iterator[Way]:
    yield from (Way(to=case.go, when=f"if {_condition(case.when)}") for case in node.cases)
    yield Way(to=node.go, when="otherwise")


def _found(node: SearchNode) -> Iterator[Way]:
    yield Way(to=node.go, when="found")
    yield Way(to=node.none, when="nothing found")
    yield Way(to=node.no_more, when="all were shown")


def _begun(node: EnrolNode) -> Iterator[Way]:
    yield Way(to=node.go, when="begun" if node.otherwise else "")
    if node.otherwise is not None:
        yield Way(to=node.otherwise, when="a person has to look first")


def _condition(test: Test) -> str:
    name = test.name.replace("_", " ")
    parts = [
        f"is {test.is_}" if test.is_ is not None else "",
        f"is not {test.is_not}" if test.is_not is not None else "",
        f"is {test.at_least} or more" if test.at_least is not None else "",
        f"is {test.at_most} or less" if test.at_most is not None else "",
        "" if test.known is None else "is known" if test.known else "is not known",
    ]
    return f"{name} {' and '.join(part for part in parts if part) or 'is known'}"


def _hours(hours: int) -> str:
    days, rest = divmod(hours, 24)
    return f"{hours} hours" if rest or not days else f"{days} day{'s' if days > 1 else ''}"


def _asks(node: AskNode) -> str:
    keeps = f"Ask ({node.kind}), kept as {node.as_name}"
    return keeps + (f"; consent to {node.consent}" if node.consent else "") + ("; a score" if node.score else "")


def _sets(node: SetNode) -> str:
    told = [f"{name} = {value or 'nothing'}" for name, value in node.values.items()]
    told += [f"their language = {node.language}"] if node.language else []
    return "Set " + ", ".join(told)


_KINDS: Mapping[type, Kind] = {
    SayNode: "say",
    AskNode: "ask",
    SearchNode: "say",
    BranchNode: "choose",
    CallNode: "call",
}
_WAYS: Mapping[type, Callable[[Any], Iterator[Way]]] = {
    AskNode: _answers, BranchNode: _cases, SearchNode: _found, EnrolNode: _begun,
}  # fmt: skip
# By the name of its kind: what is not here tells itself by its name and its settings.
_DOES: Mapping[str, Callable[[Any], str]] = {
    "SayNode": lambda _: "Say",
    "AskNode": _asks,
    "BranchNode": lambda _: "Which way",
    "SearchNode": lambda _: "Search, and show up to three services",
    "ReferNode": lambda node: f"Make a referral ({node.kind})",
    "EscalateNode": lambda node: f"Tell the team: {node.level}, {node.reason}",
    "NoteNode": lambda _: "Add their words to the case",
    "SetNode": _sets,
    "CloseNode": lambda node: f"End the check-in as {node.outcome}: {node.reason}",
    "FlagNode": lambda _: "Flag the services they were told of, in the directory",
    "FeedbackNode": lambda _: "Keep their words as feedback, for the team to answer",
    "PauseNode": lambda _: "Start nothing until the day they said",
    "EnrolNode": lambda node: "Keep in touch, by what they told" + (" of themselves" if node.themselves else ""),
    "CallNode": lambda node: f"Walk the flow {node.flow}, then come back",
    "WaitNode": lambda node: f"Wait {_hours(node.hours)}",
}


def _does(node: Node) -> str:
    kind = type(node).__name__
    if kind in _DOES:
        return _DOES[kind](node)
    settings = [f"{f.name} {getattr(node, f.name)}" for f in fields(node) if f.name not in {"id", "go"}]
    return f"{kind.removesuffix('Node')}: {', '.join(settings)}" if settings else kind.removesuffix("Node")
