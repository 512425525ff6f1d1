"""A phone to text from, with no account anywhere: several numbers, both ways, and the demo's clock.

It shows what the stand-in provider knows and sends through it, so everything passes the real client and the signed
webhooks. It works without JavaScript; with it, new messages appear by themselves.
"""

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.clock import LONDON
from bot.demo.provider import StandIn
from bot.demo.provider_store import Message
from bot.settings import ROOT
from messages.addresses import for_reading, read_phone
from messages.clean import ONE_TEXT_CHARACTERS

SAMPLE_FAMILIES: Final = ROOT / "content" / "samples" / "families.csv"
STRANGER: Final = "+447700900999"
_COOKIE: Final = "demo_phone"
_ANSWER_WITHIN_SECONDS: Final = 2.0
_STATUSES: Final = {
    "accepted": "On its way",
    "queued": "On its way",
    "sending": "On its way",
    "sent": "Sent on by the network",
    "delivered": "Arrived",
    "undelivered": "Did not arrive",
    "failed": "Could not be sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One number to text from, and whose it is."""

    number: str  # E.164
    owner: str

    @property
    def label(self) -> str:
        return f"{self.owner}, {for_reading(self.number)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message as the phone shows it; `mine` was written on the phone."""

    body: str
    mine: bool
    when: str
    status: str
    pictures: int


def phone_blueprint(
    stand_in: StandIn,
    now: Callable[[], datetime],
    families: Path | None = SAMPLE_FAMILIES,
    staff: Callable[[], Sequence[tuple[str, str]]] = tuple,
) -> Blueprint:
    """The pages under /demo/phone. `families` is the sheet whose names and mobiles it offers; None offers none.

    `staff` gives title and number of those whom alerts are texted to: their phones are here too, to see them ring.
    """
    blueprint = Blueprint(
        "demo_phone",
        __name__,
        url_prefix="/demo/phone",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    store = stand_in.store

    def page(number: str, *, error: str = "", draft: str = "") -> str:
        known = store_numbers(store.messages(), stand_in.settings.number)
        phones = offered(families, known, number, staff())
        return render_template(
            "demo_phone.html",
            phones=phones,
            phone=next(phone for phone in phones if phone.number == number),
            bubbles=bubbles(store.conversation(number)),
            council=for_reading(stand_in.settings.number),
            now=say(now()),
            error=error,
            draft=draft,
            longest=ONE_TEXT_CHARACTERS,
        )

    @blueprint.get("")
    def show() -> Response | str | tuple[str, int]:
        asked = request.args.get("other") or request.args.get("number") or request.cookies.get(_COOKIE) or ""
        number = read_phone(asked).e164 if asked else first_number(families)
        if number is None:
            return page(first_number(families), error="That is not a telephone number."), 400
        _wait_for_answer(stand_in, number, request.args.get("after", ""))
        response = Response(page(number), mimetype="text/html")
        response.set_cookie(_COOKIE, number, httponly=True, samesite="Lax", path=blueprint.url_prefix or "/")
        return response

    @blueprint.get("/messages")
    def conversation() -> str:
        number = read_phone(request.args.get("number", "")).e164 or ""
        return render_template("demo_phone_messages.html", bubbles=bubbles(store.conversation(number)), now=say(now()))

    @blueprint.post("/text")
    def text() -> Response | tuple[str, int]:
        number = read_phone(request.form.get("number", "")).e164
        body, picture = request.form.get("body", ""), request.form.get("picture") == "yes"
        if number is None:
            return page(first_number(families), error="That is not a telephone number."), 400
        if not body.strip() and not picture:
            return page(number, error="Write something first."), 400
        if len(body) > ONE_TEXT_CHARACTERS:
            return page(number, error="A text has at most 1,600 characters.", draft=body), 400
        sent, _ = stand_in.text_in(sender=number, body=body, media=int(picture))
        address = url_for("demo_phone.show", number=number, after=sent.number, _anchor="write")
        return redirect(address, 303)

    return blueprint


def offered(families: Path | None, known: list[str], chosen: str, staff: Sequence[tuple[str, str]] = ()) -> list[Phone]:
    """The sample families, a number nobody knows yet, staff whom alerts are texted to, then others that have texted;
    the chosen one among them."""
    phones = [*sample_phones(families), Phone(number=STRANGER, owner="Somebody new")]
    phones += [Phone(number=number, owner=f"Staff: {title}") for title, number in staff]
    listed = {phone.number for phone in phones}
    others = [number for number in dict.fromkeys([*known, chosen]) if number not in listed]
    return phones + [Phone(number=number, owner="Another number") for number in others]


def sample_phones(families: Path | None) -> list[Phone]:
    """Names and mobiles of the sample sheet, in its order; none where there is no sheet."""
    if families is None or not families.exists():
        return []
    with families.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row.get("first_name", ""), read_phone(row.get("mobile", ""))) for row in csv.DictReader(file)]
    found = {phone.e164: name for name, phone in reversed(rows) if phone.e164 is not None}
    return [Phone(number=number, owner=name) for number, name in reversed(found.items())]


def first_number(families: Path | None) -> str:
    return next((phone.number for phone in sample_phones(families)), STRANGER)


def store_numbers(messages: list[Message], council: str) -> list[str]:
    """The families' numbers in the stand-in's memory, newest first."""
    ends = (message.sender if message.inbound else message.recipient for message in messages)
    return [number for number in dict.fromkeys(ends) if number and number != council]


def bubbles(messages: list[Message]) -> list[Bubble]:
    """A conversation as a phone shows it, newest last."""
    return [
        Bubble(
            body=message.body,
            mine=message.inbound,
            when=say(message.created_at),
            status="" if message.inbound else _STATUSES.get(message.status, message.status),
            pictures=message.media,
        )
        for message in messages
    ]


def say(at: datetime) -> str:
    """ "Tuesday 3 March 2026, 10:04" in the council's time."""
    local = at.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def _wait_for_answer(stand_in: StandIn, number: str, after: str) -> None:
    """Give the answer to what was just texted two seconds to come, so that it is there without a refresh."""
    if not (after.isascii() and after.isdigit() and len(after) < len(str(2**63))):
        return
    end = time.monotonic() + _ANSWER_WITHIN_SECONDS
    while time.monotonic() < end:
        if any(not message.inbound for message in stand_in.store.conversation(number, after=int(after))):
            return
        time.sleep(0.1)
