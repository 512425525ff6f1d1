"""The demo's phone shows both ways of a conversation and works without JavaScript."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.demo.phone import STRANGER, phone_blueprint
from bot.demo.provider import StandIn, StandInSettings
from bot.demo.provider_store import Store
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER

NOW = datetime(2026, 3, 3, 10, 4, tzinfo=UTC)
AMINA, BEN = "+447700900101", "+447700900102"
SHEET = "reference,first_name,mobile\n1,Amina,07700 900101\n2,Ben,+447700900102\n3,Ben again,07700900102\n4,None,\n"


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    settings = StandInSettings(
        account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, number=NUMBER, inbound_url="http://127.0.0.1:9/sms/inbound"
    )
    made = StandIn(Store(tmp_path / "provider.db"), settings, lambda: NOW)
    yield made
    made.stop()


@pytest.fixture
def phone(stand_in: StandIn, tmp_path: Path) -> FlaskClient:
    sheet = tmp_path / "families.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    app = Flask(__name__)
    app.register_blueprint(phone_blueprint(stand_in, lambda: NOW, sheet))
    return app.test_client()


def answer(stand_in: StandIn, to: str, body: str) -> None:
    stand_in.take({"To": to, "From": NUMBER, "Body": body}, None)


def test_it_opens_on_the_first_family(phone: FlaskClient) -> None:
    """The sample families by name, each number once, and a number that nobody knows yet; the demo's own time."""
    page = phone.get("/demo/phone").text
    assert re.findall(r'<option value="([^"]+)"', page) == [AMINA, BEN, STRANGER]
    assert f'<option value="{AMINA}" selected>Amina, 07700 900101' in page
    assert "Somebody new, 07700 900999" in page
    assert "Tuesday 3 March 2026, 10:04" in page
    assert "No texts yet." in page


def test_both_ways_newest_last(phone: FlaskClient, stand_in: StandIn) -> None:
    """Bubbles stand in the order they were written, each said whose, the words escaped."""
    stand_in.text_in(sender=AMINA, body="hello <b>you</b>")
    answer(stand_in, AMINA, "Hello.\nHow can we help?")
    answer(stand_in, BEN, "Not for Amina")
    page = phone.get(f"/demo/phone?number={AMINA.replace('+', '%2B')}").text
    assert page.index("hello &lt;b&gt;you") < page.index("How can we help?")
    assert "Not for Amina" not in page
    assert "On its way" in page


def test_a_text_goes_through_the_provider(phone: FlaskClient, stand_in: StandIn) -> None:
    """Sending keeps the text at the stand-in, queues its signed webhook, and comes back to the same phone."""
    sent = phone.post("/demo/phone/text", data={"number": BEN, "body": "hi", "picture": "yes"})
    assert sent.status_code == 303
    assert "number=%2B447700900102" in sent.headers["Location"]
    [message] = stand_in.store.conversation(BEN)
    assert (message.body, message.media, message.inbound) == ("hi", 1, True)
    [hook] = stand_in.store.webhooks()
    assert (hook.kind, hook.form["From"], hook.form["MediaContentType0"]) == ("inbound", BEN, "image/jpeg")


def test_the_answer_is_there_when_the_page_comes_back(phone: FlaskClient, stand_in: StandIn) -> None:
    """Without JavaScript the page waits a moment for what answers the text."""
    message, _ = stand_in.text_in(sender=BEN, body="hi")
    answer(stand_in, BEN, "Hello Ben")
    assert "Hello Ben" in phone.get("/demo/phone", query_string={"number": BEN, "after": message.number}).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"number": "nonsense", "body": "hi"}, "not a telephone number"),
        ({"number": AMINA, "body": "  "}, "Write something first"),
        ({"number": AMINA, "body": "x" * 1601}, "at most 1,600"),
    ],
)
def test_what_cannot_be_sent_is_said(phone: FlaskClient, stand_in: StandIn, form: dict[str, str], words: str) -> None:
    """A fault is told beside the box and nothing is sent; a long draft is kept."""
    page = phone.post("/demo/phone/text", data=form)
    assert page.status_code == 400
    assert words in page.text
    assert stand_in.store.messages() == []
    if len(form["body"]) > 10:
        assert form["body"] in page.text


def test_the_phone_in_use_is_remembered(phone: FlaskClient, stand_in: StandIn) -> None:
    """Coming back from moving the clock shows the phone that was in use, another number too."""
    phone.get("/demo/phone", query_string={"number": AMINA, "other": "07911 123456"})
    page = phone.get("/demo/phone").text
    assert '<option value="+447911123456" selected>Another number, 07911 123456' in page
    assert phone.get("/demo/phone", query_string={"other": "pizza"}).status_code == 400


def test_the_list_alone_is_for_the_script(phone: FlaskClient, stand_in: StandIn) -> None:
    """The script fetches the conversation and the time, nothing else."""
    stand_in.text_in(sender=AMINA, body="hello")
    part = phone.get("/demo/phone/messages", query_string={"number": AMINA}).text
    assert "hello" in part
    assert "Tuesday 3 March" in part
    assert "<html" not in part


def test_the_page_can_be_used_by_all(phone: FlaskClient) -> None:
    """One h1, a label for each field, a language, no script or style in the page; the clock's forms are there."""
    page = phone.get("/demo/phone").text
    assert page.count("<h1") == 1
    fields = re.findall(r'<(?:select|textarea|input)[^>]* id="([^"]+)"', page)
    assert fields
    assert all(f'for="{name}"' in page for name in fields)
    assert '<html lang="en">' in page
    assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=", page)
    assert page.count('action="/demo/clock"') == 3
    for name in ("phone.js", "phone.css"):
        with phone.get(f"/demo/phone/static/{name}") as file:
            assert file.status_code == 200
