"""Who wins when a message arrives: one table, walked from the top; the first line that holds and consumes decides.

Line 1 of the design, a message seen before, is the store's: it never reaches a step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flows.commands import after_stop, ask_again, command, leave, reach_desk, start, stop
from flows.effects import AddToCase, CloseTouch, EndForLoss, HoldBack, OpenByWord, RaiseEscalation, Say, Value
from flows.nodes import ALSO_SAID_MOST, apply_answer, begin, enter, hear, walk
from flows.reading import ALWAYS_HEARD, WITH_A_LOSS, Reading, is_theirs
from flows.run import Run
from flows.safety import respond_to_danger
from flows.session import Asked
from flows.understanding.types import Speaker

# Who said a moment ago that they are young is answered so, also where the next words do not show it.
YOUNG: Mapping[str, Speaker] = {"child": "child", "young-person": "young-person"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`number` is the design's. A line that does not consume acts and lets the next ones act too."""

    number: int
    name: str
    holds: Callable[[Reading], bool]
    act: Callable[[Run, Reading], None]
    consumes: bool = True


def decide(run: Run, reading: Reading) -> tuple[str, ...]:
    """Act on every line that holds down to the first that consumes; returns their names."""
    acted = []
    for line in WINS:
        if line.holds(reading):
            line.act(run, reading)
            acted.append(line.name)
            if line.consumes:
                break
    return tuple(acted)


def _danger(run: Run, reading: Reading) -> None:
    """Safety first, whatever the talk was doing. It adds: what else the words say is still read below."""
    screening = reading.screening
    if screening.speaker is None and (known := run.answers.get("speaker")) in YOUNG:
        screening = replace(screening, speaker=YOUNG[str(known)])
    run.effects[:0] = respond_to_danger(screening, run.facts, reading.text, reading.understood.lang)
    run.danger = reading.screening.risk
    run.hushed = reading.screening.watched or bool(run.facts.marks & {"watched", "unsafe"})
    run.carry_on = reading.screening.risk == "urgent"
    if run.touch is not None and reading.fit is None and run.facts.locked_since is None:
        run.do(CloseTouch(touch=run.touch, outcome="answered", reason="They replied with words that show danger."))
        leave(run)
        run.touch, run.open = None, []


def _carry_on(run: Run) -> None:
    """Words of concern answered nothing that was asked. The question hangs: it is put again, gently."""
    ask, flow = run.waiting(), run.top_flow
    if ask is not None and flow is not None and (flow.holds or ask.kind != "choice"):
        run.carry_on = True
        walk(run)


def _hold_back(run: Run, reading: Reading) -> None:
    """A flood, or a machine that answers ours: one note, a person, and silence until it is calm. Danger had its reply.

    The words are kept at their address. With a case open, its page shows them.
    """
    assert reading.held_back is not None  # the line holds only for one
    run.do(HoldBack(why=reading.held_back))
    if run.facts.open_case is None and not reading.danger and reading.text.strip():
        run.do(RaiseEscalation(level="routine", reason="many-texts", words=reading.text))
    if not reading.danger and not run.facts.held_noted:
        run.say("flood", heard=reading.understood.lang)


def _word(run: Run, _reading: Reading) -> None:
    """Their private word: what waits goes, what was asked is put once more, and a check-in is the question again."""
    run.do(OpenByWord())
    run.say("word.open")
    waits = next((asked for asked in reversed(run.open) if asked.touch is not None), None)
    if run.facts.locked_since is not None and not is_theirs(run) and waits is not None:
        run.set_aside()
        run.open = [asked for asked in run.open if asked is not waits]
        run.push(waits.frame)
        run.touch, run.asked_at = waits.touch, waits.at
    ask_again(run)


def _waits(reading: Reading) -> bool:
    """While a worker talks, words go to them, whoever writes; what a command shows or changes waits all the same."""
    return reading.locked and (reading.command is not None or not reading.worker_talking)


def _locked(run: Run, reading: Reading) -> None:
    """Whoever writes is told nothing of anybody: what was asked, what is planned, or that a worker wrote.

    After words of danger the safety reply stands alone: it opens nothing.
    """
    if not reading.danger:
        run.say("word.ask")
        run.asked_word = is_theirs(run)


def _worker(run: Run, reading: Reading) -> None:
    if reading.text.strip() or not reading.pictures:  # a picture alone has its own note
        run.do(AddToCase(words=reading.text))


def _answer(run: Run, reading: Reading) -> None:
    fit = reading.fit
    assert fit is not None  # the line holds only for one
    match fit.kind:
        case "heard":
            _heard(run, reading)
        case "update":
            _update(run, reading)
        case "correction":
            assert fit.ask is not None
            assert fit.answer is not None
            undo = run.trail.pop()
            run.stack = list(undo.stack)
            run.shown = 0
            apply_answer(run, fit.ask, fit.answer)
        case "older":
            assert fit.ask is not None
            assert fit.answer is not None
            assert fit.older is not None
            run.set_aside()
            run.open = [asked for asked in run.open if asked is not fit.older]
            run.push(fit.older.frame)
            run.touch = fit.older.touch
            apply_answer(run, fit.ask, fit.answer)
        case "current":
            assert fit.ask is not None
            assert fit.answer is not None
            apply_answer(run, fit.ask, fit.answer)


