"""Flows that are like another: what they share is written once, and what they write themselves stands over it."""

from typing import Any

import pytest

from bot.content.documents import Notes, read_text
from bot.content.flow_files import read_flow
from flows.flow import AskNode, Flow, SetNode

PATTERN = """
pattern: good-to-know
check_in: yes
nodes:
  fact:
    as: wish
    options: [{label: More, go: topic}, {label: Not now, go: end}]
    repair: Reply 1 or 2.
  topic:
    set: {age: "", needs: ""}
    go: end
"""
OWN = """
flow: two-year-check
title: The check at two
like: good-to-know
nodes:
  fact: {ask: Every child can have a check at two.}
  topic: {set: {needs: child-development}}
"""


def read(own: str, pattern: str = PATTERN) -> tuple[Flow | None, dict[str, str], list[str]]:
    notes, texts = Notes(), dict[str, str]()
    patterns: dict[str, Any] = {"good-to-know": read_text(pattern, "flows/good-to-know.yaml", notes)}
    raw = read_text(own, "flows/two-year-check.yaml", notes)
    flow = read_flow("flows/two-year-check.yaml", raw, notes, texts, patterns)
    return flow, texts, [str(fault) for fault in notes.faults]


def test_a_flow_has_its_patterns_nodes_and_its_own_words() -> None:
    """Claim: choices, repair and order are the pattern's; the words and one value are the flow's own."""
    flow, texts, faults = read(OWN)
    assert faults == []
    assert flow is not None
    assert (flow.name, flow.check_in, flow.start, list(flow.nodes)) == (
        "two-year-check", True, "fact", ["fact", "topic", "end"]
    )  # fmt: skip
    fact, topic = flow.nodes["fact"], flow.nodes["topic"]
    assert isinstance(fact, AskNode)
    assert isinstance(topic, SetNode)
    assert [option.label for option in fact.options] == ["More", "Not now"]
    assert topic.values == {"age": "", "needs": "child-development"}
    assert texts == {
        "two-year-check.fact": "Every child can have a check at two.",
        "two-year-check.fact.repair": "Reply 1 or 2.",
    }


def test_a_flow_may_say_anything_otherwise() -> None:
    """Claim: what it writes itself stands over the pattern, a list as a whole, and a node more comes after."""
    flow, texts, faults = read(
        OWN.replace("a check at two.}", "a check at two., repair: Pick one., options: [{label: OK, go: more}]}")
        + "  more: {say: Good.}\n"
    )
    assert faults == []
    assert flow is not None
    assert [option.label for option in flow.nodes["fact"].options] == ["OK"]  # type: ignore[union-attr]
    assert texts["two-year-check.fact.repair"] == "Pick one."
    assert list(flow.nodes) == ["fact", "topic", "more", "end"]


@pytest.mark.parametrize(
    ("own", "pattern", "told"),
    [
        (
            OWN.replace("good-to-know", "good-to-no"),
            PATTERN,
            ":4: like: there is no pattern 'good-to-no'; did you mean",
        ),
        (OWN, PATTERN.replace("repair:", "repairs:"), ":6: fact, repairs: unknown key 'repairs'; did you mean repair?"),
        (OWN.replace("  fact: {ask: Every child can have a check at two.}\n", ""), PATTERN, "a node does one thing"),
    ],
)
def test_what_is_wrong_is_told_with_the_flow(own: str, pattern: str, told: str) -> None:
    """Claim: a pattern nobody wrote, a key of it that means nothing, and a fact that is not told refuse the content."""
    assert any(told in fault for fault in read(own, pattern)[2])
