"""What a text costs: its encoding and segments, counted exactly as Twilio's calculator counts them.

GSM-7 and its extension: 3GPP TS 23.038, 6.2.1. A segment is 140 octets; each of a long message's loses six to the
header that joins them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from messages.graphemes import graphemes

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC: Final = frozenset(
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5"
    "\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9"
    " !\"#\u00a4%&'()*+,-./0123456789:;<=>?"
    "\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7"
    "\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|\u20ac")  # each takes an escape as well
_GSM7: Final = _BASIC | _EXTENSION

_SEGMENT_BITS: Final = 140 * 8
_HEADER_BITS: Final = 6 * 8

# Typing aids that word processors put in, each with the sign every telephone keyboard has.
_PLAIN: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f", " ")
    | {"\u2026": "..."}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a body takes. An empty body is one segment, as the calculator has it."""

    encoding: Encoding
    segments: int


def measure(body: str) -> Size:
    """Encoding and segments of a body exactly as it is."""
    encoding = encoding_of(body)
    if encoding == "GSM-7":
        bits: Iterable[int] = (14 if character in _EXTENSION else 7 for character in body)
    else:
        bits = (16 * _utf16_units(grapheme) for grapheme in graphemes(_paired(body)))
    return Size(encoding=encoding, segments=_segments(bits))


def encoding_of(body: str) -> Encoding:
    """GSM-7 where every character has a place in it, else UCS-2 for the whole message."""
    return "GSM-7" if _GSM7.issuperset(body) else "UCS-2"


def segments(body: str) -> int:
    """How many segments a body is sent, and paid for, as."""
    return measure(body).segments


def plain(text: str) -> str:
    """Curly quotes, long dashes, ellipses and no-break spaces as plain ones, where that makes the whole text GSM-7.

    In a text that needs UCS-2 anyway it saves nothing, so the text stays as it was written.
    """
    made_plain = text.translate(_PLAIN)
    return made_plain if encoding_of(made_plain) == "GSM-7" else text


def _segments(sizes: Iterable[int]) -> int:
    """Fill segments with characters of these sizes in bits, none parted.

    The first segment learns that it needs a header only when a second one begins: what the header pushes out moves on
    to the second. As in the calculator, nothing is checked again after that move, and a character larger than a
    segment overfills one of its own.
    """
    counted, free, first = 1, _SEGMENT_BITS, list[int]()
    for size in sizes:
        if free < size:
            counted += 1
            free = _SEGMENT_BITS - _HEADER_BITS
            if counted == 2:
                free -= sum(_pushed_out(first))
        if counted == 1:
            first.append(size)
        free -= size
    return counted


def _pushed_out(first: list[int]) -> Iterator[int]:
    used = sum(first) + _HEADER_BITS
    for size in reversed(first):
        if used <= _SEGMENT_BITS:
            return
        used -= size
        yield size


def _utf16_units(grapheme: str) -> int:
    return sum(2 if character > "\uffff" else 1 for character in grapheme)


def _paired(text: str) -> str:
    """Surrogate halves that stand together as the one character they are."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