def _heard(run: Run, reading: Reading) -> None:
    """At a check-in: no number, but words that ask for something."""
    ask = run.waiting()
    assert ask is not None
    assert ask.heard is not None
    run.mark_trail()
    run.keep("given_score", None)
    if run.touch is not None and run.asked_at is not None:
        run.remember(Asked(frame=run.stack[-1], at=run.asked_at, touch=run.touch))
    hear(run, "human" if reading.understood.intent == "human" else "need", reading.text)
    run.cancel_timer("wait")
    run.goto(ask.heard)
    walk(run)


def _update(run: Run, reading: Reading) -> None:
    flow = run.top_flow
    assert flow is not None
    assert reading.fit is not None
    assert reading.fit.update is not None
    name, value = reading.fit.update
    run.mark_trail()
    run.keep(name, value)
    run.shown = 0
    run.goto(flow.updates[name])
    walk(run)


def _keep_beside(run: Run, reading: Reading) -> None:
    """What a referral was told that answers none of its questions goes with it all the same."""
    if run.top_flow is not None and run.top_flow.holds:
        also = str(run.answers.get("also_said", ""))
        run.keep("also_said", f"{also} {reading.text}".strip()[:ALSO_SAID_MOST])


def _start_flow(run: Run, reading: Reading) -> None:
    assert reading.starts is not None
    if reading.greets:
        leave(run)  # it stands as it was left, and they are asked whether to go on with it
    else:
        _keep_beside(run, reading)
        run.set_aside()
    intents = run.assets.flows[reading.starts].intents
    asks_for_help = any(intent.startswith("need/") for intent in intents)
    enter(run, reading.starts, _seeds(run, reading) if asks_for_help else None)


def _need(run: Run, reading: Reading) -> None:
    """A need in their own words: search with everything the message already tells."""
    run.set_aside()
    run.shown = 0
    seeds = _seeds(run, reading)
    for stale in {"needs", "age", "open_first"} - seeds.keys():
        run.answers.pop(stale, None)
    enter(run, "find", seeds)


def _seeds(run: Run, reading: Reading) -> dict[str, Value]:
    """What the message tells a search."""
    readers = run.assets.readers
    seeds: dict[str, Value] = {"need_text": reading.text}
    if reading.understood.needs:
        seeds["needs"] = ",".join(reading.understood.needs)
    if postcode := readers.postcode(reading.text):
        seeds["postcode"] = postcode
    if (age := readers.age(reading.text)) is not None:
        seeds["age"] = age
    return seeds


def show_pictures(run: Run, reading: Reading) -> None:
    """What came beside the words goes before a person, whatever the words did; and who sent it is told so, kindly.

    Nothing is said of it after danger, after STOP, or where a worker is talking with them: they have their answer.
    """
    told = run.facts.open_case is not None or any(isinstance(e, RaiseEscalation | AddToCase) for e in run.effects)
    words = "" if told else reading.text.strip()  # a case of its own has the words too
    reach_desk(run, replace(reading, text="\n".join(filter(None, (words, f"({reading.note})")))), "picture")
    answered = reading.danger or reading.after_stop or reading.whole_stop or reading.worker_talking
    answered = answered or reading.held_back is not None
    # Content that was published before there was such a text is still served.
    if reading.text.strip() and not answered and run.assets.wording.has("picture.beside"):
        run.say("picture.beside", heard=reading.understood.lang)


def _thanks(run: Run, reading: Reading) -> None:
    held = run.top_flow is not None and run.top_flow.holds
    if held and run.live():
        _repair(run, reading)
        return
    if not held:
        run.set_aside()
    run.say("thanks")


def _repair(run: Run, reading: Reading) -> None:
    """Ask once more with the choices; then offer a person; then bring one, where no case is open yet."""
    if reading.danger:
        _carry_on(run)
        return
    if reading.pictures and not reading.text.strip():
        run.say("picture")
        ask_again(run)
        return
    case_known = run.facts.open_case is not None and run.facts.locked_since is None
    if run.waiting() is None and case_known and reading.text.strip():
        run.do(AddToCase(words=reading.text))
        run.say("added")
        return
    if run.known("broken_off") is not None and run.waiting() is not None:
        reach_desk(run, reading, "danger", "concern")
        run.carry_on = True
        walk(run)
        return
    run.repairs += 1
    repairs, ask, frame = run.repairs, run.waiting(), run.top
    _keep_beside(run, reading)
    if repairs == 3:  # asked, offered, brought
        run.do(RaiseEscalation(level="routine", reason="stuck", words=reading.text))
        run.say("repair.stuck")
    elif repairs >= 2:
        run.say("repair.person")
    elif ask is not None and frame is not None:
        own = f"{frame.flow}.{frame.node}.repair"
        if not ask.repair:
            run.say("repair.ask")
        run.say(own if ask.repair else f"{frame.flow}.{frame.node}", choices=run.choices(ask))
    else:
        run.say("repair.idle")


