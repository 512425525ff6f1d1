"""The stand-in does what Twilio does, remembers it through a kill, and fails only when asked."""

import base64
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from messages.twilio_sms import parse_inbound, parse_status, verify
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInProcess, standin, start_standin

FAMILY = "+447700900123"
SEND = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"


class Product:
    """What a product hears: each webhook with whether Twilio's own validator accepts it."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str], bool]] = []
        self.answer = 200
        heard = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body, keep_blank_values=True))
                url = f"http://127.0.0.1:{heard.port}{self.path}"
                signed = verify(url, form, self.headers.get("X-Twilio-Signature"), [AUTH_TOKEN])
                heard.heard.append((self.path, form, signed))
                self.send_response(heard.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def callback(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms/status?outbox=5"

    @property
    def inbound(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms/inbound"


@pytest.fixture
def product() -> Iterator[Product]:
    running = Product()
    yield running
    running.stop()


@pytest.fixture
def provider(tmp_path: Path, product: Product) -> Iterator[StandInProcess]:
    with standin(tmp_path / "provider.db", webhook=product.inbound) as running:
        yield running


def ask(
    provider: StandInProcess, path: str, form: dict[str, str] | None = None, *, token: str = AUTH_TOKEN
) -> tuple[int, dict[str, object]]:
    """A call as any HTTP client makes it: status and JSON."""
    data = None if form is None else urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(provider.base + path, data=data)
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{ACCOUNT_SID}:{token}".encode()).decode())
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def form(**more: str) -> dict[str, str]:
    return {"To": FAMILY, "From": NUMBER, "Body": "Hello"} | more


@pytest.mark.net
def test_a_message_has_twilios_shape(provider: StandInProcess) -> None:
    """A send answers 201 with every field of the Message resource, and can be fetched again."""
    status, made = ask(provider, SEND, form())
    assert status == 201
    assert set(made) == {
        "account_sid", "api_version", "body", "date_created", "date_sent", "date_updated", "direction", "error_code",
        "error_message", "from", "messaging_service_sid", "num_media", "num_segments", "price", "price_unit", "sid",
        "status", "subresource_uris", "to", "uri",
    }  # fmt: skip
    assert (made["status"], made["direction"], made["num_segments"]) == ("queued", "outbound-api", "1")
    _, again = ask(provider, str(made["uri"]))
    assert again["sid"] == made["sid"]
    assert ask(provider, SEND.replace(".json", "/SMnone.json"))[0] == 404


@pytest.mark.net
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"To": "07700900123"}, 21211),
        ({"To": "+442079460018"}, 21614),
        ({"To": NUMBER}, 21266),
        ({"From": "+447700900001"}, 21606),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "not an address"}, 21609),
    ],
)
def test_a_bad_request_is_refused_as_twilio_does(provider: StandInProcess, sent: dict[str, str], code: int) -> None:
    """Each fault has its code in Twilio's error body, and nothing is taken."""
    status, told = ask(provider, SEND, form(**sent))
    assert status == 400
    assert told["code"] == code
    assert set(told) == {"code", "message", "more_info", "status"}
    assert provider.accepted() == []


@pytest.mark.net
def test_only_the_account_may_ask(provider: StandInProcess) -> None:
    """A wrong token is 401 with 20003; another account's address is 404."""
    assert ask(provider, SEND, form(), token="wrong")[0] == 401
    assert ask(provider, SEND.replace(ACCOUNT_SID, "AC" + "9" * 32), form())[0] == 404


@pytest.mark.net
def test_receipts_are_signed_and_in_order(provider: StandInProcess, product: Product) -> None:
    """A sent message is told as sent and then delivered, at the callback it came with, signed by Twilio's rule."""
    ask(provider, SEND, form(StatusCallback=product.callback))
    until(lambda: len(product.heard) == 2)
    assert all(signed and path == "/sms/status?outbox=5" for path, _, signed in product.heard)
    receipts = [parse_status(told, {"outbox": "5"}) for _, told, _ in product.heard]
    assert [receipt.event for receipt in receipts] == ["sent", "delivered"]
    assert provider.accepted()[0]["status"] == "delivered"


@pytest.mark.net
def test_receipts_can_come_wrong(provider: StandInProcess, product: Product) -> None:
    """Asked to, the receipts come in any order and number, with an error code; the record keeps the furthest."""
    provider.fault("outcome", callbacks=["delivered", "sent", "sent"])
    ask(provider, SEND, form(StatusCallback=product.callback))
    until(lambda: len(product.heard) == 3)
    assert [told["MessageStatus"] for _, told, _ in product.heard] == ["delivered", "sent", "sent"]
    assert provider.accepted()[0]["status"] == "delivered"
    provider.fault("outcome", callbacks=["undelivered"], error_code=30005)
    ask(provider, SEND, form(StatusCallback=product.callback))
    until(lambda: len(product.heard) == 4)
    assert product.heard[-1][1]["ErrorCode"] == "30005"


@pytest.mark.net
def test_every_asking_is_counted_taken_or_not(provider: StandInProcess, product: Product) -> None:
    """A second asking for the same row shows, whether or not the first was taken; so does a receipt's silence."""
    provider.fault("500-before")
    provider.fault("late-201", seconds=0.3, silent=True)
    sent = form(StatusCallback=product.callback)
    assert ask(provider, SEND, sent)[0] == 500
    began = time.monotonic()
    assert ask(provider, SEND, sent)[0] == 201
    assert time.monotonic() - began >= 0.3
    assert [(c["outbox"], c["recipient"], c["fault"]) for c in provider.calls()] == [
        ("5", FAMILY, "500-before"),
        ("5", FAMILY, "late-201"),
    ]
    assert [c["number"] for c in provider.calls(after=1)] == [2]
    assert len(provider.accepted()) == 1
    assert provider.webhooks() == []


