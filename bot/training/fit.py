"""Fitting the linear model: the one door to scikit-learn, which only training needs.

Linear support vectors over the message's parts (by rarity, length one) beside its embedding, each label of a head
against the rest, then rounded to whole numbers of a byte. Logistic regression is five points worse on needs and a
point on danger, and takes ten times as long (docs/understanding.md).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from flows.understanding.examples import Example
from flows.understanding.features import Part, parts
from flows.understanding.linear import LinearModel

NOTHING = "-"  # the label of a message that shows no need, or not who is speaking
_LEAST_SEEN = 2  # messages that must hold a part before it weighs anything
_MEANING_WEIGHT = 1.5  # of the embedding beside the parts
_SECOND_NEED = 0.5  # of a message that names a need second
_LEAST_CHANGE = 1e-3
_MOST_ROUNDS = 1000

# Which reply fits: the helplines differ.
_ABOUT = {
    "domestic-abuse": "partner", "separation": "partner",
    "child-safety": "child", "online-safety": "child", "exploitation": "child", "bullying": "child",
    "child-mental-health": "self-harm", "parent-mental-health": "self-harm", "bereavement": "self-harm",
    "gp-dentist": "medical", "baby-care": "medical", "pregnancy": "medical", "substance-use": "medical",
}  # fmt: skip

Floats = npt.NDArray[np.float32]
Labelled = list[tuple[int, str, float]]  # row of the example, label, weight


@dataclass(frozen=True, slots=True)
class Read:
    """An example as the model reads it."""

    example: Example
    words: Sequence[str]
    signs: Sequence[Part]  # what the rules of danger find
    meaning: Floats


def risks(read: Sequence[Read]) -> Labelled:
    return [(row, one.example.risk, 1.0) for row, one in enumerate(read)]


def speakers(read: Sequence[Read]) -> Labelled:
    return [(row, one.example.speaker or NOTHING, 1.0) for row, one in enumerate(read)]


def abouts(read: Sequence[Read]) -> Labelled:
    """What danger is about, by the main need it is told with; messages with no danger say nothing of it."""
    return [
        (row, _ABOUT.get(one.example.needs[0], "other") if one.example.needs else "other", 1.0)
        for row, one in enumerate(read)
        if one.example.risk != "none"
    ]


def kinds(read: Sequence[Read]) -> Labelled:
    """The level with what it is about, a slash between: narrow choices together draw lines that one wide one cannot."""
    found: Labelled = []
    for row, one in enumerate(read):
        about = _ABOUT.get(one.example.needs[0], "other") if one.example.needs else "nothing"
        found.append((row, f"{one.example.risk}/{about if one.example.intent == 'need' else 'asked'}", 1.0))
    return found


def intents(read: Sequence[Read]) -> Labelled:
    return [(row, one.example.intent, 1.0) for row, one in enumerate(read)]


def needs(read: Sequence[Read]) -> Labelled:
    """Every need of a message, the first with its whole weight; a message with none is of the label for nothing."""
    found: Labelled = []
    for row, one in enumerate(read):
        named = one.example.needs or (NOTHING,)
        found += [(row, need, 1.0 if at == 0 else _SECOND_NEED) for at, need in enumerate(named)]
    return found


def fit(
    read: Sequence[Read],
    heads: Mapping[str, Callable[[Sequence[Read]], Labelled]],
    *,
    with_letters: bool,
    with_signs: bool,
    sharply: Mapping[str, float],
    limits: Mapping[str, float],
    made_from: str,
) -> LinearModel:
    """A model with these heads. `sharply` turns the margins of a head into shares of belief: how much one margin
    more multiplies a label's share, as a natural logarithm.
    """

    def named(one: Read) -> list[str]:
        found = parts(one.words, with_letters=with_letters)
        return [part for part, _ in [*found, *(one.signs if with_signs else ())]]

    rarity_of = TfidfVectorizer(analyzer=named, binary=True, min_df=_LEAST_SEEN)
    table = rarity_of.fit_transform(read)
    meanings = np.stack([one.meaning for one in read]) * _MEANING_WEIGHT
    whole = hstack([table, csr_matrix(meanings)]).tocsr().astype(np.float32)  # half the memory, and twice as fast
    columns: list[npt.NDArray[np.float64]] = []
    biases: list[npt.NDArray[np.float64]] = []
    labels: dict[str, list[str]] = {}
    for name, told in heads.items():
        rows, given, weights = zip(*told(read), strict=True)
        learnt = LinearSVC(tol=_LEAST_CHANGE, max_iter=_MOST_ROUNDS, random_state=0)
        learnt.fit(whole[list(rows)], list(given), sample_weight=list(weights))
        labels[name] = [str(label) for label in learnt.classes_]
        columns.append(learnt.coef_.T * sharply[name])
        biases.append(learnt.intercept_ * sharply[name])
    weighed = np.concatenate(columns, axis=1)
    of_parts, of_meaning = weighed[: table.shape[1]], weighed[table.shape[1] :] * _MEANING_WEIGHT
    scales = np.abs(of_parts).max(axis=0) / 127
    return LinearModel(
        names=list(rarity_of.get_feature_names_out()),
        rarity=rarity_of.idf_.astype(np.float16).astype(np.float32),
        weights=np.round(of_parts / scales).astype(np.int8),
        scales=scales.astype(np.float32),
        bias=np.concatenate(biases).astype(np.float32),
        meaning=of_meaning.astype(np.float16).astype(np.float32),
        heads=labels,
        limits=limits,
        with_letters=with_letters,
        made_from=made_from,
    )
