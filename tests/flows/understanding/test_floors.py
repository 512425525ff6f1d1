"""Recorded floors: figures on labelled lines that may rise and never fall.

The phrases were widened after looking at what `risk`, `own`, `own2` and `own3` missed, so those figures say that
nothing was lost, not how well unseen messages fare. Measured blind, before that: see data/README.md.
"""

from collections.abc import Callable

import pytest

from bot.cli.understand import tallies
from flows.understanding import CompiledLexicon

FLOORS = {
    "risk": {
        "urgent found": 0.98,
        "urgent found, as urgent or concern": 0.98,
        "concern found, as concern or urgent": 0.96,
        "concern not called urgent": 0.83,
        "no alarm on harmless lines": 0.96,
        "first need among the first three": 0.80,
        "intent right": 0.98,
        "language right": 0.99,
    },
    "understand": {
        "concern found, as concern or urgent": 0.95,
        "no alarm on harmless lines": 0.98,
        "first need right": 0.86,
        "first need among the first three": 0.94,
        "intent right": 0.98,
        "language right": 0.98,
    },
    "own": {"urgent found": 0.94, "concern found, as concern or urgent": 0.95, "no alarm on harmless lines": 0.96},
    "own3": {"urgent found": 0.95, "concern found, as concern or urgent": 0.90, "no alarm on harmless lines": 0.93},
    "blind-dev": {
        "urgent found": 0.92,
        "concern found, as concern or urgent": 0.92,
        "concern not called urgent": 0.88,
        "no alarm on harmless lines": 0.97,
    },
    "blind-held": {
        "urgent found": 0.58,
        "urgent found, as urgent or concern": 0.63,
        "concern found, as concern or urgent": 0.65,
        "concern not called urgent": 0.82,
        "no alarm on harmless lines": 0.90,
    },
    "own2": {"urgent found": 0.95, "concern found, as concern or urgent": 0.95, "no alarm on harmless lines": 0.96},
}


@pytest.mark.parametrize("name", FLOORS)
def test_figures_hold(lexicon: CompiledLexicon, labelled: Callable[[str], list[str]], name: str) -> None:
    """Every recorded figure is at or above its floor."""
    figures, errors = tallies(labelled(name), lexicon)
    assert not errors
    reached = {figure.name: figure.hits / figure.of for figure in figures if figure.of}
    assert {what: reached[what] for what, floor in FLOORS[name].items() if reached[what] < floor} == {}