def _sure(reading: Reading) -> bool:
    """A loss that the words leave no doubt of: two signs agree, or the message says this and no more.

    One of whom we took for somebody else is not of the family that was promised: theirs ends nothing.
    """
    return reading.loss is not None and reading.understood.event_sure and reading.command != "wrong-person"


def _loss(run: Run, reading: Reading) -> None:
    """A person looks; and where the words leave no doubt, what was planned about it ends, whatever the talk was doing.

    In doubt nothing ends and the talk goes on: "I lost my girl" is said of a death, and at a fair.
    """
    assert reading.loss is not None  # the line holds only for one
    if _sure(reading):
        run.do(EndForLoss(loss=reading.loss))
    run.do(
        RaiseEscalation(
            level="concern",
            reason=reading.loss if _sure(reading) else "loss-perhaps",
            words=reading.text,
            speaker=reading.understood.speaker,
        )
    )
    if not _sure(reading):
        return
    if run.touch is not None:
        run.do(CloseTouch(touch=run.touch, outcome="answered", reason="They told us of a loss."))
    leave(run)
    run.carry_on = False
    run.touch, run.open, run.parked = None, [], None
    run.cancel_timer("parked")


def _tells_loss(reading: Reading) -> bool:
    """Whether it is answered as a loss. Danger is answered alone; words in doubt that fit a question answer it.

    Who asks us to stop, or says that we have the wrong person, has one answer: that. A person sees the loss still.
    """
    if reading.loss is None or reading.danger or reading.worker_talking or reading.command in ALWAYS_HEARD:
        return False
    return _sure(reading) or reading.fit is None or reading.fit.kind == "heard"


def _event(run: Run, reading: Reading) -> None:
    """Warm words first; then what they ask for beside the news, or whether we may ask how things are.

    Where the flow is older than the event, and says nothing of it, they hear at least that a person reads it.
    """
    run.set_aside()
    if "told" not in run.assets.flows:
        run.say("added")  # content from before there were such words
        return
    told = reading.event if reading.loss is None or _sure(reading) else "loss-perhaps"
    seeds: dict[str, Value | None] = dict.fromkeys(("needs", "age", "heard"))
    seeds |= _seeds(run, reading) | {"told_event": told}
    if reading.loss is not None:
        seeds["age"] = None  # "at 14 weeks" is nobody's age any more
    if reading.understood.event_beside:
        seeds["heard"] = "need"
    for stale in [name for name, value in seeds.items() if value is None]:
        run.keep(stale, None)
    already = len(run.effects)
    begin(run, "told", {name: value for name, value in seeds.items() if value is not None})
    walk(run)
    if not any(isinstance(effect, Say) for effect in run.effects[already:]):
        run.say("added")
    if reading.loss is not None and reading.command in WITH_A_LOSS:
        command(run, reading)


def _searches(reading: Reading) -> bool:
    """Beside a loss only for what it is not about: nobody looks up a death for whoever has just told us of it."""
    return reading.need and not reading.only_safety and (reading.loss is None or reading.understood.event_beside)


WINS: tuple[Line, ...] = (
    Line(number=2, name="stop", holds=lambda r: r.whole_stop, act=stop),
    Line(number=3, name="start", holds=lambda r: r.whole_start, act=start),
    Line(number=4, name="danger", holds=lambda r: r.danger, act=_danger, consumes=False),
    Line(number=4, name="loss", holds=lambda r: r.loss is not None, act=_loss, consumes=False),
    # Line 2 goes on: "what they write later is still read". Danger stands above it, everything else below.
    Line(number=2, name="after-stop", holds=lambda r: r.after_stop, act=after_stop),
    Line(number=5, name="told-loss", holds=_tells_loss, act=_event),
    Line(number=5, name="word", holds=lambda r: r.word_said, act=_word),
    Line(number=5, name="flood", holds=lambda r: r.held_back is not None and not r.worker_talking, act=_hold_back),
    Line(number=5, name="locked", holds=_waits, act=_locked),
    Line(number=5, name="command", holds=lambda r: r.command is not None, act=command),
    Line(number=6, name="worker", holds=lambda r: r.worker_talking, act=_worker),
    Line(number=7, name="answer", holds=lambda r: r.fit is not None and not _sure(r), act=_answer),
    Line(number=8, name="event", holds=lambda r: bool(r.event) and r.loss is None and not r.danger, act=_event),
    Line(number=8, name="flow", holds=lambda r: r.starts is not None and not r.only_safety, act=_start_flow),
    Line(number=8, name="need", holds=_searches, act=_need),
    Line(number=8, name="thanks", holds=lambda r: r.thanks and not r.danger, act=_thanks),
    Line(number=9, name="repair", holds=lambda r: not r.danger or r.hangs, act=_repair),
)
