"""The way in: a family's message, by any channel, in one transaction.

Lock the address, insert the inbox row, screen, savepoint, step, apply, commit. Seen before: nothing happens twice. If
stepping raises, the savepoint is rolled back and the fixed safety reply and case that screening asked for are written
alone; the row is tried again later. So our own bug can never swallow a disclosure.

A row that waits for another try is tried before anything newer of its family. Once something newer was answered, a
person reads it instead: stepped then, its words could answer a question that they were never said to. So does one of
which no answer could leave any more, so long did it wait. But a STOP is a STOP whenever it comes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot import keywords
from bot.casework import raising
from bot.house import House
from bot.store import addresses, casework, conversations, outbox, scores, touches
from bot.store import inbox as rows
from bot.store.addresses import Address
from bot.store.columns import UNREADABLE
from bot.store.database import DatabaseError, Tx
from bot.store.inbox import Inbox
from bot.store.sealed import SealError
from bot.store.troubles import lost_transaction
from bot.turn.apply import WORD_SAID, apply
from bot.turn.context import Turn
from bot.turn.load import load_session, open_turn
from bot.turn.parked import tell_parked
from flows.effects import Level, RaiseEscalation, Say
from flows.events import Event, MessageReceived
from flows.facts import Facts
from flows.flood import NOTED, held_back
from flows.safety import respond_to_danger
from flows.session import Session
from flows.step import step
from flows.stopping import is_whole_stop
from flows.understanding.types import Screening
from flows.word import OPEN_FOR, is_said
from messages.addresses import one_way, read_phone
from messages.channel import Inbound
from messages.leave import A_DAY
from messages.media import kept, note

log = structlog.get_logger()
CLOCKS_DIFFER_BY = timedelta(seconds=5)  # the provider's and ours, both kept by time servers
JOINED = timedelta(minutes=2)  # texts this close are screened as one: danger is often split over two
ANSWERED_WITHIN = A_DAY  # messages/leave.py: an answer lasts no longer, and counts from when they wrote
TRIES = 5
RETRY_SECONDS = (5, 15, 60, 300, 900)
BROKEN = "(A message of theirs could not be read: a fault of ours.)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message at the door, clean. `account` and `sid` together are unique: the provider's, or the chat's post.

    `media` is the types of what came beside the words, as `messages/media.py` keeps them. `opt_out` is what the
    provider's webhook told of its own keyword handling; None where no webhook brought it. `listed_at` is when the
    provider got what no webhook brought.
    """

    kind: str  # sms, web
    account: str
    sid: str
    sender: str
    text: str
    pictures: int = 0
    media: str | None = None
    opt_out: str | None = None
    listed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`fresh` is false where it was seen before."""

    address_id: int
    fresh: bool


def arrival_of(message: Inbound) -> Arrival:
    """What the provider's webhook brought, or its list showed, as it comes to the door."""
    by_webhook = message.at is None
    return Arrival(
        kind="sms", account=message.account, sid=message.sid, text=message.text, pictures=message.pictures,
        sender=read_phone(message.sender).e164 or message.sender[:40], media=kept(message.media_types),
        opt_out=message.opt_out or "" if by_webhook else None, listed_at=message.at,
    )  # fmt: skip


def receive(house: House, arrival: Arrival) -> Taken:
    """Take a message in. When this returns, the words are durable; what raises left nothing behind."""
    now = house.clock.now()
    taken = house.db.attempt(lambda tx: _take_in(house, tx, arrival, now))
    if taken.fresh:
        house.wake.wake()
    return taken


def _take_in(house: House, tx: Tx, arrival: Arrival, now: datetime) -> Taken:
    address = addresses.open_address(tx, arrival.kind, arrival.sender, now)
    wrote_at = now if arrival.listed_at is None else min(arrival.listed_at, now)
    inbox_id = rows.take_in(
        tx, account=arrival.account, provider_sid=arrival.sid, address_id=address.id, body=arrival.text,
        pictures=arrival.pictures, media=arrival.media, at=wrote_at,
    )  # fmt: skip
    if inbox_id is None:
        return Taken(address_id=address.id, fresh=False)
    if _is_one_way(address):
        _kept(house, tx, rows.inbox_by_id(tx, inbox_id), now)
        return Taken(address_id=address.id, fresh=True)
    addresses.change_address(tx, address.id, last_in_at=max(wrote_at, address.last_in_at or wrote_at))
    if address.kind == "sms":
        keywords.heard(
            tx, account=arrival.account, address_id=address.id, words=arrival.text, opt_out=arrival.opt_out, now=now
        )
    for earlier in rows.inbox_waiting(tx, address.id, before_id=inbox_id):
        _once_more(house, tx, earlier, address.id, now)
    handle(house, tx, rows.inbox_by_id(tx, inbox_id), now)
    keywords.obeyed(tx, address_id=address.id, opt_out=arrival.opt_out, now=now)
    return Taken(address_id=address.id, fresh=True)