@pytest.mark.net
def test_nobody_need_listen_to_the_stand_in(tmp_path: Path) -> None:
    """Its output is a pipe that nobody reads after the first line: however much it does, its webhooks go on."""
    with standin(tmp_path / "provider.db", webhook="http://127.0.0.1:9/sms/inbound") as provider:
        for _ in range(800):
            provider.text(FAMILY, "x", wait=False)
        end = time.monotonic() + 30
        while not all(hook["done"] for hook in provider.webhooks()):
            assert time.monotonic() < end, "the webhooks stand still"
            time.sleep(0.1)


@pytest.mark.net
def test_a_webhook_can_be_lost(provider: StandInProcess, product: Product) -> None:
    """The text is in the provider's list, and nobody is called."""
    assert provider.text(FAMILY, "anyone?", lost=True)["answer"] is None
    assert [m["body"] for m in provider.messages()] == ["anyone?"]
    assert product.heard == []


@pytest.mark.net
def test_a_familys_text_is_a_signed_webhook(provider: StandInProcess, product: Product) -> None:
    """An incoming text reaches the product as Twilio posts it, and the same one again keeps its id."""
    first = provider.text(FAMILY, "hello \u00e9\U0001f600", media=1)
    again = provider.text(FAMILY, "hello \u00e9\U0001f600", sid=first["sid"])
    assert (first["answer"], again["answer"], first["sid"]) == (200, 200, again["sid"])
    assert [signed for _, _, signed in product.heard] == [True, True]
    inbound = parse_inbound(product.heard[0][1])
    assert (inbound.sid, inbound.text, inbound.pictures) == (first["sid"], "hello \u00e9\U0001f600", 1)
    assert [parse_inbound(told).sid for _, told, _ in product.heard] == [first["sid"]] * 2


@pytest.mark.net
def test_a_product_that_is_away_is_tried_once_more(tmp_path: Path) -> None:
    """As Twilio does: a refused connection is tried twice, and then the text is only in the list."""
    with standin(tmp_path / "provider.db", webhook="http://127.0.0.1:9/sms/inbound") as provider:
        assert provider.text(FAMILY, "anyone?")["answer"] is None
        assert provider.webhooks() == [
            {"kind": "inbound", "sid": provider.messages()[0]["sid"], "tries": 2, "answer": None, "done": True}
        ]


@pytest.mark.net
def test_the_list_is_filtered_and_paged(provider: StandInProcess) -> None:
    """To, From and DateSent narrow the list; pages link to one another, newest first."""
    for number in range(5):
        ask(provider, SEND, form(Body=f"No {number}"))
    provider.text(FAMILY, "mine")
    until(lambda: all(one["status"] == "delivered" for one in provider.accepted()))
    _, page = ask(provider, SEND + "?To=%2B447700900123&PageSize=2")
    assert [one["body"] for one in page["messages"]] == ["No 4", "No 3"]  # type: ignore[attr-defined]
    _, page = ask(provider, str(page["next_page_uri"]))
    assert [one["body"] for one in page["messages"]] == ["No 2", "No 1"]  # type: ignore[attr-defined]
    _, page = ask(provider, SEND + "?From=%2B447700900123")
    assert [one["body"] for one in page["messages"]] == ["mine"]  # type: ignore[attr-defined]
    _, page = ask(provider, SEND + "?DateSent%3E=2001-01-01&DateSent%3C=2001-01-02")
    assert page["messages"] == []
    _, page = ask(provider, SEND + "?DateSent%3E=2001-01-01")
    assert len(page["messages"]) == 6  # type: ignore[arg-type]


@pytest.mark.net
def test_it_remembers_through_a_kill(tmp_path: Path, product: Product) -> None:
    """What was accepted before a kill is counted after it, and calls not made yet are made."""
    state = tmp_path / "provider.db"
    with start_standin(state, webhook=product.inbound, pace_seconds=0.5) as provider:
        ask(provider, SEND, form(StatusCallback=product.callback))
        provider.process.kill()
        provider.process.wait()
    with start_standin(state, webhook=product.inbound) as provider:
        [kept] = provider.accepted()
        assert (kept["body"], kept["outbox"]) == ("Hello", "5")
        until(lambda: len(product.heard) == 2)


@pytest.mark.net
def test_its_own_keyword_handling_blocks(tmp_path: Path, product: Product) -> None:
    """Where it is on, STOP is marked and blocks our texts with 21610, until START."""
    with standin(tmp_path / "provider.db", webhook=product.inbound, keywords=True) as provider:
        provider.text(FAMILY, "Stop")
        assert parse_inbound(product.heard[0][1]).opt_out == "STOP"
        assert ask(provider, SEND, form())[1]["code"] == 21610
        provider.text(FAMILY, "START")
        assert ask(provider, SEND, form())[0] == 201


@pytest.mark.net
def test_an_unknown_fault_is_refused(provider: StandInProcess) -> None:
    """A fault misspelt in a test is told at once, never silently no fault."""
    for wrong in ({"kind": "500-sometimes"}, {"kind": "429", "retry": 3}):
        with pytest.raises(urllib.error.HTTPError) as told:
            provider.call("POST", "/_standin/faults", wrong)
        told.value.close()


@pytest.mark.net
def test_faults_strike_whom_and_as_often_as_asked(provider: StandInProcess) -> None:
    """A fault for one number leaves others alone and is used up."""
    provider.fault("500-before", to=FAMILY, times=2)
    assert ask(provider, SEND, form(To="+447700900124"))[0] == 201
    assert [ask(provider, SEND, form())[0] for _ in range(3)] == [500, 500, 201]
