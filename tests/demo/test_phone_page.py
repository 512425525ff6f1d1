"""The demo's phone in a real browser."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bot.demo.phone import phone_blueprint
from bot.demo.provider import StandIn, StandInSettings
from bot.demo.provider_store import Store
from tests.browser import axe, fits
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER

if TYPE_CHECKING:
    from tests.browser import Chromium

FAMILY = "+447700900999"
NOW = datetime(2026, 3, 3, 10, 4, tzinfo=UTC)


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    settings = StandInSettings(
        account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, number=NUMBER, inbound_url="http://127.0.0.1:9/sms/inbound"
    )
    made = StandIn(Store(tmp_path / "provider.db"), settings, lambda: NOW)
    yield made
    made.stop()


@pytest.fixture
def address(stand_in: StandIn) -> Iterator[str]:
    app = Flask(__name__)
    app.register_blueprint(phone_blueprint(stand_in, lambda: NOW, None))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def answer(stand_in: StandIn, body: str) -> None:
    stand_in.take({"To": FAMILY, "From": NUMBER, "Body": body}, None)


@pytest.mark.browser
def test_texting_by_hand_on_a_narrow_screen(chromium: "Chromium", address: str, stand_in: StandIn) -> None:
    """At 320 pixels nothing runs off the side and axe finds nothing; a new text appears by itself, its words as
    words."""
    answer(stand_in, "https://a-very-long-address.example/" + "x" * 80)
    with chromium.person(address, width=320) as person:
        page = person.new_page()
        page.goto("/demo/phone")
        page.get_by_label("Text to the council").fill("hello")
        page.get_by_role("button", name="Send").click()
        page.locator("li.mine", has_text="hello").wait_for()
        answer(stand_in, "Hi <em>there</em>")
        page.locator("li.theirs", has_text="Hi <em>there</em>").wait_for()
        assert page.locator("li").count() == 3
        assert fits(page, 320)
        assert axe(page) == []


@pytest.mark.browser
def test_texting_without_javascript(chromium: "Chromium", address: str, stand_in: StandIn) -> None:
    """Without a script the same is done with the form and the link."""
    with chromium.person(address, javascript=False) as person:
        page = person.new_page()
        page.goto("/demo/phone")
        page.get_by_label("Text to the council").fill("hello")
        page.get_by_role("button", name="Send").click()
        answer(stand_in, "Hello back")
        page.get_by_role("link", name="Look for new texts").click()
        page.locator("li.theirs", has_text="Hello back").wait_for()
