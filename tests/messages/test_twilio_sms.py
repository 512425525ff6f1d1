"""The real client against the stand-in: each outcome of one try is told exactly as it is known."""

import io
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from messages.channel import ChannelError, ChannelUnknown, Outgoing
from messages.twilio_sms import TwilioSms
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInProcess, standin

FAMILY = "+447700900123"


def channel(base: str, **more: object) -> TwilioSms:
    settings: dict[str, object] = {
        "account_sid": ACCOUNT_SID,
        "auth_token": AUTH_TOKEN,
        "sender": NUMBER,
        "api_base": base,
        "status_callback_base": "http://127.0.0.1:9",
        "timeout_seconds": 1.0,
    }
    return TwilioSms(**settings | more)  # type: ignore[arg-type]


def text(outbox: int = 7, body: str = "Hello", to: str = FAMILY) -> Outgoing:
    return Outgoing(outbox=outbox, to=to, body=body)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInProcess]:
    with standin(tmp_path_factory.mktemp("provider") / "provider.db") as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "provider" in request.fixturenames:
        request.getfixturevalue("provider").clear_faults()


@pytest.mark.net
def test_a_message_is_accepted_once_with_its_callback(provider: StandInProcess) -> None:
    """One try is one message at the provider, and its callback carries the outbox id."""
    accepted = channel(provider.base).send(text(outbox=41, to="+447700900141"))
    [known] = provider.accepted(to="+447700900141")
    assert (known["sid"], known["body"], known["from"], known["outbox"]) == (accepted.sid, "Hello", NUMBER, "41")
    assert accepted.event == "accepted"


@pytest.mark.net
@pytest.mark.parametrize(
    ("fault", "more", "taken"),
    [
        ("500-before", {}, 0),
        ("500-after", {}, 1),
        ("empty-201", {}, 1),
        ("blank-201", {}, 1),
        ("broken-json", {}, 1),
        ("drop-before", {}, 0),
        ("drop-after", {}, 1),
        ("timeout-before", {"seconds": 1.5}, 0),
        ("timeout-after", {"seconds": 1.5}, 1),
        ("refuse", {"status": 408, "code": 20408}, 0),
        ("refuse", {"status": 302, "code": 0}, 0),
    ],
)
def test_no_clear_answer_is_unknown(provider: StandInProcess, fault: str, more: dict[str, object], taken: int) -> None:
    """Timeout, 5xx, an empty or broken 201, a dropped connection: nobody knows, whether or not it was taken."""
    before = len(provider.accepted())
    provider.fault(fault, **more)
    with pytest.raises(ChannelUnknown):
        channel(provider.base).send(text())
    assert len(provider.accepted()) - before == taken


@pytest.mark.net
def test_a_busy_provider_says_how_long(provider: StandInProcess) -> None:
    """429 may be tried again after its Retry-After; without one the wait is ours to choose."""
    provider.fault("429", retry_after=7)
    provider.fault("429")
    sms = channel(provider.base)
    for wait in (7.0, None):
        with pytest.raises(ChannelError) as told:
            sms.send(text())
        assert (told.value.permanent, told.value.busy, told.value.code) == (False, True, "20429")
        assert told.value.retry_after_seconds == wait


@pytest.mark.net
@pytest.mark.parametrize(
    ("to", "body", "code"),
    [
        ("+442079460018", "Hello", "21614"),
        ("+4477", "Hello", "21211"),
        (NUMBER, "Hello", "21266"),
        (FAMILY, "x" * 1601, "21617"),
    ],
)
def test_refusals_are_final_and_plain(provider: StandInProcess, to: str, body: str, code: str) -> None:
    """A 4xx is for good, keeps the provider's code, and its reason has neither words nor number in it."""
    with pytest.raises(ChannelError) as told:
        channel(provider.base).send(text(to=to, body=body))
    assert (told.value.permanent, told.value.code) == (True, code)
    assert to not in told.value.reason
    assert body not in told.value.reason


@pytest.mark.net
def test_a_carrier_stop_keeps_its_code(provider: StandInProcess) -> None:
    """21610 comes through, so that consent can be set to stopped."""
    provider.fault("21610")
    with pytest.raises(ChannelError) as told:
        channel(provider.base).send(text())
    assert (told.value.permanent, told.value.code) == (True, "21610")


@pytest.mark.net
def test_a_wrong_token_is_refused(provider: StandInProcess) -> None:
    """The provider's 401 is told as our account's fault."""
    with pytest.raises(ChannelError, match="account") as told:
        channel(provider.base, auth_token="wrong").send(text())
    assert told.value.code == "20003"


