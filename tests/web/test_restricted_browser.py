"""A restricted case and a closing that waits, in a real browser: forms alone, narrow and wide, nothing for axe."""

import os
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot import clockwork
from bot.casework import work
from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.raising import raised
from tests.web.test_desk_second_person import WHY, form_of, two
from tests.web.worker import hire, served, signed_in_at

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser import Chromium

__all__ = ["two"]


@pytest.mark.browser
@ON_SQLITE
@pytest.mark.parametrize("width", [320, 1280])
def test_restricting_opening_in_need_and_closing_in_a_browser(
    app: Flask, two: Home, chromium: "Chromium", width: int
) -> None:
    """Claim: a manager restricts a case and names nobody else; a worker who follows its alarm opens it with a reason
    and asks to close it; the manager reads of both in the inbox and confirms. Nothing runs over the edge on the way."""
    sam, mina = hire(two, "practitioner"), hire(two, "manager")
    ref = raised(two)
    with served(app) as url, chromium.person(url, width=width) as hers, chromium.person(url, width=width) as his:
        shown = hers.new_page()
        signed_in_at(shown, mina, f"/desk/cases/{ref}/restriction")
        _fits(shown, "restrict", width)
        shown.get_by_label("In a refuge").check()
        shown.get_by_role("button", name="Restrict it").click()
        shown.get_by_role("heading", name="Lift the restriction").wait_for()
        _fits(shown, "restricted", width)
        two.later(minutes=1)
        clockwork.tick(two.house)
        other = his.new_page()
        signed_in_at(other, sam, f"/desk/cases/{ref}")
        _fits(other, "closed-case", width)
        other.get_by_label("Why you must open it").fill("Mina does not answer, and I am on duty.")
        other.get_by_role("button", name="Open the case").click()
        other.get_by_role("heading", name="Their words").wait_for()
        form = form_of(two, ref, "Sam Okoro")
        work.close(two.house, form, outcome=WHY["outcome"], words=WHY["words"])
        other.reload()
        _fits(other, "asked-by-me", width)
        shown.goto("/desk")
        _fits(shown, "inbox", width)
        shown.get_by_role("link", name="Read why").click()
        shown.get_by_role("heading", name="Sam Okoro asks to close this case").wait_for()
        _fits(shown, "asked", width)
        shown.get_by_role("button", name="let it stand").click()
        shown.get_by_text("Kept: they may stay.").wait_for()
        shown.get_by_role("button", name="Confirm, and close the case").click()
        shown.get_by_text("The case is closed.").wait_for()


def _fits(page: "Page", name: str, width: int) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/restricted-{name}-{width}.png", full_page=True)
    assert axe(page) == []
    assert fits(page, width)
