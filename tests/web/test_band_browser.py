"""The red band in a real browser: readable at 320 pixels, told to a page that stays open, and with no service too."""

from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from bot.app import build
from tests.browser import axe, fits
from tests.houses import Home
from tests.web.worker import hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

pytestmark = [pytest.mark.browser, pytest.mark.net]
POLL_MS = 30_000


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def home(home: Home) -> Home:
    """With the clock and the dispatcher alive."""
    home.living()
    return home


def opened(page: Page, email: str) -> None:
    page.clock.install()
    signed_in_at(page, email, "/desk")
    page.get_by_role("heading", level=1, name="Inbox").wait_for()


@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_that_stays_open_is_told_and_the_band_is_readable(home: Home, chromium: "Chromium", width: int) -> None:
    """Claim: the next poll of an open page says that the clock stands still and leads to the band; there axe finds
    nothing wrong, and nothing is wider than the window. With nobody to answer for two minutes, the page says so."""
    email = hire(home, "practitioner")
    home.text("he has a knife hes outside")
    with ExitStack() as open_now:
        with served(build(home.house.settings, house=home.house)) as address:
            page = open_now.enter_context(chromium.person(address, width=width)).new_page()
            opened(page, email)
            assert page.locator(".app-alert").count() == 0
            home.clock.at += timedelta(minutes=3)
            page.clock.fast_forward(POLL_MS)
            page.get_by_text("The clock is not running.").wait_for()
            page.get_by_role("link", name="Show what to do").click()
            page.locator(".app-alert").wait_for()
            assert "The clock has stood still since" in page.locator(".app-alert").inner_text()
            assert fits(page, width)
            assert axe(page) == []
        for _ in range(4):
            page.clock.fast_forward(POLL_MS)
            page.wait_for_timeout(200)
        page.get_by_text("This page has not reached the service for two minutes.").wait_for()
