"""The page of a sheet in a real browser: while it works it says how far it is, and it never stops without a word."""

from typing import TYPE_CHECKING

import pytest

from bot.app import build
from tests.houses import Home
from tests.web.test_desk_enrol import send, sheet
from tests.web.worker import Worker, hire, served, signed_in_at

if TYPE_CHECKING:
    from tests.browser import Chromium

pytestmark = [pytest.mark.browser, pytest.mark.net]
POLL_MS = 2_000


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_who_is_signed_out_meanwhile_is_told(
    home: Home, bo: Worker, chromium: "Chromium", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claim: where the next look is answered by the sign-in page, that page is what stands there."""
    monkeypatch.setattr("bot.people.uploads.SLICE_SECONDS", 0.0)
    here = send(bo, sheet(home, 50)).headers["Location"]
    email = hire(home, "business-support", "Di Fox")
    with (
        served(build(home.house.settings, house=home.house)) as address,
        chromium.person(address, width=1280) as person,
    ):
        page = person.new_page()
        page.clock.install()
        signed_in_at(page, email, here)
        page.get_by_text("0 of 50 rows").wait_for()
        person.clear_cookies()
        page.clock.fast_forward(POLL_MS)
        page.get_by_role("button", name="Sign in").wait_for()
