"""Signing in, in a real browser: by the council's account at a real provider, and with a code."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.app import build
from bot.casework import second_factor
from bot.sign_on import SignOn
from bot.web.desk.council_account import SIGN_ON
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.provider_of_identities import provider
from tests.web.test_council_account import KIM, door_to
from tests.web.test_second_factor import now_code, secret_of
from tests.web.worker import PASSWORD, hire, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser import Chromium

pytestmark = [pytest.mark.browser, ON_SQLITE]
BOTH_WIDTHS = pytest.mark.parametrize("width", [320, 1280])


def fair(page: "Page", name: str, width: int) -> None:
    """Nothing for axe, nothing over the edge; kept as a picture where somebody wants to look."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert axe(page) == [], name
    assert fits(page, width), name


@BOTH_WIDTHS
def test_the_council_account_in_a_browser(home: Home, chromium: "Chromium", tmp_path: Path, width: int) -> None:
    """Claim: by the button to the provider and back to the page that was asked for; out again; with no role, the page
    says so. Cookies, redirects and the policy of what a page may load are the browser's own."""
    with provider(tmp_path / "log") as at:
        at.knows("kim", **KIM)
        at.knows("ola", **{**KIM, "oid": "another", "groups": []})
        door = door_to(home, at)
        assert door.home.house.settings.sign_on is not None
        with served(door.app) as url, chromium.person(url, width=width) as person:
            door.app.extensions[SIGN_ON] = SignOn(door.home.house.settings.sign_on, f"{url}/desk/sign-in/back")
            person.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
            page = person.new_page()
            page.goto("/desk/ledger")
            fair(page, "sign-in", width)
            for sub, heading in (("ola", "You are not signed in"), ("kim", "")):
                page.get_by_role("button", name="Sign in with your council account").click()
                page.get_by_placeholder("sub").fill(sub)
                page.get_by_role("button", name="Authorize").click()
                if heading:
                    page.get_by_role("heading", name=heading).wait_for()
                    fair(page, "sign-in-refused", width)
                    page.goto("/desk/ledger")
            page.wait_for_url("**/desk/ledger")
            page.get_by_role("link", name="Signed in as Kim Lee").click()
            page.get_by_role("heading", name="Your account").wait_for()
            fair(page, "account", width)
            page.get_by_role("button", name="Sign out everywhere").click()
            page.get_by_role("link", name="Sign out of it too").wait_for()
            fair(page, "signed-out", width)


@BOTH_WIDTHS
def test_a_second_factor_in_a_browser(home: Home, chromium: "Chromium", width: int) -> None:
    """Claim: set up where it is required, given at the next sign-in, taken away by an administrator."""
    home.house = replace(home.house, settings=replace(home.house.settings, second_factor=True))
    app = build(home.house.settings, house=home.house)
    email = hire(home, "administrator")
    hire(home, "practitioner")
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        for picture in (True, False):
            page.goto("/desk/staff")
            page.get_by_label("Email").fill(email)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.get_by_label("Code").wait_for()
            fair(page, "second-set-up" if picture else "second", width)
            assert page.locator("svg path").count() >= (1 if picture else 0)
            page.get_by_label("Code").fill("12")
            page.get_by_role("button", name="Continue").click()
            page.get_by_text("The code is not right").first.wait_for()
            fair(page, "second-wrong", width)
            page.get_by_label("Code").fill(now_code(home, secret_of(home, email)[1]))
            page.get_by_role("button", name="Continue").click()
            page.wait_for_url(lambda at: "/sign-in" not in at)
            home.later(seconds=second_factor.STEP_SECONDS)
            page.goto("/desk/staff")
            fair(page, "staff", width)
            page.get_by_role("button", name="Sign out", exact=True).click()


def test_without_javascript(home: Home, chromium: "Chromium", tmp_path: Path) -> None:
    """Claim: the council's account needs no script."""
    with provider(tmp_path / "log") as at:
        at.knows("kim", **KIM)
        door = door_to(home, at)
        assert door.home.house.settings.sign_on is not None
        with served(door.app) as url, chromium.person(url, javascript=False) as person:
            door.app.extensions[SIGN_ON] = SignOn(door.home.house.settings.sign_on, f"{url}/desk/sign-in/back")
            person.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
            page = person.new_page()
            page.goto("/desk")
            page.get_by_role("button", name="Sign in with your council account").click()
            page.get_by_placeholder("sub").fill("kim")
            page.get_by_role("button", name="Authorize").click()
            page.get_by_role("link", name="Signed in as Kim Lee").wait_for()
