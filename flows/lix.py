"""How hard a text is to read, by LIX: words in a sentence, and how many of the words are long.

C. H. Björnsson, "Läsbarhet" (1968): words / sentences + 100 x long words / words, a long word having more than six
letters. Under 30 is what children's books reach; 40 is a newspaper.
"""

import re
from dataclasses import dataclass

from flows.wording import PLACEHOLDER

HARD = 30  # over this a child of ten needs help with it
LONG_LETTERS = 6
FEWEST_WORDS = 5  # of so few words a single long one would decide

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
# A number such as 9.30 or an address such as samaritans.org holds no end of a sentence.
_END = re.compile(r"[.!?:;]+(?=\s|$|[\"'\u201d\u2019)])|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`lix` is rounded to a whole number, 0 for a text too short to judge. `long_words` as written, each once."""

    lix: int
    long_words: tuple[str, ...]

    @property
    def hard(self) -> bool:
        return self.lix > HARD


def reading_of(text: str) -> Reading:
    """Values in braces count as one short word: what fills them is a name, a number or a day."""
    plain = PLACEHOLDER.sub("x", text)
    words = _WORD.findall(plain)
    long_words = [word for word in words if sum(map(str.isalpha, word)) > LONG_LETTERS]
    each = tuple(dict.fromkeys(long_words))
    if len(words) < FEWEST_WORDS:
        return Reading(lix=0, long_words=each)
    sentences = sum(1 for part in _END.split(plain) if _WORD.search(part))
    return Reading(lix=round(len(words) / sentences + 100 * len(long_words) / len(words)), long_words=each)
