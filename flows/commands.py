"""What a command does. Each is one function of the run and the reading; the table is what `wins` calls."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from flows.answers import Reply, by_name, read_answer
from flows.effects import (
    AddToCase,
    CloseTouch,
    Level,
    OpenByWord,
    RaiseEscalation,
    ReleaseAddress,
    Say,
    SetConsent,
    SetMark,
    SetWish,
)
from flows.nodes import apply_answer, begin, enter, walk
from flows.reading import ALWAYS_HEARD, Command, Reading
from flows.run import KEPT_NAMES, Run
from flows.until import asked_pace, read_until

UNSAID_PAUSE_DAYS = 28  # a pause whose end nobody could read: nobody who asked for a break is texted while we ask
FEWEST_DAYS = 182  # LESS ends here; fewer than two a year is a pause

NOT_THEN_KEPT = 300  # letters of when not to text
GREETINGS = frozenset({"first-contact", "first-contact.web"})


def stop(run: Run, reading: Reading) -> None:
    """Consent ends, once confirmed. A referral half told still reaches the team: its timer stands."""
    run.do(SetConsent(kind="text", given=False, wording="stop-receipt"))
    if run.facts.consent != "stopped":
        run.say(_gently(run, reading, "stop-receipt"), purpose="stop-receipt")
    if run.touch is not None:
        run.do(CloseTouch(touch=run.touch, outcome="answered", reason="They asked us to stop texting."))
    run.stack, run.trail, run.open, run.touch, run.parked = [], [], [], None, None
    run.told_after_stop = False
    for name in ("wait", "expire", "parked"):
        run.cancel_timer(name)


def _gently(run: Run, reading: Reading, text: str) -> str:
    """The same in warm words beside a death: those who told us of one should not get a bare receipt.

    In English alone: in another language what is said there already is understood, and this is not written yet.
    """
    told = reading.loss is not None or reading.event == "bereavement"
    english = run.facts.language == "en" and reading.understood.lang == "en"
    return f"{text}.loss" if told and english and run.assets.wording.has(f"{text}.loss") else text


def start(run: Run, reading: Reading) -> None:
    run.do(SetConsent(kind="text", given=True, wording="start-receipt"))
    run.told_after_stop = False
    if run.facts.paused_until is not None:  # who texts START wants texts now; how many stays as they said
        run.do(SetWish(wish="unpause", words=reading.text))
    run.say("start-receipt")


def after_stop(run: Run, reading: Reading) -> None:
    """What they write after STOP is still read. One answer, once, says how to start again or telephone.

    Their private word opens what it opens; nobody reads it.
    """
    if reading.word_said:
        run.do(OpenByWord())
    elif not reading.danger and not reading.thanks and reading.text.strip():
        reach_desk(run, reading, "wrote-after-stop")
    if not reading.danger and not reading.thanks and not run.told_after_stop:
        run.told_after_stop = True
        run.say("after-stop", purpose="stop-receipt")


def reach_desk(run: Run, reading: Reading, reason: str, level: Level = "routine") -> None:
    """Add the words to the case that stands, or raise one."""
    if run.facts.open_case is not None:
        run.do(AddToCase(words=reading.text))
        return
    told = reading.understood.because_needs
    because = tuple(dict.fromkeys(word for words in told.values() for word in words))
    run.do(
        RaiseEscalation(
            level=level, reason=reason, words=reading.text, because=because, speaker=reading.understood.speaker
        )
    )


def command(run: Run, reading: Reading) -> None:
    assert reading.command is not None  # the line in `wins` holds only for one
    _COMMANDS[reading.command](run, reading)


def _wrong_person(run: Run, reading: Reading) -> None:
    run.do(RaiseEscalation(level="routine", reason="wrong-person", words=reading.text))
    run.do(ReleaseAddress(words=reading.text))
    if run.touch is not None:
        run.do(CloseTouch(touch=run.touch, outcome="answered", reason="They said we have the wrong person."))
    run.say(_gently(run, reading, "wrong-person"))
    # Whoever holds this number now sees nothing of what was said before.
    run.stack, run.trail, run.open, run.answers, run.theirs = [], [], [], {}, None
    run.touch, run.parked, run.left, run.shown = None, None, None, 0
    for name in tuple(run.timers):
        run.cancel_timer(name)


def _menu(run: Run, _reading: Reading) -> None:
    leave(run)
    run.asked_for_menu = True
    enter(run, "menu")


def leave(run: Run) -> None:
    """Put the whole conversation aside; a flow that holds can be carried on by its keyword until its timer."""
    run.set_aside()
    run.stack, run.trail = [], []


def _back(run: Run, _reading: Reading) -> None:
    if not run.trail:
        run.say("back.none")
        ask_again(run)
        return
    undo = run.trail.pop()
    run.stack = list(undo.stack)
    for name, value in undo.before.items():
        if value is None:
            run.answers.pop(name, None)
        else:
            run.answers[name] = value
    run.repairs = 0
    forget_unstarted(run)
    walk(run)


def forget_unstarted(run: Run) -> None:
    """A referral stepped out of before anything was told is no referral left unfinished."""
    left = run.left
    if left is None or any(frame.flow == left.flow for frame in run.stack):
        return
    if not any(name in run.answers for name in run.flow(left).asked_names() - KEPT_NAMES):
        run.left = None
        run.cancel_timer("unfinished")


def _human(run: Run, _reading: Reading) -> None:
    """ "Just call me" ends a referral early where its flow says how; elsewhere the human flow opens."""
    for depth in range(len(run.stack), 0, -1):
        flow = run.flow(run.stack[depth - 1])
        if flow.name == "human":
            del run.stack[depth:]
            walk(run)
            return
        if flow.human is not None:
            run.mark_trail()
            del run.stack[depth:]
            run.goto(flow.human)
            walk(run)
            return
    run.set_aside()
    enter(run, "human")


def _language(run: Run, reading: Reading) -> None:
    """Ask which; but "in Polish please" has said which already, and is not asked."""
    run.set_aside()
    flow = run.assets.flows["language"]
    ask = flow.ask(flow.start)
    answer = None
    if ask is not None:
        reply = Reply(text=reading.text, options=ask.options, readers=run.assets.readers, today=run.facts.today)
        answer = read_answer(ask, reply)
    if ask is None or answer is None:
        enter(run, "language")
        return
    begin(run, "language", {})
    apply_answer(run, ask, answer)


def _status(run: Run, _reading: Reading) -> None:
    if run.facts.open_refs:
        run.say(_standing(run))
    elif run.left is not None:
        run.say("status.unfinished")
    else:
        run.say("status.none")
    ask_again(run)


def _standing(run: Run) -> str:
    """Received, or worked on, and by when they hear: no more, since others may read the phone."""
    text = {
        ("received", True): "status.received", ("working", True): "status.working",
        ("working", False): "status.working-soon",
    }.get((run.facts.request, run.facts.hear_by is not None), "status.open")  # fmt: skip
    return text if run.assets.wording.has(text) else "status.open"


def _when(run: Run, reading: Reading) -> None:
    """A date and no more: others may read the phone."""
    paused, planned = run.facts.paused_until, run.facts.next_touch_on is not None
    paused = paused if paused is not None and paused > run.facts.today else None
    if paused is not None and run.assets.wording.has("when.paused"):
        run.say("when.paused", heard=reading.understood.lang)
    else:
        run.say("when.next" if planned else "when.none", heard=reading.understood.lang)
    ask_again(run)


def _pause(run: Run, reading: Reading) -> None:
    """No texts until the date they said. Where none can be read, a month begins at once and one question asks when.

    A wish is of the address it is said at: in a web chat it would hold back no text, so a person sees to it.
    """
    until = read_until(reading.text, run.facts.today)
    # Who has just told us of a loss is asked nothing.
    to_ask = until is None and reading.loss is None and "pause" in run.assets.flows
    if run.facts.channel == "web" or not run.assets.wording.has("pause.done"):
        _to_desk("pause")(run, reading)  # or content from before a family could do this by itself
        return
    until = until or run.facts.today + timedelta(days=UNSAID_PAUSE_DAYS)
    run.do(SetWish(wish="pause", until=until, words=reading.text))
    if to_ask:
        run.set_aside()
        enter(run, "pause", {"until_date": until})
        return
    run.say("pause.done", values={"until_date": until}, heard=reading.understood.lang)
    ask_again(run)


def _less(run: Run, reading: Reading) -> None:
    """Half as many, or as few as they ask for ("once a month"); LESS again halves it again: nobody who complains of too
    many is sent more. In a web chat as a pause is."""
    if run.facts.channel == "web" or not run.assets.wording.has("less.done"):
        _to_desk("less")(run, reading)
        return
    now = run.facts.every_days or run.facts.cap_days
    every = min(max(asked_pace(reading.text) or now * 2, run.facts.cap_days), FEWEST_DAYS)
    run.do(SetWish(wish="less", every_days=every, words=reading.text))
    fewest = every == FEWEST_DAYS and run.assets.wording.has("less.fewest")  # newer than some published content
    text = "less.fewest" if fewest else "less.done"
    run.say(text, values={"every_weeks": round(every / 7)}, heard=reading.understood.lang)
    ask_again(run)


def keep_not_then(run: Run, reading: Reading) -> None:
    """ "Don't text me at work": until somebody has agreed times with them we start nothing at this phone.

    Their words are kept as their safe times. No rule reads a "don't" as a time, and what is not read holds what we
    start. It is no STOP: what they ask is answered. A web chat has no such times; there a person is told.
    """
    if run.facts.channel == "sms":
        run.do(SetMark(mark="safe-times", value=reading.text.strip()[:NOT_THEN_KEPT]))
    if not reading.danger and not reading.worker_talking:  # there the words are with a person already
        reach_desk(run, reading, "when-to-text")


def keep_complaint(run: Run, reading: Reading) -> None:
    """A complaint of us has a case of its own where the flow for it did not begin: told in the middle of a referral, at
    a check-in, or to the very worker whom it is about, who alone would read it there.

    They hear so before whatever is asked next. Nothing is said of it after danger, after STOP, in a flood, or while a
    worker talks.
    """
    if any(isinstance(effect, RaiseEscalation) and effect.reason == "complaint" for effect in run.effects):
        return
    run.do(RaiseEscalation(level="routine", reason="complaint", words=reading.text))
    only_that = reading.danger or reading.after_stop or reading.worker_talking or reading.command in ALWAYS_HEARD
    if only_that or reading.held_back is not None or not run.assets.wording.has("complaint-kept"):
        return
    already = len(run.effects)
    run.say("complaint-kept", heard=reading.understood.lang)
    own = run.effects[already:]
    del run.effects[already:]
    said = (n for n, effect in enumerate(run.effects) if isinstance(effect, Say) and effect.text not in GREETINGS)
    at = next(said, already)
    run.effects[at:at] = own


def _not_then(run: Run, reading: Reading) -> None:
    """The wish is kept already; here they hear so. At a screen, or by older content, the human flow asks them."""
    if run.facts.channel == "web" or not run.assets.wording.has("not-then"):
        _human(run, reading)
        return
    run.say("not-then", heard=reading.understood.lang)
    ask_again(run)


def _back_on(run: Run, reading: Reading) -> None:
    """The pause and the fewer texts are over. It is no START: consent is not touched."""
    if run.facts.paused_until is None and run.facts.every_days is None:
        _when(run, reading)
        return
    run.do(SetWish(wish="back-on", words=reading.text))
    run.say("back-on", heard=reading.understood.lang)
    ask_again(run)


def _my_data(run: Run, reading: Reading) -> None:
    """With the team at once, whoever stops here; then which it is. Who said "delete my data" is not asked again."""
    run.do(RaiseEscalation(level="routine", reason="my-data", words=reading.text))
    if reading.stops_too:  # nobody who asks for no more texts is asked a question
        stop(run, reading)
        return
    flow = run.assets.flows.get("my-data")
    ask = flow.ask(flow.start) if flow is not None else None
    if ask is None:  # content from before there was such a flow
        run.say("my-data")
        ask_again(run)
        return
    run.set_aside()
    if (answer := by_name(ask.options, reading.text)) is None:  # exactly: nobody's data is erased for a near miss
        enter(run, "my-data")
        return
    begin(run, "my-data", {})
    apply_answer(run, ask, answer)


def _to_desk(reason: str) -> Callable[[Run, Reading], None]:
    def act(run: Run, reading: Reading) -> None:
        run.do(RaiseEscalation(level="routine", reason=reason, words=reading.text))
        run.say(reason)
        ask_again(run)

    return act


def _help(run: Run, _reading: Reading) -> None:
    run.say("help")
    ask_again(run)


def ask_again(run: Run) -> None:
    """Put the open question once more, where a flow holds the talk and would otherwise be lost from sight."""
    flow = run.top_flow
    if flow is not None and flow.holds and run.waiting() is not None:
        walk(run)


_COMMANDS: Mapping[Command, Callable[[Run, Reading], None]] = {
    "stop-in-words": stop,
    "wrong-person": _wrong_person,
    "help": _help,
    "menu": _menu,
    "back": _back,
    "human": _human,
    "language": _language,
    "status": _status,
    "when": _when,
    "less": _less,
    "pause": _pause,
    "back-on": _back_on,
    "my-data": _my_data,
    "not-then": _not_then,
}
