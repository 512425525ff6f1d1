"""How many texts of one number answer themselves: a gentle limit, and none on danger, STOP or HELP.

Somebody angry, a child with a phone, another service's automatic answer: each would be answered for ever, and two
machines that answer one another never end. Past the limit a text is kept, read for danger and left for a person, and
one note says so; nothing of it is stepped, so a question that waits still waits when it is calm again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

Held = Literal["many", "same"]

SHORT: Final = timedelta(minutes=10)
LONG: Final = timedelta(days=1)
RUN: Final = timedelta(hours=1)  # the same words over and over, within this
NOTED: Final = timedelta(hours=1)  # one note of it within this
FEWEST: Final = 15  # a referral told quickly is as many texts: no council may set less

# A machine that answers puts the time or a number into the same words each time.
_VARIES = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimits:
    """Automatic answers to one number, and how often the same words running. Raises ValueError, what is wrong first.

    As shipped: thirty in ten minutes is faster than anybody tells us of a family, and a hundred a day is more.
    """

    in_ten_minutes: int = 30
    in_a_day: int = 100
    same_words: int = 3

    def __post_init__(self) -> None:
        if self.in_ten_minutes < FEWEST:
            raise ValueError(f"in_ten_minutes: {FEWEST} or more, as many texts as a referral that is told quickly")
        if self.in_a_day < self.in_ten_minutes:
            raise ValueError("in_a_day: no fewer than in_ten_minutes")
        if self.same_words < 2:
            raise ValueError("same_words: 2 or more: people do say a thing twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """What this number wrote before: how many of it were answered in each time, and its last words within `RUN`."""

    in_ten_minutes: int = 0
    in_a_day: int = 0
    last: Sequence[str] = ()


def held_back(limits: AnswerLimits, lately: Lately, words: str) -> Held | None:
    """Why no automatic answer goes; None where one does."""
    if lately.in_ten_minutes >= limits.in_ten_minutes or lately.in_a_day >= limits.in_a_day:
        return "many"
    said = bare(words)
    last = lately.last[-limits.same_words :]
    if said and len(last) == limits.same_words and all(bare(one) == said for one in last):
        return "same"
    return None


def bare(words: str) -> str:
    """The letters alone: empty for a number, a sign or a picture, which are never taken for the same words."""
    return _VARIES.sub(" ", words.casefold()).strip()
