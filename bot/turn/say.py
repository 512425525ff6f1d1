"""Putting words into the outbox: the text rendered in their language, laid out for their channel, under its key."""

import json

from bot.listings import card, line
from bot.store import messages as rows
from bot.store import people
from bot.turn.context import Turn
from flows.effects import Purpose, Say
from messages.classes import class_of, priority_of
from messages.render import for_sms, for_web, parts


def say(turn: Turn, effect: Say) -> None:
    """Queue what the step says; what this very turn said before is not said again."""
    wording, language = turn.wording, turn.language
    text = wording.render(effect.text, effect.values, language)
    choices = [wording.label(choice.label, language) for choice in effect.choices]
    if turn.address.kind == "web":
        laid = for_web(text, choices, [card(listing, wording, language) for listing in effect.listings])
        extras = json.dumps({"choices": laid["choices"], "listings": laid["listings"]}, ensure_ascii=False)
        made = [put(turn, text_id=effect.text, body=laid["text"], extras=extras, purpose=effect.purpose)]
    else:
        # Not numbered: a number is an answer, and the choices after them have those.
        lines = [f"- {line(listing, wording, language)}" for listing in effect.listings]
        whole = for_sms(text, choices, lines)
        made = [put(turn, text_id=effect.text, body=part, purpose=effect.purpose) for part in parts(whole)]
    if effect.purpose == "safety":
        turn.safety_rows.extend(row for row in made if row is not None)


def put(
    turn: Turn, *, text_id: str, body: str, purpose: Purpose, extras: str | None = None, case_id: int | None = None
) -> int | None:
    """Queue one message. What asks after STOP would be no promise kept, so consent is read again when it leaves."""
    turn.said += 1
    check_in = purpose in {"check-in", "reminder"}
    outbox_id = rows.put_out(
        turn.tx, key=f"{turn.key}:{turn.said}", address_id=turn.address.id, purpose=purpose, class_=class_of(purpose),
        rank=priority_of(purpose), text_id=text_id, body=body, extras=extras, language=turn.language,
        created_at=turn.now, not_before=turn.now, expires_at=turn.expires_at if check_in else None,
        touch_id=turn.touch_id if check_in else None, case_id=case_id,
    )  # fmt: skip
    if turn.address.first_said_at is None:
        people.change_address(turn.tx, turn.address.id, first_said_at=turn.now)
    return outbox_id
