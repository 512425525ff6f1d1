"""Lay a message out for the channel it leaves by. The words themselves come from the wording; none are added here."""

from collections.abc import Sequence
from typing import Final, TypedDict, TypeVar

from messages.clean import ONE_TEXT_CHARACTERS
from messages.sms import plain

_GAP: Final = "\n\n"

ListingT = TypeVar("ListingT")


class Button(TypedDict):
    """A choice as a page shows it: pressing it sends `send`, as if it had been typed."""

    label: str
    send: str


class WebMessage(TypedDict):
    """What a page needs, ready for JSON. `listings` are the caller's own, in their order."""

    text: str
    choices: list[Button]
    listings: list[object]


def for_sms(text: str, choices: Sequence[str] = (), listings: Sequence[str] = ()) -> str:
    """One body: the text, then each listing as a paragraph, then the choices numbered from 1, one a line."""
    numbered = "\n".join(f"{number}. {choice.strip()}" for number, choice in enumerate(choices, start=1))
    blocks = [text.strip(), *(listing.strip() for listing in listings), numbered]
    return plain(_GAP.join(block for block in blocks if block))


def parts(body: str, limit: int = ONE_TEXT_CHARACTERS) -> tuple[str, ...]:
    """The body in as few bodies as the provider's 1,600 characters allow, none empty, no word lost.

    It parts at the last paragraph that fits, else at a line, else at a space, else (one endless word) anywhere.
    """
    rest, made = body.strip(), []
    while len(rest) > limit:
        cut = next((at for gap in (_GAP, "\n", " ") if (at := rest.rfind(gap, 1, limit + 1)) > 0), limit)
        made.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(part for part in (*made, rest) if part)


def for_web(text: str, choices: Sequence[str] = (), listings: Sequence[ListingT] = ()) -> WebMessage:
    """The same for a page: choices as buttons that send their own words, listings as they are."""
    return {
        "text": text.strip(),
        "choices": [{"label": choice.strip(), "send": choice.strip()} for choice in choices],
        "listings": list(listings),
    }
