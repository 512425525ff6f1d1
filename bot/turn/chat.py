"""The web chat's use cases: a chat is an address whose value is a random token that only the browser holds."""

import json
import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.dispatcher import Dispatcher
from bot.house import House
from bot.store import addresses, inbox, outbox
from bot.turn.receive import Arrival, receive
from flows.safety_replies import WATCHED
from messages.clean import ONE_TEXT_CHARACTERS, clean
from messages.render import parts

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
ROUNDS = 24  # of letting answers out: more than one turn ever says
WAIT_SECONDS = 0.05
DISCREET = frozenset(WATCHED.values())
ANSWERS = re.compile(r"in(\d+):")
LATEST = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message of a chat. `choices` are `{label, send}`, only while they may be picked; `listings` are cards.

    `at` is when it was said and gives the order; `shown_at` is when the page could first show it. `discreet` marks
    the answer to somebody whose screen is watched: it must look like any other.
    """

    id: str  # "i12" theirs, "o34" ours
    ours: bool
    text: str
    at: datetime
    shown_at: datetime
    language: str
    purpose: str = ""
    discreet: bool = False
    answers: int = LATEST  # the message of theirs it belongs to: two may come in the same instant
    choices: tuple[dict[str, str], ...] = ()
    listings: tuple[dict[str, Any], ...] = ()


def new_token() -> str:
    """256 random bits: knowing a chat's token is being in the chat."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether the text has the form of our tokens; what a browser sends us may be anything."""
    return TOKEN.fullmatch(text) is not None


def post(house: House, token: str, text: str, client_id: str) -> bool:
    """Take in what the family typed, and let the answer out at once. False where this post was taken before.

    `client_id` is the form's own id: the same words sent twice from one form over a bad connection are one message;
    other words from the same form (a page brought back by Back) are another. What is longer than a text may be is
    taken in as several, as a phone would send it, so that all of it is kept and all of it is screened for danger.
    Empty text is the caller's to refuse.
    """
    form_id = client_id or secrets.token_urlsafe(16)
    fresh = False
    for number, part in enumerate(parts(text, ONE_TEXT_CHARACTERS)):
        words = clean(part)
        arrival = Arrival(
            kind="web",
            account=house.db.keys.index("web", token)[:32],
            sid=house.db.keys.index("post", f"{form_id}\0{number}\0{words}"),
            sender=token,
            text=words,
        )
        taken = receive(house, arrival)
        fresh = fresh or taken.fresh
        _let_out(house, taken.address_id)
    return fresh


def _let_out(house: House, address_id: int) -> None:
    """Send what was just said, line by line, so that a page without JavaScript holds its answer."""
    dispatcher = Dispatcher(house)
    for _ in range(ROUNDS):
        if dispatcher.once(address_id=address_id):
            continue
        with house.db.read() as tx:
            in_hand = any(m.state in {"queued", "sending"} for m in outbox.outbox_of(tx, [address_id], limit=ROUNDS))
        if not in_hand:
            return
        threading.Event().wait(WAIT_SECONDS)  # the service's own dispatcher was quicker, and has it in its hand


def bubbles(house: House, token: str, *, after: datetime | None = None) -> list[Bubble]:
    """The conversation, oldest first; empty for a token that never wrote. With `after`, what was shown since then."""
    with house.db.read() as tx:
        address = addresses.find_address(tx, "web", token)
        if address is None:
            return []
        theirs = [
            Bubble(
                id=f"i{m.id}", ours=False, text=m.body, at=m.received_at, shown_at=m.received_at,
                language=address.language, answers=m.id,
            )
            for m in inbox.inbox_of(tx, [address.id])
        ]  # fmt: skip
        ours = [_ours(m, m.accepted_at) for m in outbox.outbox_of(tx, [address.id]) if m.accepted_at is not None]
    whole = _one_question(sorted(theirs + ours, key=lambda b: (b.at, b.answers, b.ours, int(b.id[1:]))))
    return whole if after is None else [b for b in whole if b.shown_at >= after]


def _ours(message: outbox.Outbox, shown_at: datetime) -> Bubble:
    extras = json.loads(message.extras) if message.extras else {}
    answered = ANSWERS.match(message.key)
    return Bubble(
        id=f"o{message.id}", ours=True, text=message.body, at=message.created_at, shown_at=shown_at,
        language=message.language, purpose=message.purpose, discreet=message.text_id in DISCREET,
        answers=int(answered[1]) if answered else LATEST,
        choices=tuple(extras.get("choices", ())), listings=tuple(extras.get("listings", ())),
    )  # fmt: skip


def _one_question(conversation: Sequence[Bubble]) -> list[Bubble]:
    """Buttons stand under the newest question alone, until it is answered: older ones are answered by typing."""
    open_at = None
    for at, bubble in enumerate(conversation):
        if not bubble.ours:
            open_at = None
        elif bubble.choices:
            open_at = at
    return [b if at == open_at or not b.choices else replace(b, choices=()) for at, b in enumerate(conversation)]
