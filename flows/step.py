"""One step of a conversation: what happened goes in, the next state and what to do come out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flows.commands import keep_complaint, keep_not_then, leave
from flows.effects import AddToCase, CloseTouch, Effect, MakeReferral, Purpose, RaiseEscalation
from flows.events import (
    CHECK_IN_VALUES,
    CheckInDue,
    CheckInReminded,
    Event,
    MessageReceived,
    StaffReplied,
    TimerFired,
)
from flows.facts import Assets, Facts
from flows.flow import AskNode, Flow, WaitNode
from flows.nodes import enter, walk
from flows.reading import Reading, is_theirs, prepare
from flows.run import STEPS_A_SESSION, Run
from flows.session import LIVE_MINUTES, Frame, Parked, Session
from flows.wins import decide, show_pictures

SPEAKER_HOURS = 12  # how long who is speaking is taken to be who spoke before
PARKED_HOURS = 24  # how long a check-in waits for a talk to end when its programme does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`effects` are in the order to apply. A safety reply is always the first of them."""

    session: Session
    effects: tuple[Effect, ...]


def step(assets: Assets, session: Session, event: Event, facts: Facts) -> Step:
    """Pure and deterministic: the same four give the same answer, always.

    The flows must be those of `session.bundle`. A place the bundle does not have (content changed beneath the
    talk) counts as no place: the talk starts afresh and nothing raises. Raises FlowLoopError for a flow that goes
    round without waiting, which content is refused for at load.
    """
    handler, purpose = _EVENTS[type(event)]
    run = Run(assets, landed(assets, session), facts, purpose)
    if session.steps >= STEPS_A_SESSION and isinstance(event, MessageReceived):
        # Going round and round: these words begin anew. What was asked last can still be answered, a referral taken up.
        run.broken_off = True
        leave(run)
    handler(run, event)
    return Step(session=run.freeze(), effects=tuple(run.effects))


def stands(frames: Iterable[Frame], flows: Mapping[str, Flow]) -> bool:
    """Whether these flows have each of these places."""
    return all(frame.flow in flows and frame.node in flows[frame.flow].nodes for frame in frames)


def landed(assets: Assets, session: Session) -> Session:
    """The session without the places its flows no longer have."""
    flows = assets.flows
    left = session.left if session.left is not None and stands((session.left,), flows) else None
    if not stands(session.stack, flows) or left != session.left:
        return replace(session, stack=(), trail=(), open=(), left=left)
    trail = tuple(undo for undo in session.trail if stands(undo.stack, flows))
    return replace(session, trail=trail, open=tuple(a for a in session.open if stands((a.frame,), flows)))


def _message(run: Run, event: MessageReceived) -> None:
    if run.facts.locked_since is not None and not run.facts.word_said:
        run.put_away(goes_on=not is_theirs(run))
    else:
        run.bring_back()
    if run.base.asked_word and is_theirs(run) and not run.facts.word_said:
        _part(run)  # asked for the word, they say something else again: it is whoever's, and read as anybody's
    reading = prepare(run, event)
    run.words, run.understood = reading.text, reading.understood
    speaker = reading.screening.speaker or reading.understood.speaker
    if speaker is not None:
        run.answers["speaker"] = speaker
    elif run.heard_at is None or run.facts.now - run.heard_at > timedelta(hours=SPEAKER_HOURS):
        run.answers.pop("speaker", None)  # it may be somebody else's turn with the phone
    if is_theirs(run) and not reading.word_said and not reading.locked:
        _part(run)
    acted = decide(run, reading)
    if reading.not_then and not reading.after_stop:
        keep_not_then(run, reading)  # whatever else the words did, as with pictures
    if reading.complains:
        keep_complaint(run, reading)
    if {*acted} & {"repair", "event", "need"}:
        _keep_unsaid(run, reading)
    if reading.pictures:
        show_pictures(run, reading)
    if reading.screening.risk == "urgent" and "answer" not in acted and run.waiting() is not None:
        run.answers["broken_off"] = "yes"
    else:
        run.answers.pop("broken_off", None)
    run.heard_at = run.facts.now


def _part(run: Run) -> None:
    """Whoever writes now is asked nothing that was asked of them. Told half, it can be taken up again; a check-in waits
    for the word as its text does."""
    leave(run)
    run.open = [asked for asked in run.open if asked.touch is not None]


def _keep_unsaid(run: Run, reading: Reading) -> None:
    """At a locked phone nobody hears that a case of theirs stands. What else would be more of it reaches it unsaid."""
    if run.facts.locked_since is None or run.facts.open_case is None or reading.understood.needs:
        return
    if reading.text.strip() and not any(isinstance(e, AddToCase | RaiseEscalation) for e in run.effects):
        run.do(AddToCase(words=reading.text))


def _timer(run: Run, event: TimerFired) -> None:
    if run.timers.get(event.name) != event.step_no or event.name not in _TIMERS:
        return
    del run.timers[event.name]
    _TIMERS[event.name](run)


