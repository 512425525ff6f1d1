"""A model of how families answer, for a rehearsal. Told plainly, and the same each time: nothing is left to chance.

Whether a family answers a check-in, when and how, follows from a hash of the seed, the person and the touch. So another
seed is another year, the same seed the same one, and a family more or less changes nothing for the others.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.rehearsed import Line, Wrote

WITHIN = timedelta(hours=6)  # of the text that they answer
AFTER_REMINDER = 0.25  # of those who answer, this share does only once reminded


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerModel:
    """`share` of check-ins are answered, `low` of the answers are low. Both from 0 to 1.

    `words` gives by flow what a family that is well writes, and one that is not.
    """

    share: float = 0.5
    low: float = 0.1
    seed: int = 0
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    usual: tuple[str, str] = ("8", "3")

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or not 0 <= self.low <= 1:
            msg = "a share is from 0 (none) to 1 (all)"
            raise ValueError(msg)

    def __call__(self, line: Line, now: datetime) -> Iterator[Wrote]:
        """What follows a check-in that was just sent, or just reminded."""
        answers, when, how = _drawn(
            f"{self.seed}:{line.person}:{line.programme}:{line.touch}:{line.occurrence}:{line.child}"
        )
        waits_for_reminder = when < AFTER_REMINDER and line.planned is not None and line.planned.touch.remind_after > 0
        if answers >= self.share or waits_for_reminder is (line.reminded_at is None):
            return
        well, not_well = self.words.get(line.flow, self.usual)
        yield Wrote(at=now + WITHIN * when, person=line.person, words=not_well if how < self.low else well)

    def told(self) -> str:
        """The model in plain words, beside whatever was rehearsed by it."""
        if not self.share:
            return "No family answers."
        much = "Every check-in is" if self.share == 1 else f"{_percent(self.share)} of check-ins are"
        return (
            f"{much} answered, {_percent(AFTER_REMINDER)} of them only after the reminder; {_percent(self.low)} of the "
            f"answers are low. Which ones follows from seed {self.seed} and the person's reference. Nobody texts STOP."
        )


def _percent(share: float) -> str:
    return f"{100 * share:g}%"


def _drawn(of: str) -> tuple[float, float, float]:
    """Three numbers from 0 to 1, the same for the same text."""
    digest = hashlib.blake2b(of.encode(), digest_size=12).digest()
    return tuple(int.from_bytes(digest[n : n + 4], "big") / 2**32 for n in (0, 4, 8))  # type: ignore[return-value]  # three
