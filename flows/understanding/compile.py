"""Content to a compiled lexicon: pure, no files, every fault told at once."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from flows.understanding.content import (
    ContentError,
    DangerFile,
    EventPhrases,
    Fault,
    IntentPhrases,
    PhraseContent,
    read_content,
)
from flows.understanding.danger import DangerGrammar, HarmlessFrame, Rule
from flows.understanding.events import ASKS, BORN, NAMED, NEVER, EventGrammar, words_of
from flows.understanding.intents import IntentGrammar, IntentRule
from flows.understanding.keywords import Keywords
from flows.understanding.language import LanguageModel
from flows.understanding.lexicon import CompiledLexicon, Learnt
from flows.understanding.listening import Listener
from flows.understanding.pattern import (
    Grammar,
    Part,
    Pattern,
    close_grammar,
    compile_pattern,
    make_grammar,
    parse_parts,
)
from flows.understanding.reader import Reader
from flows.understanding.spelling import Speller
from flows.understanding.types import Speaker
from flows.understanding.words import fold, split

_Path = tuple[str | int, ...]
_SPEAKERS: tuple[Speaker, ...] = ("worker", "child", "young-person", "harmer", "bystander", "parent")
_PAIR = 2
# Small words that end one list of words as often as they begin a phrase: "over|on my|her" is two lists.
_JOINING = {
    "a", "an", "the", "my", "our", "your", "his", "her", "their", "me", "us", "him", "them", "it", "i", "he", "she",
    "we", "they", "you", "in", "on", "at", "to", "for", "with", "of", "not", "and", "is", "are", "was", "were", "am",
    "will", "could", "do", "does", "did", "being", "be", "want", "wanted", "when", "made", "under", "by",
}  # fmt: skip


def compile_lexicon(content: Mapping[str, Any], learnt: Learnt) -> CompiledLexicon:
    """`content`: parsed content/phrases by file stem, and `needs`, the parsed needs.yaml.

    Raises `ContentError` with every fault: file stem, key path, message.
    """
    return CompiledLexicon(learnt=learnt, **_Compiler(_checked(content)).compile())


def compile_listener(content: Mapping[str, Any]) -> Listener:
    """The same content as far as hearing a message goes: what learning from examples starts with."""
    listener: Listener = _Compiler(_checked(content)).compile()["listener"]
    return listener


def _checked(content: Mapping[str, Any]) -> PhraseContent:
    read, faults = read_content(content)
    if faults:
        raise ContentError(faults)
    return read


class _Compiler:
    def __init__(self, content: PhraseContent) -> None:
        self.content = content
        self.faults: list[Fault] = []
        self.patterns: list[Pattern] = []
        self.places: list[tuple[str, _Path]] = []  # of each pattern: its file's stem and keys
        self.pairs: dict[tuple[str, str], tuple[str, str]] = {}
        for key, text in content.spellings.items():
            slip, meant = key.split(), [fold(word) for word in text.split()]
            if len(slip) > 1 and not len(slip) == len(meant) == _PAIR:
                self.fault("spellings", (key,), "a slip of two words must stand for two words")
            elif len(slip) == _PAIR:
                self.pairs[slip[0], slip[1]] = (meant[0], meant[1])
        self.short_forms = {key.lower(): tuple(map(fold, text.split())) for key, text in content.spellings.items()}

    def compile(self) -> dict[str, Any]:
        """The fields of a lexicon, save what was learnt."""
        grammar = self._grammar()
        rules = tuple(self._rules(grammar))
        frames = tuple(self._frames(grammar))
        times = {
            name: tuple(
                pattern
                for stem, file in self.content.danger.items()
                for pattern in self._patterns(grammar, stem, (name,), getattr(file, name))
            )
            for name in ("now", "past", "watched")
        }
        speakers = tuple(self._speakers(grammar))
        intents = self._intents(grammar, "intents", self.content.intents)
        events = self._events(grammar)
        if self.faults:
            raise ContentError(self.faults)
        close_grammar(grammar, self.patterns, self._word_counts())
        return {
            "listener": Listener(
                grammar=grammar,
                danger=DangerGrammar(rules=rules, frames=frames, speakers=speakers, **times),
                reader=self._reader(grammar),
            ),
            "intents": intents,
            "events": events,
            "keywords": Keywords(self.content.keywords),
            "need_ids": tuple(self.content.need_ids),
            "common": frozenset(word for text in self.content.plain.get("common", ()) for word in self._words(text)),
            "split": tuple(self.split_phrases()),
        }

    def _reader(self, grammar: Grammar) -> Reader:
        return Reader(
            languages=self._languages(),
            spellers=self._spellers(grammar),
            short_forms=self.short_forms,
            pairs=self.pairs,
        )

    def fault(self, file: str, path: _Path, message: str) -> None:
        self.faults.append(Fault(file=file, path=path, message=message))

    def _grammar(self) -> Grammar:
        given: list[tuple[str, _Path, Mapping[str, list[str]]]]
        given = [(stem, (), file.groups) for stem, file in self.content.danger.items()]
        given += [("events", (kind,), phrases.groups) for kind, phrases in self.content.events.items()]
        names = {name for _, _, named in given for name in named}
        groups: dict[str, list[tuple[Part, ...]]] = {}
        for stem, path, named in given:
            for name, entries in named.items():
                for at, entry in enumerate(entries):
                    try:
                        groups.setdefault(name, []).append(parse_parts(self._opened(entry), names))
                    except ValueError as error:
                        self.fault(stem, (*path, "groups", name, at), str(error))
        if self.faults:
            raise ContentError(self.faults)
        try:
            return make_grammar(groups)
        except ValueError as error:
            self.fault(next(iter(self.content.danger)), ("groups",), str(error))
            raise ContentError(self.faults) from error

    def split_phrases(self) -> Iterator[Fault]:
        """`a|b c|d` where `b_c` is a phrase elsewhere: a space stands where `_` was likely meant."""
        held = [_phrases_of(pattern.source) for pattern in self.patterns]
        phrases = frozenset[tuple[str, ...]]().union(*held)
        for pattern, own, (stem, path) in zip(self.patterns, held, self.places, strict=True):
            for before, after in pairwise(pattern.source.split()):
                if not ("|" in before and "|" in after and not before.endswith("?")):
                    continue
                pair = (before.split("|")[-1], after.split("|")[0])
                if pair in (own if pair[0] in _JOINING else phrases):
                    told = f"{pattern.source!r}: did you mean {'_'.join(pair)}?"
                    yield Fault(file=stem, path=path, message=told)

    def _opened(self, source: str) -> str:
        """Short forms in a pattern opened as they are in a message: `wont_wake|cant` is `will_not_wake|can_not`."""
        return " ".join("|".join(map(self._opened_name, piece.split("|"))) for piece in source.split())

    def _opened_name(self, name: str) -> str:
        bare = name.removeprefix("!").removesuffix("?")
        if not bare or bare.isupper() or bare.endswith(("+", "*")):
            return name
        words = [part for word in bare.split("_") for part in self.short_forms.get(word.lower(), (word,))]
        return name.replace(bare, "_".join(words))

    def _patterns(
        self, grammar: Grammar, stem: str, path: _Path, sources: Sequence[str], *, narrow: bool = False
    ) -> tuple[Pattern, ...]:
        found: list[Pattern] = []
        for at, source in enumerate(sources):
            try:
                pattern = compile_pattern(self._opened(source), grammar, len(self.patterns), narrow=narrow)
            except ValueError as error:
                self.fault(stem, (*path, at), str(error))
                continue
            self.patterns.append(pattern)
            self.places.append((stem, (*path, at)))
            found.append(pattern)
        return tuple(found)

    def _rules(self, grammar: Grammar) -> list[Rule]:
        rules: list[Rule] = []
        seen: set[str] = set()
        for stem, file in self.content.danger.items():
            for at, rule in enumerate(file.rules):
                path: _Path = ("rules", at)
                if rule.id in seen:
                    self.fault(stem, (*path, "id"), f"the id {rule.id} is given twice")
                seen.add(rule.id)
                rules.append(
                    Rule(
                        id=rule.id,
                        kind=rule.kind,
                        language=file.language,
                        level=rule.level,
                        now=rule.now or rule.level,
                        past=rule.past or rule.level,
                        sure=rule.sure,
                        says=self._patterns(grammar, stem, (*path, "says"), rule.says),
                        along=self._patterns(grammar, stem, (*path, "along"), rule.along),
                        unless=self._patterns(grammar, stem, (*path, "unless"), rule.unless),
                    )
                )
        return rules

    def _frames(self, grammar: Grammar) -> list[HarmlessFrame]:
        kinds = {rule.kind for file in self.content.danger.values() for rule in file.rules}
        frames: list[HarmlessFrame] = []
        for stem, file in self.content.danger.items():
            for at, frame in enumerate(file.frames):
                for unknown in set(frame.kinds) - kinds:
                    self.fault(stem, ("frames", at, "kinds"), f"no rule is of the kind {unknown}")
                frames.append(
                    HarmlessFrame(
                        id=frame.id,
                        says=self._patterns(grammar, stem, ("frames", at, "says"), frame.says, narrow=True),
                        scope=frame.scope,
                        kinds=frozenset(frame.kinds),
                        unless=self._patterns(grammar, stem, ("frames", at, "unless"), frame.unless),
                    )
                )
        return frames

    def _speakers(self, grammar: Grammar) -> list[tuple[Speaker, tuple[Pattern, ...]]]:
        found: list[tuple[Speaker, tuple[Pattern, ...]]] = []
        for stem, file in self.content.danger.items():
            for unknown in set(file.speakers) - set(_SPEAKERS):
                self.fault(stem, ("speakers", unknown), f"must be one of {', '.join(_SPEAKERS)}")
        for who in _SPEAKERS:
            patterns = tuple(
                pattern
                for stem, file in self.content.danger.items()
                for pattern in self._patterns(grammar, stem, ("speakers", who), file.speakers.get(who, ()))
            )
            found.append((who, patterns))
        return found

    def _events(self, grammar: Grammar) -> EventGrammar:
        given = self.content.events
        for kind, phrases in given.items():
            for unknown in set(phrases.needs) - set(self.content.need_ids):
                self.fault("events", (kind, "needs"), f"{unknown} is no need of needs.yaml")
        none = EventPhrases()
        before = len(self.patterns)
        told = self._intents(grammar, "events", {k: v for k, v in given.items() if k not in (NEVER, ASKS, BORN, NAMED)})
        never = self._patterns(grammar, "events", (NEVER, "unless"), given.get(NEVER, none).unless)
        births = self._patterns(grammar, "events", (NEVER, "strong"), given.get(NEVER, none).strong)
        born = self._patterns(grammar, "events", (BORN, "strong"), given.get(BORN, none).strong)
        named = self._patterns(grammar, "events", (NAMED, "strong"), given.get(NAMED, none).strong)
        years = self._patterns(grammar, "events", (NEVER, "says"), given.get(NEVER, none).says)
        asks = self._patterns(grammar, "events", (ASKS, "strong"), given.get(ASKS, none).strong)
        lacks = self._patterns(grammar, "events", (ASKS, "says"), given.get(ASKS, none).says)
        parts = [part for pattern in self.patterns[before:] for part in pattern.parts]
        parts += [
            part for phrases in given.values() for name in phrases.groups for entry in grammar.groups[name]
            for part in entry
        ]  # fmt: skip
        wholes = [word for phrases in given.values() for whole in phrases.whole for word in self._words(whole)]
        return EventGrammar(
            told=told,
            never=never,
            years=years,
            births=births,
            born=born,
            named=named,
            asks=asks,
            lacks=lacks,
            needs={kind: frozenset(phrases.needs) for kind, phrases in given.items()},
            words=words_of(parts) | frozenset(wholes),
        )

    def _intents(
        self, grammar: Grammar, stem: str, given: Mapping[str, IntentPhrases] | Mapping[str, EventPhrases]
    ) -> IntentGrammar:
        wholes: dict[tuple[str, ...], str] = {}
        rules: list[IntentRule] = []
        polite = frozenset(fold(word) for word in self.content.keywords.get("polite", ()))
        for kind, phrases in given.items():
            for at, whole in enumerate(phrases.whole):
                words = tuple(split(whole, self.short_forms).words)
                if not words:
                    self.fault(stem, (kind, "whole", at), "holds no word")
                wholes.setdefault(words, kind)
            path: _Path = (kind,)
            rules.append(
                IntentRule(
                    kind=kind,
                    strong=self._patterns(grammar, stem, (*path, "strong"), phrases.strong),
                    says=self._patterns(grammar, stem, (*path, "says"), phrases.says),
                    unless=self._patterns(grammar, stem, (*path, "unless"), phrases.unless),
                )
            )
        return IntentGrammar(wholes, rules, polite)

    def _words(self, text: str) -> list[str]:
        return split(text, self.short_forms).words

    def _word_counts(self) -> Counter[str]:
        texts = [text for need in self.content.needs.values() for text in need.phrases]
        return Counter(word for text in texts for word in self._words(text))

    def _languages(self) -> LanguageModel:
        samples: dict[str, list[str]] = {}
        names: dict[str, list[str]] = {}
        for lang, sample in self.content.languages.items():
            samples[lang] = [*sample.words, *sample.sentences]
            names[lang] = sample.names
        for given in self.content.needs.values():
            samples.setdefault("en", []).extend(given.phrases)
            for lang, texts in given.other.items():
                samples.setdefault(lang, []).extend(texts)
        return LanguageModel(samples, names)

    def _fixed_words(self) -> set[str]:
        """Words of whole messages and the languages' names: known in every language."""
        wholes = [whole for phrases in self.content.intents.values() for whole in phrases.whole]
        names = [name for sample in self.content.languages.values() for name in sample.names]
        return {word for text in (*wholes, *names) for word in self._words(text)}

    def _spellers(self, grammar: Grammar) -> dict[str, Speller]:
        counts: dict[str, Counter[str]] = {}
        for given in self.content.needs.values():
            counts.setdefault("en", Counter()).update(
                word for text in (*given.phrases, *given.words) for word in self._words(text)
            )
            for lang, texts in given.other.items():
                counts.setdefault(lang, Counter()).update(word for text in texts for word in self._words(text))
        by_language = _danger_words(self.content.danger, self.patterns, grammar)
        known = {word for words in by_language.values() for word in words} | self._fixed_words()
        asked = self._asked_words()
        spellers: dict[str, Speller] = {}
        for lang in self.content.languages:
            counter = counts.get(lang, Counter())
            counter.update(by_language.get(lang, ()))
            plain = {fold(word) for text in self.content.plain.get(lang, ()) for word in text.split()}
            sample = self.content.languages[lang]
            plain |= {fold(word) for text in (*sample.words, *sample.sentences) for word in text.split()}
            spellers[lang] = Speller(counter, plain | (known if lang == "en" else self._fixed_words() | asked))
        return spellers

    def _asked_words(self) -> set[str]:
        """Plain words of the patterns that ask for fewer texts or a pause. They are not said by language: none but
        English, which knows its own, puts them "right", lest fewer ("moins", "mniej") be lost and STOP be read."""
        asked = (given for kind, given in self.content.intents.items() if kind.startswith("stop/"))
        sources = " ".join(source for given in asked for source in (*given.strong, *given.says))
        return {fold(word) for word in re.split(r"[\s|?]+", sources) if word.isalpha()}


def _phrases_of(source: str) -> frozenset[tuple[str, ...]]:
    """The phrases of two words that a pattern names: `way_out` is way, out."""
    names = {name for piece in source.split() for name in piece.removesuffix("?").split("|")}
    return frozenset(tuple(name.split("_")) for name in names if name.count("_") == 1)


def _danger_words(
    files: Mapping[str, DangerFile], patterns: Sequence[Pattern], grammar: Grammar
) -> dict[str, set[str]]:
    """The words of each language's rules; the intents' words count as English."""
    keys = {word for pattern in patterns for need in pattern.needs for word in need}
    found: dict[str, set[str]] = {"en": {word for word in keys if not word.endswith("*")}}
    for file in files.values():
        own: set[str] = set()
        for name in file.groups:
            own |= {word for entry in grammar.groups[name] for part in entry for word in part.words}
        found.setdefault(file.language, set()).update(own)
    return found
