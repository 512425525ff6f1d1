"""Making a body fit: without the accents that GSM-7 lacks where they would cost a third segment, joined where two fit.

A translation is written with its own letters. One letter outside GSM-7 makes the whole message UCS-2 and more than
halves what a segment holds (3GPP TS 23.038), so a longer one goes as its readers text it themselves: "Zadzwon".
"""

import unicodedata
from collections.abc import Sequence
from typing import Final

from messages.sms import encoding_of, plain, segments

MOST_SEGMENTS: Final = 2
_GAP: Final = "\n\n"
# Latin letters that do not come apart into a letter and its mark.
_WHOLE: Final = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "œ": "oe", "Œ": "OE"})


def unaccented(body: str) -> str:
    """Each character that GSM-7 lacks as the plain letter beneath it; those that it has stay as they are."""
    composed = unicodedata.normalize("NFC", body)
    return plain("".join(c if encoding_of(c) == "GSM-7" else _bare(c) for c in composed))


def fitted(body: str, most: int = MOST_SEGMENTS) -> str:
    """The body, without accents where only so it takes at most `most` segments. What never fits stays as it is."""
    if segments(body) <= most:
        return body
    bare = unaccented(body)
    return bare if segments(bare) <= most else body


def together(bodies: Sequence[str], most: int = MOST_SEGMENTS) -> tuple[str, ...]:
    """The bodies as one where that takes at most `most` segments, else each by itself, fitted."""
    whole = _GAP.join(bodies)
    if segments(whole) <= most:
        return (whole,)
    return tuple(fitted(body, most) for body in bodies)


def _bare(character: str) -> str:
    apart = unicodedata.normalize("NFKD", character.translate(_WHOLE))
    return "".join(part for part in apart if not unicodedata.combining(part))
