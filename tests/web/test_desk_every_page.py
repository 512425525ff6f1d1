"""Every page of the desk, found by walking the URL map: axe, narrow and enlarged, what it weighs, and the keyboard."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.houses import ON_SQLITE, Home
from tests.web.every_page import furnish, walk
from tests.web.raising import KNIFE, case_of, events, replies
from tests.web.worker import PASSWORD, hire, served

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Response

    from tests.browser import Chromium

pytestmark = [pytest.mark.browser, pytest.mark.net, ON_SQLITE]
PARTS = 3  # of the walk, so that several processes share it
NARROW, ENLARGED, WIDE = 320, 640, 1280  # CSS pixels: a small phone, 1280 at 200 %, a desk's screen
MOST_BYTES = 150_000  # of one page with all that it fetches, nothing kept from before, as it is sent
HEIGHT = 844


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_passes_axe_fits_every_width_and_is_light(
    app: Flask, home: Home, chromium: "Chromium", part: int
) -> None:
    """Claim: axe finds nothing at 320 and 1280 px; nothing scrolls sideways there or at 200 %; no page with what it
    fetches is over 150 kB; each has one main heading and answers 200, or 400 for what it was asked wrongly."""
    furnished = furnish(app, home)
    faults: list[str] = []
    pages = sorted(walk(app, furnished))[part::PARTS]
    assert len(pages) >= 12
    with served(app) as address, chromium.person(address, width=WIDE) as device:
        signed_in = ""
        page = device.new_page()
        for role, path in pages:
            if role != signed_in:
                device.clear_cookies()
                if role:
                    page.goto(f"{address}/desk/sign-in")
                    _sign_in(page, furnished.staff[role])
                signed_in = role
            faults += _faults(device, page, address, path)
    assert faults == []


def _sign_in(page: "Page", email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()


def _faults(device: "BrowserContext", page: "Page", address: str, path: str) -> list[str]:
    from tests.browser import axe

    sent: list[Response] = []

    def came(response: "Response") -> None:
        sent.append(response)

    page.on("response", came)
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    answer = page.goto(f"{address}{path}")
    page.remove_listener("response", came)
    assert answer is not None
    found = []
    if answer.status not in {200, 400} or urlsplit(page.url).path != urlsplit(path).path:
        found.append(f"answered {answer.status} at {page.url}")
    if page.locator("h1").count() != 1:
        found.append("not one main heading")
    weighs = sum(len(one.body()) for one in sent if one.ok)
    weighs += sum(len(str(one.headers)) for one in sent)
    if weighs > MOST_BYTES:
        found.append(f"weighs {weighs / 1000:.0f} kB")
    for width in (WIDE, ENLARGED, NARROW):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"scrolls sideways at {width}: {wide}")
        if width != ENLARGED:
            found += [f"{one.rule} at {width}: {', '.join(one.targets[:3])}" for one in axe(page)]
    return [f"{path}: {fault}" for fault in found]


def test_the_keyboard_alone_claims_answers_and_closes(app: Flask, home: Home, chromium: "Chromium") -> None:
    """Claim: from the sign-in page to a closed case with nothing but Tab, the arrows, Enter and letters; where
    the focus is can be seen at every step."""
    home.text(KNIFE)
    home.send()
    ref = home.cases()[0].ref
    email = hire(home, "practitioner")
    with served(app) as address, chromium.person(address, width=WIDE) as device:
        page = device.new_page()
        page.goto(f"{address}/desk")
        _to(page, "#email")
        page.keyboard.type(email)
        _to(page, "#password")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Inbox").wait_for()
        _to(page, f"a[href='/desk/cases/{ref}']")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Timeline").wait_for()
        _to(page, f"form[action$='/{ref}/claim'] button")
        page.keyboard.press("Enter")
        page.locator("#reply-words").wait_for()
        _to(page, "#reply-words")
        page.keyboard.type("I am Sam. Are you safe to talk?")
        _to(page, f"form[action$='/{ref}/reply'] button[type=submit]")
        page.keyboard.press("Enter")
        page.get_by_text("I am Sam. Are you safe to talk?").first.wait_for()
        _to(page, "[name=outcome]")
        page.keyboard.press("ArrowDown")
        _to(page, "#close-words")
        page.keyboard.type("Spoken to: she is at her mother's.")
        _to(page, f"form[action$='/{ref}/close'] button[type=submit]")
        page.keyboard.press("Enter")
        page.locator("strong.govuk-tag", has_text="Closed").wait_for()
    assert case_of(home, ref).state == "closed"
    assert replies(home) == ["I am Sam. Are you safe to talk?"]
    assert [kind for kind in events(home, ref) if kind in {"claimed", "replied", "closed"}] == [
        "claimed", "replied", "closed",
    ]  # fmt: skip


def _to(page: "Page", selector: str) -> None:
    """Tab until there; what holds the focus is in sight and bears a mark of it."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            seen = page.evaluate(
                """() => { const it = document.activeElement, box = it.getBoundingClientRect(),
                    near = it.type === 'radio' ? it.parentElement.querySelector('label') : it,
                    style = getComputedStyle(near), before = getComputedStyle(near, '::before');
                    return box.bottom > 0 && box.top < innerHeight && [style, before].some(one =>
                        one.outlineStyle !== 'none' || one.boxShadow !== 'none') }"""
            )
            assert seen, f"the focus on {selector} cannot be seen"
            return
    raise AssertionError(f"Tab never came to {selector}")
