"""The desk's menu on a telephone and on a wide screen, with no script at all."""

from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.worker import hire, served, signed_in_at

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser import Chromium

pytestmark = [pytest.mark.browser, pytest.mark.net, ON_SQLITE]
PAGES = (
    ("Inbox", "/desk"), ("Search", "/desk/search"), ("Conversations", "/desk/conversations"), ("Enrol", "/desk/enrol"),
    ("Enrolments", "/desk/enrolments"), ("Programmes", "/desk/programmes"),
    ("Directory", "/desk/directory"), ("Contact log", "/desk/log"), ("Team", "/desk/team"),
)  # fmt: skip


@pytest.fixture
def home(home: Home) -> Home:
    """With the clock and the dispatcher alive, so that no band says otherwise."""
    home.living()
    return home


def links(page: "Page", menu: str) -> list[str]:
    return [one.get_attribute("href") or "" for one in page.locator(f"{menu} a").all()]


def end_of(page: "Page", of: str) -> float:
    box = page.locator(of).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_on_a_telephone_the_menu_is_one_line(app: Flask, home: Home, chromium: "Chromium", script: bool) -> None:
    """Claim: at 320 by 640 what a page is about stands within the first 480 pixels, also for the role whose menu is
    longest; the line says which page this is, opens by the keyboard, and holds every place of the wide menu."""
    email = hire(home, "manager")
    with served(app) as address, chromium.person(address, width=320, javascript=script) as device:
        page = device.new_page()
        page.set_viewport_size({"width": 320, "height": 640})
        signed_in_at(page, email, "/desk")
        for name, path in PAGES:
            page.goto(f"{address}{path}")
            assert end_of(page, "h1") <= 480, name
            menu = page.get_by_role("navigation", name="Desk")
            assert menu.count() == 1
            assert menu.locator("summary").inner_text() == f"Menu: {name}"
            assert menu.get_by_role("link").count() == 0
            menu.locator("summary").focus()
            page.keyboard.press("Enter")
            assert links(page, ".app-menu--narrow") == links(page, ".app-menu--wide")
            assert menu.locator("[aria-current=page]").inner_text() == name
            assert fits(page, 320)
            assert not script or axe(page) == []
        page.get_by_role("navigation", name="Desk").get_by_role("link", name="Search").click()
        page.get_by_role("heading", level=1, name="Search").wait_for()


def test_what_is_on_fire_comes_before_the_page(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: the red band that nobody was reached begins within the first 200 pixels of a telephone's window."""
    email = hire(home, "practitioner")
    home.text("he has a knife hes outside")
    home.later(hours=2)  # the clock has stood still since, and the ladder was not climbed
    with served(app) as address, chromium.person(address, width=320) as device:
        page = device.new_page()
        page.set_viewport_size({"width": 320, "height": 640})
        signed_in_at(page, email, "/desk")
        band = page.locator(".app-alert")
        band.wait_for()
        box = band.bounding_box()
        assert box is not None
        assert box["y"] <= 200
        assert axe(page) == []


def test_on_a_wide_screen_it_stands_open(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: at 1280 every place is there at once, in two rows, and the folded menu is not."""
    email = hire(home, "manager")
    with served(app) as address, chromium.person(address, width=1280) as device:
        page = device.new_page()
        signed_in_at(page, email, "/desk")
        menu = page.get_by_role("navigation", name="Desk")
        assert menu.count() == 1
        assert menu.get_by_role("link").count() == len(links(page, ".app-menu--wide")) > 10
        assert page.locator(".app-menu--narrow").is_hidden()
        assert len({one.evaluate("one => one.offsetTop") for one in page.locator(".app-menu--wide li").all()}) == 2
        assert menu.locator("[aria-current=page]").inner_text() == "Inbox"
