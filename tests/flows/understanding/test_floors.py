"""Recorded floors: figures on labelled lines that may rise and never fall, each a line below what was reached.

The rules of danger were widened after reading what `risk`, `own`, `own2`, `own3` and `blind-dev` missed. `blind-held`
was held until its totals chose a limit, and `held-danger` and `held-asks` until their misses were read. `fresh-danger`
and `fresh-asks` (900 lines) were never read by anyone who wrote a rule or an example: those figures say how unseen
messages fare (data/README.md). `hints` was written to be hard: what is only hinted at, and what only sounds so.
"""

from collections.abc import Callable

import pytest

from bot.cli.understand import tallies
from flows.understanding import CompiledLexicon

FLOORS = {
    "understand": {
        "concern found, as concern or urgent": 0.95,
        "concern not called urgent": 0.85,
        "no alarm on harmless lines": 0.98,
        "first need right": 0.93,
        "first need among the first three": 0.95,
        "intent right": 0.99,
        "language right": 0.99,
    },
    "risk": {
        "urgent found": 0.98,
        "urgent found, as urgent or concern": 0.98,
        "concern found, as concern or urgent": 0.98,
        "concern not called urgent": 0.86,
        "no alarm on harmless lines": 0.98,
        "first need right": 0.86,
        "first need among the first three": 0.91,
        "intent right": 0.99,
        "language right": 0.99,
    },
    "blind-dev": {
        "urgent found": 0.96,
        "urgent found, as urgent or concern": 0.96,
        "concern found, as concern or urgent": 0.94,
        "concern not called urgent": 0.92,
        "no alarm on harmless lines": 0.98,
        "first need right": 0.8,
        "first need among the first three": 0.91,
        "intent right": 0.98,
        "language right": 0.99,
    },
    "blind-held": {
        "urgent found": 0.92,
        "urgent found, as urgent or concern": 0.96,
        "concern found, as concern or urgent": 0.9,
        "concern not called urgent": 0.8,
        "no alarm on harmless lines": 0.97,
        "first need right": 0.77,
        "first need among the first three": 0.87,
        "intent right": 0.98,
        "language right": 0.99,
    },
    "own": {
        "urgent found": 0.94,
        "urgent found, as urgent or concern": 0.94,
        "concern found, as concern or urgent": 0.95,
        "no alarm on harmless lines": 0.96,
        "first need right": 0.91,
        "first need among the first three": 0.96,
        "intent right": 0.98,
        "language right": 0.98,
    },
    "own2": {
        "urgent found": 0.95,
        "urgent found, as urgent or concern": 0.95,
        "concern found, as concern or urgent": 0.95,
        "concern not called urgent": 0.85,
        "no alarm on harmless lines": 0.96,
        "intent right": 0.98,
        "language right": 0.98,
    },
    "own3": {
        "urgent found": 0.95,
        "concern found, as concern or urgent": 0.9,
        "no alarm on harmless lines": 0.93,
        "intent right": 0.97,
        "language right": 0.97,
    },
    "held-danger": {
        "urgent found": 0.91,
        "urgent found, as urgent or concern": 0.96,
        "concern found, as concern or urgent": 0.9,
        "concern not called urgent": 0.9,
        "no alarm on harmless lines": 0.96,
        "first need right": 0.69,
        "first need among the first three": 0.84,
        "intent right": 0.98,
        "language right": 0.99,
    },
    "held-asks": {
        "concern found, as concern or urgent": 0.95,
        "concern not called urgent": 0.86,
        "no alarm on harmless lines": 0.94,
        "first need right": 0.87,
        "first need among the first three": 0.93,
        "intent right": 0.96,
        "language right": 0.98,
    },
    "fresh-danger": {
        "urgent found": 0.96,
        "urgent found, as urgent or concern": 0.965,
        "concern found, as concern or urgent": 0.95,
        "concern not called urgent": 0.9,
        "no alarm on harmless lines": 0.935,
        "first need right": 0.82,
        "first need among the first three": 0.93,
        "intent right": 0.985,
        "language right": 0.99,
    },
    "fresh-asks": {
        "no alarm on harmless lines": 0.98,
        "first need right": 0.855,
        "first need among the first three": 0.935,
        "intent right": 0.97,
        "language right": 0.99,
    },
    "hints": {
        "urgent found": 0.73,
        "urgent found, as urgent or concern": 0.77,
        "concern found, as concern or urgent": 0.745,
        "concern not called urgent": 0.86,
        "no alarm on harmless lines": 0.93,
        "first need right": 0.62,
        "first need among the first three": 0.785,
        "intent right": 0.98,
        "language right": 0.99,
    },
    "voices": {
        "urgent found": 0.93,
        "urgent found, as urgent or concern": 0.95,
        "concern found, as concern or urgent": 0.88,
        "concern not called urgent": 0.83,
        "no alarm on harmless lines": 0.96,
        "first need right": 0.76,
        "first need among the first three": 0.88,
        "intent right": 0.985,
        "language right": 0.99,
    },
}


@pytest.mark.parametrize("name", FLOORS)
def test_figures_hold(lexicon: CompiledLexicon, labelled: Callable[[str], list[str]], name: str) -> None:
    """Every recorded figure is at or above its floor."""
    figures, errors = tallies(labelled(name), lexicon)
    assert not errors
    reached = {figure.name: figure.hits / figure.of for figure in figures if figure.of}
    assert {what: reached[what] for what, floor in FLOORS[name].items() if reached[what] < floor} == {}