def _unfinished(run: Run) -> None:
    """A referral left half told goes to the team with what there is, as its first words said it would."""
    frame = run.left
    if frame is None:
        return
    flow = run.assets.flows[frame.flow]
    theirs = run.left_answers()
    told = {name: theirs[name] for name in sorted(flow.asked_names() | {"also_said"}) if name in theirs}
    run.do(MakeReferral(kind="unfinished", ref=run.facts.fresh_ref, answers=told))
    run.left, run.trail = None, []
    run.stack = run.stack[: next((n for n, at in enumerate(run.stack) if at.flow == frame.flow), len(run.stack))]
    for name in told.keys() - {"postcode", "language"}:
        theirs.pop(name, None)
    run.cancel_timer("expire")
    run.cancel_timer("wait")
    if run.facts.consent != "stopped" and not run.facts.worker_talking:
        run.purpose = "promise"
        run.say(f"{frame.flow}.left", values={"ref": run.facts.fresh_ref})


def _expire(run: Run) -> None:
    notes = (f"{frame.flow}.expired" for frame in reversed(run.stack))
    note = next((text for text in notes if run.assets.wording.has(text)), None)
    leave(run)
    if note is not None and not run.facts.worker_talking:
        run.say(note)


def _wait(run: Run) -> None:
    node = run.node()
    if isinstance(node, WaitNode):
        run.goto(node.go)
        walk(run)
    elif isinstance(node, AskNode) and node.on_timeout is not None:
        run.goto(node.on_timeout)
        walk(run)


def _unpark(run: Run) -> None:
    parked = run.parked
    if parked is None:
        return
    if run.facts.now > parked.until:
        run.parked = None
        if not parked.reminder:
            run.do(
                CloseTouch(
                    touch=parked.touch,
                    outcome="missed",
                    reason="They were in conversation with us until its time had passed.",
                )
            )
        return
    run.purpose = "reminder" if parked.reminder else "check-in"
    if parked.reminder:
        _remind(run, parked)
    else:
        _open_check_in(run, parked)


def _check_in_due(run: Run, event: CheckInDue) -> None:
    until = event.not_after or run.facts.now + timedelta(hours=PARKED_HOURS)
    _open_check_in(run, Parked(flow=event.flow, touch=event.touch, values=event.values, until=until))


def _open_check_in(run: Run, due: Parked) -> None:
    if _park(run, due):
        return
    run.parked = None
    run.set_aside()
    for name in CHECK_IN_VALUES:  # who signs it and what they were given is told with it, or not known
        run.answers.pop(name, None)
    enter(run, due.flow, due.values)
    run.touch = due.touch


def _park(run: Run, due: Parked) -> bool:
    """A check-in never interrupts a conversation in progress: it waits for half an hour of quiet.

    It waits too while the talk runs on content from before its flow was published.
    """
    if not run.live() and (due.reminder or due.flow in run.assets.flows):
        return False
    run.parked = due
    quiet_at = (run.heard_at or run.facts.now) + timedelta(minutes=LIVE_MINUTES)
    run.start_timer("parked", max(quiet_at, run.facts.now + timedelta(minutes=LIVE_MINUTES // 2)))
    return True


def _reminded(run: Run, event: CheckInReminded) -> None:
    until = run.facts.now + timedelta(hours=PARKED_HOURS)
    _remind(run, Parked(flow="", touch=event.touch, values={}, until=until, reminder=True))


def _remind(run: Run, due: Parked) -> None:
    """Say the question of this check-in once more, if it still waits for its answer."""
    frame = run.top if run.touch == due.touch else None
    frame = frame or next((asked.frame for asked in run.open if asked.touch == due.touch), None)
    ask = run.assets.flows[frame.flow].ask(frame.node) if frame is not None else None
    if frame is None or ask is None or _park(run, due):
        return
    run.parked = None
    own = f"{frame.flow}.{frame.node}.reminder"
    text = own if run.assets.wording.has(own) else f"{frame.flow}.{frame.node}"
    run.say(text, choices=run.choices(ask))


def _staff_replied(run: Run, _event: StaffReplied) -> None:
    """A person has taken over: the bot stops counting misunderstandings and lets no question run out."""
    run.repairs = 0
    run.cancel_timer("expire")
    run.cancel_timer("wait")


_TIMERS: Mapping[str, Callable[[Run], None]] = {
    "unfinished": _unfinished,
    "expire": _expire,
    "wait": _wait,
    "parked": _unpark,
}
_EVENTS: Mapping[type, tuple[Callable[[Run, Any], None], Purpose]] = {
    MessageReceived: (_message, "answer"),
    TimerFired: (_timer, "reminder"),
    CheckInDue: (_check_in_due, "check-in"),
    CheckInReminded: (_reminded, "reminder"),
    StaffReplied: (_staff_replied, "staff-alert"),
}
