"""Finding help with no chat: the needs as a family may browse them, and a search whose words are kept nowhere.

Where nothing was found, the need and the first half of the postcode are counted, as the bot's searches are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.content import Content
from bot.house import House
from bot.listings import card
from bot.store import published
from bot.store.database import DatabaseError
from flows.facts import Place, Search
from flows.understanding.types import Risk
from messages.clean import clean

log = structlog.get_logger()
PAGE = 10
MOST_SKIPPED = 500
_read: dict[str, tuple["NeedGroup", ...]] = {}  # by the bundle's digest: a bundle never changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedGroup:
    """A heading of needs.yaml with its needs, in the file's order."""

    title: str
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form held, as typed."""

    text: str = ""
    postcode: str = ""
    age: str = ""
    need: str = ""
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`postcode_read` and `age_read` are false where something was typed there that could not be read.

    `risk` is what the words showed; a search raises no case, because nobody is known to have asked.
    """

    cards: tuple[Mapping[str, Any], ...]
    place: Place
    more: bool
    postcode_read: bool
    age_read: bool
    risk: Risk
    watched: bool


def need_groups(house: House) -> tuple[NeedGroup, ...]:
    """Every need there is, from the newest published content."""
    with house.db.read() as tx:
        newest = published.newest_bundle(tx)
        if newest is None:
            return ()
        bundle_id, digest = newest
        if digest not in _read:
            files = Content.from_json(published.bundle_content(tx, bundle_id)).files
            _read.clear()
            _read[digest] = tuple(_group(name, needs) for name, needs in files["needs.yaml"]["needs"].items())
        return _read[digest]


def _group(name: str, needs: list[Mapping[str, str]]) -> NeedGroup:
    title = "SEND" if name == "send" else name.replace("-", " ").capitalize()
    return NeedGroup(title=title, needs=tuple(Need(id=need["id"], label=need["label"]) for need in needs))


def look(house: House, asked: Asked, language: str = "en") -> Answer:
    """Search the directory as published now. Any text has an answer."""
    snapshot = house.live.of(house.db)
    now = house.clock.now()
    readers, text = snapshot.assets.readers, clean(asked.text)
    screening = snapshot.assets.lexicon.screen([text])
    age, postcode = read_age(asked.age, readers.age(asked.age)), clean(asked.postcode)[:40]
    place = readers.postcode(postcode) if postcode else None
    found = snapshot.finder.find(
        Search(
            text=text, needs=(asked.need,) if asked.need else (), postcode=place, age=age,
            skip=max(0, min(asked.skip, MOST_SKIPPED)), limit=PAGE,
        )
    )  # fmt: skip
    if not found.listings and not asked.skip:
        needs = (asked.need,) if asked.need else snapshot.assets.lexicon.understand(text).needs
        _unmet(house, needs, found.place)
    return Answer(
        cards=tuple(card(listing, snapshot.wording, language, now) for listing in found.listings),
        place=found.place, more=found.more, postcode_read=not postcode or place is not None,
        age_read=not asked.age.strip() or age is not None, risk=screening.risk, watched=screening.watched,
    )  # fmt: skip


def _unmet(house: House, needs: Sequence[str], place: Place) -> None:
    """Count what was not found. The family gets its page though the count cannot be kept: the log tells of that."""
    area = place.read_as.split()[0] if place.read_as else None
    try:
        with house.db.write() as tx:
            published.log_search(tx, at=house.clock.now(), needs=",".join(needs), area=area, found=0)
    except DatabaseError as fault:
        log.error("unmet need not counted", fault=type(fault).__name__)


def read_age(typed: str, said: float | None) -> float | None:
    """A bare number of the age box is years; anything else is what the reader of ages made of it."""
    bare = typed.strip()
    if bare.isascii() and bare.isdigit() and len(bare) <= 2:
        return float(bare)
    return said