def _is_one_way(address: Address) -> bool:
    """A name or a short code: it sends, and nothing can be sent to it."""
    return address.kind == "sms" and one_way(read_phone(address.value))


def _kept(house: House, tx: Tx, message: Inbox, now: datetime) -> None:
    """From a sender that cannot be answered: no conversation and no reply. Words of danger go before a person.

    Where even screening fails, a person reads them too, since they may hold danger.
    """
    try:
        with tx.begin_nested():
            turn, screening = _prepare(house, tx, message, now)
            if screening.risk != "none":
                addresses.change_address(tx, message.address_id, last_in_at=now)
                because = screening.because
                case = RaiseEscalation(level=screening.risk, reason="danger", words=_shown(message), because=because)
                apply(turn, (case,))
            rows.change_inbox(tx, message.id, state="done", attempts=1, bundle_id=turn.snapshot.bundle_id)
    except Exception as fault:
        if lost_transaction(fault):
            raise
        log.error("could not read a message", inbox_id=message.id, fault=type(fault).__name__)
        addresses.change_address(tx, message.address_id, last_in_at=now)
        rows.change_inbox(tx, message.id, state="failed", attempts=1)
        raising.raise_unread(tx, address_id=message.address_id, words=_shown(message), now=now)


def _shown(message: Inbox) -> str:
    """Their words with what came beside them, as a case shows them."""
    beside = note(message.pictures, message.media)
    return "\n".join(filter(None, (message.body, f"({beside})" if beside else "")))


def handle(house: House, tx: Tx, message: Inbox, now: datetime) -> None:
    """Step one inbox row. Never raises for a fault of ours: the row is kept for another try.

    What the database itself cannot do is no fault of the row's and costs it no try: that raises, nothing is kept, and
    whoever brought the words keeps them.
    """
    try:
        with tx.begin_nested():
            turn, screening = _prepare(house, tx, message, now)
    except Exception as fault:
        if lost_transaction(fault):
            raise
        log.error("could not read a message", inbox_id=message.id, fault=type(fault).__name__)
        _unread(tx, message, now, "concern")
        return
    try:
        with tx.begin_nested():
            if _too_late(turn, message):
                _give_up(turn, message, screening)
            else:
                _step(turn, message, screening)
    except Exception as fault:
        if lost_transaction(fault):
            raise
        # Whatever broke, the words and the danger in them must not be lost.
        log.error("step failed", inbox_id=message.id, attempt=message.attempts + 1, fault=type(fault).__name__)
        _apart(
            tx, message, now, screening, lambda: _keep(_prepare(house, tx, message, now)[0], message, screening)
        )  # fmt: skip


def _step(turn: Turn, message: Inbox, screening: Screening) -> None:
    beside = note(message.pictures, message.media)
    run(turn, MessageReceived(text=message.body, screening=screening, pictures=message.pictures, note=beside))
    rows.change_inbox(
        turn.tx, message.id, state="done", attempts=message.attempts + 1, retry_at=None,
        bundle_id=turn.snapshot.bundle_id,
    )  # fmt: skip


def _too_late(turn: Turn, message: Inbox) -> bool:
    """Whether a person reads it instead: something newer was answered, or no answer to it would leave any more.

    What is handled as it comes has nothing newer before it, whatever the clocks of several machines say.
    """
    waited = turn.now - message.received_at
    # Who has the phone so long after their word was written may be somebody else.
    late = waited >= (OPEN_FOR if turn.facts.word_said else ANSWERED_WITHIN)
    if message.attempts or waited > CLOCKS_DIFFER_BY:
        late = late or rows.answered_after(turn.tx, message, CLOCKS_DIFFER_BY)
    return late and not is_whole_stop(turn.snapshot.assets.lexicon, message.body)


