"""In a real browser: a document is saved from the case's page, and the pages around it fit phones and wide screens."""

from typing import TYPE_CHECKING

import pytest
from docx import Document
from flask import Flask

from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.referring import a_referral
from tests.web.standing import a_case
from tests.web.worker import PASSWORD, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


@pytest.mark.browser
@pytest.mark.net
@ON_SQLITE
def test_documents_counts_and_the_sheet_fit_and_are_saved_without_javascript(
    app: Flask, home: Home, chromium: "Chromium"
) -> None:
    """Claim: with no JavaScript a manager saves a Word document that opens and, after the password again, a sheet; a
    case's page, the counts and the sheet's page fit 320 and 1280 px and axe finds nothing; what the front door asks is
    folded, and unfolds where it is at fault."""
    home.living()
    ref = a_referral(home, answers='{"worried": "He does not sleep"}', words="He does not sleep")
    other, mina = a_case(home, "Bo", sender="+447700900002"), hire(home, "manager")
    with served(app) as address, chromium.person(address, javascript=False, width=320) as device:
        page = device.new_page()
        signed_in_at(page, mina, f"{address}/desk/cases/{ref}")
        with page.expect_download() as saving:
            page.get_by_role("link", name="Early help referral (Word)").click()
        assert saving.value.suggested_filename == f"referral-{ref}.docx"
        words = [paragraph.text for paragraph in Document(str(saving.value.path())).paragraphs]
        assert "\u201cHe does not sleep\u201d" in words
        page.goto(f"{address}/desk/case-system")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("To the day they came").fill("2026-11-23")
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save the sheet").click()
        assert saving.value.suggested_filename.endswith("2026-11-23.csv")
        page.goto(f"{address}/desk/cases/{other}")
        assert not page.get_by_label("Accepted by").is_visible()
        page.get_by_label("Outcome").select_option("passed-to-front-door")
        page.get_by_label("What was done").fill("Told them")
        page.get_by_role("button", name="Close the case").click()
        page.get_by_role("link", name="Name who accepted it at the front door.").wait_for()
        assert page.get_by_label("Accepted by").is_visible()
        assert fits(page, 320)
    lee = hire(home, "manager", "Lee Marsh")
    with served(app) as address, chromium.person(address, width=320) as device:
        page = device.new_page()
        signed_in_at(page, lee, f"{address}/desk/counts")
        for path in ("/desk/counts", "/desk/counts?first=soon", "/desk/case-system", f"/desk/cases/{other}"):
            page.goto(f"{address}{path}")
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert fits(page, width), path
            assert axe(page) == [], path
