"""From the examples to the two tables, and what they reach on messages of a hand they never read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.learnt import ASKS, DANGER
from bot.meaning import meanings_of
from bot.training.fit import Read, abouts, fit, intents, kinds, needs, risks, speakers
from bot.training.lines import digest
from flows.understanding import judge
from flows.understanding.compile import compile_listener
from flows.understanding.examples import Example
from flows.understanding.linear import LinearModel

# How sure a margin makes each head: the value at which its shares of belief come true most often.
_SHARPLY = {"risk": 2.0, "kind": 3.0, "about": 3.0, "speaker": 2.0, "need": 3.0, "intent": 3.0}
_BATCH = 256
FOLDS = 5

# Shares of belief that decide, chosen on the practice lines: the highest alarm that loses no urgent line there. Where a
# rule speaks too the half is enough, and urgent is chosen well below it.
LIMITS = {"alarm": 0.65, "heard": 0.5, "urgent": 0.3}


def read_all(examples: Sequence[Example], phrases: dict[str, Any], told: Callable[[str], None]) -> list[Read]:
    """Each example as the model reads it. Takes about 2 ms an example."""
    listener = compile_listener(phrases)
    found: list[Read] = []
    for start in range(0, len(examples), _BATCH):
        batch = examples[start : start + _BATCH]
        meanings = meanings_of([example.text for example in batch])
        for example, meaning in zip(batch, meanings, strict=True):
            heard = listener.hear(example.text)
            found.append(Read(example, heard.words.words, heard.signs, meaning))
    told(f"read {len(found)} examples")
    return found


def danger_table(read: Sequence[Read], made_from: str = "") -> LinearModel:
    return fit(
        read, {"risk": risks, "kind": kinds, "about": abouts, "speaker": speakers}, with_letters=False, with_signs=True,
        sharply=_SHARPLY, limits=LIMITS, made_from=made_from,
    )  # fmt: skip


def asks_table(read: Sequence[Read], made_from: str = "") -> LinearModel:
    return fit(
        read,
        {"need": needs, "intent": intents},
        with_letters=True,
        with_signs=False,
        sharply=_SHARPLY,
        limits={},
        made_from=made_from,
    )


def learn(root: Path, examples: Sequence[Example], phrases: dict[str, Any], told: Callable[[str], None]) -> None:
    """Write both tables beside the examples."""
    read, made_from = read_all(examples, phrases, told), digest(root)
    for name, table in ((DANGER, danger_table), (ASKS, asks_table)):
        data = table(read, made_from).written()
        (root / name).write_bytes(data)
        told(f"{name}: {len(data) / 1e6:.1f} MB")


@dataclass(frozen=True, slots=True)
class Judged:
    """An example with the shares of belief of models that never read it: label by head."""

    example: Example
    shares: dict[str, dict[str, float]]


def unseen(read: Sequence[Read], folds: int = FOLDS) -> Iterator[Judged]:
    """Each example judged by models learnt from the other folds. A fold is every n-th example of each hand."""
    for at in range(folds):
        yield from _judged([one for row, one in enumerate(read) if row % folds != at], read[at::folds])


def unseen_hands(read: Sequence[Read]) -> Iterator[Judged]:
    """Each example judged by models learnt from all the other hands: the harder test, since hands have their topics."""
    for hand in sorted({one.example.source for one in read}):
        known = [one for one in read if one.example.source != hand]
        yield from _judged(known, [one for one in read if one.example.source == hand])


def _judged(known: Sequence[Read], unknown: Iterable[Read]) -> Iterator[Judged]:
    danger, asks = danger_table(known), asks_table(known)
    for one in unknown:
        grave, asked = danger.score(one.words, one.meaning, one.signs), asks.score(one.words, one.meaning)
        shares = {head: grave.chances(head) for head in danger.heads} | {
            head: asked.chances(head) for head in asks.heads
        }
        yield Judged(one.example, shares | {"risk": judge.beliefs(grave)})