def _apart(tx: Tx, message: Inbox, now: datetime, screening: Screening, work: Callable[[], None]) -> None:
    """What follows a failed step may fail for the same reason: then the words alone go before a person, at once."""
    try:
        with tx.begin_nested():
            work()
    except Exception as fault:
        if lost_transaction(fault):
            raise
        log.error("could not answer a message", inbox_id=message.id, fault=type(fault).__name__)
        _unread(tx, message, now, "concern" if screening.risk == "none" else screening.risk)


def _prepare(house: House, tx: Tx, message: Inbox, now: datetime) -> tuple[Turn, Screening]:
    address = addresses.address_by_id(tx, message.address_id, lock=True)
    turn = open_turn(house, tx, address, key=f"in{message.id}", now=now, inbox_id=message.id)
    turn.wrote_at = message.received_at
    if address.kind == "sms":  # a chat has a pace of its own, at its door
        turn.facts = replace(turn.facts, **_held_back(turn, message), word_said=_word_said(turn, message))
    return turn, _screen(turn, message)


def _word_said(turn: Turn, message: Inbox) -> bool:
    """Whether this is their private word. Said, it lasts while they go on writing: from when they wrote, however late
    we read it."""
    address = turn.address
    if address.word is None or not address.read_by_others:
        return False
    if address.word_until is not None and turn.now < address.word_until:
        until = max(address.word_until, message.received_at + OPEN_FOR)
        addresses.change_address(turn.tx, address.id, word_until=until)
    return is_said(address.word, message.body)


def _held_back(turn: Turn, message: Inbox) -> dict[str, Any]:
    """Whether this text is past the limit of automatic answers to its number, and whether they know."""
    limits = turn.snapshot.rules.answers
    held = held_back(limits, rows.lately(turn.tx, message, same_words=limits.same_words), message.body)
    noted = held is not None and outbox.said_since(turn.tx, turn.address.id, "flood", turn.now - NOTED)
    return {"held_back": held, "held_noted": noted}


def run(turn: Turn, event: Event) -> None:
    """Load, step, apply, save: the middle of every turn, whatever woke it."""
    session = load_session(turn)
    if session is None:
        # Nothing they wrote is lost, but what was being asked is: a person sees that, and the talk starts afresh.
        words = event.text if isinstance(event, MessageReceived) and not turn.facts.word_said else ""
        raising.raise_escalation(turn, RaiseEscalation(level="routine", reason="stuck", words=words))
        session = Session.new(turn.snapshot.bundle_id)
    assets = turn.snapshot.assets_for(session.bundle)
    turn.wording = assets.wording
    if turn.touch_id is None and session.parked is not None:
        turn.touch_id, turn.expires_at = session.parked.touch, session.parked.until
    done = step(assets, session, event, _facts(turn, session))
    turn.step_no = done.session.step_no
    apply(turn, done.effects)
    tell_parked(turn, session.parked, done.session.parked)
    conversations.save_session(
        turn.tx, turn.address.id, done.session.to_json(), _bundle(turn, done.session.bundle), turn.now
    )


def _facts(turn: Turn, session: Session) -> Facts:
    """What a check-in's answer is weighed against is the earlier answer of the person it was sent for."""
    if turn.person is not None or session.touch is None or not turn.people:
        return turn.facts
    person_id = touches.person_of_touch(turn.tx, session.touch)
    return replace(turn.facts, last_score=scores.last_score(turn.tx, turn.address.id, person_id))


def _bundle(turn: Turn, bundle_id: int) -> int:
    return bundle_id or turn.snapshot.bundle_id


def _screen(turn: Turn, message: Inbox) -> Screening:
    """Danger in these words, joined with the last two minutes' that showed none by themselves."""
    before = rows.recent_words(turn.tx, message.address_id, since=message.received_at - JOINED, before_id=message.id)
    return turn.snapshot.assets.lexicon.screen([*before, message.body])


def _keep(turn: Turn, message: Inbox, screening: Screening) -> None:
    """After a failed step: the safety reply and case alone, and another try; after the last, a person."""
    apply(turn, respond_to_danger(screening, turn.facts, _shown(message)))
    if not _again(turn.tx, message, turn.now):
        _before_a_person(turn, message, screening)


