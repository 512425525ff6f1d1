"""What each node does, as a table, and the walk that goes from node to node until one waits."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flows import doing
from flows.answers import Answer
from flows.effects import (
    RecordScore,
    RecordSearch,
    SetConsent,
    SetLanguage,
    SetMark,
    Value,
)
from flows.facts import Search
from flows.flow import (
    AskNode,
    BranchNode,
    CallNode,
    CloseNode,
    EndNode,
    EnrolNode,
    EscalateNode,
    FeedbackNode,
    FlagNode,
    Flow,
    NoteNode,
    PauseNode,
    ReferNode,
    SayNode,
    SearchNode,
    SetNode,
    WaitNode,
)
from flows.reading import QUIET_NEEDS
from flows.run import FlowLoopError, Run
from flows.session import Frame
from flows.vocabulary import CUES, POLITE

ALSO_SAID_MOST = 600  # characters of words said beside the answers that a referral carries


def walk(run: Run) -> None:
    """Go from node to node until one waits or nothing is left. Raises FlowLoopError past the step's bound."""
    going = True
    while going and run.stack:
        run.nodes_left -= 1
        frame = run.stack[-1]
        if run.nodes_left < 0:
            msg = f"{frame.flow}.{frame.node} goes round without waiting"
            raise FlowLoopError(msg)
        flow = run.flow(frame)
        node = flow.nodes[frame.node]
        going = _DO[type(node)](run, flow, node)
    if not run.stack:
        run.trail = []
        run.shown = 0


def enter(run: Run, name: str, seeds: Mapping[str, Value] | None = None) -> None:
    """Open a flow, or carry on with it where it was left; then walk."""
    depth = next((place for place, frame in enumerate(run.stack) if frame.flow == name), None)
    if depth is not None:
        del run.stack[depth + 1 :]
    elif run.left is not None and run.left.flow == name:
        take_up(run, run.left)
    else:
        begin(run, name, seeds or {})
    walk(run)


def take_up(run: Run, left: Frame) -> None:
    """Carry on where it was left. At a locked phone their word comes first, and what is half told stays as it is."""
    if run.facts.locked_since is not None:
        run.say("word.ask")
        run.set_aside()
        run.stack, run.trail = [], []
        return
    run.push(left)
    run.say("carry-on")


def begin(run: Run, name: str, seeds: Mapping[str, Value]) -> None:
    flow = run.assets.flows[name]
    if any(isinstance(node, EnrolNode) for node in flow.nodes.values()):
        # It is asked anew: what an older question of it was about is no longer known. "Yes" to that is no yes to this.
        run.open = [asked for asked in run.open if asked.frame.flow != name]
    known = {node.as_name for node in flow.nodes.values() if isinstance(node, AskNode) and node.unless_known}
    for own in flow.asked_names() - known:
        run.keep(own, None)
    for told, value in seeds.items():
        run.keep(told, value)
    if run.facts.known_postcode and "postcode" not in run.answers:
        run.keep("postcode", run.facts.known_postcode)
    run.push(Frame(flow=name, node=flow.start))
    if any(isinstance(node, SearchNode) for node in flow.nodes.values()):
        run.shown = 0
    if flow.left:
        run.left = run.stack[-1]
        run.start_timer("unfinished", next_day(run))


def next_day(run: Run) -> datetime:
    """When a person next looks, if that is another day; else this time tomorrow."""
    look_by = run.facts.look_by["routine"]
    now = run.facts.now
    return look_by if look_by - now >= timedelta(hours=12) else now + timedelta(days=1)


def apply_answer(run: Run, ask: AskNode, answer: Answer) -> None:
    """Keep what they answered, do what the question is for, and walk on."""
    frame = run.stack[-1]
    run.mark_trail()
    if answer.value is not None or ask.optional:  # only what may be skipped is cleared by leaving it
        run.keep(ask.as_name, answer.value)
    run.repairs = 0
    if answer.value is not None:
        if ask.consent is not None:
            wording = f"{frame.flow}.{frame.node}"
            run.do(SetConsent(kind=ask.consent, given=answer.value == "yes", wording=wording))
        if ask.score and isinstance(answer.value, int):
            run.do(RecordScore(score=answer.value, touch=run.touch))
            run.keep("given_score", answer.value)
        if ask.mark is not None and run.facts.locked_since is None:
            # From a locked phone it is told with the case, and changes nothing that the family agreed with the team.
            run.do(SetMark(mark=ask.mark, value=str(answer.value)))
    if ask.heard is not None:
        hear(run, what_was_heard(run, answer.rest), answer.rest)
    run.cancel_timer("wait")
    run.goto(answer.go or ask.go)
    walk(run)


def hear(run: Run, heard: str | None, words: str) -> None:
    """Keep what a reply asks for beside its answer, ready for a search if they want one."""
    run.keep("heard", heard)
    if heard == "need":
        run.keep("need_text", words)
        run.keep("needs", None)


def what_was_heard(run: Run, rest: str) -> str | None:
    """What words said beside an answer ask for: a person, help with a need, or nothing."""
    telling = [word for word in re.findall(r"[^\W\d_]+", rest.casefold()) if word not in CUES | POLITE]
    if not telling:
        return None
    understood = run.assets.lexicon.understand(rest)
    if understood.intent == "human":
        return "human"
    return "need" if understood.needs else None


def _say(run: Run, flow: Flow, node: SayNode) -> bool:
    run.say(f"{flow.name}.{node.id}")
    run.goto(node.go)
    return True


