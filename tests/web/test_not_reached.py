"""A safety reply that does not arrive: the case says so, and the desk is told to telephone, whatever went wrong.

The real client sends to a stand-in for the provider on loopback; its signed callbacks come back over HTTP to the app.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from bot.app import build
from bot.clockwork import tick
from bot.dispatcher import SAFETY_CONFIRMED
from bot.store import published
from bot.store.casework import Case
from messages.twilio_sms import TwilioSms
from messages.webchat import WebChat
from tests.houses import Home, bare_home, settings_for
from tests.running import free_port
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInProcess, standin
from tests.web.worker import Worker, at_desk

pytestmark = pytest.mark.net
KNIFE = "he has a knife hes outside"
TOLD = "Not reached: a message to them did not arrive. Telephone."
FAMILIES = (f"+4477009008{n:02}" for n in itertools.count())


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[StandInProcess]:
    """A provider whose own STOP handling is on, as it is on a real number."""
    webhook = f"http://127.0.0.1:{port}/sms/inbound"
    with standin(tmp_path_factory.mktemp("provider") / "provider.db", webhook=webhook, keywords=True) as running:
        yield running


@dataclass
class Desk:
    """The product served on loopback, one family's number, and a worker."""

    home: Home
    app: Flask
    provider: StandInProcess
    family: str
    sam: Worker

    def writes(self, words: str = KNIFE) -> None:
        """The family texts, by way of the provider's signed webhook; then everything that may leave does."""
        assert self.provider.text(self.family, words)["answer"] == 200
        self.home.send()

    def safety(self) -> str:
        """What became of the safety reply."""
        return next(row.state for row in self.home.out(sender=self.family) if row.purpose == "safety")

    def case(self) -> Case:
        (case,) = self.home.cases()
        return case

    def pages(self) -> tuple[str, str]:
        """The inbox, and the case's own page, as a worker reads them."""
        return unescape(self.sam.get("/desk").text), unescape(self.sam.get(f"/desk/cases/{self.case().ref}").text)


@pytest.fixture
def desk(furnished_url: str, provider: StandInProcess, port: int) -> Iterator[Desk]:
    base = f"http://127.0.0.1:{port}"
    channel = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, NUMBER, provider.base, base, timeout_seconds=1.0)
    home = bare_home(furnished_url, channels={"sms": channel, "web": WebChat()})
    home.clock.at = datetime.now(UTC)
    settings = settings_for(
        furnished_url, public_url=base, twilio_account_sid=ACCOUNT_SID, twilio_auth_token=AUTH_TOKEN
    )
    home.house = replace(home.house, settings=settings)
    app = build(settings, house=home.house)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Desk(home=home, app=app, provider=provider, family=next(FAMILIES), sam=at_desk(app, home))
    finally:
        provider.clear_faults()
        server.shutdown()
        thread.join()
        server.server_close()
        home.house.db.close()


