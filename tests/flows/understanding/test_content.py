"""Faults of the content: all told at once, each with its file and keys."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from bot.content.learnt import learnt
from flows.understanding import ContentError, compile_lexicon


def test_every_fault_is_told_at_once(shipped: Callable[[], dict[str, Any]]) -> None:
    """An unknown key, a missing one, a wrong shape and an unknown file come together, with key paths."""
    content = shipped()
    content["danger-en"]["rules"][0]["colour"] = "red"
    del content["danger-en"]["rules"][1]["why"]
    content["spellings"] = ["im"]
    content["poems"] = {}
    with pytest.raises(ContentError) as caught:
        compile_lexicon(content, learnt())
    told = {(fault.file, fault.path) for fault in caught.value.faults}
    assert ("danger-en", ("rules", 0, "colour")) in told
    assert ("danger-en", ("rules", 1, "why")) in told
    assert ("spellings", ()) in told
    assert ("poems", ()) in told


def test_a_bad_pattern_names_its_place(shipped: Callable[[], dict[str, Any]]) -> None:
    """An unknown group, an empty alternative and an unknown kind of danger are faults of the author."""
    content = shipped()
    content["danger-en"]["rules"][0]["says"][0] = "he has NOSUCH"
    content["danger-en"]["rules"][0]["says"][1] = "he has||knife"
    content["danger-en"]["frames"][0]["kinds"] = ["cheese"]
    with pytest.raises(ContentError) as caught:
        compile_lexicon(content, learnt())
    told = [(fault.path, fault.message) for fault in caught.value.faults]
    assert (("rules", 0, "says", 0), "unknown group NOSUCH") in told
    assert any(path == ("rules", 0, "says", 1) for path, _ in told)
    assert any("cheese" in message for _, message in told)


def test_an_unknown_need_is_refused(shipped: Callable[[], dict[str, Any]]) -> None:
    """Phrases for a need that needs.yaml does not hold are a fault."""
    content = shipped()
    content["needs-health"]["unicorns"] = {"words": ["unicorn"], "phrases": ["a unicorn please"]}
    with pytest.raises(ContentError, match=r"unicorns"):
        compile_lexicon(content, learnt())


def test_every_need_has_many_phrases(shipped: Callable[[], dict[str, Any]]) -> None:
    """Each of the forty-five needs has at least 25 phrases, as families write."""
    content = shipped()
    held: Counter[str] = Counter()
    for stem, file in content.items():
        if stem.startswith("needs-"):
            held.update({need: len(given.get("phrases", ())) for need, given in file.items()})
    wanted = [need["id"] for group in content["needs"]["needs"].values() for need in group]
    assert {need: held[need] for need in wanted if held[need] < 25} == {}


def test_every_rule_says_why(shipped: Callable[[], dict[str, Any]]) -> None:
    """A service manager can read why each rule and each frame is there."""
    for stem, file in shipped().items():
        if stem.startswith("danger-"):
            assert all(len(item["why"]) > 10 for item in [*file.get("rules", []), *file.get("frames", [])])


def test_a_split_phrase_is_warned_of(shipped: Callable[[], dict[str, Any]]) -> None:
    """`a|b c|d` where `b_c` stands elsewhere: the author is told that a space was likely meant as `_`."""
    content = shipped()
    content["danger-en"]["rules"][0]["says"] += ["zebra|way_out|lion", "zebra|way out|lion"]
    found = compile_lexicon(content, learnt()).split
    assert any("'zebra|way out|lion'" in fault.message and "way_out" in fault.message for fault in found)


def test_short_forms_in_patterns_are_opened(shipped: Callable[[], dict[str, Any]]) -> None:
    """`cant_zebra` in a pattern meets "can't zebra" and "can not zebra" in a message."""
    content = shipped()
    content["danger-en"]["rules"][0]["says"].append("cant_zebra|lion")
    lexicon = compile_lexicon(content, learnt())
    assert lexicon.screen(["i can't zebra"]).risk == lexicon.screen(["i cannot zebra"]).risk != "none"
