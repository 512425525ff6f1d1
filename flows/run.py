"""The state of one step while it runs: opened from a session, frozen into the next one.

The only mutable thing in the engine. It lives for one call of `step` and is seen by nobody else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from flows.effects import CancelTimer, Choice, Effect, Listing, Purpose, RaiseEscalation, Say, StartTimer, Value
from flows.facts import Assets, Facts
from flows.flow import AskNode, Flow, Node, Test
from flows.law import answer_by
from flows.session import DEEPEST, LATE_DAYS, LIVE_MINUTES, OPEN_QUESTIONS, TRAIL, Asked, Frame, Parked, Session, Undo
from flows.understanding.types import Risk, Understanding

NODES_A_STEP = 60
STAYS_KNOWN = frozenset({"speaker", "broken_off"})
STEPS_A_SESSION = 200  # of one talk, however many flows it calls: a referral told in single words takes thirty


class FlowLoopError(RuntimeError):
    """A flow went round without waiting. An author's fault that lint refuses; here it only bounds the step."""


class Run:
    def __init__(self, assets: Assets, session: Session, facts: Facts, purpose: Purpose) -> None:
        self.assets, self.facts, self.purpose = assets, facts, purpose
        self.base = session
        self.step_no = session.step_no + 1
        self.stack: list[Frame] = list(session.stack)
        self.answers: dict[str, Value] = dict(session.answers)
        self.theirs: dict[str, Value] | None = None if session.theirs is None else dict(session.theirs)
        self.trail: list[Undo] = list(session.trail)
        late = facts.now - timedelta(days=LATE_DAYS)
        self.open: list[Asked] = [asked for asked in session.open if asked.at >= late]
        self.timers: dict[str, int] = dict(session.timers)
        self.repairs, self.shown, self.touch = session.repairs, session.shown, session.touch
        self.asked_at, self.heard_at, self.left = session.asked_at, session.heard_at, session.left
        self.parked: Parked | None = session.parked
        self.told_after_stop = session.told_after_stop
        self.asked_word = False  # anew with each step
        self.effects: list[Effect] = []
        self.words = ""
        self.understood = Understanding()
        self.danger: Risk = "none"
        self.hushed = False
        self.carry_on = False
        self.broken_off = False
        self.asked_for_menu = False
        self.greeted = not (facts.first_contact or session.owes_greeting)
        self.nodes_left = NODES_A_STEP

    # What it knows

    def flow(self, frame: Frame) -> Flow:
        return self.assets.flows[frame.flow]

    @property
    def top(self) -> Frame | None:
        return self.stack[-1] if self.stack else None

    @property
    def top_flow(self) -> Flow | None:
        return self.flow(self.stack[-1]) if self.stack else None

    def node(self) -> Node | None:
        return self.flow(self.stack[-1]).nodes[self.stack[-1].node] if self.stack else None

    def waiting(self) -> AskNode | None:
        node = self.node()
        return node if isinstance(node, AskNode) else None

    def known(self, name: str) -> Value | None:
        """An answer or a fact by name; None when nobody said it and nothing tells."""
        told = _FACTS.get(name)
        return told(self) if told is not None else self.answers.get(name)

    def holds(self, test: Test) -> bool:
        value = self.known(test.name)
        if test.known is not None and (value is not None and value != "") != test.known:
            return False
        if test.is_ is not None and str(value) != test.is_:
            return False
        if test.is_not is not None and str(value) == test.is_not:
            return False
        if test.at_least is None and test.at_most is None:
            return value is not None or test.known is False or test.is_not is not None
        if not isinstance(value, int | float):
            return False
        return (test.at_least is None or value >= test.at_least) and (test.at_most is None or value <= test.at_most)

    def choices(self, ask: AskNode) -> tuple[Choice, ...]:
        visible = (option for option in ask.options if option.when is None or self.holds(option.when))
        return tuple(Choice(value=option.value, label=option.label) for option in visible)

    # What it does

    def do(self, effect: Effect) -> None:
        self.effects.append(effect)

    def say(
        self,
        text: str,
        *,
        choices: tuple[Choice, ...] = (),
        listings: tuple[Listing, ...] = (),
        purpose: Purpose | None = None,
        values: Mapping[str, Value] | None = None,
        heard: str = "en",
    ) -> None:
        """Say a text with the values it names. On a watched phone nothing follows the safety reply.

        `heard` is the language their words seem to be in: it is answered where no other was chosen.
        """
        if self.hushed:
            return
        purpose = purpose or self.purpose
        if not self.greeted and purpose != "stop-receipt":
            self.greeted = True
            self.do(Say(text="first-contact.web" if self.facts.channel == "web" else "first-contact", purpose=purpose))
        if self.carry_on:
            self.carry_on = False
            self.do(Say(text="safety.carry-on", purpose=purpose))
        given = values or {}
        named = {name: given.get(name, self.known(name)) for name in sorted(self.assets.wording.needs(text))}
        filled = {name: value for name, value in named.items() if value is not None}
        language = heard if self.facts.language == "en" and heard != "en" else None
        self.do(Say(text=text, values=filled, choices=choices, listings=listings, purpose=purpose, language=language))

    def keep(self, name: str, value: Value | None) -> None:
        """Set or clear a name so that BACK can put the former value back."""
        if self.trail and name not in self.trail[-1].before:
            last = self.trail[-1]
            self.trail[-1] = replace(last, before={**last.before, name: self.answers.get(name)})
        if value is None:
            self.answers.pop(name, None)
        else:
            self.answers[name] = value

    def put_away(self, *, goes_on: bool) -> None:
        """The phone is locked: what was told before is for nobody to use. A search near their home would show where it
        is, and their last need would be whoever's. Who speaks stays: danger is answered by it. `goes_on`: what is being
        asked now was asked since the lock, so what was answered there belongs to it."""
        if self.theirs is None:
            now = set().union(*(self.flow(frame).asked_names() for frame in self.stack)) if goes_on else set()
            told, self.theirs, self.answers = self.answers, {}, {}
            for name, value in told.items():
                (self.answers if name in STAYS_KNOWN | now else self.theirs)[name] = value

    def bring_back(self) -> None:
        """Their word, or a phone of their own again: what was told before is known, and goes before what somebody else
        told for the same referral."""
        if self.theirs is not None:
            theirs = self.left_answers()
            asked = self.flow(self.left).asked_names() if self.left is not None and theirs is self.theirs else set()
            since = {n: v for n, v in self.answers.items() if n not in asked}
            self.answers, self.theirs = {**self.theirs, **since}, None

    def left_answers(self) -> dict[str, Value]:
        """The answers among which those of what was left half told are: put away where it was begun before the lock."""
        told = self.flow(self.left).asked_names() - KEPT_NAMES if self.left is not None else set()
        return self.answers if self.theirs is None or told.isdisjoint(self.theirs) else self.theirs

    def mark_trail(self) -> None:
        self.trail = [*self.trail, Undo(stack=tuple(self.stack), before={})][-TRAIL:]

    def start_timer(self, name: str, at: datetime) -> None:
        self.timers[name] = self.step_no
        self.do(StartTimer(name=name, at=at))

    def cancel_timer(self, name: str) -> None:
        if self.timers.pop(name, None) is not None:
            self.do(CancelTimer(name=name))

    def push(self, frame: Frame) -> None:
        self.stack.append(frame)
        if len(self.stack) > DEEPEST:
            del self.stack[0]

    def goto(self, node: str) -> None:
        self.stack[-1] = replace(self.stack[-1], node=node)

    def set_aside(self) -> None:
        """Another matter comes up. A flow that holds waits beneath it; of any other the question stays answerable."""
        while self.stack and not self.flow(self.stack[-1]).holds:
            frame = self.stack.pop()
            ask = self.flow(frame).ask(frame.node)
            if ask is not None and ask.kind != "text" and self.asked_at is not None:
                self.remember(Asked(frame=frame, at=self.asked_at, touch=self.touch))
            if self.flow(frame).check_in:
                self.touch = None
        self.cancel_timer("wait")
        self.cancel_timer("expire")
        self.repairs = 0

    def remember(self, asked: Asked) -> None:
        """What is asked in between, by whoever has the phone, drives no check-in out."""
        others = [q for q in self.open if q.frame != asked.frame or q.touch != asked.touch]
        if len(others) >= OPEN_QUESTIONS:
            others.remove(next((q for q in others if q.touch is None), others[0]))
        self.open = [*others, asked]

    def live(self) -> bool:
        """In conversation: the family wrote within 30 minutes, or a worker is talking with them."""
        heard = self.heard_at
        recent = heard is not None and self.facts.now - heard < timedelta(minutes=LIVE_MINUTES)
        return recent or self.facts.worker_talking

    def _steps(self) -> int:
        goes_on = self.stack[:1] and self.base.stack[:1] and self.stack[0].flow == self.base.stack[0].flow
        return min(self.base.steps + 1, STEPS_A_SESSION) if goes_on and not self.broken_off else 0

    def freeze(self) -> Session:
        return Session(
            bundle=self.base.bundle,
            step_no=self.step_no,
            steps=self._steps(),
            stack=tuple(self.stack),
            answers=self.answers,
            theirs=self.theirs,
            trail=tuple(self.trail),
            open=tuple(self.open),
            timers=self.timers,
            repairs=self.repairs,
            shown=self.shown,
            touch=self.touch,
            asked_at=self.asked_at,
            heard_at=self.heard_at,
            left=self.left,
            parked=self.parked,
            told_after_stop=self.told_after_stop,
            asked_word=self.asked_word,
            owes_greeting=not self.greeted,
        )


