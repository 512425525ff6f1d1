"""Whole conversations over the shipped content, the real understanding and the sample directory.

Each file is one journey as `thrive simulate --record` writes it: what happens, and what it does, step by step.
"""

from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from bot.content import Compiled, Notes, compile_content, read_content, read_document
from bot.simulating import begun, replay
from bot.talking import Talk, real_assets
from flows.checks import ways_on
from flows.effects import Say
from flows.facts import Assets

HERE = Path(__file__).parent
CONTENT = HERE.parents[1] / "content"
FILES = sorted(HERE.glob("*.yaml"))


@cache
def shipped() -> tuple[Compiled, Assets]:
    compiled = compile_content(read_content(CONTENT))
    return compiled, real_assets(compiled)


@cache
def journey(path: Path) -> dict[str, Any]:
    notes = Notes()
    read: dict[str, Any] = read_document(path, path.name, notes)
    assert not notes.faults, notes.faults
    return read


def begin(told: dict[str, Any]) -> Talk:
    return begun(*shipped(), told)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_journey_goes_as_told(path: Path) -> None:
    """Claim: each step does exactly what its file says, in that order, as `thrive journeys` plays it."""
    assert replay(*shipped(), journey(path)) is None


@pytest.mark.parametrize(("facts", "greets"), [({}, True), ({"first_contact": "no"}, False)])
def test_what_a_journey_knows_is_said_in_one_way(facts: dict[str, str], greets: bool) -> None:
    """Claim: yes and no are true and false wherever a journey is played; anything else is refused, not taken for no."""
    said = [effect.text for effect in begin({"facts": facts}).hear("MENU") if isinstance(effect, Say)]
    assert ("first-contact" in said) is greets
    with pytest.raises(ValueError, match="write true or false"):
        begin({"facts": {"first_contact": "ture"}})


def path_of(told: dict[str, Any]) -> tuple[str, ...]:
    return tuple(line for turn in told["turns"] for line in turn["does"] if "timer" not in line)


def test_no_two_journeys_take_the_same_path() -> None:
    """Claim: each file tells something that no other tells."""
    for one, other in combinations(FILES, 2):
        assert path_of(journey(one)) != path_of(journey(other)), f"{one.name} and {other.name}"


def test_half_of_them_are_long_and_every_flow_has_danger_in_it() -> None:
    """Claim: half have eight turns or more; each flow is walked, and danger comes up in the middle of some.

    A flow that no words and no clock open is walked where others call it."""
    long = [path for path in FILES if len(journey(path)["turns"]) >= 8]
    assert len(long) * 2 >= len(FILES)
    spoken = {line.split()[1].split(".")[0] for path in FILES for line in path_of(journey(path)) if "say " in line}
    assert {journey(path)["flow"] for path in FILES} | {"after-check-in"} & spoken == set(shipped()[0].flows)


def test_every_node_that_speaks_is_reached_by_a_journey() -> None:
    """Claim: each text of each flow that a family can be sent is sent in some journey."""
    flows = shipped()[0].flows
    spoken = {line.split()[1] for path in FILES for line in path_of(journey(path)) if line.startswith("say ")}
    written = {
        f"{flow.name}.{node.id}"
        for flow in flows.values()
        for node in flow.nodes.values()
        if shipped()[1].wording.has(f"{flow.name}.{node.id}") and (ways_on(node) or node.id != "end")
    }
    assert written - spoken == set()
