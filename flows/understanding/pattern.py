"""The grammar of the patterns in content/phrases, and matching them over words.

A pattern is read left to right, its parts set apart by spaces:

- `knife` a word; `punch+` its regular forms (punches, punched, punching); `threat*` what begins so
- `MAN` a group of the file or of danger-en; an entry of a group may be several words
- `hit|lash_out|MAN` one of these, `_` standing for a space; a trailing `?` makes a part optional
- `..` up to three other words, `...` up to nine: never over the end of a sentence, never over a denial
- `!knife` the next word is not this; `^` the message begins here; `$` it ends here

Between two parts up to two words of the group FILLER ("just", "fucking") may stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flows.understanding.words import Words, fold, forms

_GAPS = {"..": 3, "...": 9}
_MOST_FILLERS = 2
_HEAD = 2  # letters by which word beginnings are looked up; a shorter beginning is its own head


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a pattern: literal words, beginnings, groups; or a gap, a look-ahead or an anchor."""

    words: frozenset[str] = frozenset()
    phrases: tuple[tuple[str, ...], ...] = ()
    starts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    gap: int = 0
    optional: bool = False
    refuse: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. `needs` are the parts that must each be somewhere in the text, a cheap first test.

    `firsts` are what it may begin with, words and beginnings (`threat*`); None where it may begin with anything.
    """

    source: str
    parts: tuple[Part, ...]
    needs: tuple[frozenset[str], ...] = ()
    number: int = -1  # its place among all patterns, for the index
    narrow: bool = False  # gaps stop at a new subject too ("she", "but"): for what makes harmless
    firsts: frozenset[str] | None = None


@dataclass(slots=True)
class Grammar:
    """Groups by name, each entry a sequence of parts; and the words that belong to denial and filling."""

    groups: dict[str, tuple[tuple[Part, ...], ...]] = field(default_factory=dict)
    fillers: frozenset[str] = frozenset()
    denials: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    keys: dict[str, frozenset[str]] = field(default_factory=dict)  # group -> a key word of each entry
    firsts: dict[str, frozenset[str] | None] = field(default_factory=dict)  # group -> what it may begin with
    by_first: dict[str, dict[str, tuple[tuple[Part, ...], ...]]] = field(default_factory=dict)
    others: dict[str, tuple[tuple[Part, ...], ...]] = field(default_factory=dict)  # entries that begin with no word
    starts_by_head: dict[str, tuple[str, ...]] = field(default_factory=dict)
    index: dict[str, tuple[int, ...]] = field(default_factory=dict)  # word or beginning -> patterns it may begin


def parse_parts(source: str, known: frozenset[str] | set[str]) -> tuple[Part, ...]:
    """The parts of a pattern. Raises ValueError saying what is wrong with it."""
    parts = tuple(_part(piece, known) for piece in source.split())
    if not any(part.words or part.phrases or part.starts or part.groups for part in parts if not part.refuse):
        raise ValueError(f"pattern {source!r} holds no word")
    return parts


def _part(piece: str, known: frozenset[str] | set[str]) -> Part:
    if piece in _GAPS:
        return Part(gap=_GAPS[piece])
    if piece in ("^", "$"):
        return Part(anchor=piece)
    refuse = piece.startswith("!")
    optional = piece.endswith("?") and len(piece) > 1
    words: set[str] = set()
    phrases: list[tuple[str, ...]] = []
    starts: list[str] = []
    groups: list[str] = []
    for name in piece.removeprefix("!").removesuffix("?").split("|"):
        if not name:
            raise ValueError(f"empty alternative in {piece!r}")
        if name.replace("-", "").isalpha() and name.isascii() and name.isupper() and len(name) > 1:
            if name not in known:
                raise ValueError(f"unknown group {name}")
            groups.append(name)
        elif "_" in name:
            phrases.append(tuple(fold(word) for word in name.split("_")))
        elif name.endswith("+"):
            words.update(forms(fold(name[:-1])))
        elif name.endswith("*"):
            starts.append(fold(name[:-1]))
        else:
            words.add(fold(name))
    return Part(
        words=frozenset(words),
        phrases=tuple(phrases),
        starts=tuple(starts),
        groups=tuple(groups),
        optional=optional,
        refuse=refuse,
    )


def make_grammar(groups: Mapping[str, Sequence[tuple[Part, ...]]]) -> Grammar:
    """Groups ready for matching. Raises ValueError where a group refers to itself."""
    grammar = Grammar(groups={name: tuple(entries) for name, entries in groups.items()})
    for name in groups:
        grammar.keys[name] = _keys_of(name, grammar, ())
        _index_entries(name, grammar)
    grammar.fillers = grammar.keys.get("FILLER", frozenset())
    grammar.denials = grammar.keys.get("DENIAL", frozenset())
    grammar.subjects = grammar.keys.get("SUBJECT", frozenset())
    return grammar


def _index_entries(name: str, grammar: Grammar) -> None:
    by_first: dict[str, list[tuple[Part, ...]]] = {}
    others: list[tuple[Part, ...]] = []
    for entry in grammar.groups[name]:
        first = entry[0]
        if first.groups or first.phrases or first.starts or first.optional or first.refuse or first.anchor or first.gap:
            others.append(entry)
        for word in first.words if not others or others[-1] is not entry else ():
            by_first.setdefault(word, []).append(entry)
    grammar.by_first[name] = {word: tuple(entries) for word, entries in by_first.items()}
    grammar.others[name] = tuple(others)


def _keys_of(name: str, grammar: Grammar, above: tuple[str, ...]) -> frozenset[str]:
    if name in above:
        raise ValueError(f"group {name} holds itself")
    if name in grammar.keys:
        return grammar.keys[name]
    keys: set[str] = set()
    for entry in grammar.groups[name]:
        options = [_part_keys(part, grammar, (*above, name)) for part in entry if not (part.optional or part.refuse)]
        held = [option for option in options if option]
        if held:
            keys |= min(held, key=lambda option: (len(option), -max(map(len, option))))
    return frozenset(keys)


def _part_keys(part: Part, grammar: Grammar, above: tuple[str, ...] = ()) -> frozenset[str]:
    keys = set(part.words) | {start + "*" for start in part.starts} | {max(p, key=len) for p in part.phrases}
    for group in part.groups:
        keys |= _keys_of(group, grammar, above)
    return frozenset(keys)


def compile_pattern(source: str, grammar: Grammar, number: int, *, narrow: bool = False) -> Pattern:
    """`number` is the pattern's own place among all. Raises ValueError saying what is wrong with the pattern."""
    parts = parse_parts(source, set(grammar.groups))
    needs = tuple(
        _part_keys(part, grammar) for part in parts if not (part.optional or part.refuse or part.gap or part.anchor)
    )
    return Pattern(
        source=source, parts=parts, needs=tuple(sorted(needs, key=len)), number=number, narrow=narrow,
        firsts=_firsts(parts[0], grammar),
    )  # fmt: skip


