"""The compiled lexicon: one text in, everything understood out. Pure, and safe to share between threads."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypedDict, TypeVar, get_args

import numpy as np
import numpy.typing as npt

from flows.understanding import danger, judge
from flows.understanding.content import Fault
from flows.understanding.events import EventGrammar
from flows.understanding.intents import IntentGrammar, IntentGuess
from flows.understanding.judge import Limits
from flows.understanding.keywords import Keywords
from flows.understanding.linear import LinearModel, Scores
from flows.understanding.listening import Heard, Listener
from flows.understanding.types import About, Risk, Screening, Speaker, Understanding
from flows.understanding.words import join

_STRETCH = 14  # words of a stretch of a longer text: in more of them, danger said once is thinned by all the rest
_STEP = 7  # words from one stretch to the next
_PIECED_ALARM = 0.9  # share of belief from which a stretch alone, or texts read as one, show danger with no rule
_NO_DOUBT = 0.9  # and from which a stretch makes of a concern an urgent one, or a clause in which a rule speaks alarms
_SURE_SPEAKER = 0.6  # share of belief from which somebody is taken to be speaking: a reply to a child reads so
_LEAST = 0.04  # share of belief from which a further need is named
_LEAST_FIRST = 0.12  # and the first: below it nobody knows
_SURE_INTENT = 0.8  # share of belief from which an intent that no pattern knows is taken
_SURE_STOP = 0.95  # and where it is STOP, which ends a family's texts: "LEAVE THIS" is asked back
_BESIDE = 0.25  # share of belief from which a need is heard beside a key event that is told
_CLEAR = 0.35  # share of belief from which a need outweighs an intent that is not strong
_YOUNG: tuple[Speaker, ...] = ("child", "young-person")
_MOST_NEEDS = 5
_MOST_SAID = 3  # stretches of words that are shown as having decided
_NOTHING = "-"
_REMEMBERED = 32  # texts kept as they were understood: a turn asks about the same one several times

_READ = 2000  # characters, as the rules read
_STOPS = re.compile("[.!?;,\n…\u060c\u061b\u061f\u06d4]+|\\s-+\\s")  # the Arabic and Urdu ones too
_WORD = re.compile(r"\S{1,60}")  # what has no space for longer is cut: no stretch is without end

T = TypeVar("T")
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What was learnt from the examples, and the embedding it was learnt with: texts to a row of numbers each, pure."""

    danger: LinearModel
    asks: LinearModel
    meanings: Callable[[Sequence[str]], Floats]

    @property
    def limits(self) -> Limits:
        return Limits(**self.danger.limits)


@dataclass(frozen=True, slots=True)
class NamedNeed:
    """A need with its share of belief, 0 to 1."""

    id: str
    chance: float


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    heard: Heard


@dataclass(frozen=True, slots=True)
class _Text:
    """One text, heard and screened."""

    heard: Heard
    meaning: Floats
    screening: Screening


