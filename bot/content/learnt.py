"""What was learnt from the examples, read once a process.

The tables belong to the release, not to a published bundle: they are made from content/examples by `thrive train`, and
every conversation is understood with the newest.
"""

from functools import lru_cache
from pathlib import Path

from bot.meaning import meanings_of
from flows.understanding.lexicon import Learnt
from flows.understanding.linear import LinearModel

EXAMPLES = Path(__file__).parents[2] / "content" / "examples"
DANGER, ASKS = "danger.npz", "asks.npz"


@lru_cache(maxsize=1)
def learnt() -> Learnt:
    """Raises FileNotFoundError or ValueError where the tables are missing or broken: `thrive train` makes them."""
    return Learnt(
        danger=LinearModel.read((EXAMPLES / DANGER).read_bytes()),
        asks=LinearModel.read((EXAMPLES / ASKS).read_bytes()),
        meanings=meanings_of,
    )
