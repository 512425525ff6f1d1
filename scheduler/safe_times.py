"""Safe times in a family's words, read as windows: "weekday mornings", "Mon to Thu after 6pm".

A misreading could put a text before the wrong eyes. So every word must be understood, or nothing is: then a person
sets the times. School hours are not read on purpose: in the holidays they would be wrong.
"""

import re
from collections.abc import Iterator
from datetime import time

from scheduler.calendar import WEEKDAYS
from scheduler.localtime import Period
from scheduler.quiet import SafeWindow

EVERY_DAY = frozenset(range(7))
_EARLIEST, _LATEST = time(8), time(20)

_ANY_TIME = re.compile(r"(it'?s )?(any ?time|whenever|always)( is| of day)?( (fine|ok|okay|good|safe))?( please)?")

_CLOCK = r"(?:(?P<{0}hour>\d{{1,2}})(?:[:.](?P<{0}minute>\d\d))?(?:\ ?(?P<{0}half>am|pm)\b)?|(?P<{0}noon>noon|midday))"
_FROM, _UNTIL = _CLOCK.format("from_"), _CLOCK.format("until_")
_WEEKDAY = r"(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?s?"

_TOKEN = re.compile(
    rf"""
      (?P<range_first>{_WEEKDAY})\ ?(?:-|to|until|till|through)\ ?(?P<range_last>{_WEEKDAY})\b
    | (?P<weekdays>week ?days?)\b
    | (?P<weekend>week ?ends?)\b
    | (?P<every>every\ ?day|daily|any\ day|all\ week)\b
    | (?P<day>{_WEEKDAY})\b
    | (?P<part>morning|afternoon|evening|lunch\ ?time)s?\b
    | (?:between\ |from\ )?{_FROM}\ ?(?:-|to|and|until|till)\ ?{_UNTIL}\b
    | (?P<bound>after|from|before|until|till)\ {_CLOCK.format("bound_")}\b
    | (?:and|or|on|in|the|is|are|best|safe|fine|ok|okay|good|please|only|any|time|times|at|just|between|it'?s|a|,|/|&)
      (?=\ |$)
    """,
    re.VERBOSE,
)

_PARTS = {
    "morning": Period(starts=_EARLIEST, ends=time(12)),
    "afternoon": Period(starts=time(12), ends=time(17)),
    "evening": Period(starts=time(17), ends=_LATEST),
    "lunchtime": Period(starts=time(12), ends=time(14)),
}

_DAYS = {"weekdays": frozenset(range(5)), "weekend": frozenset({5, 6}), "every": EVERY_DAY}

_Token = frozenset[int] | Period


def read_safe_times(text: str) -> tuple[SafeWindow, ...] | None:
    """The windows that the words name; empty for "any time" (quiet hours then hold); None when not sure."""
    words = re.sub(r"([,/&])", r" \1 ", text.casefold().replace("\u2019", "'").replace("\u2013", "-"))
    words = " ".join(words.split()).rstrip(".! ")
    if _ANY_TIME.fullmatch(words):
        return ()
    try:
        tokens = list(_tokens(words))
    except ValueError:
        return None
    groups = _groups(tokens)
    if not groups:
        return None
    return tuple(SafeWindow(days=days, hours=hours) for days, periods in groups for hours in periods)


def _groups(tokens: list[_Token]) -> list[tuple[frozenset[int], list[Period]]] | None:
    """Days joined with their hours, whichever are said first. Days that lack hours beside days that have them (or
    the other way round) are not sure."""
    if not tokens:
        return None
    days_first = not isinstance(tokens[0], Period)
    groups: list[tuple[set[int], list[Period]]] = []
    previous: _Token | None = None
    for token in tokens:
        begins = previous is None or (
            isinstance(previous, Period) == days_first and isinstance(token, Period) != days_first
        )
        if begins:
            groups.append((set(), []))
        days, hours = groups[-1]
        if isinstance(token, Period):
            hours.append(token)
        else:
            days.update(token)
        previous = token
    if len(groups) == 1:
        days, hours = groups[0]
        return [(frozenset(days) or EVERY_DAY, hours or [Period(starts=_EARLIEST, ends=_LATEST)])]
    if all(days and hours for days, hours in groups):
        return [(frozenset(days), hours) for days, hours in groups]
    return None


def _tokens(words: str) -> Iterator[_Token]:
    at = 0
    while at < len(words):
        found = _TOKEN.match(words, at)
        if found is None:
            raise ValueError(words)
        token = _meaning(found)
        if token is not None:
            yield token
        at = found.end()
        while at < len(words) and words[at] == " ":
            at += 1


def _meaning(found: re.Match[str]) -> _Token | None:
    said = {name: value for name, value in found.groupdict().items() if value}
    if "range_first" in said:
        first, last = _weekday(said["range_first"]), _weekday(said["range_last"])
        return frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
    if "day" in said:
        return frozenset({_weekday(said["day"])})
    for name, days in _DAYS.items():
        if name in said:
            return days
    if "part" in said:
        return _PARTS[said["part"].replace(" ", "")]
    return _hours(said)


def _weekday(word: str) -> int:
    return next(n for n, day in enumerate(WEEKDAYS) if day.startswith(word[:3]))


def _hours(said: dict[str, str]) -> Period | None:
    if "bound" in said:
        at = _clock(said, "bound_", sure=True)
        if said["bound"] in {"after", "from"}:
            ends = _LATEST if at < _LATEST else time(min(at.hour + 1, 23), at.minute)
            return _period(at, ends)
        return _period(_EARLIEST, at)
    if "from_hour" in said or "from_noon" in said:
        return _between(said)
    return None


def _between(said: dict[str, str]) -> Period:
    """Ten to two needs no am and pm; one side marked late in the day lends it to the other."""
    if "until_half" in said and "from_half" not in said and "from_noon" not in said:
        marked = said | {"from_half": said["until_half"]}
        lent = _clock(marked, "from_", sure=True)
        starts = lent if lent < _clock(said, "until_", sure=True) else _clock(said, "from_", sure=False)
        return _period(starts, _clock(said, "until_", sure=True))
    return _period(_clock(said, "from_", sure=False), _clock(said, "until_", sure=False))


def _clock(said: dict[str, str], side: str, *, sure: bool) -> time:
    """ValueError where it is not sure which half of the day is meant, or no clock shows it."""
    if f"{side}noon" in said:
        return time(12)
    hour, minute, half = int(said[f"{side}hour"]), int(said.get(f"{side}minute", "0")), said.get(f"{side}half")
    if half is None:
        if hour > 12 or said[f"{side}hour"].startswith("0"):
            return time(hour, minute)
        if sure:
            raise ValueError(hour)
        return time(hour if hour >= 8 else hour + 12, minute)
    if hour > 12:
        raise ValueError(hour)
    return time(hour % 12 + (12 if half == "pm" else 0), minute)


def _period(starts: time, ends: time) -> Period:
    if starts >= ends:
        raise ValueError(ends)
    return Period(starts=starts, ends=ends)
