"""What happened to a family, told as news: a key event, how sure the words are of it, and whether they ask for more.

Whole messages are looked at first, then patterns; the order of the content decides between two.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.understanding.intents import IntentGrammar, IntentGuess
from flows.understanding.listening import Heard, Listener
from flows.understanding.pattern import Part, Pattern, Reading

NEVER, ASKS, BORN, NAMED = (
    "never",
    "asks",
    "born",
    "named",
)  # kinds of content/phrases/events.yaml that are no event themselves
LOSSES = frozenset({"pregnancy-lost", "child-died"})
# Said of a death or of a lost pregnancy the words alone may be wrong: this need, read apart, is the second sign.
GRIEF = "bereavement"
_QUESTION = frozenset("?؟")
_YEAR_DIGITS = 4  # "in 19th week" names none
_MORE = 4  # words beside the news from which they may tell of a need too
_NOTHING = IntentGuess()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGrammar:
    """`never` takes every event back, and a year that `years` find does once it is over, where it is none of `births`.
    `asks` are what shows that something is asked for beside what is told; `lacks`, beside a loss too.

    `born` are a birth told on the way to a death ("was born in 2019 and died"), the word of the death last: what stands
    before that word is passed over. `named` are a child with their name, which is passed over. `needs` are the needs
    that an event is itself about, by kind.
    """

    told: IntentGrammar
    never: Sequence[Pattern]
    years: Sequence[Pattern]
    births: Sequence[Pattern]
    born: Sequence[Pattern]
    named: Sequence[Pattern]
    asks: Sequence[Pattern]
    lacks: Sequence[Pattern]
    needs: Mapping[str, frozenset[str]]
    words: frozenset[str]  # of all these patterns

    def heard(self, heard: Heard, listener: Listener) -> Reading:
        """The message with none of these words "put right": few spellers know "perso", or that "monitor" is a word."""
        words = listener.reader.unmended(heard.words.text)
        if words.words == heard.words.words:
            return self._past_births(self._past_names(heard.reading))
        mended = zip(words.words, heard.words.words, strict=True)
        words.words[:] = [raw if raw in self.words else put_right for raw, put_right in mended]
        return self._past_births(self._past_names(Reading(words, listener.grammar)))

    def _past_names(self, reading: Reading) -> Reading:
        """The message as if the child were not named: "our son jack died" is as sure as "our son died"."""
        passed = {at for start, end in reading.find_all(self.named) for at in range(start + 1, end)}
        return _without(reading, passed, reading.text.hard) if passed else reading

    def _past_births(self, reading: Reading) -> Reading:
        """The message as if no birth were told between who has died and that they have. A sentence may end there."""
        ends = {end for _, end in reading.find_all(self.births)}
        if not ends:
            return reading
        told = reading.text
        hard = [ended and place not in ends for place, ended in enumerate(told.hard)]
        joined = Reading(replace(told, hard=hard), reading.grammar)
        passed: set[int] = set()
        for start, end in joined.find_all(self.born):
            year = max((place for place in ends if place < end), default=start)
            # What fills stays: "born in 2019 and nearly died" is no death.
            passed |= {at for at in range(start, end - 1) if at < year or told.words[at] not in joined.grammar.fillers}
        return _without(reading, passed, hard) if passed else reading

    def guess(self, reading: Reading) -> IntentGuess:
        """The event as a guess of its kind; `need` where none is told. `whole` where the message says no more."""
        return _NOTHING if self.year(reading) is not None else self.dated(reading)

    def dated(self, reading: Reading) -> IntentGuess:
        """The same, whatever year it is told of."""
        guess = self.told.guess(reading)
        return _NOTHING if not guess.whole and reading.holds_any(self.never) else guess

    def year(self, reading: Reading) -> int | None:
        """The year that it is told of, the last where there are more; None where none is named."""
        births = {end for _, end in reading.find_all(self.births)}
        spans = (end for _, end in reading.find_all(self.years) if end not in births)
        said = [reading.text.said(end - 1, end) for end in spans]  # "1999" is read as "19", like "sooo" as "so"
        return max((int(word) for word in said if len(word) == _YEAR_DIGITS and word.isdecimal()), default=None)

    def sure(self, guess: IntentGuess, needs: Sequence[str]) -> bool:
        """Two signs agree: the words, and the first need that was read. A whole message needs no second."""
        return guess.whole or (guess.strong and next(iter(needs), "") == GRIEF)

    def beside(self, guess: IntentGuess, reading: Reading, needs: Sequence[str]) -> bool:
        """Something is asked for; or enough is said beside the news, and a need that it is not about is clear.

        `needs` are the clear ones. Bare news says little: what a need is read from there is the news itself. Beside a
        loss only a need of its own is: to "what do I do?" a list of services is no answer.
        """
        own = self.needs.get(guess.kind, frozenset())
        other = any(need not in own for need in needs)
        if guess.kind in LOSSES:
            return reading.holds_any(self.lacks) or (other and (self._asks(reading) or self._more(guess, reading)))
        if not _QUESTION.isdisjoint(reading.text.text):
            return True
        if guess.whole:
            return False
        return reading.holds_any(self.asks) or (self._more(guess, reading) and other)

    def _asks(self, reading: Reading) -> bool:
        return not _QUESTION.isdisjoint(reading.text.text) or reading.holds_any(self.asks)

    @staticmethod
    def _more(guess: IntentGuess, reading: Reading) -> bool:
        return len(reading.words) - len(guess.because[0].split()) >= _MORE


def _without(reading: Reading, passed: Collection[int], hard: Sequence[bool]) -> Reading:
    """The message as if the words at these places were not there, its sentences ended where `hard` says."""
    told = reading.text
    kept = [place for place in range(len(told.words)) if place not in passed]
    short = replace(
        told,
        words=[told.words[place] for place in kept],
        spans=[told.spans[place] for place in kept],
        hard=[hard[place] for place in kept],
    )
    return Reading(short, reading.grammar)


def words_of(parts: Iterable[Part]) -> frozenset[str]:
    """Every word that these parts name, those they refuse too."""
    found: set[str] = set()
    for part in parts:
        found |= part.words
        found.update(word for phrase in part.phrases for word in phrase)
    return frozenset(found)
