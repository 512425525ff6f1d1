"""A stand-in for Twilio that remembers: the demo mounts it, the tests run it as a server of its own.

It answers Twilio's Messages addresses as the published API does, calls the product back with signed webhooks, and
fails in every way it is asked to. `python -m bot.demo.provider --help` says how to run it alone.
"""

import argparse
import hmac
import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.clock import ShiftedClock
from bot.demo.provider_answers import REFUSALS, listed, message_json, refusal_of
from bot.demo.provider_courier import Courier
from bot.demo.provider_faults import TAKEN_FIRST, Fault, Faults, NoSuchFault
from bot.demo.provider_store import Message, Store

ARRIVES = ("sent", "delivered")
_STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START_WORDS = frozenset({"START", "YES", "UNSTOP"})
_HELP_WORDS = frozenset({"HELP", "INFO"})


def _machine_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInSettings:
    """`number` is the council's own; `inbound_url` where its incoming texts are posted.

    `keywords` turns the provider's own STOP handling on: it then blocks (21610) and marks webhooks with OptOutType.
    """

    account_sid: str
    auth_token: str
    number: str
    inbound_url: str
    pace_seconds: float = 0.3
    keywords: bool = False


class StandIn:
    """The whole provider: memory, faults and calls back. `start()` after a server has forked; `stop()` at its end."""

    def __init__(self, store: Store, settings: StandInSettings, now: Callable[[], datetime] = _machine_now) -> None:
        self.store = store
        self.settings = settings
        self.now = now
        self.faults = Faults()
        self.courier = Courier(
            store,
            account_sid=settings.account_sid,
            auth_token=settings.auth_token,
            pace_seconds=settings.pace_seconds,
            now=now,
        )

    def start(self) -> None:
        self.courier.start()

    def stop(self) -> None:
        self.courier.stop()
        self.store.close()

    def text_in(self, *, sender: str, body: str, sid: str | None = None, media: int = 0) -> tuple[Message, int]:
        """A family texts the council: kept, and the signed webhook queued. Returns its number too."""
        message = self.store.receive(
            now=self.now(), sid=sid, sender=sender, to=self.settings.number, body=body, media=media
        )
        opt_out = self._keyword(sender, body) if self.settings.keywords else None
        return message, self.courier.tell_inbound(message, self.settings.inbound_url, opt_out)

    def take(self, form: Mapping[str, str], fault: Fault | None) -> Message:
        """Accept a message that was found in order."""
        service = form.get("MessagingServiceSid") or None
        message = self.store.accept(
            now=self.now(),
            recipient=form["To"],
            body=form.get("Body", ""),
            sender=form.get("From") or self.settings.number,
            service=service,
            callback=form.get("StatusCallback") or None,
            status="accepted" if service else "queued",
        )
        outcome = fault is not None and fault.kind == "outcome"
        words = fault.callbacks if fault is not None and outcome else ARRIVES
        self.courier.tell_status(message, words, fault.error_code if fault is not None else None)
        return message

    def _keyword(self, sender: str, body: str) -> str | None:
        word = body.strip().upper()
        if word in _STOP_WORDS or word in _START_WORDS:
            self.store.block(sender, blocked=word in _STOP_WORDS)
            return "STOP" if word in _STOP_WORDS else "START"
        return "HELP" if word in _HELP_WORDS else None


def provider_blueprint(stand_in: StandIn) -> Blueprint:
    """Twilio's addresses. Its callers are programs that prove themselves by basic authentication."""
    blueprint = Blueprint("provider", __name__)
    settings = stand_in.settings

    @blueprint.before_request
    def signed_in() -> tuple[Response, int] | None:
        given = request.authorization
        right = (
            given is not None
            and hmac.compare_digest(given.username or "", settings.account_sid)
            and hmac.compare_digest(given.password or "", settings.auth_token)
        )
        if not right:
            return _refuse(20003, 401)
        if (request.view_args or {}).get("account") != settings.account_sid:
            return _refuse(20404, 404)
        return None

    @blueprint.post("/2010-04-01/Accounts/<account>/Messages.json")
    def send(account: str) -> tuple[Response, int] | Response:
        form = request.form.to_dict()
        fault = stand_in.faults.strike("send", form.get("To"))
        early = _before(fault)
        if early is not None:
            return early
        code = refusal_of(form, settings.number, blocked=stand_in.store.is_blocked)
        if code is not None:
            return _refuse(code, 400)
        message = stand_in.take(form, fault)
        return _after(fault) or (jsonify(message_json(message, account)), 201)

    @blueprint.get("/2010-04-01/Accounts/<account>/Messages.json")
    def listing(account: str) -> tuple[Response, int] | Response:
        early = _before(stand_in.faults.strike("list", request.args.get("To")))
        if early is not None:
            return early
        found = stand_in.store.messages(to=request.args.get("To"), sender=request.args.get("From"))
        return jsonify(listed(found, request.args, account))

    @blueprint.get("/2010-04-01/Accounts/<account>/Messages/<sid>.json")
    def one(account: str, sid: str) -> tuple[Response, int] | Response:
        message = stand_in.store.find(sid)
        return _refuse(20404, 404) if message is None else jsonify(message_json(message, account))

    return blueprint


