"""What a journey walks through, node by node: told by flows that note each node that is read from them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.cli.simulate import play
from flows.effects import Say
from flows.flow import Flow, Node
from tests.journeys.test_journeys import FILES, begin, journey


class Noting(dict[str, Node]):
    """The nodes of one flow. The engine reads one to walk it or to wait at it, and in no other way."""

    def __init__(self, flow: Flow, walked: set[str]) -> None:
        super().__init__(flow.nodes)
        self._flow, self._walked = flow.name, walked

    def __getitem__(self, node: str) -> Node:
        self._walked.add(f"{self._flow}.{node}")
        return super().__getitem__(node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn: the flows that were open before it, outermost first, the nodes it walked, and what it said."""

    number: int
    open_before: tuple[str, ...]
    walked: frozenset[str]
    said: tuple[Say, ...]

    @property
    def answers_danger(self) -> bool:
        return any(say.purpose == "safety" for say in self.said)


@cache
def walk_of(path: Path) -> tuple[Turn, ...]:
    told: dict[str, Any] = journey(path)
    talk = begin(told)
    walked: set[str] = set()
    flows: Mapping[str, Flow] = talk.assets.flows
    noting = {name: replace(flow, nodes=Noting(flow, walked)) for name, flow in flows.items()}
    talk.assets = replace(talk.assets, flows=noting)
    turns = []
    for number, turn in enumerate(told["turns"], 1):
        walked.clear()
        before = tuple(frame.flow for frame in talk.session.stack)
        _, effects = play(talk, dict(turn), told["flow"])
        said = tuple(effect for effect in effects if isinstance(effect, Say))
        turns.append(Turn(number=number, open_before=before, walked=frozenset(walked), said=said))
    return tuple(turns)


def all_walks() -> dict[str, tuple[Turn, ...]]:
    return {path.stem: walk_of(path) for path in FILES}
