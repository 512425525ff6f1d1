"""Trying a flow: typed lines go through the real engine, with what each does beside what the family reads.

A line is a text from the family. Lines that begin with "/" move the story: `/wait 2 days`, `/check-in`, `/remind`,
`/staff Ann`, `/picture`. `thrive simulate` and the desk both try flows here, and journeys are played by the same turns.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.content import Compiled, write_document
from bot.talking import Talk, in_detail, in_words
from flows import effects as fx
from flows.events import CHECK_IN_VALUES
from flows.facts import Assets
from flows.flow import Flow

# A working Friday morning: what is said of hours does not change with the day on which somebody tries a flow.
START: Final = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
UNITS: Final = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}
OPENERS: Final = {"menu": "MENU", "human": "HUMAN", "language": "LANGUAGE"}
YES_OR_NO: Final = {"true": True, "yes": True, "false": False, "no": False}
LONGEST_WAIT: Final = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One line with what came of it, in order: whether it is said, and the words, as a family reads them or of what
    else is done. `told` is the turn as a journey keeps it."""

    line: str
    done: tuple[tuple[bool, str], ...]
    told: Mapping[str, Any]

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(words for said, words in self.done if said)

    @property
    def effects(self) -> tuple[str, ...]:
        return tuple(words for said, words in self.done if not said)


class NotALine(ValueError):
    """A line that nobody knows; the message says why."""


@dataclass(slots=True, kw_only=True)
class Trial:
    """One conversation that is being tried, line by line."""

    flow: Flow
    talk: Talk
    known: Mapping[str, Any]
    turns: list[Turn] = field(default_factory=list)

    @classmethod
    def begin(cls, compiled: Compiled, assets: Assets, name: str, language: str = "en") -> "Trial":
        """Raises KeyError where there is no such flow."""
        flow = compiled.flows[name]
        known = {"consent": "given", "first_contact": False} if flow.check_in else {}
        return cls(flow=flow, talk=Talk.begin(compiled, assets, START, language=language, **known), known=known)

    def hear(self, line: str) -> Turn:
        """Raises NotALine."""
        try:
            told, effects = play(self.talk, turn_of(line), self.flow.name)
        except ValueError as fault:
            raise NotALine(str(fault)) from fault
        done = tuple(
            (True, self.talk.words(effect)) if isinstance(effect, fx.Say) else (False, in_detail(effect))
            for effect in effects
        )
        turn = Turn(line=line, done=done, told=told)
        self.turns.append(turn)
        return turn

    def journey(self) -> str:
        """The conversation as a journey test, as YAML."""
        told = {
            "title": f"A conversation with {self.flow.name}",
            "flow": self.flow.name,
            **({"facts": dict(self.known)} if self.known else {}),
            "turns": [dict(turn.told) for turn in self.turns],
        }
        return write_document(told)


def opened(flow: Flow, lines: Iterable[str]) -> Iterator[str]:
    """The lines with what opens the flow before them; empty lines and those that begin with "#" left out."""
    if flow.check_in:
        yield "/check-in"
    elif opener := OPENERS.get(flow.name) or next(iter(flow.keywords), None):
        yield opener.upper()
    yield from (line for raw in lines if (line := raw.strip()) and not line.startswith("#"))


def turn_of(line: str) -> dict[str, Any]:
    """A typed line as a journey's turn."""
    if not line.startswith("/"):
        return {"hear": line}
    verb, _, rest = line[1:].partition(" ")
    return {verb: rest.strip() or "yes"}


def play(talk: Talk, turn: dict[str, Any], flow: str) -> tuple[dict[str, Any], tuple[fx.Effect, ...]]:
    """Do one turn; returns it with what it did. Raises ValueError for a turn nobody knows."""
    match turn:
        case {"hear": str(text)}:
            effects = talk.hear(text)
        case {"picture": _}:
            effects = talk.hear("", pictures=1)
        case {"wait": str(time)}:
            effects = talk.wait(duration(time))
        case {"check-in": touch}:
            values = {name: str(turn[name]) for name in CHECK_IN_VALUES if name in turn}
            effects = talk.check_in(flow, 1 if touch == "yes" else int(touch), values)
        case {"remind": touch}:
            effects = talk.remind(1 if touch == "yes" else int(touch))
        case {"staff": str(name)}:
            effects = talk.staff_replies(name)
        case _:
            msg = "a line is a text, or /wait 2 days, /check-in, /remind, /staff NAME, /picture"
            raise ValueError(msg)
    told = {key: value for key, value in turn.items() if key != "does"}
    return told | {"does": [in_words(effect) for effect in effects]}, effects


def duration(text: str) -> timedelta:
    """ "2 days", "1 hour", "90 minutes"; ten years at most. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,6}) (minute|hour|day|week)s?", text.strip())
    time = timedelta(**{UNITS[match[2]]: int(match[1])}) if match is not None else None
    if time is None or time > LONGEST_WAIT:
        msg = f"{text!r} is not a time such as 2 days"
        raise ValueError(msg)
    return time


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """Where a journey goes another way than its file says: the step, counted from 1, its line, and both."""

    step: int
    line: str
    should: tuple[str, ...]
    does: tuple[str, ...]


def begun(compiled: Compiled, assets: Assets, journey: Mapping[str, Any]) -> Talk:
    """The talk of a journey before its first step: `at` its time, with its `facts`. Raises ValueError."""
    at = datetime.fromisoformat(str(journey.get("at", START.isoformat())))
    return Talk.begin(compiled, assets, at.replace(tzinfo=UTC), **_known(journey.get("facts") or {}))


def replay(compiled: Compiled, assets: Assets, journey: Mapping[str, Any]) -> Differs | None:
    """Play a journey as it was saved; None where every step does what it says, else the first that does not.

    Raises NotALine for a step nobody knows, and ValueError for a file that is no journey.
    """
    turns = journey.get("turns")
    if not isinstance(turns, list) or journey.get("flow") not in compiled.flows:
        raise ValueError("a journey has a `flow` that the content has, and `turns`")
    talk = begun(compiled, assets, journey)
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, Mapping):
            raise NotALine(f"step {number} is not a line with what it does")
        try:
            told, _ = play(talk, dict(turn), str(journey["flow"]))
        except ValueError as fault:
            raise NotALine(f"step {number}: {fault}") from fault
        if told["does"] != turn.get("does"):
            line = next((f"{key} {value}" for key, value in turn.items() if key != "does"), "")
            return Differs(step=number, line=line, should=tuple(turn.get("does") or ()), does=tuple(told["does"]))
    return None


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is known at the start, from a file in which everything is text. Raises ValueError for neither yes nor no."""
    known = dict(facts)
    for name in known.keys() & {"first_contact", "worker_talking", "may_enrol"}:
        told = YES_OR_NO.get(str(known[name]).lower())
        if told is None:
            msg = f"{name} is {known[name]!r}: write true or false"
            raise ValueError(msg)
        known[name] = told
    for name in known.keys() & {"last_score"}:
        known[name] = int(known[name])
    return known
