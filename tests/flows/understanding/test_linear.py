"""The linear model: what it says is the sum of what it shows."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.learnt import learnt
from flows.understanding import CompiledLexicon
from flows.understanding.features import parts
from flows.understanding.linear import LinearModel

KNOWN = ["he", "hit", "me", "we", "need", "food", "nursery", "9", "#", "żona"]
WIDTH = 4
HEADS = {"risk": ("concern", "none", "urgent"), "need": ("-", "food")}

WORDS = st.lists(st.one_of(st.sampled_from(KNOWN), st.text(min_size=1, max_size=6)), max_size=14)
SEEDS = st.integers(0, 2**32 - 1)


def model(seed: int) -> LinearModel:
    """A model with the parts of a few words, weighing whatever the seed says."""
    drawn = np.random.default_rng(seed)
    names = sorted({part for part, _ in parts(KNOWN, with_letters=True)} | {"kfear concern"})
    labels = sum(map(len, HEADS.values()))

    def floats(*shape: int) -> np.ndarray:
        return drawn.normal(size=shape).astype(np.float16).astype(np.float32)

    return LinearModel(
        names=names,
        rarity=np.abs(floats(len(names))) + 1,
        weights=drawn.integers(-127, 128, (len(names), labels)).astype(np.int8),
        scales=np.abs(floats(labels)) / 127,
        bias=floats(labels),
        meaning=floats(WIDTH, labels),
        heads=HEADS,
        limits={"alarm": 0.5, "urgent": 0.4},
        with_letters=True,
        made_from="somewhere",
    )


def embedded(seed: int) -> np.ndarray:
    return np.random.default_rng(seed + 1).normal(size=WIDTH).astype(np.float32)


@given(WORDS, SEEDS)
def test_beliefs_are_shares(words: list[str], seed: int) -> None:
    """Of every head the labels' shares are 0 to 1 and come to 1, whatever was written."""
    scores = model(seed).score(words, embedded(seed), [("kfear concern", 0)] if words else [])
    for head, labels in HEADS.items():
        chances = scores.chances(head)
        assert tuple(chances) == labels
        assert all(0 <= chance <= 1 for chance in chances.values())
        assert math.isclose(sum(chances.values()), 1, rel_tol=1e-5)


@given(WORDS, SEEDS)
def test_what_the_places_weigh_is_the_score(words: list[str], seed: int) -> None:
    """Between two labels, what each place adds, the meaning and the bias come to the odds: nothing decides unseen."""
    made, meaning = model(seed), embedded(seed)
    scores = made.score(words, meaning)
    chances = scores.chances("risk")
    for label, other in (("urgent", "none"), ("concern", "urgent")):
        weighed = scores.weighed("risk", label, against=other)
        assert all(0 <= place < max(len(words), 1) for place in weighed)
        one, two = (made.heads["risk"].start + HEADS["risk"].index(name) for name in (label, other))
        rest = float((made.bias[one] - made.bias[two]) + meaning @ (made.meaning[:, one] - made.meaning[:, two]))
        if min(chances[label], chances[other]) > 1e-6:
            odds = math.log(chances[label] / chances[other])
            assert math.isclose(sum(weighed.values()) + rest, odds, rel_tol=1e-3, abs_tol=1e-3)


@given(WORDS, SEEDS)
def test_a_model_is_read_as_it_was_written(words: list[str], seed: int) -> None:
    """The file holds all of it: heads, limits, where it was made from, and the same score for any message."""
    made, meaning = model(seed), embedded(seed)
    again = LinearModel.read(made.written())
    assert (again.heads, again.limits, again.made_from) == (made.heads, made.limits, made.made_from)
    one, two = made.score(words, meaning), again.score(words, meaning)
    for head, labels in HEADS.items():
        assert two.chances(head) == pytest.approx(one.chances(head), abs=1e-2)
        for label in labels:
            assert two.weighed(head, label) == pytest.approx(one.weighed(head, label), rel=1e-2, abs=1e-2)
    assert again.written() == LinearModel.read(again.written()).written()


@pytest.mark.parametrize(
    "broken",
    [
        lambda whole: b"",
        lambda whole: b"not a file of weights",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole.replace(b"rarity", b"parity"),
        lambda whole: whole[:200] + bytes(60) + whole[260:],
    ],
)
def test_a_broken_file_says_what_to_do(broken: Callable[[bytes], bytes]) -> None:
    """Nothing, something else, a half, a lost table and a spoilt one: each says how it is made again."""
    with pytest.raises(ValueError, match=r"thrive train"):
        LinearModel.read(broken(model(1).written()))


def test_threads_get_the_answers_that_one_gets(lexicon: CompiledLexicon, labelled: Callable[[str], list[str]]) -> None:
    """Eight threads on one lexicon say of each message what one says."""
    texts = [line.partition('"text": "')[2].partition('"')[0] for line in labelled("risk")[:64]]
    alone = [lexicon.understand(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lexicon.understand, texts * 2)) == alone * 2


def test_the_shipped_tables_hold_the_heads_that_are_asked() -> None:
    """Danger knows its three levels, its limits and who speaks; the other knows every need and intent."""
    shipped = learnt()
    assert set(shipped.danger.heads["risk"].labels) == {"none", "concern", "urgent"}
    assert {"about", "speaker"} <= shipped.danger.heads.keys()
    assert {"need", "intent"} <= shipped.asks.heads.keys()
    assert 0 < shipped.limits.alarm < 1
    assert 0 < shipped.limits.urgent < 1
