"""The nodes that do something beyond the talk: a referral, a case, a note, a check-in's end, an enrolment."""

from datetime import date

from flows.effects import (
    AddToCase,
    CloseTouch,
    EnrolOnEvent,
    FlagListing,
    KeepFeedback,
    MakeReferral,
    RaiseEscalation,
    SetWish,
    Value,
)
from flows.flow import CloseNode, EnrolNode, EscalateNode, FeedbackNode, FlagNode, Flow, NoteNode, PauseNode, ReferNode
from flows.run import Run


def refer(run: Run, flow: Flow, node: ReferNode) -> bool:
    told = {name: run.answers[name] for name in sorted(flow.asked_names() | {"also_said"}) if name in run.answers}
    ref = run.facts.fresh_ref
    run.do(MakeReferral(kind=node.kind, ref=ref, answers=told))
    run.cancel_timer("unfinished")
    run.left = None
    # What is with the team is no longer taken back by BACK.
    run.trail = []
    run.answers["ref"] = ref
    run.goto(node.go)
    return True


def escalate(run: Run, _flow: Flow, node: EscalateNode) -> bool:
    run.do(
        RaiseEscalation(
            level=node.level,
            reason=node.reason,
            words=run.words,
            because=why(run, node.reason),
            speaker=run.understood.speaker,
        )
    )
    run.goto(node.go)
    return True


def note(run: Run, _flow: Flow, node: NoteNode) -> bool:
    if run.words.strip():
        run.do(AddToCase(words=run.words))
    run.goto(node.go)
    return True


def why(run: Run, reason: str) -> tuple[str, ...]:
    """What decided, as a worker reads it: the score, the fall, or the family's own words."""
    score, last = run.known("given_score"), run.facts.last_score
    if reason == "low-score":
        return (f"{score} out of 10",)
    if reason == "score-fall":
        return (f"{last} before, {score} now",)
    if reason == "asked-for-person":
        return run.understood.because_intent
    told = run.understood.because_needs
    return tuple(dict.fromkeys(word for need in run.understood.needs for word in told.get(need, ())))


def close(run: Run, flow: Flow, node: CloseNode) -> bool:
    touch_in_words = run.touch if run.known("given_score") is None else None
    if run.touch is not None:
        run.do(CloseTouch(touch=run.touch, outcome=node.outcome, reason=node.reason))
        run.touch = None
    # An older unanswered check-in of this kind is past: a second number is not its answer. The one that words
    # answered still waits for its number.
    run.open = [asked for asked in run.open if asked.frame.flow != flow.name or asked.touch == touch_in_words]
    run.goto(node.go)
    return True


def flag(run: Run, _flow: Flow, node: FlagNode) -> bool:
    given = tuple(filter(None, str(run.answers.get(node.listings, "")).split(",")))
    if given:
        run.do(FlagListing(listings=given, why=node.why))
    run.goto(node.go)
    return True


def feedback(run: Run, _flow: Flow, node: FeedbackNode) -> bool:
    if words := str(run.answers.get(node.words) or "").strip():
        run.do(KeepFeedback(words=words))
    run.goto(node.go)
    return True


def pause(run: Run, _flow: Flow, node: PauseNode) -> bool:
    until = run.answers.get(node.until)
    if isinstance(until, date):
        run.do(SetWish(wish="pause", words=run.words, until=until))
    run.goto(node.go)
    return True


def enrol(run: Run, flow: Flow, node: EnrolNode) -> bool:
    programme = str(run.answers.get(node.event, ""))  # one that nobody publishes goes before a person
    day, born = run.known(node.day or ""), run.known(node.born or "")
    run.do(
        EnrolOnEvent(
            programme=programme,
            wording=f"{flow.name}.{node.asked}",
            event_on=day if isinstance(day, date) else None,
            born=str(born) if born is not None else None,
            themselves=node.themselves,
        )
    )
    run.goto(node.go if node.otherwise is None or _begins(run, programme, day, born, node) else node.otherwise)
    return True


def _begins(run: Run, programme: str, day: Value | None, born: Value | None, node: EnrolNode) -> bool:
    """Nobody is told "done" of what a person has to look at first."""
    facts = run.facts
    if not facts.may_enrol or not programme or facts.begins is None:
        return facts.may_enrol and bool(programme)
    on = day if isinstance(day, date) else facts.today
    return facts.begins.holds(programme, on, None if born is None else str(born), themselves=node.themselves)
