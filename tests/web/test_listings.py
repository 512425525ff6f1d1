"""One service as a family reads it, in a text, on a card of the chat, and on the page that finds help."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.listings import card, hours, line
from directory.service import DAYS
from flows.effects import Listing
from flows.wording import Wording
from tests.houses import ON_SQLITE, Home
from tests.web.test_public import search
from tests.web.visitor import Page, Visitor

OFFICE = tuple((day, "09:30", "17:00") for day in DAYS[:5])


def listing(hours: tuple[tuple[str, str, str], ...] = OFFICE, note: str = "") -> Listing:
    return Listing(
        id="s", name="Hearth", organisation="Hearth", distance_km=0.4, near=None, ages=None, contact="Telephone 1",
        why=(), needs=("food",), hours=hours, hours_note=note,
    )  # fmt: skip


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London")).astimezone(UTC)


@pytest.fixture
def wording(home: Home) -> Wording:
    return home.house.live.of(home.house.db).wording


@ON_SQLITE
@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-23 11:00", "Open today until 5pm"),
        ("2026-07-20 16:59", "Open today until 5pm"),
        ("2026-11-23 08:00", "Opens today at 9:30am"),
        ("2026-11-23 18:00", "Opens tomorrow at 9:30am"),
        ("2026-11-27 18:00", "Opens Monday 30 November at 9:30am"),
        ("2026-12-25 10:00", "Bank holiday today: ask first if it is open"),
    ],
)
def test_hours_in_words(wording: Wording, now: str, words: str) -> None:
    """Claim: until when today, from when, or on which day next, by London's clock and England's bank holidays."""
    assert hours(listing(), wording, london(now)) == words


@ON_SQLITE
def test_a_note_stands_beside_the_hours(wording: Wording) -> None:
    """Claim: what qualifies the hours is never left out, and is said alone where it is all there is."""
    now = london("2026-11-23 11:00")
    assert hours(listing(note="term time only"), wording, now) == "Open today until 5pm (term time only)"
    assert hours(listing(hours=(), note="day and night, every day"), wording, now) == "Day and night, every day"
    assert hours(listing(hours=()), wording, now) == ""
    always = tuple((day, "00:00", "24:00") for day in DAYS)
    assert hours(listing(hours=always), wording, now) == "Open day and night"
    assert hours(listing(hours=always[:3]), wording, now) == "Open now"


@ON_SQLITE
def test_a_text_and_a_card_say_it(wording: Wording) -> None:
    """Claim: the line of a text and the card of a page hold the same words."""
    now = london("2026-11-23 11:00")
    assert line(listing(), wording, "en", now) == "Hearth (0.4 km). Open today until 5pm. Telephone 1."
    assert card(listing(), wording, "en", now)["opening"] == "Open today until 5pm"


@ON_SQLITE
def test_content_of_before_says_nothing_of_hours(wording: Wording) -> None:
    """Claim: content that has no words for hours is still answered with, without them."""
    older = Wording(texts={name: text for name, text in wording.texts.items() if not name.startswith("listing.open")})
    assert "Open" not in line(listing(), older, "en", london("2026-11-23 11:00"))


def test_the_bot_tells_when_it_is_open(home: Home) -> None:
    """Claim: a family who texts on a Monday at eleven hears until when each place is open, on either database."""
    heard = home.talk("stay and play for my toddler SW15 2TS")
    assert "Open today until 11:30am" in heard


@ON_SQLITE
def test_the_page_and_the_chat_tell_when_it_is_open(family: Visitor) -> None:
    """Claim: the page that finds help and the chat's cards say the same."""
    facts = search(family, text="stay and play", postcode="SW15 2TS").texts("listing__facts")
    assert any("Open today until 11:30am" in told for told in facts)
    family.say("stay and play for my toddler SW15 2TS")
    assert any("Open today until 11:30am" in told for told in Page(family.client.get("/").text).texts("listing__facts"))