def _give_up(turn: Turn, message: Inbox, screening: Screening) -> None:
    """Too late to be stepped: its words, and the danger in them, go to a person."""
    apply(turn, respond_to_danger(screening, turn.facts, _shown(message)))
    rows.change_inbox(turn.tx, message.id, state="failed", attempts=message.attempts + 1, retry_at=None)
    _before_a_person(turn, message, screening)


def _before_a_person(turn: Turn, message: Inbox, screening: Screening) -> None:
    if turn.facts.word_said:  # nobody reads the word itself, also where nothing came of it
        rows.change_inbox(turn.tx, message.id, body=WORD_SAID)
        message = replace(message, body=WORD_SAID)
    raising.raise_escalation(turn, RaiseEscalation(level="concern", reason="stuck", words=_shown(message)))
    if screening.risk == "none":
        apply(turn, (Say(text="stuck", values={"look_by": turn.facts.look_by["concern"]}),))


def _unread(tx: Tx, message: Inbox, now: datetime, level: Level) -> None:
    """It could not be answered, perhaps not even screened, so a person reads it, at once and once."""
    again = _again(tx, message, now)
    if message.attempts == 0 or not (again or casework.open_cases_of(tx, address_id=message.address_id)):
        raising.raise_unread(tx, address_id=message.address_id, words=_shown(message), now=now, level=level)


def _again(tx: Tx, message: Inbox, now: datetime) -> bool:
    """Plan another try. False after the last: the row is marked failed and is before a person."""
    return _plan(tx, message.id, message.attempts + 1, now)


def _plan(tx: Tx, inbox_id: int, attempts: int, now: datetime) -> bool:
    if attempts < TRIES:
        retry_at = now + timedelta(seconds=RETRY_SECONDS[attempts - 1])
        rows.change_inbox(tx, inbox_id, attempts=attempts, retry_at=retry_at)
        return True
    rows.change_inbox(tx, inbox_id, state="failed", attempts=attempts, retry_at=None)
    return False


def retry_stuck(house: House, now: datetime) -> int:
    """Try again what could not be handled; returns how many rows were tried. Each in its own transaction."""
    with house.db.read() as tx:
        waiting = rows.inbox_to_retry(tx, now)
    for inbox_id, address_id in waiting:
        try:
            house.db.attempt(partial(_try_again, house, inbox_id, address_id, now))
        except Exception as fault:  # noqa: BLE001 - one row must not hold up the others
            log.error("retry failed", inbox_id=inbox_id, fault=type(fault).__name__)
            if not isinstance(fault, DatabaseError):
                house.db.attempt(partial(_count_a_try, inbox_id, address_id, BROKEN, now))
        house.wake.wake()
    return len(waiting)


def _try_again(house: House, inbox_id: int, address_id: int, now: datetime, tx: Tx) -> None:
    addresses.lock_address(tx, address_id)
    _once_more(house, tx, inbox_id, address_id, now)


def _once_more(house: House, tx: Tx, inbox_id: int, address_id: int, now: datetime) -> None:
    """Open a row that waits and handle it. One whose words no key opens costs the others nothing."""
    if rows.inbox_tries(tx, inbox_id) is None:
        return
    try:
        message = rows.inbox_by_id(tx, inbox_id)
        addresses.address_by_id(tx, address_id)
    except SealError:
        log.error("a message cannot be opened", inbox_id=inbox_id)
        _count_a_try(inbox_id, address_id, UNREADABLE, now, tx)
        return
    handle(house, tx, message, now)


def _count_a_try(inbox_id: int, address_id: int, words: str, now: datetime, tx: Tx) -> None:
    """A try that ended before the words were read. After the last the row is failed, and a person is told why."""
    tries = rows.inbox_tries(tx, inbox_id)
    if tries is None or _plan(tx, inbox_id, tries + 1, now):
        return
    try:
        addresses.address_by_id(tx, address_id)
    except SealError:  # the page of a case whose number does not open could not be shown
        raising.raise_unread(tx, address_id=None, words=f"{words} Message {inbox_id}.", now=now)
    else:
        raising.raise_unread(tx, address_id=address_id, words=words, now=now)
