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


def line(listing: Listing, wording: Wording, language: str) -> str:
    """For a text: name, how far, ages, cost, how to get in touch, and of why only what the line has not said."""
    why = wording.render("listing.why", {"why": "; ".join(listing.because)}, language) if listing.because else ""
    told = (f"{listing.name} ({where(listing, wording, language)})", listing.ages, listing.cost, listing.contact, why)
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
    }