def _ask(run: Run, flow: Flow, node: AskNode) -> bool:
    if node.unless_known and run.known(node.as_name) not in (None, ""):
        run.goto(node.go)
        return True
    run.say(f"{flow.name}.{node.id}", choices=run.choices(node))
    run.asked_at = run.facts.now
    if run.left is not None and run.left.flow == flow.name:
        run.left = run.stack[-1]
    if node.wait_hours is not None:
        run.start_timer("wait", run.facts.now + timedelta(hours=node.wait_hours))
    hours = _expires_hours(run)
    if hours is not None:
        run.start_timer("expire", run.facts.now + timedelta(hours=hours))
    else:
        run.cancel_timer("expire")
    return False


def _expires_hours(run: Run) -> int | None:
    """After how long this talk runs out: as its flow says, else the one that called it. What holds runs out by its own
    timer, from wherever it was opened: who answers a referral a day and an hour later has still answered it."""
    for frame in reversed(run.stack):
        flow = run.flow(frame)
        if flow.expires_hours is not None or flow.holds:
            return flow.expires_hours
    return None


def _branch(run: Run, _flow: Flow, node: BranchNode) -> bool:
    run.goto(next((case.go for case in node.cases if run.holds(case.when)), node.go))
    return True


def _search(run: Run, flow: Flow, node: SearchNode) -> bool:
    text = str(run.answers.get("need_text") or "")
    needs = tuple(str(run.answers["needs"]).split(",")) if run.answers.get("needs") else ()
    if not needs and text:
        needs = run.assets.lexicon.understand(text).needs
        run.keep("needs", ",".join(needs) or None)
    postcode, age = run.answers.get("postcode"), run.answers.get("age")
    found = run.assets.finder.find(
        Search(
            text=text,
            needs=needs,
            postcode=str(postcode) if postcode else None,
            age=float(age) if isinstance(age, int | float) else None,
            language=run.facts.language if run.facts.language != "en" else run.understood.lang,
            skip=run.shown,
            open_at=run.facts.now if run.answers.get("open_first") else None,
        )
    )
    if run.shown == 0:
        area = str(postcode).split()[0] if postcode else None
        run.do(RecordSearch(needs=needs, area=area, found=len(found.listings)))
        help_first(run, needs)
    run.keep("more_results", "yes" if found.more else "no")
    if not found.listings:
        run.goto(node.no_more if run.shown else node.none)
        return True
    place = found.place.read_as
    run.say(f"{flow.name}.{node.id}", listings=found.listings, values={"place": place} if place else {})
    run.keep("shown_listings", ",".join(listing.id for listing in found.listings))
    run.shown += len(found.listings)
    run.goto(node.go)
    return True


def help_first(run: Run, needs: tuple[str, ...]) -> None:
    """What helps first with the clearest need, and who to call today: once, in a text of its own before the services.

    Not beside a safety reply, which says whom to call; nor where the flow said already what helps first (`helped`);
    nor of what nobody should find on a phone that is watched.
    """
    need = next(iter(needs), None)
    if need is None or run.danger != "none" or (need in QUIET_NEEDS and run.facts.marks & {"watched", "unsafe"}):
        return
    if run.answers.get("helped") not in {need, "yes"} and run.assets.wording.has(f"self-help.{need}"):
        run.say(f"self-help.{need}", heard=run.understood.lang)
    run.keep("helped", need)


def _set(run: Run, _flow: Flow, node: SetNode) -> bool:
    for name, value in node.values.items():
        run.keep(name, value or None)
    if node.language is not None and (language := run.answers.get(node.language)):
        run.do(SetLanguage(language=str(language)))
    run.goto(node.go)
    return True


def _call(run: Run, _flow: Flow, node: CallNode) -> bool:
    if any(frame.flow == node.flow for frame in run.stack[:-1]):
        # Already open beneath: go back to it rather than opening it twice.
        while run.stack[-1].flow != node.flow:
            run.stack.pop()
        if run.left is not None and run.left.flow == node.flow:
            run.say("carry-on")  # half told: nobody is asked again from the start
        else:
            run.goto(run.assets.flows[node.flow].start)
        return True
    if run.left is not None and run.left.flow == node.flow:
        take_up(run, run.left)
    else:
        begin(run, node.flow, {})
    return True


def _wait(run: Run, _flow: Flow, node: WaitNode) -> bool:
    if "wait" not in run.timers:
        run.start_timer("wait", run.facts.now + timedelta(hours=node.hours))
    return False


def _end(run: Run, flow: Flow, _node: EndNode) -> bool:
    run.stack.pop()
    run.cancel_timer("expire")
    if flow.holds and run.left is None:
        # What a finished referral said lives with the referral, sealed; the state keeps only what helps to search.
        for name in flow.asked_names() | {"also_said"}:
            if name not in {"postcode", "language"}:
                run.answers.pop(name, None)
    beneath = run.node()
    if isinstance(beneath, CallNode):
        run.goto(beneath.go)
    elif isinstance(beneath, AskNode):
        run.say("carry-on")
    return True


_DO: Mapping[type, Callable[[Run, Flow, Any], bool]] = {
    SayNode: _say,
    AskNode: _ask,
    BranchNode: _branch,
    SearchNode: _search,
    ReferNode: doing.refer,
    EscalateNode: doing.escalate,
    NoteNode: doing.note,
    SetNode: _set,
    CloseNode: doing.close,
    FlagNode: doing.flag,
    FeedbackNode: doing.feedback,
    PauseNode: doing.pause,
    EnrolNode: doing.enrol,
    CallNode: _call,
    WaitNode: _wait,
    EndNode: _end,
}