def _look_by(run: Run) -> datetime:
    """By when a person looks at what was brought before them now: no later than was said a line above."""
    raised = (effect.level for effect in run.effects if isinstance(effect, RaiseEscalation))
    return min((run.facts.look_by["routine"], *(run.facts.look_by[level] for level in raised)))


def _months_old(run: Run) -> int | None:
    """Whole months by the calendar from the month of birth they told; negative before birth."""
    born = run.answers.get("born_month")
    if not isinstance(born, str):
        return None
    year, month = map(int, born.split("-"))
    return (run.facts.today.year - year) * 12 + run.facts.today.month - month


def _old_enough(run: Run) -> str | None:
    """Surely of the age from which a young person is kept in touch with: the month of that birthday is over."""
    months = _months_old(run)
    return None if months is None else _yes(months > run.facts.young_from_years * 12)


def _days_to(run: Run) -> int | None:
    due = run.answers.get("due_on")
    return (due - run.facts.today).days if isinstance(due, date) else None


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _fall(run: Run) -> int | None:
    score, last = run.answers.get("given_score"), run.facts.last_score
    return last - score if isinstance(score, int) and last is not None else None


def _signed(run: Run) -> str | None:
    """Who writes: the service's neutral name, and the worker's first name where the family agreed to it."""
    worker, service = run.answers.get("worker"), run.assets.wording.shared.get("service")
    return f"{worker} ({service})" if worker and service else service


