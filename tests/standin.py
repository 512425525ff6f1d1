"""The stand-in provider as a server of its own, for tests that send and receive for real on loopback."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "stand-in-token"
NUMBER = "+447700900000"

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class StandInProcess:
    """A running stand-in. `base` is what TWILIO_API_BASE is set to."""

    def __init__(self, process: "subprocess.Popen[str]", base: str) -> None:
        self.process = process
        self.base = base

    def messages(self, *, to: str | None = None) -> list[dict[str, Any]]:
        """Everything the provider has, both ways, oldest first; `to` a number."""
        query = "" if to is None else "?to=" + urllib.request.quote(to)  # type: ignore[attr-defined]
        known: list[dict[str, Any]] = self.call("GET", f"/_standin/messages{query}")["messages"]
        return known

    def accepted(self, *, to: str | None = None) -> list[dict[str, Any]]:
        """What the provider accepted to send, oldest first."""
        return [one for one in self.messages(to=to) if one["direction"] != "inbound"]

    def fault(self, kind: str, **more: object) -> None:
        """Arm one fault; see `bot.demo.provider_faults`."""
        self.call("POST", "/_standin/faults", {"kind": kind, **more})

    def clear_faults(self) -> None:
        self.call("DELETE", "/_standin/faults")

    def text(self, sender: str, body: str, **more: object) -> dict[str, Any]:
        """A family's text: sent to the product as a signed webhook. `answer` is the product's HTTP status."""
        told: dict[str, Any] = self.call("POST", "/_standin/inbound", {"from": sender, "body": body, **more})
        return told

    def calls(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Every asking to send, taken or not: `number`, `outbox`, `recipient`, `fault`, `at` (a Unix time)."""
        made: list[dict[str, Any]] = self.call("GET", f"/_standin/calls?after={after}")
        return made

    def webhooks(self) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = self.call("GET", "/_standin/webhooks")
        return made

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        with _DIRECT.open(request, timeout=30) as answer:
            return json.load(answer)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def standin(
    state: Path,
    *,
    webhook: str = "http://127.0.0.1:9/sms/inbound",
    port: int = 0,
    pace_seconds: float = 0.02,
    keywords: bool = False,
    application: str = "",
    clock_file: Path | None = None,
) -> Iterator[StandInProcess]:
    """Run the stand-in on a free port of loopback, remembering in the file `state`, until the block ends.

    `webhook` is the product's /sms/inbound. The same `state` again goes on where a killed one stopped.
    """
    with start_standin(
        state,
        webhook=webhook,
        port=port,
        pace_seconds=pace_seconds,
        keywords=keywords,
        application=application,
        clock_file=clock_file,
    ) as running:
        yield running


def start_standin(
    state: Path,
    *,
    webhook: str,
    port: int = 0,
    pace_seconds: float = 0.02,
    keywords: bool = False,
    application: str = "",
    clock_file: Path | None = None,
) -> StandInProcess:
    """The same without a block: the caller stops it."""
    command = [sys.executable, "-m", "bot.demo.provider", "--port", str(port), "--state", str(state)]
    command += ["--webhook", webhook, "--sid", ACCOUNT_SID, "--token", AUTH_TOKEN, "--number", NUMBER]
    command += ["--pace", str(pace_seconds), *(["--keywords"] if keywords else [])]
    command += ["--application", application] if application else []
    command += [] if clock_file is None else ["--clock-file", str(clock_file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        process.wait()
        raise RuntimeError("the stand-in did not start")
    return StandInProcess(process, json.loads(line)["base"])


def inbound_form(sender: str, body: str, sid: str, **more: str) -> dict[str, str]:
    """The fields of an incoming text, as Twilio posts them."""
    return {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "From": sender,
        "To": NUMBER,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        **more,
    }


def signature(url: str, form: Mapping[str, str], token: str = AUTH_TOKEN) -> str:
    """X-Twilio-Signature, by Twilio's own validator: `url` is the public address with its query."""
    return str(RequestValidator(token).compute_signature(url, form))
