"""Putting words into the outbox: the text rendered in their language, laid out for their channel, under its key."""

import json
from datetime import datetime, timedelta

from bot.listings import card, line
from bot.store import addresses
from bot.store import outbox as rows
from bot.turn.context import Turn
from flows.effects import Purpose, Say
from flows.word import OPEN_FOR
from messages.classes import class_of, priority_of
from messages.fitting import MOST_SEGMENTS, fitted, together
from messages.leave import TABLE
from messages.render import for_sms, for_web, parts
from messages.sms import segments

PRIVATE = "private"
A_WHILE = timedelta(minutes=5)  # answered later than this, their words had to wait for us


def say(turn: Turn, effect: Say) -> None:
    """Queue what the step says; what this very turn said before is not said again."""
    if effect.purpose == "safety":
        turn.safety_rows.extend(_safety(turn, effect))
        return
    wording, language = turn.wording, effect.language or turn.language
    if not effect.choices and not effect.listings:
        _beside(turn, effect, language)
        return
    text = wording.render(effect.text, effect.values, language, turn.facts.today)
    choices = [wording.label(choice.label, language) for choice in effect.choices]
    if turn.address.kind == "web":
        laid = for_web(text, choices, [card(listing, wording, language, turn.now) for listing in effect.listings])
        extras = json.dumps({"choices": laid["choices"], "listings": laid["listings"]}, ensure_ascii=False)
        put(turn, text_id=effect.text, body=laid["text"], extras=extras, purpose=effect.purpose)
    else:
        # Not numbered: a number is an answer, and the choices after them have those.
        lines = [f"- {line(listing, wording, language, turn.now)}" for listing in effect.listings]
        for part in parts(fitted(for_sms(text, choices, lines))):
            put(turn, text_id=effect.text, body=part, purpose=effect.purpose)


def _beside(turn: Turn, effect: Say, language: str) -> None:
    """Words alone. A translation that no speaker has checked goes with the English beside it."""
    chosen, today = effect.language is None, turn.facts.today
    said = turn.wording.render_beside(effect.text, effect.values, language, chosen=chosen, today=today)
    if effect.purpose == "stop-receipt":
        said = _as_one(said)
    for spoken, words in said:
        whole = (for_web(words)["text"],) if turn.address.kind == "web" else parts(fitted(for_sms(words)))
        for part in whole:
            put(turn, text_id=effect.text, body=part, purpose=effect.purpose, language=spoken)


def _as_one(said: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """STOP has one answer: both where they fit one message, else the English, which needs no speaker to check it."""
    both = fitted(for_sms("\n\n".join(words for _, words in said)))
    return ((said[0][0], both),) if segments(both) <= MOST_SEGMENTS else said[-1:]


def _safety(turn: Turn, effect: Say) -> list[int]:
    """Queue the answer to danger in their language, with the English beside it until a speaker has checked it.

    Two messages then, or one where both fit two texts. Returns the rows that are new.
    """
    language = effect.language or turn.language
    said = turn.wording.render_beside(effect.text, effect.values, language, chosen=effect.language is None)
    if turn.address.kind != "web":
        bodies = together([for_sms(words) for _, words in said])
        whole = zip((spoken for spoken, _ in said), bodies, strict=False)  # joined, they go as the first one's language
        said = tuple((spoken, part) for spoken, body in whole for part in parts(body))
    # Keyed by language: the fallback after a fault knows only the chosen one, and the next try adds what it left out.
    made = [
        put(
            turn, text_id=effect.text, body=body, purpose=effect.purpose, language=spoken,
            key=f"{turn.key}:{spoken}{[s for s, _ in said[:at]].count(spoken)}",
        )
        for at, (spoken, body) in enumerate(said)
    ]  # fmt: skip
    return [row for row in made if row is not None]


def put(
    turn: Turn,
    *,
    text_id: str,
    body: str,
    purpose: Purpose,
    extras: str | None = None,
    case_id: int | None = None,
    language: str | None = None,
    key: str | None = None,
) -> int | None:
    """Queue one message. What asks after STOP would be no promise kept, so consent is read again when it leaves."""
    if key is None:
        turn.said += 1
        key = f"{turn.key}:{turn.said}"
    check_in = purpose in {"check-in", "reminder"}
    outbox_id = rows.put_out(
        turn.tx, key=key, address_id=turn.address.id, purpose=purpose, class_=_line(turn, purpose),
        rank=priority_of(purpose), text_id=text_id, body=body, extras=extras, language=language or turn.language,
        created_at=turn.now, not_before=turn.now, expires_at=turn.expires_at if check_in else _late(turn, purpose),
        touch_id=turn.touch_id if check_in else None, case_id=case_id,
    )  # fmt: skip
    if purpose == "safety" and turn.address.consent == "stopped":
        # Their YES may now answer what the safety reply asked of them: only START starts again.
        addresses.change_address(turn.tx, turn.address.id, asked_since_stop=True)
    if turn.address.first_said_at is None:
        addresses.change_address(turn.tx, turn.address.id, first_said_at=turn.now)
    return outbox_id


def _line(turn: Turn, purpose: Purpose) -> str:
    """The messages among which it keeps its order. What may wait for a private word keeps no answer waiting with it,
    and a reminder, which waits for the day besides, no worker's reply."""
    waits = turn.address.word is not None and TABLE[purpose].waits_for_word and class_of(purpose) != "check-in"
    return PRIVATE if waits else class_of(purpose)


def _late(turn: Turn, purpose: Purpose) -> datetime | None:
    """When an answer that comes late is of no more use: its class's time counts from when the family wrote. What was
    answered under their private word is for whoever said it, and lasts no longer than the word."""
    lasts = TABLE[purpose].lasts
    address = turn.address
    guarded = purpose == "answer" and address.word is not None and address.read_by_others
    if guarded and (turn.facts.word_said or not address.locked(turn.now)):
        return (turn.wrote_at or turn.now) + OPEN_FOR
    if turn.wrote_at is None or lasts is None or turn.now - turn.wrote_at < A_WHILE:
        return None
    return turn.wrote_at + lasts
