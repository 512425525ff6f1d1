"""The desk's page of how a number may be texted: seen, set, refused, and for nobody who may not."""

from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.casework.permissions import ROLES, may
from bot.refs import ref_of
from tests.houses import Home
from tests.web.worker import Worker, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

HER = "+447700900431"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def page(home: Home) -> str:
    home.text("hello", sender=HER)
    return f"/desk/conversations/{ref_of(home.address(HER).id)}/safety"


def test_a_worker_sees_and_sets_it(home: Home, sam: Worker, page: str) -> None:
    """Claim: what was set stands on the page, on the conversation and at the number; the word is on no page."""
    assert f'href="{page}"' in sam.get(page.removesuffix("/safety")).text
    told = {"safe": "safe", "shared": "yes", "safe_times": "weekday mornings", "word": "Blue Kettle"}
    kept = sam.post(page, page, **told)
    assert kept.status_code == 303
    shown = sam.get(kept.headers["Location"]).text
    assert "weekday mornings" in shown
    assert "They have one. Leave this empty to keep it." in shown
    for address in (page, page.removesuffix("/safety")):
        assert "kettle" not in sam.get(address).text.casefold()
    assert "They have a private word" in sam.get(page.removesuffix("/safety")).text
    found = home.address(HER)
    assert (found.safe, found.shared, found.safe_times, found.word) == (
        "safe", True, "weekday mornings", "bluekettle",
    )  # fmt: skip
    sam.post(page, page, safe="safe", forget_word="yes")
    assert (home.address(HER).word, home.address(HER).shared, home.address(HER).safe_times) == (None, False, None)


def test_what_cannot_be_is_told_and_changes_nothing(home: Home, sam: Worker, page: str) -> None:
    """Claim: each fault stands by its field, what was written is still there save the word, and 400 is the answer."""
    before = home.address(HER)
    answer = sam.post(page, page, safe="", safe_times="when he is out", word="stop")
    assert answer.status_code == 400
    for words in ("We cannot read these times", "means something else", "Say whether it is safe"):
        assert words in answer.text
    assert "when he is out" in answer.text
    assert 'value="stop"' not in answer.text
    assert home.address(HER) == before


def test_no_other_role_and_no_chat(home: Home, sam: Worker, page: str) -> None:
    """Claim: practitioners and managers alone; a chat and what is no reference have no such page."""
    assert {role for role in ROLES if may(role, "numbers.safety")} == {"practitioner", "manager"}
    home.text("hello", sender="t" * 43, kind="web")
    chat = ref_of(home.address("t" * 43, "web").id)
    assert sam.get(f"/desk/conversations/{chat}/safety").status_code == 404
    assert sam.get("/desk/conversations/nothing/safety").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_it_reads_well(chromium: "Chromium", app: Flask, home: Home, page: str, width: int) -> None:
    """Claim: axe finds nothing on the page or its faults, and nothing runs off the side."""
    from tests.browser import axe

    email = hire(home, "practitioner")
    with served(app) as url, chromium.person(url, width=width) as person:
        opened = person.new_page()
        signed_in_at(opened, email, page)
        assert axe(opened) == []
        opened.get_by_label("Safe times, if they gave any").fill("when he is out")
        opened.get_by_role("button", name="Keep this").click()
        opened.wait_for_selector(".govuk-error-summary")
        assert axe(opened) == []
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
