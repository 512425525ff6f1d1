"""One service as families see it: a line of a text, or a card of a page."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from bot.rules import HOLIDAYS
from directory.opening import LONDON, Kind, open_now
from directory.service import Day, Opening
from flows.effects import Listing
from flows.wording import Wording, say_date, say_time


def where(listing: Listing, wording: Wording, language: str) -> str:
    """How far, as honestly as the postcode allows: a distance, "near SW18", or that it serves the area."""
    if listing.near is not None:
        return listing.near
    if listing.distance_km is not None:
        return wording.render("listing.distance", {"km": f"{listing.distance_km:.1f}"}, language)
    return wording.render("listing.area-wide", {}, language)


def checked(listing: Listing, wording: Wording, language: str) -> str:
    """When somebody last checked it, as numbers ("14/3/2025"), where that is too long ago; else nothing."""
    on = listing.checked_on
    if not listing.unsure:
        return ""
    if on is None:
        return wording.render("listing.never-checked", {}, language)
    return wording.render("listing.checked", {"on": f"{on.day}/{on.month}/{on.year}"}, language)


OPENING: Mapping[Kind, str] = {
    "open": "listing.open-until",
    "always": "listing.open-always",
    "later": "listing.opens-later",
    "another-day": "listing.opens-on",
    "holiday": "listing.bank-holiday",
}


def opening(listing: Listing, wording: Wording, now: datetime) -> str:
    """What the weekly hours say of `now`: "Open today until 5pm", "Opens tomorrow at 9:30am"; nothing without any."""
    told = open_now([Opening(day=cast("Day", day), opens=o, closes=c) for day, o, c in listing.hours], now, HOLIDAYS)
    if told is None:
        return ""
    text, values, tomorrow = OPENING[told.kind], {}, now.astimezone(LONDON).date() + timedelta(days=1)
    if told.at is not None:
        on = told.at.date()
        if told.kind == "another-day" and on == tomorrow:
            text = "listing.opens-tomorrow"
        elif told.kind == "open" and on > tomorrow:
            text = "listing.open-now"
        values = {name: say_time(told.at) for name in ("opens", "closes")} | {"day": say_date(on)}
    # Content of before these texts has none of them; times are English, as the names and addresses beside them are.
    return wording.render(text, values) if wording.has(text) else ""


def hours(listing: Listing, wording: Wording, now: datetime) -> str:
    """The same with the note that stands beside the hours ("term time only"); the note alone where it is all."""
    told, note = opening(listing, wording, now), listing.hours_note
    return f"{told} ({note})" if told and note else told or note[:1].upper() + note[1:]


def line(listing: Listing, wording: Wording, language: str, now: datetime) -> str:
    """For a text: name, how far, ages, cost, when it is open, how to get in touch, and of why only what is new."""
    why = wording.render("listing.why", {"why": "; ".join(listing.because)}, language) if listing.because else ""
    name = f"{listing.name} ({where(listing, wording, language)})"
    open_ = hours(listing, wording, now)
    told = (name, listing.ages, listing.cost, open_, listing.contact, checked(listing, wording, language), why)
    return ". ".join(part.rstrip(". ") for part in told if part) + "."


def card(listing: Listing, wording: Wording, language: str, now: datetime) -> Mapping[str, Any]:
    """For a page, the chat's or another's. `now` is when it is said: of what is open then."""
    near = where(listing, wording, language)
    return {
        "id": listing.id,
        "name": listing.name,
        "organisation": listing.organisation,
        "where": near[:1].upper() + near[1:],
        "ages": listing.ages,
        "cost": listing.cost,
        "phone": listing.phone,
        "url": listing.url,
        "contact": listing.contact,
        "why": list(listing.why),
        "sample": listing.sample,
        "opening": hours(listing, wording, now),
        "checked": checked(listing, wording, language),
    }
