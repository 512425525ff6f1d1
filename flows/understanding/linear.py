"""The linear model: what each part of a message weighs for each label, learnt from content/examples.

One table of weights serves several heads (`risk`, `need` ...), each a choice among labels. A message scores, for a
label, what its parts weigh, the rarer part the more; what weighed most can be shown in the family's own words. Beside
the parts stands an embedding of the whole message, made elsewhere: it knows words that no example said.
"""

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from flows.understanding.features import Part, parts

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """One choice among labels: its columns in the tables."""

    labels: tuple[str, ...]
    start: int

    @property
    def columns(self) -> slice:
        return slice(self.start, self.start + len(self.labels))


class Scores:
    """What one message scores. Made by `LinearModel.score`; cheap to make, and worked out only where asked."""

    __slots__ = ("_model", "_places", "_rows", "_shares", "_totals", "knows_a_word")

    def __init__(
        self,
        model: "LinearModel",
        rows: npt.NDArray[np.intp],
        shares: Floats,
        places: Sequence[int],
        totals: Floats,
        *,
        knows_a_word: bool,
    ) -> None:
        self._model, self._rows, self._shares, self._places, self._totals = model, rows, shares, places, totals
        self.knows_a_word = knows_a_word  # False: no example holds any word of it, and its embedding alone speaks

    def chances(self, head: str) -> dict[str, float]:
        """Each label of the head with its share of belief, 0 to 1, summing to 1."""
        found = self._model.heads[head]
        raw = self._totals[found.columns]
        grown = np.exp(raw - raw.max())
        return dict(zip(found.labels, (grown / grown.sum()).tolist(), strict=True))

    def weighed(self, head: str, label: str, against: str | None = None) -> dict[int, float]:
        """What each place's words added to a label (over another), by place."""
        found = self._model.heads[head]
        column = (
            self._model.weights[self._rows, found.start + found.labels.index(label)]
            * self._model.scales[found.start + found.labels.index(label)]
        )
        if against is not None:
            other = found.start + found.labels.index(against)
            column = column - self._model.weights[self._rows, other] * self._model.scales[other]
        sums: dict[int, float] = defaultdict(float)
        for place, share in zip(self._places, (column * self._shares).tolist(), strict=True):
            sums[place] += share
        return dict(sums)


class LinearModel:
    """Immutable, and safe to share between threads. `written` and `read` are each other's opposite.

    `weights` is int8, a row a part and a column a label, each column with its own scale. `meaning` weighs the
    embedding's numbers, a column a label. `limits` are the shares of belief that decide, as training chose them.
    """

    __slots__ = (
        "_index", "_rarity", "bias", "heads", "limits", "made_from", "meaning", "scales", "weights", "with_letters",
    )  # fmt: skip

    def __init__(
        self,
        *,
        names: Sequence[str],
        rarity: Floats,
        weights: npt.NDArray[np.int8],
        scales: Floats,
        bias: Floats,
        meaning: Floats,
        heads: Mapping[str, Sequence[str]],
        limits: Mapping[str, float],
        with_letters: bool,
        made_from: str,
    ) -> None:
        self._index = {part: row for row, part in enumerate(names)}
        self._rarity, self.weights, self.scales, self.bias, self.meaning = rarity, weights, scales, bias, meaning
        self.limits, self.with_letters, self.made_from = dict(limits), with_letters, made_from
        self.heads: dict[str, Head] = {}
        start = 0
        for name, labels in heads.items():
            self.heads[name] = Head(tuple(labels), start)
            start += len(labels)

    def score(self, words: Sequence[str], meaning: Floats, signs: Sequence[Part] = ()) -> Scores:
        """Scores of one message: its words (folded, short forms opened), its embedding, and what the rules found."""
        seen: dict[str, int] = {}
        for part, place in [*parts(words, with_letters=self.with_letters), *signs]:
            seen.setdefault(part, place)
        index = self._index
        known = [(row, place) for part, place in seen.items() if (row := index.get(part)) is not None]
        rows = np.fromiter((row for row, _ in known), np.intp, len(known))
        rarity = self._rarity[rows]
        length = float(np.sqrt(np.dot(rarity, rarity))) or 1.0
        shares = rarity / length
        totals = (shares @ self.weights[rows]) * self.scales + self.bias + meaning @ self.meaning
        knows = any(part.startswith("w") and part in index for part in seen)
        return Scores(self, rows, shares, [place for _, place in known], totals, knows_a_word=knows)

    def written(self) -> bytes:
        """The model as one file."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            names=np.frombuffer("\n".join(self._index).encode(), np.uint8),
            rarity=self._rarity.astype(np.float16),
            weights=self.weights,
            scales=self.scales,
            bias=self.bias,
            meaning=self.meaning.astype(np.float16),
            about=np.frombuffer(json.dumps(self._about()).encode(), np.uint8),
        )
        return out.getvalue()

    def _about(self) -> dict[str, object]:
        return {
            "heads": {name: head.labels for name, head in self.heads.items()},
            "limits": self.limits,
            "with_letters": self.with_letters,
            "made_from": self.made_from,
        }

    @classmethod
    def read(cls, data: bytes) -> "LinearModel":
        """What `written` wrote. Raises ValueError where it is no such file."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as held:
                about = json.loads(held["about"].tobytes())
                return cls(
                    names=held["names"].tobytes().decode().split("\n"),
                    rarity=held["rarity"].astype(np.float32),
                    weights=held["weights"],
                    scales=held["scales"],
                    bias=held["bias"],
                    meaning=held["meaning"].astype(np.float32),
                    **about,
                )
        except (OSError, KeyError, ValueError, EOFError, TypeError, zipfile.BadZipFile) as error:
            msg = "not a file of weights: make it again with `thrive train`"
            raise ValueError(msg) from error
