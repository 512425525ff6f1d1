"""From shares of belief to a level of danger, and to the words that decided.

What the rules find is a part of the message that the model weighs with the others: which rules are to be trusted, and
beside which words, is learnt from the examples too. Between two levels the higher wins where it is in doubt.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from flows.understanding.linear import Scores
from flows.understanding.types import Risk
from flows.understanding.words import Words

_MOST_SHOWN = 3  # stretches of words that are shown as having decided
_SHARE_SHOWN = 0.6  # of what spoke for danger, that the shown words must hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Shares of belief, 0 to 1, as training chose them by cross-validation.

    `alarm`: of danger, from which it is seen with no rule; `heard`: where a rule speaks too. `urgent`: of urgent within
    danger, from which the higher level is chosen.
    """

    alarm: float
    heard: float
    urgent: float


def beliefs(scores: Scores) -> dict[str, float]:
    """Each level's share: the mean of what was learnt of levels alone, and of levels with what they are about.

    The two err on different messages: together they pass over half as many (decision 11).
    """
    alone, kinds = scores.chances("risk"), scores.chances("kind")
    together = dict.fromkeys(alone, 0.0)
    for kind, share in kinds.items():
        together[kind.partition("/")[0]] += share
    return {level: (share + together[level]) / 2 for level, share in alone.items()}


def level(chances: Mapping[str, float], limits: Limits, *, ruled: bool) -> Risk:
    """The level of danger that these shares come to. `ruled`: a rule of danger stands in the words."""
    seen = chances["urgent"] + chances["concern"]
    if seen < (limits.heard if ruled else limits.alarm):
        return "none"
    return "urgent" if chances["urgent"] >= limits.urgent * seen else "concern"


def told(words: Words, weighed: Mapping[int, float], common: Set[str], *, whole: bool = False) -> tuple[str, ...]:
    """The family's own words that weighed most, in their order, near ones joined; at most three stretches.

    `common` words ("the", "my") decide nothing by themselves: they are shown where there is no other word, and
    (`whole`) beside a telling one, since who does what to whom is said with them.
    """
    spoke = {place: weight for place, weight in weighed.items() if weight > 0}
    telling = {place: weight for place, weight in spoke.items() if words.words[place] not in common} or spoke
    wanted = _SHARE_SHOWN * sum(telling.values())
    places: set[int] = set()
    for place, weight in sorted(telling.items(), key=lambda item: -item[1]):
        if wanted <= 0:
            break
        places.add(place)
        wanted -= weight
    beside = {place for place in spoke if whole and places & {place - 1, place + 1}}
    return _stretches(words, sorted(places | beside))[:_MOST_SHOWN]


def _stretches(words: Words, places: Sequence[int]) -> tuple[str, ...]:
    found: list[list[int]] = []
    for place in places:
        if found and place - found[-1][1] <= 1:
            found[-1][1] = place
        else:
            found.append([place, place])
    return tuple(dict.fromkeys(words.said(start, end + 1) for start, end in found))
