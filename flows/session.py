"""One conversation's state: frozen, small, and the same after a trip through JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flows.effects import Value

SCHEMA = 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DEEPEST = 6  # flows called within flows
TRAIL = 6  # answers that BACK can undo
OPEN_QUESTIONS = 4  # displaced questions that a late answer may still fit
LATE_DAYS = 14
LIVE_MINUTES = 30  # a family that wrote within these is in conversation: design, "Who wins, coming in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    flow: str
    node: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Where the talk stood before one answer, and what each name it set held then (None: nothing)."""

    stack: tuple[Frame, ...]
    before: Mapping[str, Value | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that is no longer on top but may still be answered. `touch` is the check-in it belongs to."""

    frame: Frame
    at: datetime
    touch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A check-in that came due in the middle of a talk. After `until` it is missed, not sent late."""

    flow: str
    touch: int
    values: Mapping[str, Value]
    until: datetime
    reminder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`timers` holds the step that set each live timer; `left` is where an unfinished referral stands; `steps` is how
    many this talk has gone on for. `theirs` are the answers put away while the phone is locked; else None."""

    bundle: int = 0
    step_no: int = 0
    steps: int = 0
    stack: tuple[Frame, ...] = ()
    answers: Mapping[str, Value] = field(default_factory=dict)
    theirs: Mapping[str, Value] | None = None
    trail: tuple[Undo, ...] = ()
    open: tuple[Asked, ...] = ()
    timers: Mapping[str, int] = field(default_factory=dict)
    repairs: int = 0
    shown: int = 0
    touch: int | None = None
    asked_at: datetime | None = None
    heard_at: datetime | None = None
    left: Frame | None = None
    parked: Parked | None = None
    told_after_stop: bool = False
    asked_word: bool = False  # the last thing said to what was asked of them was that their word comes first
    owes_greeting: bool = False  # the first thing said was a safety reply: who reads this is still to be said

    @classmethod
    def new(cls, bundle: int = 0) -> "Session":
        return cls(bundle=bundle)

    @property
    def top(self) -> Frame | None:
        return self.stack[-1] if self.stack else None

    def to_json(self) -> str:
        """Compact JSON; only what differs from a new session."""
        parked, left = self.parked, self.left
        out: dict[str, Any] = {
            "v": SCHEMA,
            "b": self.bundle,
            "n": self.step_no,
            "e": self.steps or None,
            "s": _frames_out(self.stack),
            "a": _values_out(self.answers),
            "y": None if self.theirs is None else _values_out(self.theirs) or 1,
            "t": [[_frames_out(u.stack), _values_out(u.before)] for u in self.trail],
            "o": [[q.frame.flow, q.frame.node, _at_out(q.at), q.touch] for q in self.open],
            "w": dict(self.timers),
            "r": self.repairs or None,
            "k": self.shown or None,
            "c": self.touch,
            "q": self.asked_at and _at_out(self.asked_at),
            "h": self.heard_at and _at_out(self.heard_at),
            "l": left and [left.flow, left.node],
            "p": parked
            and [parked.flow, parked.touch, _values_out(parked.values), _at_out(parked.until), parked.reminder],
            "x": 1 if self.told_after_stop else None,
            "z": 1 if self.asked_word else None,
            "g": 1 if self.owes_greeting else None,
        }
        given = {key: value for key, value in out.items() if value not in (None, [], {})}
        return json.dumps(given, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Session":
        """Raises ValueError for a schema this code does not know: never a guess at somebody's state."""
        raw = json.loads(text)
        if raw.get("v") != SCHEMA:
            msg = f"session schema {raw.get('v')!r}, this code reads {SCHEMA}"
            raise ValueError(msg)
        parked = raw.get("p")
        return cls(
            bundle=raw["b"],
            step_no=raw["n"],
            steps=raw.get("e", 0),
            stack=_frames_in(raw.get("s", [])),
            answers=_values_in(raw.get("a", {})),
            theirs=_values_in(raw["y"] if isinstance(raw["y"], dict) else {}) if "y" in raw else None,
            trail=tuple(Undo(stack=_frames_in(s), before=_values_in(b)) for s, b in raw.get("t", [])),
            open=tuple(
                Asked(frame=Frame(flow=f, node=n), at=_at_in(at), touch=touch) for f, n, at, touch in raw.get("o", [])
            ),
            timers=raw.get("w", {}),
            repairs=raw.get("r", 0),
            shown=raw.get("k", 0),
            touch=raw.get("c"),
            asked_at=_at_in(raw["q"]) if "q" in raw else None,
            heard_at=_at_in(raw["h"]) if "h" in raw else None,
            left=Frame(flow=raw["l"][0], node=raw["l"][1]) if "l" in raw else None,
            parked=_parked_in(parked) if parked else None,
            told_after_stop=bool(raw.get("x")),
            asked_word=bool(raw.get("z")),
            owes_greeting=bool(raw.get("g")),
        )


def _frames_out(frames: tuple[Frame, ...]) -> list[list[str]]:
    return [[f.flow, f.node] for f in frames]


def _frames_in(raw: list[list[str]]) -> tuple[Frame, ...]:
    return tuple(Frame(flow=flow, node=node) for flow, node in raw)


def _at_out(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _at_in(raw: int) -> datetime:
    return EPOCH + timedelta(microseconds=raw)


def _values_out(values: Mapping[str, Value | None]) -> dict[str, Any]:
    return {name: _value_out(value) for name, value in values.items()}


def _value_out(value: Value | None) -> Any:
    # A date and the text of a date must stay apart, so the two typed kinds are wrapped and nothing else is.
    if isinstance(value, datetime):
        return {"at": _at_out(value)}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return value


def _parked_in(raw: list[Any]) -> Parked:
    flow, touch, values, until, reminder = raw
    return Parked(flow=flow, touch=touch, values=_values_in(values), until=_at_in(until), reminder=reminder)


def _values_in(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value_in(value) for name, value in raw.items()}


def _value_in(raw: Any) -> Any:
    if isinstance(raw, dict):
        return _at_in(raw["at"]) if "at" in raw else date.fromisoformat(raw["on"])
    return raw
