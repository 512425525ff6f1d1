"""Putting words into the outbox: the text rendered in their language, laid out for their channel, under its key."""

import json

from bot.store import messages as rows
from bot.store import people
from bot.turn.context import Turn
from flows.effects import Listing, Purpose, Say
from messages.classes import class_of, priority_of
from messages.render import for_sms, for_web, parts


def say(turn: Turn, effect: Say) -> None:
    """Queue what the step says; what this very turn said before is not said again."""
    wording, language = turn.snapshot.wording, turn.language
    text = wording.render(effect.text, effect.values, language)
    choices = [wording.label(choice.label, language) for choice in effect.choices]
    if turn.address.kind == "web":
        laid = for_web(text, choices, [_card(turn, listing) for listing in effect.listings])
        extras = json.dumps({"choices": laid["choices"], "listings": laid["listings"]}, ensure_ascii=False)
        made = [put(turn, text_id=effect.text, body=laid["text"], extras=extras, purpose=effect.purpose)]
    else:
        lines = [f"{n}. {_line(turn, listing)}" for n, listing in enumerate(effect.listings, 1)]
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


def _where(turn: Turn, listing: Listing) -> str:
    wording, language = turn.snapshot.wording, turn.language
    if listing.near is not None:
        return listing.near
    if listing.distance_km is not None:
        return wording.render("listing.distance", {"km": f"{listing.distance_km:.1f}"}, language)
    return wording.render("listing.area-wide", {}, language)


def _line(turn: Turn, listing: Listing) -> str:
    """One service as a line or two of text: name, how far, ages, how to get in touch, why."""
    wording = turn.snapshot.wording
    why = wording.render("listing.why", {"why": "; ".join(listing.why)}, turn.language) if listing.why else ""
    told = (f"{listing.name} ({_where(turn, listing)})", listing.ages, listing.cost, listing.contact, why)
    return ". ".join(part.rstrip(". ") for part in told if part) + "."


def _card(turn: Turn, listing: Listing) -> dict[str, object]:
    """One service as the page shows it."""
    return {
        "name": listing.name, "organisation": listing.organisation, "where": _where(turn, listing),
        "ages": listing.ages, "cost": listing.cost, "phone": listing.phone, "url": listing.url, "contact": listing.contact,
        "why": list(listing.why), "sample": listing.sample,
    }  # fmt: skip
