"""What makes a flow wrong by its shape alone: names nothing gives, places nothing reaches, rounds without rest."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from flows.flow import AskNode, BranchNode, CallNode, Flow, Node, SearchNode, SetNode, Test, WaitNode
from flows.run import FACT_NAMES
from flows.vocabulary import CARRIER_STOP


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFault:
    """`error` refuses the content; `warning` is for the author to weigh."""

    node: str
    rule: str
    message: str
    severity: Literal["error", "warning"] = "error"


def ways_on(node: Node) -> tuple[str, ...]:
    """Every node of its own flow that may follow this one."""
    found = [getattr(node, key, None) for key in ("go", "none", "no_more", "heard", "on_timeout")]
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
    return (*_unknown_calls(flow, flows), *_unknown_names(flow, flows), *_stop_words(flow), *_endless(flow))


def flow_warnings(flow: Flow) -> tuple[FlowFault, ...]:
    """What works and still looks wrong."""
    reached = _reached(flow)
    unreached = (name for name in flow.nodes if name not in reached and name != "end")
    return tuple(
        FlowFault(node=name, rule="unreachable", message="nothing leads here", severity="warning") for name in unreached
    )


def _reached(flow: Flow) -> set[str]:
    waiting = [flow.start, *([flow.human] if flow.human else []), *flow.updates.values()]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached and name in flow.nodes:
            reached.add(name)
            waiting += ways_on(flow.nodes[name])
    return reached


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
                    yield FlowFault(node=node.id, rule="stop-word", message=told)
    for keyword in flow.keywords:
        if keyword.casefold().strip() in CARRIER_STOP:
            yield FlowFault(node="", rule="stop-word", message=f"the keyword {keyword!r} is a carrier's STOP word")


def _endless(flow: Flow) -> Iterator[FlowFault]:
    """A round of nodes in which none waits. An ask that may be skipped as known does not count as waiting."""
    rests = {
        n.id for n in flow.nodes.values() if isinstance(n, WaitNode) or (isinstance(n, AskNode) and not n.unless_known)
    }
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