def control_blueprint(stand_in: StandIn) -> Blueprint:
    """The tests' own addresses: never mounted by the product."""
    blueprint = Blueprint("standin", __name__, url_prefix="/_standin")

    @blueprint.post("/inbound")
    def inbound() -> tuple[Response, int]:
        asked = request.get_json()
        message, number = stand_in.text_in(
            sender=asked["from"], body=asked.get("body", ""), sid=asked.get("sid"), media=asked.get("media", 0)
        )
        answer = _wait_for(stand_in.store, number) if asked.get("wait", True) else None
        return jsonify({"sid": message.sid, "answer": answer}), 202

    @blueprint.post("/faults")
    def arm() -> tuple[Response, int]:
        asked = request.get_json()
        try:
            for one in asked if isinstance(asked, list) else [asked]:
                stand_in.faults.arm(one)
        except NoSuchFault as nothing:
            return jsonify({"error": f"no such fault: {nothing}"}), 400
        return jsonify(stand_in.faults.armed()), 201

    @blueprint.get("/faults")
    def armed() -> Response:
        return jsonify(stand_in.faults.armed())

    @blueprint.delete("/faults")
    def clear() -> Response:
        stand_in.faults.clear()
        return jsonify([])

    @blueprint.get("/messages")
    def messages() -> Response:
        known = stand_in.store.messages(to=request.args.get("to"), sender=request.args.get("from"))
        out = [message for message in reversed(known) if not message.inbound]
        return jsonify({"accepted": len(out), "messages": [_told(one) for one in reversed(known)]})

    @blueprint.get("/webhooks")
    def webhooks() -> Response:
        made = stand_in.store.webhooks()
        return jsonify(
            [{"kind": w.kind, "sid": w.sid, "tries": w.tries, "answer": w.answer, "done": w.done} for w in made]
        )

    return blueprint


def _told(message: Message) -> dict[str, object]:
    return {
        "sid": message.sid,
        "direction": message.direction,
        "from": message.sender,
        "to": message.recipient,
        "body": message.body,
        "status": message.status,
        "error_code": message.error_code,
        "outbox": message.outbox,
        "created_at": message.created_at.isoformat(),
    }


def _wait_for(store: Store, number: int) -> int | None:
    """The answer to a webhook, once it is made."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for hook in store.webhooks():
            if hook.number == number and hook.done:
                return hook.answer
        time.sleep(0.01)
    return None


def _refuse(code: int, status: int) -> tuple[Response, int]:
    """Twilio's error body."""
    words = REFUSALS.get(code, "Bad request")
    more = f"https://www.twilio.com/docs/errors/{code}"
    return jsonify({"code": code, "message": words, "more_info": more, "status": status}), status


def _before(fault: Fault | None) -> tuple[Response, int] | None:
    """What a fault answers before anything is taken; None where it takes the message first, or there is none."""
    if fault is None or fault.kind in TAKEN_FIRST or fault.kind in {"drop-after", "outcome"}:
        return None
    if fault.kind == "drop-before":
        return _drop()
    if fault.kind in {"delay", "timeout-before"}:
        time.sleep(fault.seconds)
        return None if fault.kind == "delay" else _refuse(20500, 504)
    if fault.kind == "500-before":
        return _refuse(20500, 500)
    if fault.kind == "429":
        answer, status = _refuse(20429, 429)
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer, status
    return _refuse(21610, 400) if fault.kind == "21610" else _refuse(fault.code, fault.status)


def _after(fault: Fault | None) -> tuple[Response, int] | None:
    """What a fault answers once the message was taken."""
    kind = None if fault is None else fault.kind
    if fault is not None and kind == "timeout-after":
        time.sleep(fault.seconds)
    if kind == "drop-after":
        return _drop()
    bodies = {"empty-201": "{}", "blank-201": "", "broken-json": '{"sid": "SM0123', "timeout-after": ""}
    if kind == "500-after":
        return _refuse(20500, 500)
    return (Response(bodies[kind], mimetype="application/json"), 201) if kind in bodies else None


def _drop() -> tuple[Response, int]:
    """Cut the connection beneath the server, so that the caller sees it break; the answer goes nowhere."""
    link = request.environ.get("werkzeug.socket") or request.environ.get("gunicorn.socket")
    if link is not None:
        link.shutdown(socket.SHUT_RDWR)
    return Response(), 500


class _Quiet(WSGIRequestHandler):
    """No access log: a listing's address has a number in it."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the server's own signature
        """Nothing: a connection dropped on purpose is no news."""


def main() -> None:
    """Run the stand-in alone on loopback and print where."""
    parser = argparse.ArgumentParser(prog="python -m bot.demo.provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True, help="the file that remembers")
    parser.add_argument("--webhook", required=True, help="where incoming texts are posted, .../sms/inbound")
    parser.add_argument("--sid", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--number", default="+447700900000", help="the council's own number")
    parser.add_argument("--pace", type=float, default=0.05, help="seconds between status callbacks")
    parser.add_argument("--keywords", action="store_true", help="the provider handles STOP and HELP itself")
    parser.add_argument("--clock-file", type=Path, help="seconds to add to the machine's clock, as the product reads")
    given = parser.parse_args()
    settings = StandInSettings(
        account_sid=given.sid,
        auth_token=given.token,
        number=given.number,
        inbound_url=given.webhook,
        pace_seconds=given.pace,
        keywords=given.keywords,
    )
    now = _machine_now if given.clock_file is None else ShiftedClock(given.clock_file).now
    stand_in = StandIn(Store(given.state), settings, now)
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.register_blueprint(provider_blueprint(stand_in))
    app.register_blueprint(control_blueprint(stand_in))
    server = make_server("127.0.0.1", given.port, app, threaded=True, request_handler=_Quiet)
    stand_in.start()
    print(json.dumps({"base": f"http://127.0.0.1:{server.port}"}), flush=True)  # noqa: T201 - the caller reads it
    server.serve_forever()


if __name__ == "__main__":
    main()
