"""Bad input at the provider's doors: each kind has a defined answer, never 500, and nothing signed is lost."""

from dataclasses import replace
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from bot.app import build
from bot.store import inbox as rows
from bot.store import published
from bot.turn.backfill import NAME, backfill
from messages.channel import Inbound
from tests.houses import Home, Pigeon

A = "+447700900461"
FORM = {"MessageSid": "SM" + "a" * 32, "AccountSid": "AC1", "From": A, "To": "+447700900000", "Body": "hello"}


@pytest.fixture
def client(home: Home) -> FlaskClient:
    return build(home.house.settings, house=home.house).test_client()


def signed(client: FlaskClient, path: str, form: dict[str, str]) -> int:
    url = f"http://127.0.0.1:8000{path}"
    signature = RequestValidator("token").compute_signature(url, form)
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"Body": "x" * 1600}, 200),
        ({"Body": ""}, 200),
        ({"Body": "\U0001f44d"}, 200),
        ({"Body": "a\x00b\x07c"}, 200),
        ({"Body": "", "NumMedia": "3", "MediaContentType0": "image/jpeg"}, 200),
        ({"NumMedia": "lots", "Unknown": "\x00", "NewField": "x" * 3000}, 200),
        ({"From": "+442079460461"}, 200),
        ({"From": "+33612345678"}, 200),
        ({"From": "LARKCOUNCIL"}, 200),
        ({"From": "y" * 500}, 200),
        ({"MessageSid": ""}, 403),
        ({"MessageSid": "S" * 65}, 403),
        ({"From": ""}, 403),
        ({"AccountSid": "A" * 65}, 403),
    ],
)
def test_each_kind_of_input_has_its_answer(
    home: Home, client: FlaskClient, change: dict[str, str], status: int
) -> None:
    """Signed: taken in, or refused as no message of Twilio's; on either database."""
    assert signed(client, "/sms/inbound", {**FORM, **change}) == status
    with home.house.db.read() as tx:
        kept = rows.inbox_of(tx, list(range(1, 9)))
    assert len(kept) == (status == 200)
    assert all(m.state == "done" for m in kept)
    assert "\x00" not in "".join(m.body for m in kept)


def test_a_field_that_comes_twice_loses_no_words(home: Home, client: FlaskClient) -> None:
    """The provider signs every value of a field; all the words are kept, and of the rest the first counts."""
    form = MultiDict([*FORM.items(), ("Body", "he has a knife"), ("From", "+447700900999"), ("NewField", "a")])
    url = "http://127.0.0.1:8000/sms/inbound"
    headers = {"X-Twilio-Signature": RequestValidator("token").compute_signature(url, form)}
    assert client.post("/sms/inbound", data=form, headers=headers).status_code == 200
    with home.house.db.read() as tx:
        (kept,) = rows.inbox_of(tx, [home.address(A).id])
    assert (kept.body, kept.risk) == ("hello\nhe has a knife", "urgent")


@pytest.mark.parametrize("body", [b"Body=%ff%fe%00&From=x", b"Body=%E4%BD", "Body=caf\u00e9&From=x".encode("latin-1")])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "nonsense"])
def test_encodings_that_cannot_be_read_are_refused(home: Home, client: FlaskClient, body: bytes, charset: str) -> None:
    """The provider posts UTF-8 and signs what it means: anything else was not signed by it. 403, never 500."""
    signature = RequestValidator("token").compute_signature("http://127.0.0.1:8000/sms/inbound", FORM)
    headers = {"X-Twilio-Signature": signature}
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert client.post("/sms/inbound", data=body, headers=headers, content_type=kind).status_code == 403
    with home.house.db.read() as tx:
        assert rows.inbox_of(tx, [1, 2]) == []


@pytest.mark.parametrize("lacks", ["MessageSid", "From"])
def test_what_a_malformed_webhook_said_is_taken_in_from_the_list(home: Home, client: FlaskClient, lacks: str) -> None:
    """Refused for want of a field; the provider still lists the message, and the backfill takes it in, once."""
    form = {name: value for name, value in FORM.items() if name != lacks}
    assert signed(client, "/sms/inbound", form) == 403
    listed = Inbound(account="AC1", sid=FORM["MessageSid"], sender=A, to="", text="hello", at=home.clock.now())
    house = replace(home.house, channels={**home.house.channels, "sms": Listing(listed)})
    with home.house.db.write() as tx:
        published.beat(tx, NAME, home.clock.now())
    backfill(house, home.clock.now())
    backfill(house, home.clock.now())
    with home.house.db.read() as tx:
        assert [m.body for m in rows.inbox_of(tx, [home.address(A).id])] == ["hello"]


class Listing(Pigeon):
    """A provider that lists one message of a family's."""

    def __init__(self, listed: Inbound) -> None:
        super().__init__()
        self._inbound = listed

    def list_inbound(self, since: datetime) -> list[Inbound]:
        return [self._inbound]


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "\xff\xfe"}])
def test_what_is_not_signed_is_refused(home: Home, client: FlaskClient, headers: dict[str, str]) -> None:
    """403 whatever it looks like, and nothing is kept."""
    for path in ("/sms/inbound", "/sms/status?outbox=1"):
        assert client.post(path, data=FORM, headers=headers).status_code == 403
        assert client.post(path, data=b"\xff\x00%%%", headers=headers).status_code == 403
        assert client.post(path, json={"Body": "x"}, headers=headers).status_code == 403
    with home.house.db.read() as tx:
        assert rows.inbox_of(tx, [1]) == []


@pytest.mark.parametrize("outbox", ["1", "0", "-1", "x", "9" * 18, "9" * 40, ""])
def test_a_receipt_of_no_message_of_ours_is_kept_and_harmless(client: FlaskClient, outbox: str) -> None:
    """200, so that the provider does not call again."""
    form = {"MessageSid": "SM" + "b" * 32, "MessageStatus": "a-word-longer-than-its-column", "ErrorCode": "3" * 60}
    assert signed(client, f"/sms/status?outbox={outbox}", form) == 200
