"""What makes a flow wrong by its shape alone: names nothing gives, places nothing reaches, rounds without rest."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from flows.flow import (
    AskNode,
    BranchNode,
    CallNode,
    EndNode,
    EnrolNode,
    FeedbackNode,
    FlagNode,
    Flow,
    Node,
    PauseNode,
    SayNode,
    SearchNode,
    SetNode,
    Test,
    WaitNode,
)
from flows.run import FACT_NAMES
from flows.vocabulary import CARRIER_STOP

# What names answers that it reads, and by which of its fields.
_READS: Mapping[type, tuple[str, ...]] = {
    FlagNode: ("listings",), FeedbackNode: ("words",), PauseNode: ("until",), EnrolNode: ("event", "day", "born"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFault:
    """`error` refuses the content; `warning` is for the author to weigh."""

    node: str
    rule: str
    message: str
    severity: Literal["error", "warning"] = "error"
    key: str = ""  # what of the node, or of the flow, where that is known


def ways_on(node: Node) -> tuple[str, ...]:
    """Every node of its own flow that may follow this one."""
    found = [getattr(node, key, None) for key in ("go", "none", "no_more", "heard", "on_timeout", "otherwise")]
    if isinstance(node, AskNode):
        own = [option.go for option in node.options]
        if own and all(own) and not (node.optional or node.unless_known):
            found = found[1:]  # every option says where it goes
        found += own
    if isinstance(node, BranchNode):
        found += [case.go for case in node.cases]
    return tuple(dict.fromkeys(name for name in found if name))


def flow_faults(flow: Flow, flows: Mapping[str, Flow]) -> tuple[FlowFault, ...]:
    """The errors of one flow beside its neighbours."""
    return (
        *_unknown_calls(flow, flows),
        *_unknown_names(flow, flows),
        *_stop_words(flow),
        *_endless(flow),
        *_endless_calls(flow, flows),
    )


def flow_warnings(flow: Flow, flows: Mapping[str, Flow]) -> tuple[FlowFault, ...]:
    """What works and still looks wrong."""
    return (*_unreachable(flow), *_no_way_out(flow), *_silent_ends(flow, flows))


def calls_on_the_way(flow: Flow, node: str) -> frozenset[str]:
    """The flows that are walked from this node on, before anything is asked here."""
    way = _reach(flow, [node], past=lambda at: not isinstance(at, AskNode | WaitNode))
    return frozenset(at.flow for at in map(flow.nodes.__getitem__, way) if isinstance(at, CallNode))


def _reach(flow: Flow, start: Iterable[str], past: Callable[[Node], bool] = lambda _: True) -> set[str]:
    """Every node that may follow these, themselves included; beyond a node only where `past` lets through."""
    waiting, reached = list(start), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in reached and name in flow.nodes:
            reached.add(name)
            waiting += ways_on(flow.nodes[name]) if past(flow.nodes[name]) else ()
    return reached


def _unreachable(flow: Flow) -> Iterator[FlowFault]:
    reached = _reach(flow, [flow.start, *([flow.human] if flow.human else []), *flow.updates.values()])
    for name in flow.nodes:
        if name not in reached and name != "end":
            yield FlowFault(node=name, rule="unreachable", message="nothing leads here", severity="warning")


def _no_way_out(flow: Flow) -> Iterator[FlowFault]:
    """Questions that only lead to each other: nobody who is there can ever be done."""
    for name, node in flow.nodes.items():
        reached = _reach(flow, [name])
        done = any(isinstance(flow.nodes[at], EndNode) for at in reached)
        if isinstance(node, AskNode) and not done and flow.nodes.keys() >= set(ways_on(node)):
            round_ = [at for at in flow.nodes if at in reached and isinstance(flow.nodes[at], AskNode)]
            told = f"a dead end: from here the conversation never ends, it only asks {', '.join(round_)} again"
            yield FlowFault(node=name, rule="dead-end", message=told, severity="warning")


def _silent_ends(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[FlowFault]:
    """Answers after which nothing is ever said: whoever gave one does not know that it was heard.

    A flow that others call may leave the last word to them.
    """
    if any(_speaks_on(other, node.go) for other, node in _calls_of(flow.name, flows)):
        return
    for node in flow.nodes.values():
        if isinstance(node, AskNode):
            ways = {option.label: option.go or node.go for option in node.options} or {"any answer": node.go}
            silent = [label for label, go in ways.items() if not _speaks_on(flow, go)]
            if silent:
                told = f"a dead end: nothing is said after {', '.join(map(repr, silent))}"
                yield FlowFault(node=node.id, rule="dead-end", message=told, severity="warning")


def _calls_of(name: str, flows: Mapping[str, Flow]) -> Iterator[tuple[Flow, CallNode]]:
    for flow in flows.values():
        yield from ((flow, node) for node in flow.nodes.values() if isinstance(node, CallNode) and node.flow == name)


def _speaks_on(flow: Flow, start: str) -> bool:
    return any(isinstance(flow.nodes[at], SayNode | AskNode | SearchNode | CallNode) for at in _reach(flow, [start]))


def _unknown_calls(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[FlowFault]:
    for node in flow.nodes.values():
        if isinstance(node, CallNode) and node.flow not in flows:
            near = difflib.get_close_matches(node.flow, flows, n=1)
            told = f"there is no flow {node.flow!r}" + (f"; did you mean {near[0]}?" if near else "")
            yield FlowFault(node=node.id, rule="unknown-flow", message=told)


def _unknown_names(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[FlowFault]:
    known = FACT_NAMES | {name for other in flows.values() for name in other.kept_names()}
    for node in flow.nodes.values():
        tests: list[Test] = []
        if isinstance(node, BranchNode):
            tests = [case.when for case in node.cases]
        elif isinstance(node, AskNode):
            tests = [option.when for option in node.options if option.when is not None]
        elif isinstance(node, SetNode) and node.language is not None:
            tests = [Test(name=node.language)]
        elif (read := _READS.get(type(node))) is not None:
            tests = [Test(name=name) for field in read if (name := getattr(node, field)) is not None]
        for test in tests:
            if test.name not in known:
                near = difflib.get_close_matches(test.name, known, n=1)
                told = f"nothing is kept as {test.name!r}" + (f"; did you mean {near[0]}?" if near else "")
                yield FlowFault(node=node.id, rule="unknown-name", message=told)


def _stop_words(flow: Flow) -> Iterator[FlowFault]:
    """A carrier acts on these whatever we mean by them: the answer would end their texts."""
    for node in flow.nodes.values():
        for option in node.options if isinstance(node, AskNode) else ():
            for word in (option.label, *option.says):
                if word.casefold().strip() in CARRIER_STOP:
                    told = f"{word!r} is a carrier's STOP word: whoever answers it gets no more texts"
                    yield FlowFault(node=node.id, rule="stop-word", message=told, key="options")
    for keyword in flow.keywords:
        if keyword.casefold().strip() in CARRIER_STOP:
            told = f"the keyword {keyword!r} is a carrier's STOP word"
            yield FlowFault(node="", rule="stop-word", message=told, key="keywords")


def _endless(flow: Flow) -> Iterator[FlowFault]:
    """A round of nodes in which none waits. An ask that may be skipped as known does not count as waiting."""
    rests = {node.id for node in flow.nodes.values() if _rests(node)}
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return path[path.index(name) :]
        if name in done or name in rests or name not in flow.nodes:
            return None
        for to in ways_on(flow.nodes[name]):
            found = follow(to, (*path, name))
            if found:
                return found
        done.add(name)
        return None

    for name, node in flow.nodes.items():
        if isinstance(node, SearchNode):
            continue
        found = follow(name, ())
        if found:
            told = f"goes round without waiting: {' -> '.join((*found, found[0]))}"
            yield FlowFault(node=found[0], rule="endless", message=told)
            return


def _endless_calls(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[FlowFault]:
    """Flows that call each other in a round before any of them waits."""

    def follow(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return (*path, name) if name == path[0] else None
        found = (follow(to, (*path, name)) for to in sorted(_calls_at_once(flows[name])) if to in flows)
        return next((one for one in found if one), None)

    found = follow(flow.name, ())
    if found:
        told = f"these flows call each other without waiting: {' -> '.join(found)}"
        yield FlowFault(node=next(iter(_calls_to(flow, found[1]))), rule="endless", message=told, key="call")


def _calls_at_once(flow: Flow) -> set[str]:
    way = _reach(flow, [flow.start], past=lambda node: not _rests(node) and not isinstance(node, CallNode))
    return {node.flow for node in map(flow.nodes.__getitem__, way) if isinstance(node, CallNode)}


def _calls_to(flow: Flow, name: str) -> Iterator[str]:
    return (node.id for node in flow.nodes.values() if isinstance(node, CallNode) and node.flow == name)


def _rests(node: Node) -> bool:
    """Whether it waits whatever is known: an ask may be skipped as known."""
    return isinstance(node, WaitNode) or (isinstance(node, AskNode) and not node.unless_known)
