"""A conversation with no database: the real engine over facts kept in memory, for `thrive simulate` and the journeys.

What the shell would load and write is held here in plain fields. The session goes through its JSON at every step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import local_date
from bot.content import Compiled
from bot.directory_source import load_places, load_sample
from bot.finding import AnswerReaders, DirectoryFinder
from bot.rules import Rules, rules_of
from directory.search import Snapshot
from flows import effects as fx
from flows.events import CheckInDue, CheckInReminded, Event, MessageReceived, StaffReplied, TimerFired
from flows.facts import Assets, Facts
from flows.session import Session
from flows.step import step
from messages.addresses import find_phone

JOINED = timedelta(
    minutes=2
)  # texts this close are screened together, as the turn does: those that showed no danger alone
A_MINUTE = timedelta(minutes=1)  # between one text and the next
GRAVITY: Mapping[str, int] = {"routine": 0, "concern": 1, "urgent": 2}


def real_assets(compiled: Compiled) -> Assets:
    """The assets of compiled content with the sample directory that ships."""
    places = load_places(london=False)
    finder = DirectoryFinder(snapshot=Snapshot(load_sample(places)), places=places, lexicon=compiled.lexicon)
    return Assets(
        flows=compiled.flows,
        wording=compiled.wording,
        lexicon=compiled.lexicon,
        readers=AnswerReaders(places=places, phone=find_phone),
        finder=finder,
        council=compiled.council.values(),
    )


@dataclass(slots=True, kw_only=True)
class Talk:
    """One family's conversation. `facts` may start it in the middle of a story: `last_score`, `consent` ..."""

    assets: Assets
    rules: Rules
    now: datetime
    facts: Facts
    session: Session = field(default_factory=Session)
    timers: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    heard: list[tuple[datetime, str]] = field(default_factory=list)
    refs: int = 0

    @classmethod
    def begin(cls, compiled: Compiled, assets: Assets, now: datetime, **known: Any) -> "Talk":
        rules = rules_of(compiled.council)
        blank = Facts(now=now, today=local_date(now), look_by={}, open_now=True, fresh_ref="", first_contact=True)
        return cls(assets=assets, rules=rules, now=now, facts=replace(blank, **known))

    def hear(self, text: str, pictures: int = 0) -> tuple[fx.Effect, ...]:
        """The family writes."""
        self.now += A_MINUTE
        recent = [said for at, said in self.heard if self.now - at <= JOINED]
        screening = self.assets.lexicon.screen([*recent, text])
        if screening.risk == "none":
            self.heard.append((self.now, text))
        return self.happen(MessageReceived(text=text, screening=screening, pictures=pictures))

    def check_in(self, flow: str, touch: int, values: Mapping[str, str] | None = None) -> tuple[fx.Effect, ...]:
        return self.happen(CheckInDue(flow=flow, touch=touch, values=values or {}))

    def remind(self, touch: int) -> tuple[fx.Effect, ...]:
        return self.happen(CheckInReminded(touch=touch))

    def staff_replies(self, staff: str) -> tuple[fx.Effect, ...]:
        self.facts = replace(self.facts, worker_talking=True)
        return self.happen(StaffReplied(staff=staff))

    def wait(self, time: timedelta) -> tuple[fx.Effect, ...]:
        """Time passes, and each timer that comes due fires at its own moment."""
        until = self.now + time
        done: list[fx.Effect] = []
        while due := sorted((at, name) for name, (at, _) in self.timers.items() if at <= until):
            at, name = due[0]
            _, step_no = self.timers.pop(name)
            self.now = max(self.now, at)
            done += self.happen(TimerFired(name=name, step_no=step_no))
        self.now = until
        return tuple(done)

    def happen(self, event: Event) -> tuple[fx.Effect, ...]:
        """One step, with its effects applied to what is known."""
        self.refs += 1
        rules, now = self.rules, self.now
        levels: tuple[fx.Level, ...] = ("urgent", "concern", "routine")
        self.facts = replace(
            self.facts,
            now=now,
            today=local_date(now),
            open_now=rules.calendar.is_open(now),
            fresh_ref=f"PRACT{self.refs:03}",
            look_by={level: rules.calendar.look_by(level, now, rules.promises) for level in levels},
        )
        session = Session.from_json(self.session.to_json())
        done = step(self.assets, session, event, self.facts)
        self.session = done.session
        for effect in done.effects:
            self._apply(effect)
            if isinstance(effect, fx.SetWish):
                self._wish(effect)
        return done.effects

    def words(self, say: fx.Say) -> str:
        """What the family reads of one Say, choices numbered as in a text."""
        wording, language, today = self.assets.wording, self.facts.language, self.facts.today
        if say.purpose == "safety":
            chosen = say.language is None
            beside = wording.render_beside(say.text, say.values, say.language or language, chosen=chosen)
            return "\n\n".join(words for _, words in beside)
        lines = [wording.render(say.text, say.values, language, today)]
        lines += [f"- {one.name} ({one.contact})" for one in say.listings]
        lines += [f"{n}. {wording.label(choice.label, language)}" for n, choice in enumerate(say.choices, 1)]
        return "\n".join(lines)

    def _wish(self, wish: fx.SetWish) -> None:
        known = self.facts
        until, every = wish.until or known.paused_until, wish.every_days or known.every_days
        if wish.wish in {"unpause", "back-on"}:
            until = None
        if wish.wish == "back-on":
            every = None
        self.facts = replace(known, paused_until=until, every_days=every)

    def _apply(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Say():
                self.facts = replace(self.facts, first_contact=False)
            case fx.StartTimer():
                self.timers[effect.name] = (effect.at, self.session.step_no)
            case fx.CancelTimer():
                self.timers.pop(effect.name, None)
            case fx.MakeReferral():
                self.facts = replace(self.facts, open_refs=(effect.ref, *self.facts.open_refs))
            case fx.RaiseEscalation():
                level = max(effect.level, self.facts.open_case or effect.level, key=GRAVITY.__getitem__)
                self.facts = replace(self.facts, open_case=level)
            case fx.SetConsent(kind="text") if not effect.given:
                self.facts = replace(self.facts, consent="stopped")
            case fx.SetConsent(kind="text") if self.facts.channel == "sms":
                self.facts = replace(self.facts, consent="given")
            case fx.SetLanguage():
                self.facts = replace(self.facts, language=effect.language)
            case fx.SetMark():
                may = self.facts.may_enrol and effect.mark not in {"unsafe", "shared", "watched"}
                self.facts = replace(self.facts, marks=self.facts.marks | {effect.mark}, may_enrol=may)
            case fx.RecordScore():
                self.facts = replace(self.facts, last_score=effect.score)
            case fx.ReleaseAddress():
                self.facts = replace(self.facts, open_refs=(), open_case=None, last_score=None, known_postcode=None)
                self.facts = replace(self.facts, paused_until=None, every_days=None)
            case _:
                pass


def in_words(effect: fx.Effect) -> str:
    """One effect on a line, as a journey test expects it: what was done, without what the lexicon or directory of
    the day decides (which words gave it away, which services came up)."""
    told: str = _IN_WORDS[type(effect)](effect)
    return told


def in_detail(effect: fx.Effect) -> str:
    """The same with its reasons, as the simulator shows it beside the words."""
    told = in_words(effect)
    if isinstance(effect, fx.RaiseEscalation) and effect.because:
        return f"{told} because {'; '.join(effect.because)}"
    if isinstance(effect, fx.RecordSearch):
        return f"{told} ({', '.join(effect.needs) or 'by words'}, near {effect.area or 'anywhere'})"
    return told


def _say(say: fx.Say) -> str:
    listed = " with listings" if say.listings else ""
    offered = f" offering {', '.join(choice.value for choice in say.choices)}" if say.choices else ""
    return f"say {say.text} as {say.purpose}{listed}{offered}"


def _refer(referral: fx.MakeReferral) -> str:
    return f"refer {referral.kind}: {', '.join(f'{k}={v}' for k, v in referral.answers.items())}".rstrip(": ")


def _enrol(e: fx.EnrolOnEvent) -> str:
    """On what, by which yes, and what it counts from."""
    who = " themselves" if e.themselves else ""
    told = [f"from {e.event_on}" if e.event_on else "", f"born {e.born}" if e.born else ""]
    return " ".join(filter(None, [f"enrol{who} on {e.programme} by their yes to {e.wording}", *told]))


_IN_WORDS: Mapping[type, Callable[[Any], str]] = {
    fx.Say: _say,
    fx.StartTimer: lambda e: f"start timer {e.name}",
    fx.CancelTimer: lambda e: f"cancel timer {e.name}",
    fx.MakeReferral: _refer,
    fx.RaiseEscalation: lambda e: f"raise {e.level} {e.reason}",
    fx.AddToCase: lambda e: f"add to case: {e.words}",
    fx.SetConsent: lambda e: f"consent {e.kind} {'given' if e.given else 'refused'} to {e.wording}",
    fx.SetLanguage: lambda e: f"language {e.language}",
    fx.SetMark: lambda e: f"mark {e.mark} {e.value}".rstrip(),
    fx.RecordScore: lambda e: f"score {e.score}" + (f" for check-in {e.touch}" if e.touch is not None else ""),
    fx.CloseTouch: lambda e: f"close check-in {e.touch} {e.outcome}: {e.reason}",
    fx.ReleaseAddress: lambda _: "release the number",
    fx.SetWish: lambda e: (
        f"wish {e.wish}"
        + "".join(f" {part}" for part in (e.until, e.every_days and f"every {e.every_days} days") if part)
    ),
    fx.EnrolOnEvent: _enrol,
    fx.EndForLoss: lambda e: f"end for a loss: {e.loss}",
    fx.FlagListing: lambda e: f"flag {', '.join(e.listings)}" + (" as wrong" if e.why == "wrong" else ""),
    fx.KeepFeedback: lambda e: f"keep feedback: {e.words}",
    fx.RecordSearch: lambda e: "search, some found" if e.found else "search, nothing found",
}
