"""The compiled lexicon: one text in, everything understood out. Pure, and safe to share between threads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from flows.understanding import danger
from flows.understanding.danger import DangerGrammar, Hit
from flows.understanding.intents import IntentGrammar, IntentGuess
from flows.understanding.keywords import Keywords
from flows.understanding.language import Guess, LanguageModel
from flows.understanding.needs import NeedModel, RankedNeed, chosen
from flows.understanding.pattern import Grammar, Pattern, Reading
from flows.understanding.spelling import Speller
from flows.understanding.types import Risk, Screening, Understanding
from flows.understanding.words import Words, join, split

_LONGEST = 2000  # characters read at once; a text message carries 1,600
_OVERLAP = 300  # characters that two windows of a longer text share: more than any pattern spans
_LEAST = 4.0  # score below which no need is named
_SHARE = 0.45  # of the best score, for a further need
_KIND_WEIGHT = 7.0  # what a danger rule adds to the needs of its kind
_BESIDE_INTENT = 9.0  # score from which a need outweighs an intent that is not strong


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledLexicon:
    """Implements `Lexicon`. Made by `compile_lexicon`."""

    grammar: Grammar
    danger: DangerGrammar
    needs: NeedModel
    intents: IntentGrammar
    keywords: Keywords
    languages: LanguageModel
    spellers: Mapping[str, Speller]
    short_forms: Mapping[str, Sequence[str]]
    pairs: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    aside: tuple[Pattern, ...] = ()
    kinds: Mapping[str, Sequence[str]] = field(default_factory=dict)  # kind of danger -> needs it speaks for
    warnings: tuple[str, ...] = ()  # patterns that are legal and probably not what was meant; `thrive lint` may tell

    def screen(self, texts: Sequence[str]) -> Screening:
        """Danger in the newest text, joined with the ones before it (oldest first, last two minutes)."""
        newest = self._screen_one(texts[-1]) if texts else Screening()
        if len(texts) < 2:
            return newest
        return _worse(newest, self._screen_one(join(texts)))

    def understand(self, text: str) -> Understanding:
        """Everything the text shows, screening of this one text included."""
        words, guess = self._read(text)
        reading = Reading(words, self.grammar)
        hits = danger.find_hits(self.danger, reading, guess.near)
        screening = danger.conclude(self.danger, reading, hits)
        for window in _windows(text)[1:]:
            screening = _worse(screening, self._screen_window(window))
        intent = self.intents.guess(reading)
        ranked = self._rank(reading, hits)
        intent, needs = _weigh(intent, ranked, screening.risk)
        return Understanding(
            intent=intent.intent,
            needs=tuple(need.id for need in needs),
            risk=screening.risk,
            lang=guess.lang,
            speaker=screening.speaker,
            because_intent=intent.because,
            because_needs={need.id: _quoted(words, need.places) for need in needs},
            because_risk=screening.because,
            because_lang=guess.because,
        )

    def intent_kind(self, text: str) -> str:
        """The intent with its finer kind where there is one: `stop/less`, `status/when`, `need`."""
        words, _ = self._read(text)
        reading = Reading(words, self.grammar)
        intent, _ = _weigh(self.intents.guess(reading), self._rank(reading, ()), "none")
        return intent.kind

    def is_keyword(self, keyword: str, text: str) -> bool:
        """The whole message is this keyword (`stop`, `start`, `yes`), politeness and punctuation aside."""
        return self.keywords.holds(keyword, text)

    def explain(self, text: str) -> tuple[tuple[str, Risk, str], ...]:
        """For authors: each danger rule that fires, its level and the words."""
        words, guess = self._read(text)
        hits = danger.find_hits(self.danger, Reading(words, self.grammar), guess.near)
        return tuple((hit.rule, hit.level, words.said(*hit.spans[0])) for hit in hits)

    def _screen_one(self, text: str) -> Screening:
        """The gravest window of the text: however long it is, all of it is read."""
        return reduce(_worse, map(self._screen_window, _windows(text)))

    def _screen_window(self, text: str) -> Screening:
        words, guess = self._read(text)
        return danger.screen(self.danger, Reading(words, self.grammar), guess.near)

    def _rank(self, reading: Reading, hits: Sequence[Hit]) -> list[RankedNeed]:
        """Needs by their words, and by the kinds of danger found: who hits whom says more than the words alone."""
        boosts: dict[str, tuple[float, tuple[int, ...]]] = {}
        for hit in hits:
            for need in self.kinds.get(hit.kind, ()):
                boosts.setdefault(need, (_KIND_WEIGHT, tuple(range(*hit.spans[0]))))
        return self.needs.rank(reading.words, self._aside(reading), boosts)

    def _read(self, text: str) -> tuple[Words, Guess]:
        words = split(text[:_LONGEST], self.short_forms)
        self._open_pairs(words.words)
        raw = [words.text[start:end] for start, end in words.spans]
        guess = self.languages.guess(raw, words.words)
        speller = self.spellers.get(guess.lang)
        if speller is not None:
            words.words[:] = [speller.correct(word) for word in words.words]
        return words, guess

    def _open_pairs(self, words: list[str]) -> None:
        """Slips that take two words to see: "want 2" is "want to", a "2" alone stays an answer."""
        for place in range(len(words) - 1):
            meant = self.pairs.get((words[place], words[place + 1]))
            if meant:
                words[place : place + 2] = meant

    def _aside(self, reading: Reading) -> frozenset[int]:
        return frozenset(place for start, end in reading.find_all(self.aside) for place in range(start, end))


_GRAVE: dict[Risk, int] = {"none": 0, "concern": 1, "urgent": 2}


def _windows(text: str) -> list[str]:
    step = _LONGEST - _OVERLAP
    return [text[start : start + _LONGEST] for start in range(0, max(len(text) - _OVERLAP, 1), step)]


def _worse(first: Screening, second: Screening) -> Screening:
    """The graver of two, the first in a tie; a watched phone and a speaker shown by either stand."""
    worse, other = (second, first) if _GRAVE[second.risk] > _GRAVE[first.risk] else (first, second)
    return replace(worse, watched=first.watched or second.watched, speaker=worse.speaker or other.speaker)


def _weigh(intent: IntentGuess, ranked: Sequence[RankedNeed], risk: Risk) -> tuple[IntentGuess, list[RankedNeed]]:
    """An intent or needs, or both: a strong intent stands; a weaker one gives way to a clear need or to danger."""
    needs = chosen(ranked, _LEAST, _SHARE)
    if intent.kind == "need":
        return intent, needs
    clear = bool(needs) and needs[0].score >= _BESIDE_INTENT
    if not intent.strong and (clear or risk != "none"):
        return IntentGuess(), needs
    return intent, needs if clear else []


def _quoted(words: Words, places: Sequence[int]) -> tuple[str, ...]:
    quotes: list[str] = []
    start = previous = -1
    for place in places:
        if start < 0:
            start = place
        elif place != previous + 1:
            quotes.append(words.said(start, previous + 1))
            start = place
        previous = place
    if start >= 0:
        quotes.append(words.said(start, previous + 1))
    return tuple(dict.fromkeys(quotes))