@pytest.mark.net
def test_nobody_there_may_be_tried_again() -> None:
    """A refused connection never carried a byte: an error, not an unknown."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(ChannelError) as told:
        channel(f"http://127.0.0.1:{port}").send(text())
    assert not told.value.permanent


@pytest.mark.net
def test_what_breaks_before_the_socket_may_be_tried_again(provider: StandInProcess) -> None:
    """Words that no encoding carries, and an address that is none, break inside the library: nothing was sent, so it
    is an error and no unknown, and its reason names what broke and has no words in it. The next message of the same
    thread leaves, and one whose answer is lost is unknown as ever."""
    sms, before = channel(provider.base), len(provider.calls())
    for broken, outgoing, what in (
        (sms, text(body="half \ud83d"), "UnicodeEncodeError"),
        (channel("http://127.0.0.1:99999999"), text(), "InvalidURL"),
    ):
        with pytest.raises(ChannelError) as told:
            broken.send(outgoing)
        assert (told.value.permanent, told.value.busy) == (False, False)
        assert told.value.reason == f"It broke before the provider was called ({what})"
    assert len(provider.calls()) == before
    assert sms.send(text()).sid
    provider.fault("drop-after")
    with pytest.raises(ChannelUnknown):
        sms.send(text())


@pytest.mark.net
def test_a_messaging_service_sends_for_us(provider: StandInProcess) -> None:
    """A sender that begins with MG goes as MessagingServiceSid, and the provider's "accepted" is understood."""
    accepted = channel(provider.base, sender="MG" + "0" * 32).send(text(to="+447700900142"))
    assert accepted.event == "accepted"
    assert len(provider.accepted(to="+447700900142")) == 1


@pytest.mark.net
def test_an_unknown_message_is_found_by_listing(provider: StandInProcess) -> None:
    """The list is read over its pages for this very body, to this very number, since then; ours alone."""
    sms, to, began = channel(provider.base), "+447700900143", datetime.now(UTC)
    provider.text(to, "Are you there?", wait=False)
    sms.send(text(to=to, body="Another"))
    provider.fault("timeout-after", seconds=1.5)
    with pytest.raises(ChannelUnknown):
        sms.send(text(to=to, body="Are you there?"))
    [seen] = sms.find(to, "Are you there?", began)
    assert seen.sid == provider.accepted(to=to)[-1]["sid"]
    assert sms.find(to, "Never said", began) == []
    assert sms.find(to, "Are you there?", datetime.now(UTC) + timedelta(minutes=3)) == []


@pytest.mark.net
def test_a_list_is_read_over_its_pages(provider: StandInProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of the next page stays under our own base, path and all."""
    monkeypatch.setattr("messages.twilio_sms._PAGE", 2)
    sms, to, began = channel(provider.base), "+447700900144", datetime.now(UTC)
    for number in range(5):
        sms.send(text(to=to, body=f"No {number}"))
    assert [len(sms.find(to, f"No {number}", began)) for number in range(5)] == [1] * 5


@pytest.mark.net
def test_a_list_that_fails_may_be_asked_again(provider: StandInProcess) -> None:
    """A look-up changes nothing, so any failure of it is an error for now: a token that may only send, too."""
    provider.fault("500-before", on="list")
    for sms in (channel(provider.base), channel(provider.base, auth_token="wrong")):
        with pytest.raises(ChannelError) as told:
            sms.find(FAMILY, "Hello", datetime.now(UTC))
        assert not told.value.permanent


@pytest.mark.net
def test_what_families_sent_can_be_listed(provider: StandInProcess) -> None:
    """Inbound that never reached us is listed oldest first, ours left out, words clean."""
    began = datetime.now(UTC).replace(microsecond=0)
    sids = [provider.text("+447700900145", body, wait=False)["sid"] for body in ("one", "two\r\n", "\x00three")]
    channel(provider.base).send(text())
    came = [one for one in channel(provider.base).list_inbound(began) if one.sender == "+447700900145"]
    assert [one.sid for one in came] == sids
    assert [one.text for one in came] == ["one", "two", "three"]
    assert all(one.at is not None and one.at >= began for one in came)


@pytest.mark.net
def test_the_base_may_have_a_path_and_redirects_are_not_followed() -> None:
    """The client calls base + /2010-04-01/Accounts/{sid}/Messages.json, and sends its token nowhere else."""
    paths: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            paths.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        with pytest.raises(ChannelUnknown):
            channel(f"http://127.0.0.1:{server.server_port}/demo/provider/").send(text())
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert paths == [f"/demo/provider/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"]


@pytest.mark.net
def test_logs_have_no_words_and_no_numbers(provider: StandInProcess) -> None:
    """With every logger at its loudest, neither the library nor what it stands on writes a number or a word."""
    heard, planted = io.StringIO(), "a planted word"
    handler = logging.StreamHandler(heard)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        sms = channel(provider.base)
        sms.send(text(body=planted))
        sms.find(FAMILY, planted, datetime.now(UTC))
        provider.fault("drop-before", on="list")
        with pytest.raises(ChannelError) as told:
            sms.find(FAMILY, planted, datetime.now(UTC))
        logging.getLogger("test").error("failed", exc_info=told.value)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    for secret in (planted, planted.replace(" ", "+"), FAMILY, FAMILY[1:]):
        assert secret not in heard.getvalue()


def test_a_sender_that_nobody_can_answer_is_refused() -> None:
    """A name as sender is one-way: no conversation is started on one. Nor on an address that is no address."""
    with pytest.raises(ValueError, match="answer"):
        channel("https://api.example", sender="Wandsworth")
    with pytest.raises(ValueError, match="http"):
        channel("api.example")


def test_the_environment_does_not_bend_the_base(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An edge or region set for other programs leaves our address as it was given."""
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    sms = channel("https://api.example/base")
    client = sms._client
    assert client.get_hostname(client.api.absolute_url("x")) == "https://api.example/base/x"
