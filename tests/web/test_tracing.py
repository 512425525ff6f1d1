"""An id for each request: whose is believed, and on which lines it stands."""

import json
import re
import threading
import time

import pytest
import structlog
from flask import Flask

from bot.app import build
from bot.dispatcher import Dispatcher
from bot.logs import plain_id
from bot.turn import receive as receiving
from tests.houses import Home, settings_for
from tests.standin import inbound_form, signature
from tests.web.visitor import Visitor

MADE = re.compile(r"[0-9a-f]{16}")
GIVEN = "8f14e45fceea167a5a36dedd4bea2543"
PROXY, STRANGER = "10.0.0.9", "192.0.2.7"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def app_of(home: Home) -> Flask:
    return build(settings_for(home.house.settings.database_url, trusted_proxies=("10.0.0.0/24",)), house=home.house)


@pytest.mark.parametrize(
    ("peer", "given", "kept"),
    [
        (PROXY, GIVEN, True),
        (PROXY, "67e55044-10b1-426f-9247-bb680e5fe0c8", True),
        (PROXY, "447700900451", False),
        (PROXY, "Quillfeather", False),
        (PROXY, GIVEN + " and my name", False),
        (PROXY, "", False),
        (STRANGER, GIVEN, False),
        ("127.0.0.1", GIVEN, False),
    ],
)
def test_whose_id_is_believed(home: Home, peer: str, given: str, kept: bool) -> None:
    """Claim: a plain id from a proxy that the operator named is kept and answered; any other is made anew, and two
    requests never have the same."""
    asker = app_of(home).test_client()
    ids = [
        asker.get("/healthz", headers={"X-Request-ID": given}, environ_base={"REMOTE_ADDR": peer}).headers.getlist(
            "X-Request-ID"
        )
        for _ in range(2)
    ]
    assert all(len(one) == 1 for one in ids)
    if kept:
        assert ids == [[given], [given]]
    else:
        assert ids[0] != ids[1]
        assert all(MADE.fullmatch(one[0]) for one in ids)


def test_a_number_or_a_name_is_no_id() -> None:
    """Claim: none of what families are known by could pass for an id, however a proxy hands it on."""
    for said in ("+447700900451", "07700900451", "00447700900451", "Amelia", "Deadbeef", "cafe", "SW18 2PU"):
        assert plain_id(said) is None


@pytest.mark.parametrize("address", ["/", "/nowhere", "/desk", "/static/none.css", "/healthz"])
def test_every_answer_has_one(home: Home, address: str) -> None:
    """Claim: pages, refusals and what is not there carry their id; so does what is refused before any view."""
    app = app_of(home)
    assert MADE.fullmatch(app.test_client().get(address).headers["X-Request-ID"])
    refused = app.test_client().get(address, headers={"Host": "elsewhere.example"})
    assert MADE.fullmatch(refused.headers["X-Request-ID"])


def test_the_turn_s_lines_have_the_request_s_id(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: a webhook whose step breaks: the line of the fault, of the request and of the answer have one id; and no
    address, which may hold what somebody typed."""

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("Quillfeather")

    app = app_of(home)
    form = inbound_form("+447700900451", "hello from Quillfeather", "SM" + "1" * 32, AccountSid="AC1")
    headers = {"X-Twilio-Signature": signature("http://127.0.0.1:8000/sms/inbound", form, "token")}
    monkeypatch.setattr(receiving, "step", breaks)
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        answer = app.test_client().post("/sms/inbound", data=form, headers=headers)
        app.test_client().get("/Quillfeather")
    assert answer.status_code == 200
    by_event = {line["event"]: line for line in lines if line.get("request_id") == answer.headers["X-Request-ID"]}
    assert {"step failed", "request"} <= set(by_event)
    assert by_event["request"]["view"] == "sms.inbound"
    assert by_event["request"]["status"] == 200
    assert lines[-1]["view"] is None
    assert "Quillfeather" not in json.dumps(lines)


def test_a_thread_that_serves_two_keeps_their_lines_apart(home: Home) -> None:
    """Claim: nothing that one request bound is on the lines of the next of the same thread."""
    family = Visitor(app_of(home))
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        family.say("hello")
        structlog.contextvars.bind_contextvars(left="behind")
        family.page("/help")
    told = [line for line in lines if line["event"] == "request"]
    assert len({line["request_id"] for line in told}) == len(told) == 3
    assert not any("left" in line for line in lines)


def test_each_pass_of_a_sender_has_an_id_of_its_own(home: Home) -> None:
    """Claim: what the dispatcher says of a message is told apart by pass, and names the sender."""
    home.text("hello", sender="+447700900451")
    home.text("hello", sender="+447700900452")

    def fails(_: object) -> None:
        raise RuntimeError("Quillfeather")

    home.pigeon.does = fails  # type: ignore[assignment]
    stop = threading.Event()
    sender = threading.Thread(target=Dispatcher(home.house).run, args=(stop,))
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        sender.start()
        end = time.monotonic() + 10
        while sum(line["event"] == "channel broke" for line in lines) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        stop.set()
        home.house.wake.wake()
        sender.join(timeout=10)
    broke = [line for line in lines if line["event"] == "channel broke"]
    assert len({line["pass"] for line in broke}) == len(broke) >= 2
    assert {line["of"] for line in broke} == {"dispatcher"}