class _Event(TypedDict):
    """The fields of an `Understanding` that say what happened."""

    event: str
    event_year: int | None
    event_sure: bool
    event_beside: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one text asks: the whole of it, and its intent with the finer kind."""

    understood: Understanding
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledLexicon:
    """Implements `Lexicon`. Made by `compile_lexicon`."""

    listener: Listener
    learnt: Learnt
    intents: IntentGrammar
    events: EventGrammar  # what happened to a family, told as news: kinds of key events
    keywords: Keywords
    need_ids: tuple[str, ...]
    common: frozenset[str]  # words that speak for nothing, however seldom the examples say them
    split: tuple[Fault, ...] = ()  # patterns with a space where `_` was likely meant: legal, and `thrive lint` tells
    _texts: dict[str, _Text] = field(default_factory=dict, init=False, repr=False, compare=False)
    _asked: dict[str, _Asked] = field(default_factory=dict, init=False, repr=False, compare=False)

    def screen(self, texts: Sequence[str]) -> Screening:
        """Danger in the newest text, joined with the ones before it (oldest first, last two minutes)."""
        if not texts:
            return Screening()
        if len(texts) == 1:
            return self._text(texts[-1])[0].screening
        joined = join(texts)
        newest, (meaning,) = self._text(texts[-1], joined)
        return _worse(newest.screening, self._screened(self.listener.hear(joined), meaning, self._piece))

    def understand(self, text: str) -> Understanding:
        """Everything the text shows, screening of this one text included."""
        return self._asks(text).understood

    def intent_kind(self, text: str) -> str:
        """The intent with its finer kind where there is one: `stop/less`, `status/when`, `need`."""
        return self._asks(text).kind

    def forget(self) -> None:
        """Let go of the texts that were asked about last: for the benches, where no text comes twice.

        Nothing but the time of the next question depends on them.
        """
        self._texts.clear()
        self._asked.clear()

    def is_keyword(self, keyword: str, text: str) -> bool:
        """The whole message is this keyword (`stop`, `start`, `yes`), politeness and punctuation aside."""
        return self.keywords.holds(keyword, text)

    def explain(self, text: str) -> tuple[tuple[str, Risk, str], ...]:
        """For authors: each danger rule that fires, its level and the words."""
        heard = self.listener.hear(text)
        return tuple((hit.rule, hit.level, heard.words.said(*hit.spans[0])) for hit in heard.hits)

    def _text(self, text: str, *beside: str) -> tuple[_Text, list[Floats]]:
        """The text, and the meaning of each one beside it: embedded together, they cost little more than one."""
        known = self._texts.get(text)
        if known is not None:
            return known, list(self.learnt.meanings(beside)) if beside else []
        heard = self.listener.hear(text)
        stretches, clauses = _stretches(text), self._telling(text, heard)
        own = [text, *stretches, *(clause.text for clause in clauses)]
        meanings = list(self.learnt.meanings([*own, *beside]))
        after = 1 + len(stretches)
        screening = self._with_stretches(stretches, meanings[1:after], self._screened(heard, meanings[0]))
        screening = self._with_clauses(text, clauses, meanings[after : len(own)], screening)
        return _remember(self._texts, text, _Text(heard, meanings[0], screening)), meanings[len(own) :]

    def _telling(self, text: str, heard: Heard) -> list[_Clause]:
        """Of a text in which a rule of danger speaks: its clauses in which one does, each by itself."""
        if not heard.hits:
            return []
        clauses = (_Clause(clause, self.listener.hear(clause)) for clause in _clauses(text))
        return [clause for clause in clauses if clause.heard.hits]

    def _asks(self, text: str) -> _Asked:
        known = self._asked.get(text)
        if known is not None:
            return known
        read, _ = self._text(text)
        heard, screening = read.heard, read.screening
        asks = self.learnt.asks.score(heard.words.words, read.meaning)
        intent, needs = self._wanted(heard, asks, screening.risk)
        kind = intent.kind if screening.risk == "none" else self._wanted(heard, asks, "none")[0].kind
        understood = Understanding(
            intent=intent.intent,
            needs=tuple(need.id for need in needs),
            risk=screening.risk,
            lang=heard.guess.lang,
            speaker=screening.speaker,
            because_intent=intent.because,
            because_needs={need.id: self._told(heard, asks.weighed("need", need.id)) for need in needs},
            because_risk=screening.because,
            because_lang=heard.guess.because,
            **self._event(heard, asks, [need.id for need in needs]),
        )
        return _remember(self._asked, text, _Asked(understood, kind))

    def _event(self, heard: Heard, asks: Scores, needs: Sequence[str]) -> _Event:
        reading = self.events.heard(heard, self.listener)
        told = self.events.dated(reading)
        if told.kind == "need":
            return _Event(event="", event_year=None, event_sure=False, event_beside=False)
        chances = asks.chances("need") if asks.knows_a_word else {}
        clear = [need for need in needs if chances.get(need, 0.0) >= _BESIDE]
        return _Event(
            event=told.kind,
            event_year=self.events.year(reading),
            event_sure=self.events.sure(told, needs),
            event_beside=self.events.beside(told, reading, clear),
        )

    def _with_stretches(self, stretches: Sequence[str], meanings: Sequence[Floats], whole: Screening) -> Screening:
        """The gravest of the text and its stretches: however long it is, all of it is read.

        A stretch raises a concern to urgent only where it leaves no doubt: cut off from the rest, it often sounds
        worse than the whole.
        """
        if whole.risk == "urgent":
            return whole
        limits = self._piece if whole.risk == "none" else self._no_doubt
        found = (
            self._screened(self.listener.hear(stretch), meaning, limits)
            for stretch, meaning in zip(stretches, meanings, strict=True)
        )
        return reduce(_worse, found, whole)

    def _with_clauses(
        self, text: str, clauses: Sequence[_Clause], meanings: Sequence[Floats], whole: Screening
    ) -> Screening:
        """Danger said in a clause of its own beside an everyday request, where neither rule nor examples doubt it.

        Beside wishes alone ("he hit me. any news?") it is read as if it had been sent by itself: a wish says nothing
        of it, and takes nothing away.
        """
        if whole.risk != "none" or not clauses:
            return whole
        limits = self.learnt.limits
        if not self._wishes_beside(text, clauses):
            limits = replace(limits, heard=_NO_DOUBT)
        found = (self._screened(one.heard, meaning, limits) for one, meaning in zip(clauses, meanings, strict=True))
        return reduce(_worse, found, whole)

    def _wishes_beside(self, text: str, clauses: Sequence[_Clause]) -> bool:
        """Whether each of the text's other parts is a wish by its pattern: STOP, a person, news of a referral."""
        telling = {clause.text for clause in clauses}
        others = [part for part in _parts(text) if part not in telling]
        return all(self.intents.guess(self.listener.hear(part).reading).kind != "need" for part in others)

    @property
    def _piece(self) -> Limits:
        """What was cut out of a text, or put together from several, was never meant as one: it takes more to alarm."""
        return replace(self.learnt.limits, alarm=_PIECED_ALARM)

    @property
    def _no_doubt(self) -> Limits:
        return Limits(alarm=_NO_DOUBT, heard=_NO_DOUBT, urgent=_NO_DOUBT)

    def _screened(self, heard: Heard, meaning: Floats, limits: Limits | None = None) -> Screening:
        """Rules and examples as one answer, the rules' words first; beside them the examples', where they saw more."""
        ruled = danger.conclude(self.listener.danger, heard.reading, heard.hits)
        scores = self.learnt.danger.score(heard.words.words, meaning, heard.signs)
        risk = judge.level(judge.beliefs(scores), limits or self.learnt.limits, ruled=bool(heard.hits))
        risk = max(risk, *(hit.level for hit in heard.hits if hit.sure), "none", key=_GRAVE.__getitem__)
        if risk == "none":
            return replace(ruled, risk="none", because=())
        why = ruled.because
        if ruled.risk != risk:
            weighed = self._told(heard, scores.weighed("risk", risk, against="none"), whole=True)
            why = (*why, *(words for words in weighed if not any(words in said for said in why)))[:_MOST_SAID]
        abouts = scores.chances("about")
        about: About = max(get_args(About), key=abouts.__getitem__)
        return replace(ruled, risk=risk, because=why, speaker=ruled.speaker or _speaker(scores), about=about)

    def _wanted(self, heard: Heard, asks: Scores, risk: Risk) -> tuple[IntentGuess, list[NamedNeed]]:
        """An intent or needs, or both: a strong intent stands; a weaker one gives way to a clear need or to danger."""
        chances = asks.chances("need") if asks.knows_a_word else {_NOTHING: 1.0}
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

    def _told(self, heard: Heard, weighed: Mapping[int, float], *, whole: bool = False) -> tuple[str, ...]:
        return judge.told(heard.words, weighed, self.common, whole=whole)

    def _learnt_intent(self, heard: Heard, asks: Scores) -> IntentGuess:
        """An intent said as no pattern has it. To stop, start and so on, a wrong guess costs more than a repair."""
        chances = asks.chances("intent")
        best = max(chances, key=chances.__getitem__)
        sure = _SURE_STOP if best == "stop" else _SURE_INTENT
        if best == "need" or chances[best] < sure or len(heard.words.words) < 2:
            return IntentGuess()
        return IntentGuess(best, self._told(heard, asks.weighed("intent", best)))


