"""The real client, held to the provider's published description by prism, with the stand-in behind it."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from messages.channel import ChannelError, ChannelUnknown, Outgoing
from messages.twilio_sms import TwilioSms
from tests.conftest import missing
from tests.contract import prism
from tests.contract.prism import Prism
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInProcess, standin

pytestmark = [pytest.mark.net, pytest.mark.slow]

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
OURS = "https://thrive.example"
TO = "+447700900401"


@dataclass
class Held:
    """Our client, prism, and the stand-in, in a row."""

    client: TwilioSms
    by_service: TwilioSms
    prism: Prism
    provider: StandInProcess


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    if prism.tool("node") is None or prism.tool("npm") is None:
        missing(prism.NO_NPM)
    prism.install()
    folder = tmp_path_factory.mktemp("prism")
    with standin(folder / "provider.db") as provider, prism.between(provider.base, folder) as judge:
        yield Held(
            client=TwilioSms(ACCOUNT_SID, AUTH_TOKEN, NUMBER, judge.base, OURS),
            by_service=TwilioSms(ACCOUNT_SID, AUTH_TOKEN, "MG" + "0f" * 16, judge.base, OURS),
            prism=judge,
            provider=provider,
        )


@pytest.fixture
def held(judged: Held) -> Iterator[Held]:
    """The same for a test that breaks nothing: it leaves prism with nothing to say, not even a warning."""
    before = len(judged.prism.complaints())
    yield judged
    assert judged.prism.complaints()[before:] == []


@pytest.mark.parametrize(
    "body", ["hello", "caf\u00e9 & 100% + more? \U0001f600\nnew line", "x" * 1_600, "\u0634\u06a9\u0631\u06cc\u06c1"]
)
def test_sending(held: Held, body: str) -> None:
    """The request and the provider's answer both keep to the description, and the words come through whole."""
    accepted = held.client.send(Outgoing(outbox=71, to=TO, body=body))
    (sent,) = [one for one in held.provider.accepted(to=TO) if one["sid"] == accepted.sid]
    assert (sent["body"], sent["outbox"], sent["from"]) == (body, "71", NUMBER)


def test_sending_by_a_messaging_service(held: Held) -> None:
    """The service's id has the published form, and the answer may lack a sender while it is only accepted."""
    assert held.by_service.send(Outgoing(outbox=72, to=TO, body="by the service")).event == "accepted"


def test_looking_up_what_was_sent(held: Held) -> None:
    """The list by number: what a crash left open is found by its words."""
    since = datetime.now(UTC) - timedelta(minutes=1)
    accepted = held.client.send(Outgoing(outbox=73, to="+447700900402", body="is it there?"))
    assert [seen.sid for seen in held.client.find("+447700900402", "is it there?", since)] == [accepted.sid]
    assert held.client.find("+447700900403", "never said", since) == []


def test_listing_what_came_in_page_by_page(held: Held) -> None:
    """More than a page of families' texts, with pictures among them: each page and each address of one is in order."""
    since = datetime.now(UTC) - timedelta(seconds=2)
    for number in range(205):
        held.provider.text("+447700900404", f"text {number}", media=number % 3, wait=False)
    came = [one for one in held.client.list_inbound(since) if one.sender == "+447700900404"]
    assert [one.text for one in came] == [f"text {number}" for number in range(205)]
    assert [one.pictures for one in came[:3]] == [0, 1, 2]


def test_every_state_of_a_message_is_listed_as_published(held: Held) -> None:
    """Failed and undelivered with a code, sent and delivered: each is a status of the description."""
    since = datetime.now(UTC) - timedelta(minutes=1)
    for number, kind in enumerate(("undelivered", "failed")):
        held.provider.fault("outcome", callbacks=["sent", kind] if kind == "undelivered" else [kind], error_code=30003)
        held.client.send(Outgoing(outbox=80 + number, to="+447700900405", body=kind))
    held.provider.clear_faults()
    assert len(held.client.find("+447700900405", "failed", since)) == 1


def test_a_refusal_comes_through_with_its_code(judged: Held) -> None:
    """The description names no refusal; prism notes that, and our client still reads which it was."""
    with pytest.raises(ChannelError) as raised:
        judged.client.send(Outgoing(outbox=89, to="+442079460321", body="x"))
    assert (raised.value.code, raised.value.permanent) == ("21614", True)


def test_a_call_that_breaks_the_description_is_refused(judged: Held) -> None:
    """Claim: it is prism that answers here, so the silence of the other tests says something."""
    token = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/x-www-form-urlencoded"}
    wrong = b"To=%2B447700900406&Body=x&MessagingServiceSid=nonsense"
    status, answer = judged.prism.ask("POST", MESSAGES, wrong, headers)
    assert status == 422
    assert "MessagingServiceSid" in json.dumps(json.loads(answer))
    assert judged.provider.accepted(to="+447700900406") == []
    headers.pop("Authorization")
    unsigned, _ = judged.prism.ask("POST", MESSAGES, b"To=%2B447700900406&Body=x", headers)
    assert unsigned == 401


def test_an_answer_that_breaks_the_description_is_unknown_to_us(judged: Held) -> None:
    """An empty 201 is no Message: prism says so, and to our client it is a message whose fate nobody knows."""
    judged.provider.fault("empty-201")
    with pytest.raises((ChannelUnknown, ChannelError)) as raised:
        judged.client.send(Outgoing(outbox=90, to="+447700900407", body="x"))
    assert isinstance(raised.value, ChannelUnknown)
    judged.provider.clear_faults()


def test_the_one_fault_mended_in_the_description_is_its_own() -> None:
    """Its examples give paths where its schema asks for whole addresses; the service gives paths too."""
    published = json.loads(prism.DOCUMENT.read_text("utf-8"))
    answer = published["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["get"]["responses"]["200"]
    examples = answer["content"]["application/json"]["examples"].values()
    assert len(examples) > 3
    assert all(example["value"]["uri"].startswith("/2010-04-01/") for example in examples)
