"""Split a text into visible characters, exactly as Twilio's segment calculator does.

The calculator never parts one visible character between two segments, so where it sees one ends decides how many
segments a text costs. Its rules are Unicode 10.0's (UAX #29, revision 31) with habits of its own, kept here because
the aim is the same count: it lets only one mark stand between a flag and what follows, or a person and a skin tone.
"""

from enum import Enum, auto
from typing import Final

from messages import grapheme_ranges as ranges


class Break(Enum):
    """Grapheme_Cluster_Break, by the names of UAX #29."""

    OTHER = auto()
    CONTROL = auto()
    CR = auto()
    LF = auto()
    EXTEND = auto()
    ZWJ = auto()
    SPACING_MARK = auto()
    PREPEND = auto()
    REGIONAL = auto()
    E_BASE = auto()
    E_BASE_GAZ = auto()
    E_MODIFIER = auto()
    GLUE_AFTER_ZWJ = auto()
    L = auto()
    V = auto()
    T = auto()
    LV = auto()
    LVT = auto()


_FIRST_SYLLABLE, _LAST_SYLLABLE, _TAILS = 0xAC00, 0xD7A3, 28  # Unicode standard, 3.12


def _table() -> dict[int, Break]:
    table: dict[int, Break] = {}
    for kind, text in (
        (Break.CONTROL, ranges.CONTROL),
        (Break.EXTEND, ranges.EXTEND),
        (Break.SPACING_MARK, ranges.SPACING_MARK),
        (Break.PREPEND, ranges.PREPEND),
        (Break.E_BASE, ranges.EMOJI_BASE),
        (Break.E_BASE_GAZ, ranges.EMOJI_BASE_GLUED),
        (Break.GLUE_AFTER_ZWJ, ranges.GLUED_EMOJI),
        (Break.REGIONAL, "1f1e6-1f1ff"),
        (Break.E_MODIFIER, "1f3fb-1f3ff"),
        (Break.L, "1100-115f a960-a97c"),
        (Break.V, "1160-11a7 d7b0-d7c6"),
        (Break.T, "11a8-11ff d7cb-d7fb"),
        (Break.CR, "d"),
        (Break.LF, "a"),
        (Break.ZWJ, "200d"),
    ):
        for one in text.split():
            first, _, last = one.partition("-")
            table.update(dict.fromkeys(range(int(first, 16), int(last or first, 16) + 1), kind))
    return table


_KINDS: Final = _table()

_ALWAYS_ALONE: Final = frozenset({Break.CONTROL, Break.CR, Break.LF})
_HANGS_ON: Final = frozenset({Break.EXTEND, Break.ZWJ, Break.SPACING_MARK})
_JOINED: Final[dict[Break, frozenset[Break]]] = {
    Break.L: frozenset({Break.L, Break.V, Break.LV, Break.LVT}),
    Break.LV: frozenset({Break.V, Break.T}),
    Break.V: frozenset({Break.V, Break.T}),
    Break.LVT: frozenset({Break.T}),
    Break.T: frozenset({Break.T}),
    Break.ZWJ: frozenset({Break.GLUE_AFTER_ZWJ, Break.E_BASE_GAZ}),
}
_TAKES_TONE: Final = frozenset({Break.E_BASE, Break.E_BASE_GAZ})


def kind_of(character: str) -> Break:
    """The break property of one code point; a lone surrogate is a control."""
    code = ord(character)
    if _FIRST_SYLLABLE <= code <= _LAST_SYLLABLE:
        return Break.LV if (code - _FIRST_SYLLABLE) % _TAILS == 0 else Break.LVT
    return _KINDS.get(code, Break.OTHER)


def graphemes(text: str) -> list[str]:
    """The visible characters in order; CR LF is two of them, as each takes its own room in a text."""
    found: list[str] = []
    cluster = _Cluster()
    for character in text:
        kind = kind_of(character)
        if found and not cluster.ends_before(kind):
            found[-1] += character
        else:
            found.append(character)
            cluster = _Cluster()
        cluster.add(kind)
    return found


class _Cluster:
    """The kinds gathered so far, remembered only as far as the rules ask."""

    __slots__ = (
        "before_extend",
        "first",
        "last",
        "last_extend",
        "last_regional",
        "last_tone",
        "only_extend",
        "only_regional",
        "size",
    )

    def __init__(self) -> None:
        self.size = 0
        self.first = self.last = self.before_extend = Break.OTHER
        self.last_extend = self.last_regional = self.last_tone = -1
        self.only_extend = self.only_regional = 0  # how many straight after the first are nothing else

    def add(self, kind: Break) -> None:
        at = self.size
        if at == 0:
            self.first = kind
        elif kind is Break.EXTEND and self.only_extend == at - 1:
            self.only_extend = at
        elif kind is Break.REGIONAL and self.only_regional == at - 1:
            self.only_regional = at
        if kind is Break.EXTEND:
            self.last_extend, self.before_extend = at, self.last
        elif kind is Break.REGIONAL:
            self.last_regional = at
        elif kind is Break.E_MODIFIER:
            self.last_tone = at
        self.last = kind
        self.size += 1

    def ends_before(self, kind: Break) -> bool:
        """True where a new visible character begins with `kind`."""
        if self._tone_without_person(kind) or self._after_flag(kind):
            return True
        if self.last in _ALWAYS_ALONE or kind in _ALWAYS_ALONE:
            return True
        if kind in _HANGS_ON or self.last is Break.PREPEND or kind in _JOINED.get(self.last, ()):
            return False
        if kind is Break.E_MODIFIER and self._person_takes_tone():
            return False
        flag_is_whole = self.last_regional > 0
        return flag_is_whole or not (self.last is Break.REGIONAL and kind is Break.REGIONAL)

    def _tone_without_person(self, kind: Break) -> bool:
        tone = self.size if kind is Break.E_MODIFIER else self.last_tone
        follows = tone > 1 and self.only_extend >= tone - 1
        return follows and self.first is not Break.EXTEND and self.first not in _TAKES_TONE

    def _after_flag(self, kind: Break) -> bool:
        flag = self.size if kind is Break.REGIONAL else self.last_regional
        follows = flag > 0 and self.only_regional >= flag - 1
        return follows and self.last not in {Break.PREPEND, Break.REGIONAL}

    def _person_takes_tone(self) -> bool:
        """A person, at most one mark, then the tone."""
        if self.last_extend < 0:
            return self.last in _TAKES_TONE
        return self.last is Break.EXTEND and self.before_extend in _TAKES_TONE
