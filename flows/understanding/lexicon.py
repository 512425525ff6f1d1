"""The compiled lexicon: one text in, everything understood out. Pure, and safe to share between threads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from flows.understanding import danger, judge
from flows.understanding.intents import IntentGrammar, IntentGuess
from flows.understanding.judge import Limits
from flows.understanding.keywords import Keywords
from flows.understanding.linear import LinearModel, Scores
from flows.understanding.listening import Heard, Listener
from flows.understanding.reader import LONGEST
from flows.understanding.types import About, Risk, Screening, Speaker, Understanding
from flows.understanding.words import join

_OVERLAP = 300  # characters that two windows of a longer text share: more than any pattern spans
_LEAST = 0.04  # share of belief from which a further need is named
_LEAST_FIRST = 0.2  # and the first: below it nobody knows
_SURE_INTENT = 0.8  # share of belief from which an intent that no pattern knows is taken
_CLEAR = 0.5  # share of belief from which a need outweighs an intent that is not strong
_MOST_NEEDS = 5
_NOTHING = "-"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What was learnt from the examples, and the embedding it was learnt with: a text to its numbers, pure."""

    danger: LinearModel
    asks: LinearModel
    meaning: Callable[[str], Floats]

    @property
    def limits(self) -> Limits:
        return Limits(**self.danger.limits)


@dataclass(frozen=True, slots=True)
class NamedNeed:
    """A need with its share of belief, 0 to 1."""

    id: str
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledLexicon:
    """Implements `Lexicon`. Made by `compile_lexicon`."""

    listener: Listener
    learnt: Learnt
    intents: IntentGrammar
    keywords: Keywords
    need_ids: tuple[str, ...]
    common: frozenset[str]  # words that speak for nothing, however seldom the examples say them
    warnings: tuple[str, ...] = ()  # patterns that are legal and probably not what was meant; `thrive lint` may tell

    def screen(self, texts: Sequence[str]) -> Screening:
        """Danger in the newest text, joined with the ones before it (oldest first, last two minutes)."""
        newest = self._screen_one(texts[-1]) if texts else Screening()
        if len(texts) < 2:
            return newest
        return _worse(newest, self._screen_one(join(texts)))

    def understand(self, text: str) -> Understanding:
        """Everything the text shows, screening of this one text included."""
        windows = _windows(text)
        heard, meaning = self.listener.hear(windows[0]), self.learnt.meaning(windows[0])
        screening = self._screened(heard, meaning)
        for window in windows[1:]:
            screening = _worse(screening, self._screen_window(window))
        asks = self.learnt.asks.score(heard.words.words, meaning)
        intent, needs = self._asked(heard, asks, screening.risk)
        return Understanding(
            intent=intent.intent,
            needs=tuple(need.id for need in needs),
            risk=screening.risk,
            lang=heard.guess.lang,
            speaker=screening.speaker,
            because_intent=intent.because,
            because_needs={need.id: self._told(heard, asks.weighed("need", need.id)) for need in needs},
            because_risk=screening.because,
            because_lang=heard.guess.because,
        )

    def intent_kind(self, text: str) -> str:
        """The intent with its finer kind where there is one: `stop/less`, `status/when`, `need`."""
        heard = self.listener.hear(text)
        asks = self.learnt.asks.score(heard.words.words, self.learnt.meaning(text))
        return self._asked(heard, asks, "none")[0].kind

    def is_keyword(self, keyword: str, text: str) -> bool:
        """The whole message is this keyword (`stop`, `start`, `yes`), politeness and punctuation aside."""
        return self.keywords.holds(keyword, text)

    def explain(self, text: str) -> tuple[tuple[str, Risk, str], ...]:
        """For authors: each danger rule that fires, its level and the words."""
        heard = self.listener.hear(text)
        return tuple((hit.rule, hit.level, heard.words.said(*hit.spans[0])) for hit in heard.hits)

    def _screen_one(self, text: str) -> Screening:
        """The gravest window of the text: however long it is, all of it is read."""
        return reduce(_worse, map(self._screen_window, _windows(text)))

    def _screen_window(self, text: str) -> Screening:
        return self._screened(self.listener.hear(text), self.learnt.meaning(text))

    def _screened(self, heard: Heard, meaning: Floats) -> Screening:
        """Rules and examples as one answer, with the rules' words where they say the same level."""
        grammar = self.listener.danger
        ruled = danger.conclude(grammar, heard.reading, heard.hits)
        scores = self.learnt.danger.score(heard.words.words, meaning, heard.signs)
        risk = judge.level(scores.chances("risk"), self.learnt.limits)
        if risk == "none":
            return replace(ruled, risk="none", because=())
        same = ruled.risk == risk
        why = ruled.because if same else self._told(heard, scores.weighed("risk", risk, against="none"))
        who: Speaker | None = ruled.speaker or _likeliest(scores, "speaker", get_args(Speaker))
        about: About = _likeliest(scores, "about", get_args(About)) or "other"
        return replace(ruled, risk=risk, because=why, speaker=who, about=about)

    def _asked(self, heard: Heard, asks: Scores, risk: Risk) -> tuple[IntentGuess, list[NamedNeed]]:
        """An intent or needs, or both: a strong intent stands; a weaker one gives way to a clear need or to danger."""
        chances = asks.chances("need")
        ranked = sorted(((chance, need) for need, chance in chances.items() if need != _NOTHING), reverse=True)
        needs = [NamedNeed(need, chance) for chance, need in ranked[:_MOST_NEEDS] if chance >= _LEAST]
        intent = self.intents.guess(heard.reading)
        if intent.kind == "need":
            intent = self._learnt_intent(heard, asks)
        clear = bool(needs) and needs[0].chance >= _CLEAR
        if intent.kind == "need":
            return intent, needs if clear or (needs and needs[0].chance >= max(_LEAST_FIRST, chances[_NOTHING])) else []
        if not intent.strong and (clear or risk != "none"):
            return IntentGuess(), needs
        return intent, needs if clear else []

    def _told(self, heard: Heard, weighed: Mapping[int, float]) -> tuple[str, ...]:
        return judge.told(heard.words, weighed, self.common)

    def _learnt_intent(self, heard: Heard, asks: Scores) -> IntentGuess:
        """An intent said as no pattern has it. To stop, start and so on, a wrong guess costs more than a repair."""
        chances = asks.chances("intent")
        best = max(chances, key=chances.__getitem__)
        if best == "need" or chances[best] < _SURE_INTENT or len(heard.words.words) < 2:
            return IntentGuess()
        return IntentGuess(best, self._told(heard, asks.weighed("intent", best)))


_GRAVE: dict[Risk, int] = {"none": 0, "concern": 1, "urgent": 2}


def _windows(text: str) -> list[str]:
    step = LONGEST - _OVERLAP
    return [text[start : start + LONGEST] for start in range(0, max(len(text) - _OVERLAP, 1), step)]


def _worse(first: Screening, second: Screening) -> Screening:
    """The graver of two, the first in a tie; a watched phone and a speaker shown by either stand."""
    worse, other = (second, first) if _GRAVE[second.risk] > _GRAVE[first.risk] else (first, second)
    return replace(worse, watched=first.watched or second.watched, speaker=worse.speaker or other.speaker)


def _likeliest(scores: Scores, head: str, known: tuple[Any, ...]) -> Any:
    """The label of most belief, where it is one of those known; training has one more for nothing told."""
    chances = scores.chances(head)
    best = max(chances, key=chances.__getitem__)
    return next((label for label in known if label == best), None)