def _firsts(part: Part, grammar: Grammar) -> frozenset[str] | None:
    """What a part may begin with, as in `Pattern`."""
    if part.optional or part.refuse or part.gap or part.anchor:
        return None
    found = set(part.words) | {start + "*" for start in part.starts} | {phrase[0] for phrase in part.phrases}
    for group in part.groups:
        if group not in grammar.firsts:
            grammar.firsts[group] = _group_firsts(group, grammar)
        own = grammar.firsts[group]
        if own is None:
            return None
        found |= own
    return frozenset(found)


def _group_firsts(group: str, grammar: Grammar) -> frozenset[str] | None:
    found: set[str] = set()
    for entry in grammar.groups[group]:
        own = _firsts(entry[0], grammar)
        if own is None:
            return None
        found |= own
    return frozenset(found)


def close_grammar(grammar: Grammar, patterns: Sequence[Pattern], counts: Mapping[str, int]) -> None:
    """Index all patterns by the part of each that is said least (`counts`: how often a word is said).

    So that a text tries only the patterns it may hold, and is tested once for the word beginnings any asks for.
    """
    keys = {key for pattern in patterns for need in (*pattern.needs, pattern.firsts or ()) for key in need}
    starts = {key[:-1] for key in keys if key.endswith("*")}
    by_head: dict[str, list[str]] = {}
    for start in starts:
        by_head.setdefault(start[:_HEAD], []).append(start)
    grammar.starts_by_head = {head: tuple(sorted(given)) for head, given in by_head.items()}
    index: dict[str, list[int]] = {}
    for pattern in patterns:
        rarest = min(pattern.needs, key=lambda need: sum(counts.get(key, 0) + 1 for key in need))
        for key in rarest:
            index.setdefault(key, []).append(pattern.number)
    grammar.index = {key: tuple(numbers) for key, numbers in index.items()}


