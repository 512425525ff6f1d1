"""The stand-in's addresses: Twilio's Messages and the account's one number, with the faults that were asked for."""

import hmac
import socket
import time

from flask import Blueprint, Response, jsonify, request

from bot.demo.provider_answers import REFUSALS, listed, message_json, numbers_json, refusal_of
from bot.demo.provider_faults import TAKEN_FIRST, Fault
from bot.demo.provider_standin import StandIn


def provider_blueprint(stand_in: StandIn) -> Blueprint:
    """Twilio's addresses. Its callers are programs that prove themselves by basic authentication."""
    blueprint = Blueprint("standin", __name__)
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
        stand_in.called(form, fault)
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

    @blueprint.get("/2010-04-01/Accounts/<account>/IncomingPhoneNumbers.json")
    def numbers(account: str) -> Response:
        wanted = request.args.get("PhoneNumber", settings.number)
        return jsonify(
            numbers_json(
                settings.number, settings.inbound_url, account, wanted=wanted, application=settings.application
            )
        )

    return blueprint


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
    if fault is not None and kind in {"timeout-after", "late-201"}:
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
