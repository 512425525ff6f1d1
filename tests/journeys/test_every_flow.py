"""The journeys walk every node of every flow, and danger comes up in the middle of each."""

from tests.journeys.test_journeys import FILES, journey, shipped
from tests.journeys.walking import Turn, all_walks


def test_every_node_of_every_flow_is_walked() -> None:
    """Claim: no node is shipped that no journey walks, whether it says anything or not."""
    walked = {node for walk in all_walks().values() for turn in walk for node in turn.walked}
    written = {f"{flow.name}.{node}" for flow in shipped()[0].flows.values() for node in flow.nodes}
    assert written - walked == set()


def test_danger_comes_up_in_the_middle_of_each_flow() -> None:
    """Claim: in some journey words of danger come while the flow is open, and are answered by a safety reply.

    A flow that only says something is over in one turn: there they come straight after it."""
    flows = shipped()[0].flows
    inside = {
        name for walk in all_walks().values() for turn in walk if turn.answers_danger for name in turn.open_before
    }
    after = {name for walk in all_walks().values() for name in just_before_danger(walk)}
    spoken_of = {name for name in flows if name in inside or (flows[name].only_says and name in after)}
    assert flows.keys() - spoken_of == set()


def just_before_danger(walk: tuple[Turn, ...]) -> set[str]:
    """The flows that spoke in the last turn that said anything before one that answers danger."""
    found = set[str]()
    last: set[str] = set()
    for turn in walk:
        if turn.answers_danger:
            found |= last
        last = {say.text.partition(".")[0] for say in turn.said} or last
    return found


def test_there_are_eighty_and_half_are_long() -> None:
    """Claim: at least 80 journeys, half of them of eight turns or more."""
    long = [path for path in FILES if len(journey(path)["turns"]) >= 8]
    assert len(FILES) >= 80
    assert len(long) * 2 >= len(FILES)
