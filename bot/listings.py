"""One service as families see it: a line of a text, or a card of a page."""

from collections.abc import Mapping
from typing import Any

from flows.effects import Listing
from flows.wording import Wording


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


def line(listing: Listing, wording: Wording, language: str) -> str:
    """For a text: name, how far, ages, cost, how to get in touch, and of why only what the line has not said."""
    why = wording.render("listing.why", {"why": "; ".join(listing.because)}, language) if listing.because else ""
    name = f"{listing.name} ({where(listing, wording, language)})"
    told = (name, listing.ages, listing.cost, listing.contact, checked(listing, wording, language), why)
    return ". ".join(part.rstrip(". ") for part in told if part) + "."


def card(listing: Listing, wording: Wording, language: str) -> Mapping[str, Any]:
    """For a page, the chat's or another's."""
    return {
        "name": listing.name,
        "organisation": listing.organisation,
        "where": where(listing, wording, language),
        "ages": listing.ages,
        "cost": listing.cost,
        "phone": listing.phone,
        "url": listing.url,
        "contact": listing.contact,
        "why": list(listing.why),
        "sample": listing.sample,
        "checked": checked(listing, wording, language),
    }
