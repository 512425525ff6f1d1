"""The provider's doors: signed, form-encoded, answered 200 only once the words are committed."""

import structlog
from flask import Blueprint, Response, abort, request

from bot.store.database import DatabaseError
from bot.turn.receipts import take_receipt
from bot.turn.receive import Arrival, receive
from bot.web.here import house
from bot.web.security import serves_machines
from messages.addresses import read_phone
from messages.channel import Malformed
from messages.twilio_sms import parse_inbound, parse_status, verify

log = structlog.get_logger()
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
doors = serves_machines(Blueprint("sms", __name__, url_prefix="/sms"))


def _checked() -> dict[str, str]:
    """The signed form. 403 for anything Twilio did not sign, whatever it looks like."""
    settings = house().settings
    tokens = [t for t in (settings.twilio_auth_token, settings.twilio_auth_token_next) if t]
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    form = request.form.to_dict()
    url = f"{settings.public_url}{request.path}{query}"
    if not tokens or not verify(url, form, request.headers.get("X-Twilio-Signature"), tokens):
        abort(403)
    return form


def _done() -> Response:
    return Response(EMPTY_TWIML, mimetype="text/xml")


@doors.post("/inbound")
def inbound() -> Response:
    try:
        message = parse_inbound(_checked())
    except Malformed as fault:
        log.warning("malformed webhook", reason=fault.reason)
        abort(403)
    phone = read_phone(message.sender)
    try:
        receive(
            house(),
            Arrival(
                kind="sms", account=message.account, sid=message.sid, sender=phone.e164 or message.sender[:40],
                text=message.text, pictures=message.pictures,
            ),
        )  # fmt: skip
    except DatabaseError as fault:
        # Not taken in: the provider is told so, and the words stay in its list for the backfill.
        log.error("inbound not stored", fault=type(fault).__name__)
        abort(503)
    return _done()


@doors.post("/status")
def status() -> Response:
    try:
        receipt = parse_status(_checked(), request.args)
    except Malformed as fault:
        log.warning("malformed receipt", reason=fault.reason)
        abort(403)
    take_receipt(house(), receipt)
    return _done()