class Reading:
    """One text being matched: its words, and what was already worked out about them."""

    __slots__ = ("_found", "_places_of", "_stops", "candidates", "grammar", "present", "text", "words")

    def __init__(self, text: Words, grammar: Grammar) -> None:
        self.text = text
        self.words = text.words
        self.grammar = grammar
        self._found: dict[tuple[str, int, bool], tuple[int, ...]] = {}
        self._stops = (grammar.denials, grammar.denials | grammar.subjects)  # of a pattern, and of a narrow one
        places: dict[str, list[int]] = {}
        for place, word in enumerate(text.words):
            places.setdefault(word, []).append(place)
            for head in (word[:1], word[:_HEAD]):
                for start in grammar.starts_by_head.get(head, ()):
                    if word.startswith(start):
                        places.setdefault(start + "*", []).append(place)
        self._places_of = places
        present = self.present = set(places)
        self.candidates = {number for key in present for number in grammar.index.get(key, ())}

    def may_hold_any(self, numbers: frozenset[int]) -> bool:
        """A cheaper test of many patterns by their numbers, never wrongly false."""
        return not numbers.isdisjoint(self.candidates)

    def may_hold(self, pattern: Pattern) -> bool:
        """A cheap test that is never wrongly false."""
        return pattern.number in self.candidates and not any(map(self.present.isdisjoint, pattern.needs))

    def find(self, pattern: Pattern) -> Iterator[tuple[int, int]]:
        """Where the pattern is: word places (start, end), at most one for each start, the shortest."""
        if not self.may_hold(pattern):
            return
        narrow = pattern.narrow
        for start in self._starts(pattern):
            end = min(self._ends(pattern.parts, 0, start, narrow, first=True), default=None)
            if end is not None and end > start:
                yield start, end

    def _starts(self, pattern: Pattern) -> Sequence[int]:
        """The places where the pattern may begin, in order."""
        if pattern.firsts is None:
            return range(len(self.words))
        here = self.present & pattern.firsts
        return sorted({place for key in here for place in self._places_of[key]})

    def find_all(self, patterns: Sequence[Pattern]) -> Iterator[tuple[int, int]]:
        """Where any of the patterns is."""
        candidates = self.candidates
        for pattern in patterns:
            if pattern.number in candidates:
                yield from self.find(pattern)

    def holds_any(self, patterns: Sequence[Pattern]) -> bool:
        return next(self.find_all(patterns), None) is not None

    def denied(self, start: int) -> bool:
        """A denial stands right before this place ("not suicidal", "hasn't run away"), not before a new subject."""
        if self.words[start] in self.grammar.subjects:
            return False
        place = start - 1
        while place >= 0 and not self.text.hard[place + 1] and self.words[place] in self.grammar.fillers:
            place -= 1
        return place >= 0 and not self.text.hard[place + 1] and self.words[place] in self.grammar.denials

    def _ends(self, parts: Sequence[Part], at: int, place: int, narrow: bool, *, first: bool) -> Iterator[int]:
        if at == len(parts):
            yield place
            return
        part = parts[at]
        if part.anchor:
            if place == (0 if part.anchor == "^" else len(self.words)):
                yield from self._ends(parts, at + 1, place, narrow, first=first)
        elif part.refuse:
            if not (place < len(self.words) and self._part_ends(part, place, narrow)):
                yield from self._ends(parts, at + 1, place, narrow, first=first)
        elif part.gap:
            yield from self._over_gap(parts, at, place, part.gap, narrow)
        else:
            for here in (place,) if first and place < len(self.words) else self._places(place):
                for end in self._part_ends(part, here, narrow):
                    yield from self._ends(parts, at + 1, end, narrow, first=False)
            if part.optional:
                yield from self._ends(parts, at + 1, place, narrow, first=first)

    def _over_gap(self, parts: Sequence[Part], at: int, place: int, most: int, narrow: bool) -> Iterator[int]:
        stops = self._stops[narrow]
        for here in range(place, min(place + most, len(self.words)) + 1):
            if here > place and (self.words[here - 1] in stops or self.text.hard[here - 1]):
                return
            yield from self._ends(parts, at + 1, here, narrow, first=False)

    def _places(self, place: int) -> Iterator[int]:
        """Where the next part may stand: here, or after a filler or two. A pattern never begins on a filler."""
        if place >= len(self.words) or self.text.hard[place]:
            return
        yield place
        for here in range(place + 1, min(place + _MOST_FILLERS, len(self.words) - 1) + 1):
            if self.words[here - 1] not in self.grammar.fillers or self.text.hard[here]:
                return
            yield here

    def _part_ends(self, part: Part, place: int, narrow: bool) -> tuple[int, ...]:
        word = self.words[place]
        ends: tuple[int, ...] = ()
        if word in part.words or (part.starts and word.startswith(part.starts)):
            ends = (place + 1,)
        for phrase in part.phrases:
            if word == phrase[0] and tuple(self.words[place : place + len(phrase)]) == phrase:
                ends += (place + len(phrase),)
        for group in part.groups:
            ends += self._group_ends(group, place, narrow)
        return ends

    def _group_ends(self, group: str, place: int, narrow: bool) -> tuple[int, ...]:
        known = self._found.get((group, place, narrow))
        if known is None:
            ends: set[int] = set()
            if not self.present.isdisjoint(self.grammar.keys[group]):
                for entry in self.grammar.by_first[group].get(self.words[place], ()):
                    ends.update(self._ends(entry, 0, place, narrow, first=True))
                for entry in self.grammar.others[group]:
                    ends.update(self._ends(entry, 0, place, narrow, first=True))
            known = self._found[(group, place, narrow)] = tuple(sorted(ends))
        return known