def _remember(kept: dict[str, T], text: str, found: T) -> T:
    if len(kept) >= _REMEMBERED:
        kept.clear()
    kept[text] = found
    return found


_GRAVE: dict[Risk, int] = {"none": 0, "concern": 1, "urgent": 2}


def _clauses(text: str) -> list[str]:
    """The parts of a text between its stops and commas, three words at least; none where it is all one."""
    clauses = [part for part in _parts(text) if part.count(" ") > 1]
    return [] if clauses == [text.strip()] else clauses


def _parts(text: str) -> list[str]:
    return [part for part in (part.strip() for part in _STOPS.split(text[:_READ])) if part]


def _stretches(text: str) -> list[str]:
    """The text in stretches of fourteen words, each half in the next; none of a text that is no longer than that."""
    words = [found.span() for found in _WORD.finditer(text)]
    if len(words) <= _STRETCH:
        return []
    starts = range(0, len(words) - _STRETCH + _STEP, _STEP)
    return [text[words[at][0] : words[min(at + _STRETCH, len(words)) - 1][1]] for at in starts]


def _worse(first: Screening, second: Screening) -> Screening:
    """The graver of two, the first in a tie; a watched phone and a speaker shown by either stand."""
    worse, other = (second, first) if _GRAVE[second.risk] > _GRAVE[first.risk] else (first, second)
    return replace(worse, watched=first.watched or second.watched, speaker=worse.speaker or other.speaker)


def _speaker(scores: Scores) -> Speaker | None:
    """Who is speaking, where the words leave little doubt. A child and a young person are told apart only then."""
    chances = scores.chances("speaker")
    young = max(_YOUNG, key=chances.__getitem__)
    if sum(chances[who] for who in _YOUNG) >= _SURE_SPEAKER:
        return young
    return next((who for who in get_args(Speaker) if chances[who] >= _SURE_SPEAKER), None)
