"""One incoming message, read once: everything the who-wins table asks about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from flows.answers import plain, without_politeness
from flows.effects import Loss
from flows.events import MessageReceived
from flows.fits import OPEN_ENDED, Fit, aside, find_fit, flow_started, keyword_flow, kind_flow
from flows.flood import Held
from flows.run import Run
from flows.stopping import clauses, is_whole_stop, sentences
from flows.understanding.types import Screening, Understanding
from flows.understanding.words import fold
from flows.until import how_often, read_until
from flows.vocabulary import LESS, PAUSE, PAUSE_IF_UNTIL, PAUSE_LAST, START, UNTIL, YES_START

Command = Literal[
    "stop-in-words",
    "wrong-person",
    "help",
    "menu",
    "back",
    "human",
    "language",
    "status",
    "when",
    "less",
    "pause",
    "back-on",
    "my-data",
    "not-then",
]

# Said as the whole message, these are commands whatever was asked.
_PHRASES: Mapping[Command, tuple[str, ...]] = {
    "help": ("help", "info", "?"),
    "menu": ("menu", "main menu", "restart", "start again", "start over"),
    "back": ("back", "go back", "undo", "wrong answer", "previous"),
    "human": (
        "human",
        "person",
        "agent",
        "a person",
        "real person",
        "speak to a person",
        "talk to a person",
        "call me",
        "just call me",
    ),
    "language": ("language", "languages", "change language"),
    "status": ("status", "any news", "my referral"),
    "when": ("when", "when is my next text", "when will you text me"),
    "less": ("less", "less often", "fewer texts", "text me less"),
    "pause": ("pause", "pause texts", "pause my texts"),
    "back-on": ("back on", "unpause", "texts back on", "put texts back on", "turn texts back on"),
    "my-data": ("my data", "mydata", "delete my data", "delete my details", "what do you hold about me", "forget me"),
    "wrong-person": ("wrong number", "wrong person", "this is not my number"),
}
COMMANDS: Mapping[str, Command] = {phrase: command for command, phrases in _PHRASES.items() for phrase in phrases}

NOT_THEN = "stop/not-then"
COMPLAINT = "human/complaint"
# What the lexicon heard in other words, by intent and finer kind, and the command it means.
INTENT_COMMANDS: Mapping[str, Command] = {
    "stop": "stop-in-words",
    "stop/told": "stop-in-words",
    "stop/less": "less",
    "stop/pause": "pause",
    NOT_THEN: "not-then",
    "wrong-person": "wrong-person",
    "help": "help",
    "back": "back",
    "human": "human",
    "language": "language",
    "status": "status",
    "status/when": "when",
    "delete-data": "my-data",
    "delete-data/see": "my-data",
}
ALWAYS_HEARD: frozenset[Command] = frozenset({"stop-in-words", "wrong-person"})
# Done beside the news of a loss too: they are about us, and nobody who grieves should have to say them again.
WITH_A_LOSS: frozenset[Command] = ALWAYS_HEARD | {"human", "less", "pause", "language", "my-data"}
# What shows, or changes, what is theirs: at a phone that others read it waits for their private word.
PRIVATE: frozenset[Command] = frozenset({"status", "when", "back", "my-data", "less", "pause", "back-on"})
HEARD_EACH_TIME: frozenset[Command] = frozenset({"stop-in-words", "help"})
# Each changes what we do, or brings a person: no limit of answers stands before it.
ACTS_ALWAYS: frozenset[Command] = HEARD_EACH_TIME | WITH_A_LOSS | {"back-on", "not-then"}
# An answer in free text is taken as such unless it is this short: "what would help?" "someone to call me back".
SHORT_WORDS = 5
PAUSE_WORDS = 8  # "pause please till the 3rd of september": more is talk, and the lexicon reads it
GREETING_WORDS = 3  # "hello", "hi there"; more is what they came to say
FEW_WORDS = 2  # "swimming lessons please" is looked up, "hm ok" is not
LOSSES: Mapping[str, Loss] = {"pregnancy-lost": "pregnancy-lost", "child-died": "child-died"}
NEWS_DAYS = 90
# A need nobody should find on a screen after words of danger: a person brings it up instead.
QUIET_NEEDS = frozenset({"domestic-abuse", "exploitation", "child-safety"})
_SILENT = Screening()
_NOTHING = Understanding()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    text: str
    screening: Screening = _SILENT
    understood: Understanding = _NOTHING
    pictures: int = 0
    note: str = ""
    whole_stop: bool = False
    whole_start: bool = False
    after_stop: bool = False
    command: Command | None = None
    not_then: bool = False  # they said when not to text them
    complains: bool = False  # of us, whatever the words do besides
    stops_too: bool = False  # beside a wish about their data they ask for no more texts
    worker_talking: bool = False
    fit: Fit | None = None
    starts: str | None = None  # the flow a keyword or an intent opens
    greets: bool = False  # "hello" and no more, from somebody who comes back to what they left half told
    need: bool = False
    event: str = ""  # a key event told as news
    thanks: bool = False
    word_said: bool = False
    locked: bool = False  # and these words would show, or change, what is private
    held_back: Held | None = None  # past the limit of automatic answers, and nothing that is always answered

    @property
    def danger(self) -> bool:
        return self.screening.risk != "none"

    @property
    def loss(self) -> Loss | None:
        return LOSSES.get(self.event)

    @property
    def hangs(self) -> bool:
        """A concern that answered nothing. After an urgent alarm, or on a watched phone, nothing more is said."""
        return self.screening.risk == "concern" and not self.screening.watched

    @property
    def only_safety(self) -> bool:
        """Beside the safety reply nothing is searched for: it is urgent, watched, or not for a screen."""
        watched = self.screening.watched or self.screening.risk == "urgent"
        return self.danger and (watched or bool(QUIET_NEEDS & set(self.understood.needs)))


def prepare(run: Run, event: MessageReceived) -> Reading:
    """Read a message against where the conversation stands."""
    text, facts = event.text, run.facts
    bare = without_politeness(text)
    stopped = facts.consent == "stopped"
    keyword = run.assets.lexicon.is_keyword
    whole_stop = is_whole_stop(run.assets.lexicon, text)
    yes_restores = stopped and not facts.asked_since_stop and (bare in YES_START or keyword("yes", text))
    whole_start = not whole_stop and ({plain(text), bare} & START != set() or keyword("start", text) or yes_restores)
    if whole_stop or whole_start:
        return Reading(
            text=text, screening=event.screening, pictures=event.pictures, note=_note(event), whole_stop=whole_stop,
            whole_start=whole_start,
        )  # fmt: skip
    understood = run.assets.lexicon.understand(text) if text.strip() else Understanding(intent="thanks")
    flow = run.top_flow
    held = flow is not None and flow.holds
    greets = held and _greets_again(run, text, understood)
    no_answer = greets or _thanks_again(run, text, understood)
    fit = None if no_answer else find_fit(run, text, understood, event.screening.risk)
    if fit is not None and fit.kind == "heard" and is_theirs(run):
        fit = None  # a need or a person is for anybody; it answers no check-in that waits for their word
    if understood.event_year is not None and is_over(understood.event_year, facts.today):
        understood = replace(understood, event="", event_year=None, event_sure=False, event_beside=False)
    starts = flow_started(run, text, understood) if greets or not held else aside(run, text)
    # Words that show no need of the list may still be in the directory, where nothing else was being asked; but from
    # somebody whose case is open they are more of what they told us: "don't tell anyone" is no search.
    ask = run.waiting()
    idle = ask is None or ask.kind == "choice"
    case_known = facts.open_case is not None and facts.locked_since is None  # else nobody is told by it
    wordy = idle and not case_known and len(text.split()) > FEW_WORDS
    reading_need = understood.intent == "need" and (bool(understood.needs) or wordy)
    command = find_command(run, text, understood, fit)
    kind = run.assets.lexicon.intent_kind(text) if text.strip() else ""
    reading = Reading(
        text=text,
        screening=event.screening,
        understood=understood,
        pictures=event.pictures,
        note=_note(event),
        after_stop=stopped and facts.channel == "sms",
        command=command,
        not_then=kind == NOT_THEN,
        complains=kind == COMPLAINT,
        stops_too=command == "my-data" and _stops_in_a_clause(run, text),
        worker_talking=facts.worker_talking,
        fit=fit,
        starts=starts,
        greets=greets,
        need=bool(text.strip()) and not held and reading_need,
        event="" if understood.event not in LOSSES and (held or case_known) else understood.event,
        thanks=understood.intent == "thanks" and bool(text.strip()),
        held_back=_held_back(facts.held_back, command, fit, text),
        word_said=facts.word_said,
    )
    return replace(reading, locked=_locked(run, reading))


def _greets_again(run: Run, text: str, understood: Understanding) -> bool:
    """ "Hello", said after a while in the middle of a referral, is no answer to "what are you worried about?"."""
    greeting = understood.intent == "menu" or keyword_flow(run, plain(text)) == "menu"
    return greeting and len(text.split()) <= GREETING_WORDS and not run.live()


def _thanks_again(run: Run, text: str, understood: Understanding) -> bool:
    """So is "thanks", where any words would do for an answer."""
    ask = run.waiting()
    open_ended = ask is not None and ask.kind in OPEN_ENDED
    thanks = understood.intent == "thanks" and bool(text.strip())
    return open_ended and thanks and len(text.split()) <= GREETING_WORDS and not run.live()


def is_theirs(run: Run) -> bool:
    """Whether what is asked just now was asked of them before the conversation was locked, or is a check-in."""
    since = run.facts.locked_since
    if since is None or run.waiting() is None:
        return False
    return run.touch is not None or run.asked_at is None or run.asked_at < since


def _locked(run: Run, reading: Reading) -> bool:
    """Words that would show or change what is theirs: a command of that kind, an answer to what was asked of them, or
    a flow that they left half told. A wish for no more texts never waits, whatever was asked for beside it."""
    if run.facts.locked_since is None or reading.command is not None:
        return run.facts.locked_since is not None and reading.command in PRIVATE and not reading.stops_too
    if reading.starts is not None and run.left is not None and run.left.flow == reading.starts:
        return True
    older = reading.fit.older if reading.fit is not None else None
    if older is not None:
        return older.touch is not None or older.at < run.facts.locked_since
    other = reading.starts or reading.need or reading.event or reading.thanks
    return is_theirs(run) and (reading.fit is not None or not other)


def _held_back(held: Held | None, command: Command | None, fit: Fit | None, text: str) -> Held | None:
    """What asks something of us is done however many came before it; HELP, and a stop, however often they are said.

    The same words over and over are still an answer where they fit what was asked ("yes" to each of four questions),
    and a word that we ourselves gave them is no machine's: BACK four times, STATUS each quarter of an hour.
    """
    if held == "many":
        return None if command in ACTS_ALWAYS else held
    ours = not COMMANDS.keys().isdisjoint({plain(text), without_politeness(text)})
    return None if command in HEARD_EACH_TIME or fit is not None or (ours and command is not None) else held


def is_over(year: int, today: date) -> bool:
    """What happened in it is no news: its last day is three months ago. In January December is not long ago."""
    return (today - date(year, 12, 31)).days > NEWS_DAYS


def _note(event: MessageReceived) -> str:
    return event.note or ("They sent a picture. It was not fetched." if event.pictures else "")


def find_command(run: Run, text: str, understood: Understanding, fit: Fit | None) -> Command | None:
    """A command by its word, or by what the lexicon heard where that cannot be an answer instead."""
    named: Command | None = "pause" if is_pause(text, run.facts.today) else None
    if named is None and is_less(text):
        named = "less"
    exact = named or COMMANDS.get(plain(text)) or COMMANDS.get(text.strip()) or COMMANDS.get(without_politeness(text))
    if exact is None and understood.event in LOSSES:
        exact = _beside_a_loss(run, text)
    ask = run.waiting()
    # "Person" may be one of the choices; where any words would do, "just call me" is nobody's name or child.
    answers_choice = fit is not None and fit.kind == "current" and ask is not None and ask.kind not in OPEN_ENDED
    if _tells_what_is_wrong(run, exact):
        exact = None
    if exact is not None and not (exact == "human" and answers_choice):
        return exact
    kind = run.assets.lexicon.intent_kind(text) if understood.intent != "need" else "need"
    meant = INTENT_COMMANDS.get(kind)
    if kind.startswith("start") and (run.facts.paused_until or run.facts.every_days):
        meant = "back-on"  # "text me again", said by somebody who paused
    if meant is None and understood.intent != "stop":  # a finer kind of stopping that is not known here ends nothing
        meant = INTENT_COMMANDS.get(understood.intent)
    if meant != "stop-in-words" and (keyword_flow(run, plain(text)) or kind_flow(run, text)):
        meant = None  # "is this private" asks what this is, and has a flow of its own to say so
    if _tells_what_is_wrong(run, meant):
        meant = None
    if meant is None or meant in ALWAYS_HEARD or (meant == "my-data" and _stops_in_a_clause(run, text)):
        return meant
    flow = run.top_flow
    if fit is not None and fit.kind in ("current", "heard", "correction"):
        in_text = ask is not None and ask.kind == "text" and fit.kind == "current"
        return meant if in_text and meant == "human" and len(text.split()) <= SHORT_WORDS else None
    if flow is not None and flow.holds and meant not in ("human", "not-then"):
        return None
    return meant


def _stops_in_a_clause(run: Run, text: str) -> bool:
    """ "Delete my data and stop texting me": two wishes, of which the lexicon hears the first alone."""
    lexicon = run.assets.lexicon
    return any(
        is_whole_stop(lexicon, one) or INTENT_COMMANDS.get(lexicon.intent_kind(one)) == "stop-in-words"
        for one in clauses(text)
    )


def _beside_a_loss(run: Run, text: str) -> Command | None:
    """ "My son died. STOP": a sentence of it that is a word of ours, and no more. Who tells of a death says it once."""
    said = [without_politeness(sentence) for sentence in sentences(text)]
    if any(is_whole_stop(run.assets.lexicon, one) for one in said):
        return "stop-in-words"
    return next((meant for one in said if (meant := COMMANDS.get(one)) in WITH_A_LOSS), None)


def _tells_what_is_wrong(run: Run, meant: Command | None) -> bool:
    """ "Wrong number", said where we asked what went wrong, is of a number that they were given."""
    ask, flow = run.waiting(), run.top_flow
    return meant == "wrong-person" and ask is not None and ask.story and flow is not None and not flow.holds


def is_pause(text: str, today: date) -> bool:
    """ "PAUSE" with how long, in whatever was asked: "pause till september". Without a time it may be an answer."""
    first, _, rest = fold(without_politeness(text)).partition(" ")
    after = rest.split()
    held = first in PAUSE or (first in PAUSE_IF_UNTIL and bool(UNTIL & {*after[:1]}))
    held = held or bool(PAUSE_LAST & {first, *after})
    return held and len(after) <= PAUSE_WORDS and read_until(f"{first} {rest}", today) is not None


def is_less(text: str) -> bool:
    """ "LESS" with how often: "less every 3 months". "Less money this month" tells of something else."""
    first, _, rest = fold(without_politeness(text)).partition(" ")
    return first.strip(",.:;-") in LESS and len(rest.split()) <= PAUSE_WORDS and how_often(rest) is not None