def _unfinished(run: Run) -> str:
    """Whether they come back, after a while, to something that they left half told. MENU itself asks for the menu; at a
    locked phone nobody is told."""
    theirs = run.left is not None and run.facts.locked_since is None
    return _yes(theirs and not run.asked_for_menu and not run.live())


def _low(run: Run) -> str:
    score = run.answers.get("given_score")
    return _yes(isinstance(score, int) and score <= run.facts.low_at)


def _fell(run: Run) -> str:
    fall = _fall(run)
    return _yes(fall is not None and fall >= run.facts.fall_of)


# What a text or a branch may name besides the answers of its flow.
_FACTS: Mapping[str, Callable[[Run], Value | None]] = {
    "look_by": _look_by,
    "look_by_concern": lambda run: run.facts.look_by["concern"],
    "look_by_urgent": lambda run: run.facts.look_by["urgent"],
    "open_ref": lambda run: next(iter(run.facts.open_refs), None),
    "next_touch_on": lambda run: run.facts.next_touch_on,
    "hear_by": lambda run: run.facts.hear_by,
    "channel": lambda run: run.facts.channel,
    "consent": lambda run: run.facts.consent,
    "unfinished": _unfinished,
    "open_now": lambda run: _yes(run.facts.open_now),
    "first_contact": lambda run: _yes(run.facts.first_contact),
    "last_score": lambda run: run.facts.last_score,
    "fall": _fall,
    "low": _low,
    "fell": _fell,
    "danger": lambda run: run.danger,
    "paused_until": lambda run: run.facts.paused_until,
    "young_from": lambda run: run.facts.young_from_years,
    "months_old": _months_old,
    "old_enough": _old_enough,
    "days_to_due": _days_to,
    "may_enrol": lambda run: _yes(run.facts.may_enrol),
    "signed": _signed,
    "law_by": lambda run: answer_by(run.facts.today),
}
# Kept by the engine among the answers.
KEPT_NAMES = (
    frozenset(
        {"ref", "place", "heard", "more_results", "needs", "need_text", "age", "also_said", "given_score", "postcode"}
    )
    | {"broken_off", "speaker", "worker", "given_listings"}
    | {"until_date", "every_weeks", "told_event", "helped", "shown_listings", "open_first"}
)
FACT_NAMES = frozenset(_FACTS) | KEPT_NAMES
