"""Who is speaking is put right by whoever spoke with them, and what the service hears later leaves it so."""

import os
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.browser import axe, fits
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of, events, raised
from tests.web.test_desk_links import both
from tests.web.worker import Worker, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium


@ON_SQLITE
def test_it_is_put_right_and_stays_so(home: Home, sam: Worker) -> None:
    """Claim: kept with who said it, shown in the case and its history, not changed by words that sound like another;
    a code that is none is refused in words, and the same again writes nothing."""
    ref = raised(home)
    assert case_of(home, ref).speaker == "parent"
    assert sam.act(ref, "speaker", speaker="the queen").status_code == 400
    assert sam.act(ref, "speaker", speaker="bystander").status_code == 303
    home.text("my dad hits me, i am 9")
    assert case_of(home, ref).speaker == "bystander"
    assert "Who is speaking was put right" in sam.get(f"/desk/cases/{ref}").text
    assert sam.act(ref, "speaker", speaker="bystander").status_code == 303
    assert events(home, ref).count("speaker") == 1
    assert ("case.speaker", f"case:{ref}", "bystander") in home.audited()


@pytest.mark.browser
@ON_SQLITE
@pytest.mark.parametrize("width", [320, 1280])
def test_speaker_and_link_in_a_browser(app: Flask, home: Home, chromium: "Chromium", width: int) -> None:
    """Claim: both forms stand folded on the case, work by themselves, run over no edge, and axe finds nothing."""
    email = hire(home, "practitioner")
    ref, other = both(home)
    with served(app) as url, chromium.person(url, width=width) as person:
        page = person.new_page()
        signed_in_at(page, email, f"/desk/cases/{ref}")
        page.get_by_text("Put right who is speaking").click()
        page.get_by_label("Who is speaking").select_option("bystander")
        page.get_by_role("button", name="Keep who it is").click()
        page.get_by_text("Kept who is speaking.").wait_for()
        page.get_by_text("Link another case").click()
        page.get_by_label("Its reference").fill(other)
        page.get_by_label("Why they belong together").fill("The same street, the same night")
        page.get_by_role("button", name="Link them").click()
        page.get_by_text("Linked. Each stays a case of its own.").wait_for()
        assert axe(page) == []
        assert fits(page, width)
        if folder := os.environ.get("SHOTS"):
            page.screenshot(path=f"{folder}/links-{width}.png", full_page=True)