def until(holds: Callable[[], bool], what: str) -> None:
    """The provider calls back in its own time."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.02)


def assert_told(desk: Desk, became: str) -> None:
    """The case is marked; the inbox says "telephone"; its page says it first, with the number to ring."""
    assert desk.case().not_reached
    inbox, page = desk.pages()
    assert "Not reached: telephone" in inbox
    assert (
        page.index(TOLD) < page.index("Their words") < page.index("Why it was raised") < page.index("What was replied")
    )
    replied = page[page.index("What was replied") : page.index("Who has it")]
    assert became in replied
    number = f'href="tel:{desk.family}"'
    assert page.index(TOLD) < page.index(number) < page.index("Their words")
    assert KNIFE in page[page.index("Their words") : page.index("Why it was raised")]
    assert "A message did not arrive: telephone" in page[page.index("Timeline") :]


@pytest.mark.parametrize(
    ("fault", "state", "became"),
    [
        ({"kind": "21610"}, "refused", "Not sent"),
        ({"kind": "refuse", "code": 21211, "status": 400}, "refused", "Not sent"),
        ({"kind": "outcome", "callbacks": ["sent", "failed"], "error_code": 30003}, "failed", "Did not arrive"),
        ({"kind": "outcome", "callbacks": ["sent", "undelivered"], "error_code": 30005}, "undelivered", "Did not"),
        ({"kind": "outcome", "callbacks": ["failed"], "error_code": 21610}, "failed", "Did not arrive"),
    ],
)  # fmt: skip
def test_blocked_or_failed_is_told_at_once(desk: Desk, fault: Mapping[str, Any], state: str, became: str) -> None:
    """Claim: as soon as the provider says so, by its answer or by a callback; no minute passes."""
    desk.provider.fault(**fault, to=desk.family)
    desk.writes()
    until(lambda: desk.safety() == state, f"the reply to be {state}")
    until(lambda: desk.case().not_reached, "the case to be marked")
    assert_told(desk, became)
    stopped = 21610 in {fault.get("error_code"), 21610 if fault["kind"] == "21610" else None}
    assert (desk.home.address(desk.family).consent == "stopped") is stopped
    assert ("Cannot be texted: telephone" in desk.pages()[0]) is stopped


def test_after_stop_danger_is_still_answered_and_the_block_is_told(desk: Desk) -> None:
    """Claim: STOP by text, then danger: the safety reply is tried all the same; the carrier blocks it; telephone."""
    desk.writes("STOP")
    assert desk.home.address(desk.family).consent == "stopped"
    desk.writes()
    assert desk.safety() == "refused"
    assert_told(desk, "Not sent")
    assert "They texted STOP: they cannot be texted. Telephone." in desk.pages()[1]


@pytest.mark.parametrize(
    ("fault", "states", "became"),
    [
        ({"kind": "outcome", "callbacks": ["sent"]}, {"sent"}, "Not confirmed"),
        ({"kind": "outcome", "callbacks": []}, {"accepted"}, "Not confirmed"),
        ({"kind": "drop-before", "times": 99}, {"unknown"}, "Not confirmed"),
        ({"kind": "429", "retry_after": 600, "times": 99}, {"queued"}, "Not confirmed"),
    ],
)
def test_unconfirmed_after_two_minutes_is_told(
    desk: Desk, fault: Mapping[str, Any], states: set[str], became: str
) -> None:
    """Claim: two minutes without word that it arrived, wherever it hangs, and the team telephones; told once."""
    desk.provider.fault(**fault, to=desk.family)
    desk.writes()
    until(lambda: desk.safety() in states, f"the reply to be one of {states}")
    desk.home.clock.at += SAFETY_CONFIRMED - timedelta(seconds=1)
    tick(desk.home.house)
    assert not desk.case().not_reached
    assert TOLD not in desk.pages()[1]
    desk.home.clock.at += timedelta(seconds=2)
    tick(desk.home.house)
    assert_told(desk, became)
    version = desk.case().version
    tick(desk.home.house)
    assert desk.case().version == version


def test_one_that_arrives_tells_nobody(desk: Desk) -> None:
    """Claim: delivered within two minutes: no mark, and the case's page says that it arrived."""
    desk.writes()
    until(lambda: desk.safety() == "delivered", "the receipt")
    desk.home.later(minutes=3)
    tick(desk.home.house)
    inbox, page = desk.pages()
    assert not desk.case().not_reached
    assert TOLD not in page
    assert "Not reached" not in inbox
    replied = page[page.index("What was replied") : page.index("Who has it")]
    assert ">Arrived</strong>" in replied
    assert "999" in replied


def test_held_back_by_a_pause_is_told_too(desk: Desk) -> None:
    """Claim: a restored service that sends nothing yet still sees the danger, and says after two minutes: telephone."""
    with desk.home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", desk.home.clock.at)
    desk.writes()
    assert desk.safety() == "queued"
    desk.home.later(minutes=2, seconds=1)
    tick(desk.home.house)
    assert_told(desk, "Waiting to be sent")


def test_a_reply_of_a_worker_that_expires_unsent_is_told(desk: Desk) -> None:
    """Claim: a worker's own reply that could not leave within a day is not sent late: the case says to telephone."""
    desk.writes()
    until(lambda: desk.safety() == "delivered", "the receipt")
    ref = desk.case().ref
    desk.sam.act(ref, "claim")
    with desk.home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", desk.home.clock.at)
    desk.sam.act(ref, "reply", words="I am on my way.")
    desk.home.send()
    desk.home.later(hours=24, seconds=1)
    with desk.home.house.db.write() as tx:
        published.clear_flag(tx, "paused")
    desk.home.send()
    assert [row.state for row in desk.home.out(sender=desk.family) if row.purpose == "staff-reply"] == ["expired"]
    desk.sam = at_desk(desk.app, desk.home, "manager")
    assert_told(desk, "Not sent: too late to be of use")
