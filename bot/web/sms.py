"""The provider's doors: signed, form-encoded, answered 200 only once the words are committed."""

import structlog
from flask import Blueprint, Response, abort, request

from bot.store.database import DatabaseError
from bot.turn.receipts import take_receipt
from bot.turn.receive import arrival_of, receive
from bot.web.here import house
from bot.web.security import serves_machines
from messages.channel import Malformed
from messages.twilio_sms import parse_inbound, parse_status, verify

log = structlog.get_logger()
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
doors = serves_machines(Blueprint("sms", __name__, url_prefix="/sms"))


def _checked() -> dict[str, str]:
    """The signed form. 403 for anything Twilio did not sign, whatever it looks like.

    A field that comes twice is signed with all its values. Of words nothing is dropped; of all else the first counts.
    """
    settings = house().settings
    tokens = [t for t in (settings.twilio_auth_token, settings.twilio_auth_token_next) if t]
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    form = request.form
    url = f"{settings.public_url}{request.path}{query}"
    if not tokens or not verify(url, form, request.headers.get("X-Twilio-Signature"), tokens):
        abort(403)
    words = "\n".join(dict.fromkeys(form.getlist("Body")))
    return {**form.to_dict(), **({"Body": words} if "Body" in form else {})}


def _malformed(fault: Malformed, what: str) -> Response:
    """Signed, but no message: refused, with why. The provider lists what it holds: the backfill takes the words in."""
    log.warning("malformed webhook", what=what, reason=fault.reason)
    return Response(f"{fault.reason}\n", 403, mimetype="text/plain")


def _done() -> Response:
    return Response(EMPTY_TWIML, mimetype="text/xml")


@doors.post("/inbound")
def inbound() -> Response:
    try:
        message = parse_inbound(_checked())
    except Malformed as fault:
        return _malformed(fault, "inbound")
    try:
        receive(house(), arrival_of(message))
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
        return _malformed(fault, "status")
    take_receipt(house(), receipt)
    return _done()
